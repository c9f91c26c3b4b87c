//! Asks the service about a token: which account it is for (identity endpoint), and whether it is active (introspection).

use crate::app::handle::App;
use crate::app::profiles::history;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::send::send;
use crate::app::sign_in::try_reading;
use crate::app::vault::open;
use crate::app::{CallContext, Failure, FailureKind, Identified, profiles, tokens};
use crate::call::{Answers, scalar_text};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Cause, Refusal, Stage, read_refusal};
use crate::secret::Secret;
use crate::service::{Identity, ProfileName, Service};

impl App {
    /// Asks the service whose token this is. `saved_as` is the profile that it belongs to: its history says that it worked.
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
}

/// What the service says of a token (RFC 7662 section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspection {
    /// Whether the token can be used.
    pub active: bool,
    /// The other members of the reply that are plain values, by name.
    pub fields: Vec<(String, String)>,
}

impl App {
    /// Introspects the access token of a saved profile as it stands (RFC 7662): nothing is refreshed for it.
    pub async fn introspect(&self, name: &ProfileName, report: &Report) -> Result<Introspection, Failure> {
        open::open_chosen(self).await?;
        let profile = profiles::load(self, name).await?;
        let Some(template) = profile.service.introspection.clone() else {
            return Err(no_introspection(&profile.service));
        };
        let mut context = tokens::context_of(self, name, profile).await?;
        self.supply_practice(&mut context).await?;
        let values = self.values_for(&context, &template)?;
        let call = template.render(&values)?;
        report.tell(Progress::Sending(call.origin()));
        let reply = send(self, &call).await?;
        let answers = Answers::of(&reply);
        let active = answers.as_ref().and_then(|answers| answers.json().get("active")?.as_bool());
        let (Some(active), true) = (active, reply.is_success()) else {
            let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
            let refusal = read_refusal(&reply, answers.as_ref(), &template.reading, &secrets);
            let said = if refusal.has_reason() { refusal.text() } else { String::new() };
            let summary = format!("the introspection endpoint answered {}{said}", refusal.status);
            return Err(Failure::new(FailureKind::Refused, Diagnosis::new(summary)));
        };
        let members = answers.iter().filter_map(|answers| answers.json().as_object()).flatten();
        let fields = members
            .filter(|(member, _)| *member != "active")
            .filter_map(|(member, value)| Some((member.clone(), scalar_text(value)?)));
        Ok(Introspection { active, fields: fields.collect() })
    }
}

fn no_introspection(service: &Service) -> Failure {
    let diagnosis = Diagnosis::new(format!("{} has no introspection endpoint here", service.name));
    Failure::new(FailureKind::Usage, diagnosis.hint("`tokenwright whoami` asks the identity endpoint instead"))
}

/// Calls it and reads its reply.
pub(crate) async fn ask(app: &App, report: &Report, context: &CallContext) -> Result<Identified, Failure> {
    let service = &context.profile.service;
    let Some(identity) = &service.identity else {
        let diagnosis = Diagnosis::new(format!("{} has no identity endpoint here", service.name));
        return Err(Failure::new(
            FailureKind::Usage,
            diagnosis.hint("try the token in a call of the service's own API"),
        ));
    };
    let values = app.values_for(context, &identity.call)?;
    let call = identity.call.render(&values)?;
    report.tell(Progress::Sending(call.origin()));
    let reply = send(app, &call).await?;
    let places = identity.fields.iter().map(|(_, place)| place);
    let answers = try_reading::of_reply(app, &reply, identity.call.reading.expressions().chain(places)).await;
    let says_success = answers.as_ref().is_none_or(|answers| identity.call.reading.is_success(answers));
    if !reply.is_success() || !says_success {
        let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
        return Err(refused(&read_refusal(&reply, answers.as_ref(), &identity.call.reading, &secrets), service));
    }
    let fields = answers.map(|answers| fields(identity, &answers)).unwrap_or_default();
    Ok(Identified { fields })
}

/// In the service's own words, masked: an endpoint may repeat the token that it was sent.
fn refused(refusal: &Refusal, service: &Service) -> Failure {
    let said = match (&refusal.code, &refusal.description) {
        (Some(code), _) => format!(": `{code}`"),
        (None, Some(description)) => format!(": {description}"),
        (None, None) => String::new(),
    };
    let summary = format!("the identity endpoint answered {}{said}", refusal.status);
    let kind = if refusal.cause == Cause::Limit { FailureKind::Network } else { FailureKind::Refused };
    let hint = refusal.hint(Stage::Identity, &service.hints);
    let says_more = !refusal.is_whole();
    Failure { says_more, ..Failure::new(kind, Diagnosis { hint, ..Diagnosis::new(summary) }) }
}

fn fields(identity: &Identity, answers: &Answers) -> Vec<(String, String)> {
    let text = |place| answers.first_text(std::slice::from_ref(place));
    let named: Vec<(String, String)> =
        identity.fields.iter().filter_map(|(label, place)| Some((label.clone(), text(place)?))).collect();
    if !named.is_empty() {
        return named;
    }
    let plain = answers.json().as_object().into_iter().flatten();
    plain.filter_map(|(name, value)| Some((name.clone(), scalar_text(value)?))).collect()
}
