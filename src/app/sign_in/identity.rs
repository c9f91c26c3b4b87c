//! Asks the service about a token: which account it is for (identity endpoint), and whether it is active (introspection).

use serde_json::Value as Json;

use crate::app::handle::App;
use crate::app::profiles::history;
use crate::app::progress::Report;
use crate::app::sign_in::send::{self, Answered};
use crate::app::sign_in::{signed_userinfo, subject, try_reading};
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind, Identified, Need, Wanted, profiles, tokens, watch};
use crate::call::{Answers, Expression, is_secret_key, mask_text, scalar_text};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Cause, Resource, Stage, TokenRow, claim_rows};
use crate::secret::{MASK, Secret};
use crate::service::{Identity, ProfileName, Service};

impl App {
    /// Asks the service whose token this is. If it works, that is noted in the history of the profile `saved_as`.
    pub async fn check_token(
        &self,
        mut context: CallContext,
        saved_as: Option<ProfileName>,
        report: &Report,
    ) -> Result<Identified, Failure> {
        self.supply_practice(&mut context).await?;
        context.secrets.tidy();
        let identified = ask(self, report, &context).await?;
        if let Some(name) = saved_as {
            history::worked(self, &name, context.tokens).await;
        }
        Ok(identified)
    }

    /// Asks the service which account a saved profile is signed in to.
    pub async fn whoami(&self, name: &ProfileName, report: &Report) -> Result<Identified, Failure> {
        let context = self.usable(name, report).await?;
        let identified = ask(self, report, &context).await?;
        history::worked(self, name, context.tokens).await;
        watch::worked(self, name).await;
        Ok(identified)
    }

    /// All claims that the identity endpoint returns for a saved profile (OpenID Connect Core 1.0 section 5.3).
    pub async fn userinfo(&self, name: &ProfileName, report: &Report) -> Result<Claims, Failure> {
        let context = self.usable(name, report).await?;
        let (identity, Answered { answers, .. }) = accepted(self, report, &context).await?;
        let values = self.values_for(&context, &identity.call)?;
        // An endpoint may repeat the token that it was sent.
        let secrets: Vec<&Secret> = values.secrets().collect();
        Ok(Claims(answers.map(|answers| masked(answers.json(), &secrets)).unwrap_or_default()))
    }

    /// A saved profile with a token of its own that is good now.
    pub(in crate::app) async fn usable(&self, name: &ProfileName, report: &Report) -> Result<CallContext, Failure> {
        self.usable_for(name, None, report).await
    }

    /// A saved profile with a token for this API that is good now; `None` for the profile's own.
    pub(in crate::app) async fn usable_for(
        &self,
        name: &ProfileName,
        resource: Option<&Resource>,
        report: &Report,
    ) -> Result<CallContext, Failure> {
        let wanted = Wanted { need: Need::Usable, resource: resource.cloned() };
        let (app, asked, to) = (self.clone(), name.clone(), report.clone());
        let handed_out = async move { tokens::hand_out(&app, &to, asked, wanted).await };
        let (profile, token) = self.settle(handed_out).await?;
        let mut context = tokens::context_of(self, name, profile).await?;
        context.tokens = Some(token.tokens);
        self.supply_practice(&mut context).await?;
        Ok(context)
    }
}

/// What the service says about an account or a token: the JSON of its reply, with secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims(pub Json);

impl Claims {
    /// Whether an introspected token can be used (RFC 7662 section 2.2).
    pub fn is_active(&self) -> bool {
        self.0["active"] == true
    }

    /// The claims in rows, with meanings and times, as those in a token.
    pub fn token_rows(&self) -> Vec<TokenRow> {
        self.0.as_object().map(claim_rows).unwrap_or_default()
    }

    /// The claims in rows; a member of an object is called `address.country`, an item of a list `groups.0`.
    pub fn rows(&self) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        flatten("", &self.0, &mut rows);
        rows
    }
}

fn flatten(name: &str, value: &Json, rows: &mut Vec<(String, String)>) {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Json::Object(members) => members.iter().for_each(|(key, value)| flatten(&inner(key), value, rows)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| flatten(&inner(&at.to_string()), value, rows));
        }
        value => rows.extend(scalar_text(value).map(|text| (name.to_owned(), text))),
    }
}

fn masked(value: &Json, secrets: &[&Secret]) -> Json {
    match value {
        Json::String(text) => mask_text(text, secrets).into(),
        Json::Array(items) => items.iter().map(|item| masked(item, secrets)).collect(),
        Json::Object(members) => {
            members.iter().map(|(key, value)| (mask_text(key, secrets), masked(value, secrets))).collect()
        }
        value => value.clone(),
    }
}

impl App {
    /// Introspects the access token of a saved profile as it is (RFC 7662), without a refresh.
    pub async fn introspect(&self, name: &ProfileName, report: &Report) -> Result<Claims, Failure> {
        open::open_chosen(self).await?;
        let profile = profiles::load(self, name).await?;
        if profile.service.introspection.is_none() {
            return Err(no_introspection(&profile.service));
        }
        let mut context = tokens::context_of(self, name, profile).await?;
        self.supply_practice(&mut context).await?;
        introspect(self, &context, report).await
    }
}

/// Has the service introspect the access token of this context.
pub(in crate::app) async fn introspect(app: &App, context: &CallContext, report: &Report) -> Result<Claims, Failure> {
    let service = &context.profile.service;
    let Some(template) = &service.introspection else { return Err(no_introspection(service)) };
    let answered = send::ask(app, Some(report), context, template, &[]).await?;
    let says = answered.answers.as_ref().map(Answers::json).filter(|says| says["active"].is_boolean());
    let (Some(says), true) = (says, answered.reply.is_success()) else {
        return Err(Failure::new(FailureKind::Refused, answered.refused_by("introspection endpoint")));
    };
    let values = app.values_for(context, template)?;
    Ok(Claims(masked(says, &values.secrets().collect::<Vec<_>>())))
}

fn no_introspection(service: &Service) -> Failure {
    let diagnosis = Diagnosis::new(format!("{} has no introspection endpoint here", service.name));
    Failure::new(FailureKind::Usage, diagnosis.hint("`tokenwright whoami` asks the identity endpoint instead"))
}

/// Asks the identity endpoint which account a token is for.
pub(crate) async fn ask(app: &App, report: &Report, context: &CallContext) -> Result<Identified, Failure> {
    let (identity, Answered { answers, .. }) = accepted(app, report, context).await?;
    let mut values = context.values();
    values.note_derived();
    // An endpoint may repeat the token that it was sent, or a secret.
    let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
    Ok(Identified { fields: answers.map(|answers| fields(identity, &answers, &secrets)).unwrap_or_default() })
}

/// The status of the identity endpoint's reply, where it accepts the token.
pub(in crate::app) async fn accepted_status(app: &App, report: &Report, context: &CallContext) -> Result<u16, Failure> {
    Ok(accepted(app, report, context).await?.1.reply.status)
}

/// What the identity endpoint says, where it accepts the token.
async fn accepted<'a>(
    app: &App,
    report: &Report,
    context: &'a CallContext,
) -> Result<(&'a Identity, Answered), Failure> {
    let service = &context.profile.service;
    let Some(identity) = &service.identity else {
        let diagnosis = Diagnosis::new(format!("{} has no identity endpoint here", service.name));
        return Err(Failure::new(
            FailureKind::Usage,
            diagnosis.hint("try the token in a call of the service's own API"),
        ));
    };
    let places: Vec<&Expression> = identity.fields.iter().map(|(_, place)| place).collect();
    let mut answered = send::ask(app, Some(report), context, &identity.call, &places).await?;
    if answered.reply.is_success()
        && let Some(claims) = signed_userinfo::claims_of(app, report, context, &answered.reply).await?
    {
        let expressions = identity.call.reading.expressions().chain(places.iter().copied());
        answered.answers = Some(try_reading::of_document(app, claims, expressions).await);
    }
    let says_success = answered.answers.as_ref().is_none_or(|answers| identity.call.reading.is_success(answers));
    if !answered.reply.is_success() || !says_success {
        return Err(refused(&answered, service));
    }
    if let Some(answers) = &answered.answers {
        subject::check_subject(context.tokens.as_ref(), answers.json())?;
    }
    Ok((identity, answered))
}

fn refused(answered: &Answered, service: &Service) -> Failure {
    let refusal = &answered.refusal;
    let kind = if refusal.cause == Cause::Limit { FailureKind::Network } else { FailureKind::Refused };
    let hint = refusal.hint(Stage::Identity, &service.hints);
    let says_more = !refusal.is_whole();
    Failure { says_more, ..Failure::new(kind, Diagnosis { hint, ..answered.refused_by("identity endpoint") }) }
}

/// What is shown of the account. A token or a secret is masked, by its value or by the name of its field.
fn fields(identity: &Identity, answers: &Answers, secrets: &[&Secret]) -> Vec<(String, String)> {
    let shown = |name: &str, text: &str| if is_secret_key(name) { MASK.to_owned() } else { mask_text(text, secrets) };
    let named = identity.fields.iter().filter_map(|(label, place)| {
        let text = answers.first_text(std::slice::from_ref(place))?;
        let name = place.as_str().rsplit('.').next().filter(|_| place.is_path()).unwrap_or_default();
        Some((label.clone(), shown(name, &text)))
    });
    let named: Vec<(String, String)> = named.collect();
    if !named.is_empty() {
        return named;
    }
    let plain = answers.json().as_object().into_iter().flatten();
    plain.filter_map(|(name, value)| Some((name.clone(), shown(name, &scalar_text(value)?)))).collect()
}
