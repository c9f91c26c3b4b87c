//! *Check token*: ask the service whose token it is.

use crate::app::handle::App;
use crate::app::profiles::history;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::send::send;
use crate::app::sign_in::try_reading;
use crate::app::{CallContext, Failure, FailureKind, Identified};
use crate::call::{Answers, scalar_text};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Cause, Refusal, Stage, read_refusal};
use crate::secret::Secret;
use crate::service::{Identity, ProfileName, Service};

impl App {
    /// Asks the service whose token this is. `saved_as` is the profile that it belongs to: its history says that it worked.
    pub async fn check_token(
        &self,
        mut material: CallContext,
        saved_as: Option<ProfileName>,
        report: &Report,
    ) -> Result<Identified, Failure> {
        self.supply_practice(&mut material).await?;
        material.secrets.tidy();
        let identified = ask(self, report, &material).await?;
        if let Some(name) = saved_as {
            history::worked(self, &name, material.tokens).await;
        }
        Ok(identified)
    }
}

/// Calls it and reads its reply.
pub(crate) async fn ask(app: &App, report: &Report, material: &CallContext) -> Result<Identified, Failure> {
    let service = &material.profile.service;
    let Some(identity) = &service.identity else {
        let diagnosis = Diagnosis::new(format!("{} has no identity endpoint here", service.name));
        return Err(Failure::new(
            FailureKind::Usage,
            diagnosis.hint("try the token in a call of the service's own API"),
        ));
    };
    let values = app.values_for(material, &identity.call)?;
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
