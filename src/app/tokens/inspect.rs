//! Tells all that can be known of a token: what is written in it, whether its issuer signed it, and what the service says of
//! it. The token itself is not part of what is told.

use std::io::Read;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::id_token;
use crate::app::sign_in::identity;
use crate::app::tokens::resource::other_than_own;
use crate::app::tokens::signature::{Reach, Signature, signature_of};
use crate::app::vault::open;
use crate::app::{CallContext, Claims, Failure, FailureKind, profiles, tokens};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::{
    Finding, IdTokenCheck, Inspected, LONGEST_TOKEN, PasteError, PastedToken, Resource, TokenForm, TokenUse,
};
use crate::secret::Secret;
use crate::service::ProfileName;

/// Which token to inspect.
#[derive(Clone, Debug)]
pub struct Inspect {
    /// Where it is.
    pub token: TokenSource,
    /// The profile that it is compared with, or whose it is.
    pub profile: Option<ProfileName>,
    /// Which of several tokens: of the profile, or of a pasted token response.
    pub which: Option<TokenUse>,
    /// The API whose access token is meant (RFC 8707), if that is not the profile's own.
    pub resource: Option<Resource>,
    /// Who may be asked.
    pub reach: Reach,
}

/// Where a token is.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// Saved with the profile.
    Saved,
    /// Pasted: the token, a header, a token response.
    Text(Secret),
    /// The same in a file.
    File(PathBuf),
    /// The same on standard input.
    Input,
}

/// All that is known of a token.
#[derive(Clone, Debug)]
pub struct TokenInspection {
    pub inspected: Inspected,
    /// The profile that it was compared with.
    pub profile: Option<ProfileName>,
    /// What it is for, as the profile or the pasted text has it.
    pub named: Option<TokenUse>,
    /// The other tokens of the profile or the text.
    pub others: Vec<TokenUse>,
    /// What a person should know, the gravest first.
    pub findings: Vec<Finding>,
    pub signature: Signature,
    /// Of the profile's own ID token: what its checks came to; else empty.
    pub checks: Vec<IdTokenCheck>,
    /// The scopes that it names, or that the service granted with it; each with its meaning where the preset has it.
    pub scopes: Vec<(String, Option<String>)>,
    /// What the service says of it (RFC 7662), if it was asked.
    pub introspected: Option<Result<Claims, Diagnosis>>,
}

impl App {
    /// Inspects a token, as it is: nothing is refreshed. What cannot be asked is told in the outcome and is no failure.
    pub async fn inspect(&self, asked: Inspect, report: &Report) -> Result<TokenInspection, Failure> {
        let context = match &asked.profile {
            Some(name) => Some(self.context_to_compare(name, asked.resource.clone()).await?),
            None => None,
        };
        let PastedToken { token, named, others } = self.find_token(&asked, context.as_ref()).await?;
        let inspected = Inspected::read(&token);
        let purpose = named.or_else(|| inspected.says_it_is());
        let expected = context.as_ref().map(|context| context.expected(purpose)).unwrap_or_default();
        let signature =
            signature_of(self, report, (context.as_ref(), asked.reach), (&token, &inspected), &expected).await;
        let findings = inspected.findings(&expected, (self.ports.now)());
        let is_own = matches!(asked.token, TokenSource::Saved);
        let checks = match (&context, purpose) {
            (Some(context), Some(TokenUse::Id)) if is_own => self.id_token_checks(context, asked.reach, report).await,
            _ => Vec::new(),
        };
        let scopes = scopes(&inspected, context.as_ref().filter(|_| is_own && named == Some(TokenUse::Access)));
        let scopes = explained(scopes, context.as_ref());
        let introspected = match context {
            Some(context) if is_own && asked.reach != Reach::Nobody || asked.reach == Reach::Anybody => {
                self.introspected(context, &inspected, (token, purpose), report).await
            }
            _ => None,
        };
        let profile = asked.profile;
        Ok(TokenInspection { inspected, profile, named, others, findings, signature, checks, scopes, introspected })
    }

    async fn context_to_compare(&self, name: &ProfileName, resource: Option<Resource>) -> Result<CallContext, Failure> {
        open::open_chosen(self).await?;
        let profile = profiles::load(self, name).await?;
        let mut context = tokens::context_of(self, name, profile).await?;
        self.supply_practice(&mut context).await?;
        let other = other_than_own(&context.profile, resource);
        if let (Some(resource), Some(own)) = (other, &context.tokens) {
            let found = own.for_resource(&resource).ok_or_else(|| none_for(name, &resource))?;
            context.tokens = Some(found);
        }
        Ok(context)
    }

    async fn id_token_checks(&self, context: &CallContext, reach: Reach, report: &Report) -> Vec<IdTokenCheck> {
        let Some(tokens) = &context.tokens else { return Vec::new() };
        id_token::checks(self, report, context, tokens, None, reach).await
    }

    async fn find_token(&self, asked: &Inspect, context: Option<&CallContext>) -> Result<PastedToken, Failure> {
        let text = match &asked.token {
            TokenSource::Saved => return saved(asked, context),
            TokenSource::Text(text) => text.clone(),
            TokenSource::File(path) => {
                let path = path.clone();
                blocking(move || {
                    let shown = path.display().to_string();
                    let file = std::fs::File::open(&path).map_err(|error| unreadable(&shown, &error))?;
                    read(file, &shown)
                })
                .await??
            }
            TokenSource::Input => blocking(|| read(std::io::stdin().lock(), "standard input")).await??,
        };
        PastedToken::read(&text, asked.which).map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))
    }

    /// Has the service introspect what cannot be read here, if it does that.
    async fn introspected(
        &self,
        mut context: CallContext,
        inspected: &Inspected,
        (token, purpose): (Secret, Option<TokenUse>),
        report: &Report,
    ) -> Option<Result<Claims, Diagnosis>> {
        let is_readable = inspected.form == TokenForm::Signed;
        if is_readable || !matches!(purpose, None | Some(TokenUse::Access)) {
            return None;
        }
        context.profile.service.introspection.as_ref()?;
        let bearer = || crate::oauth::TokenSet::bearer(token.clone(), (self.ports.now)());
        context.tokens.get_or_insert_with(bearer).access_token = token.clone();
        Some(identity::introspect(self, &context, report).await.map_err(|failure| failure.diagnosis))
    }
}

fn none_for(name: &ProfileName, resource: &Resource) -> Failure {
    let diagnosis = Diagnosis::new(format!("`{name}` has no token for `{resource}` yet"));
    Failure::new(FailureKind::Usage, diagnosis.hint(format!("`tokenwright token {name} --resource URI` asks for one")))
}

/// The token of the profile that is asked for, else its access token.
fn saved(asked: &Inspect, context: Option<&CallContext>) -> Result<PastedToken, Failure> {
    let (Some(name), Some(context)) = (&asked.profile, context) else {
        let diagnosis = Diagnosis::new("there is no token to inspect");
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("name a profile, or give a token")));
    };
    let which = asked.which.unwrap_or(TokenUse::Access);
    let Some(tokens) = &context.tokens else { return Err(tokens::needs_sign_in(name, "has no tokens")) };
    let token = |one: TokenUse| match one {
        TokenUse::Access => Some(&tokens.access_token),
        TokenUse::Id => tokens.id_token.as_ref(),
        TokenUse::Refresh => tokens.refresh_token.as_ref(),
    };
    let others = TokenUse::ALL.into_iter().filter(|one| *one != which && token(*one).is_some()).collect();
    let Some(token) = token(which) else {
        let diagnosis = Diagnosis::new(format!("`{name}` has no {}", which.words()));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("its service issued none")));
    };
    Ok(PastedToken { token: token.clone(), named: Some(which), others })
}

/// Up to the longest token and a byte more, by which one that is too long is told.
fn read(from: impl Read, place: &str) -> Result<Secret, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let most = u64::try_from(LONGEST_TOKEN).unwrap_or(u64::MAX).saturating_add(1);
    from.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(place, &error))?;
    if bytes.len() > LONGEST_TOKEN {
        return Err(Failure::new(FailureKind::Usage, PasteError::TooLong.diagnose()));
    }
    std::str::from_utf8(&bytes).map(Secret::new).map_err(|_| {
        let diagnosis = Diagnosis::new(format!("{place} is not text"));
        Failure::new(FailureKind::Usage, diagnosis.hint("give a token, a header, or a token response"))
    })
}

fn unreadable(place: &str, error: &std::io::Error) -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new(format!("{place} cannot be read: {error}")))
}

/// The scopes that the token names, else those that the service granted with it.
fn scopes(inspected: &Inspected, own: Option<&CallContext>) -> Vec<String> {
    let named = inspected.scopes();
    if !named.is_empty() {
        return named;
    }
    own.and_then(|context| context.tokens.as_ref()?.scopes.clone()).unwrap_or_default()
}

fn explained(scopes: Vec<String>, context: Option<&CallContext>) -> Vec<(String, Option<String>)> {
    let known = context.map(|context| context.profile.service.scopes.known.as_slice()).unwrap_or_default();
    let meaning = |scope: &str| {
        // Entra names scopes of an API without the API.
        let is_it = |name: &str| name == scope || name.rsplit('/').next() == Some(scope);
        known.iter().find(|known| is_it(&known.name)).map(|known| known.meaning.clone())
    };
    scopes.into_iter().map(|scope| (scope.clone(), meaning(&scope))).collect()
}
