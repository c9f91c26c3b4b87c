//! Tries a service as far as that goes without a person: whether its pages and endpoints answer, and whether it accepts the
//! client. Nothing is saved. A code or refresh token that a request needs is made up, since a real one would be spent.

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::proof::key;
use crate::app::sign_in::{authorize, device, identity, lookup, pushed, send, token_request};
use crate::app::{Authorized, CallContext, Exchange, Failure, FailureCode, FailureKind, SaveTo, tokens};
use crate::call::Reply;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::{Pasted, RedirectUri, Stage, parse_pasted, read_refusal, span};
use crate::secret::Secret;
use crate::service::Start;

/// Stands in for what only a person can bring. Services refuse it with `invalid_grant` once they know the client.
const MADE_UP: &str = "tokenwright-trial";

/// The request that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedCall {
    /// The page that the browser would open.
    AuthorizationPage,
    /// The request for a code that a person would enter on another device.
    DeviceAuthorization,
    TokenRequest,
    RefreshRequest,
    /// The call that tells whose token it is.
    Identity,
}

impl TriedCall {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::AuthorizationPage => "Authorization page",
            Self::DeviceAuthorization => "Device authorization request",
            Self::TokenRequest => "Token request",
            Self::RefreshRequest => "Refresh request",
            Self::Identity => "Identity check",
        }
    }
}

/// What a trial showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Trial {
    Works(String),
    /// It answered, and only a real sign-in shows the rest.
    Unclear(String),
    Failed(Box<Failure>),
}

/// What came of trying one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub call: TriedCall,
    pub trial: Trial,
}

impl App {
    /// Tries each request of a sign-in that can be sent without a person.
    ///
    /// # Errors
    ///
    /// Only where nothing could be sent at all: a request cannot be made from what is there. What the service says is in the
    /// result.
    pub async fn try_service(&self, mut context: CallContext, report: &Report) -> Result<Vec<Tried>, Failure> {
        self.supply_practice(&mut context).await?;
        context.secrets.tidy();
        context.tokens = None;
        lookup::provide(self, report, &mut context).await?;
        key::provide(self, &mut context, &SaveTo::Draft { name: None, of: None }).await?;
        let service = &context.profile.service;
        let mut tried = Vec::new();
        if service.authorization.is_some() {
            let trial = Box::pin(self.try_page(&mut context, report)).await?;
            tried.push(Tried { call: TriedCall::AuthorizationPage, trial });
        }
        if context.profile.service.has_only_device_flow() {
            // The token request waits for a person.
            let trial = match device::begin(self, report, &context).await {
                Ok(_) => Trial::Works("The client is accepted: a code came, which nobody will enter.".to_owned()),
                Err(failure) if failure.kind != FailureKind::Usage => Trial::Failed(Box::new(failure)),
                Err(failure) => return Err(failure),
            };
            tried.push(Tried { call: TriedCall::DeviceAuthorization, trial });
            return Ok(tried);
        }
        if context.profile.service.signs_tokens() {
            let trial = Box::pin(self.try_signed_token(context, report)).await?;
            tried.push(Tried { call: TriedCall::Identity, trial });
            return Ok(tried);
        }
        let (call, stage) = match context.profile.service.start {
            Start::RefreshToken => (TriedCall::RefreshRequest, Stage::RefreshRequest),
            _ => (TriedCall::TokenRequest, Stage::TokenRequest),
        };
        tried.push(Tried { call, trial: Box::pin(self.try_tokens(context, stage, report)).await? });
        Ok(tried)
    }

    /// Asks for the page that the browser would open, and puts a made-up code into the context.
    async fn try_page(&self, context: &mut CallContext, report: &Report) -> Result<Trial, Failure> {
        let redirect = RedirectUri::parse(&context.profile.redirect_uri)
            .map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))?;
        let sent = authorize::prepare(self, context, &redirect, None)?;
        let call = match pushed::visit(self, report, context, &sent.parameters()).await {
            Ok(call) => call,
            // The service said no to what was pushed.
            Err(failure) if failure.kind != FailureKind::Usage => return Ok(Trial::Failed(Box::new(failure))),
            Err(failure) => return Err(failure),
        };
        let trial = match send::send(self, report, &call).await {
            Err(error) => Trial::Failed(Box::new(error.into())),
            Ok(reply) => page(self, report, &reply, (&sent, context)).await,
        };
        context.authorized = Some(self.made_up(sent.redirect_uri, sent.pkce.verifier));
        Ok(trial)
    }

    /// An authorization response that nobody gave.
    fn made_up(&self, redirect_uri: String, code_verifier: Secret) -> Authorized {
        let (code, extras, at) = (Secret::new(MADE_UP), Vec::new(), (self.ports.now)());
        Authorized { code, code_verifier, redirect_uri, nonce: None, state: None, extras, asked_at: at, at }
    }

    /// Signs a token and asks whose it is: only a call shows whether the service takes it.
    async fn try_signed_token(&self, mut context: CallContext, report: &Report) -> Result<Trial, Failure> {
        let exchange = token_request::exchange(self, report, &context, Stage::TokenRequest).await?;
        context.tokens = Some(*exchange.outcome?);
        if context.profile.service.identity.is_none() {
            return Ok(Trial::Unclear("A token was signed, and no call is described that takes it.".to_owned()));
        }
        Ok(match identity::ask(self, report, &context).await {
            Ok(_) => Trial::Works("The service takes the token that was signed here. It was not kept.".to_owned()),
            Err(failure) => Trial::Failed(Box::new(failure)),
        })
    }

    async fn try_tokens(&self, mut context: CallContext, stage: Stage, report: &Report) -> Result<Trial, Failure> {
        let service = &context.profile.service;
        let template = if stage == Stage::RefreshRequest {
            service.refresh_request.as_ref().unwrap_or(&service.token_request)
        } else {
            &service.token_request
        };
        let takes = |name: &str| template.placeholders().any(|placeholder| placeholder == name);
        let (takes_code, takes_refresh_token) = (takes("code"), takes("refresh_token"));
        if takes_refresh_token {
            context.secrets.refresh_token = Secret::new(MADE_UP);
        }
        if takes_code && context.authorized.is_none() {
            let redirect_uri = context.profile.redirect_uri.clone();
            context.authorized = Some(self.made_up(redirect_uri, Secret::default()));
        }
        let exchange = token_request::exchange(self, report, &context, stage).await?;
        if takes_code || takes_refresh_token {
            return Ok(with_made_up(exchange, if takes_code { "code" } else { "refresh token" }));
        }
        Ok(match exchange.outcome {
            Err(failure) => Trial::Failed(Box::new(failure)),
            Ok(issued) => {
                let life = issued.expires_at.and_then(|at| at.duration_since(issued.obtained_at).try_into().ok());
                let life = life.map(|life| format!(" for {}", span(life))).unwrap_or_default();
                // Nobody keeps it, so nobody should be able to use it.
                context.tokens = Some(*issued);
                let revoked = match context.profile.service.revocation.clone() {
                    Some(revocation) => tokens::revoke::revoke(self, report, &context, &revocation).await.is_ok(),
                    None => false,
                };
                let end = if revoked { "It was revoked again." } else { "It was not kept." };
                Trial::Works(format!("The service issued an access token{life}. {end}"))
            }
        })
    }
}

/// What the reply to a made-up code or refresh token says about the client.
fn with_made_up(exchange: Exchange, what: &str) -> Trial {
    match exchange.outcome {
        Err(failure) if failure.code == FailureCode::Spent => {
            Trial::Works(format!("The client is accepted: only the made-up {what} was refused, as it should be."))
        }
        Err(failure) => Trial::Failed(Box::new(failure)),
        Ok(_) => Trial::Unclear(format!("The service issued a token for a made-up {what}: it checks nothing.")),
    }
}

/// What the answer to the authorization request says.
async fn page(app: &App, report: &Report, reply: &Reply, (sent, context): (&authorize::Sent, &CallContext)) -> Trial {
    let location = reply.header("location").unwrap_or_default();
    if (300..400).contains(&reply.status) && !location.is_empty() {
        return redirected(app, report, location, (sent, context)).await;
    }
    let only_a_browser = "only the browser shows the rest";
    match reply.status {
        200..300 => Trial::Unclear(format!("It answers with a page; {only_a_browser}.")),
        // Services that keep programs away from their pages.
        401 | 403 | 405 | 429 => {
            Trial::Unclear(format!("It answered {} to a program; {only_a_browser}.", reply.status))
        }
        status => {
            let refusal = read_refusal(reply, None, &crate::call::Reading::default(), &[]);
            let said = refusal.code.or(refusal.description).map(|said| format!(": {said}")).unwrap_or_default();
            let hint = match status {
                404 | 410 => "check the authorization URL: nothing is there",
                _ => "compare the client ID, the redirect URI and the scopes with the service's console",
            };
            let diagnosis = Diagnosis::new(format!("the authorization page answered {status}{said}")).hint(hint);
            Trial::Failed(Box::new(Failure::new(FailureKind::Refused, diagnosis)))
        }
    }
}

/// A redirect to ourselves has an answer; one elsewhere leads to the page where a person signs in.
async fn redirected(
    app: &App,
    report: &Report,
    location: &str,
    (sent, context): (&authorize::Sent, &CallContext),
) -> Trial {
    let own = location.strip_prefix(sent.redirect_uri.as_str());
    if !own.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#', '&'])) {
        return Trial::Works("It leads to the page where a person signs in.".to_owned());
    }
    let Pasted::Parameters(parameters) = parse_pasted(location, &sent.expected.code_parameter) else {
        return Trial::Unclear("It leads back to the redirect URI without an answer.".to_owned());
    };
    match sent.read(app, report, &parameters).await {
        Ok(_) => Trial::Works("It issues a code without asking anybody.".to_owned()),
        Err(error) => Trial::Failed(Box::new(Failure::of_authorization(&error, &context.profile.service))),
    }
}
