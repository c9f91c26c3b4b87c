//! Sends a call and reads its reply.

use crate::app::call_log::CallAbout;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::deliver::{deliver, record};
use crate::app::sign_in::proof::{Delivered, deliver_proved};
use crate::app::sign_in::try_reading;
use crate::app::{CallContext, Failure, FailureCode, FailureKind, Recovery};
use crate::call::{Answers, Call, CallTemplate, Expression, Method, Reply, Template, Values};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Cause, ProofFor, Refusal, Stage, read_refusal, retry_after};
use crate::secret::Secret;
use crate::service::Service;
use crate::transport::TransportError;

/// The reply to a call that returns no tokens.
pub(in crate::app) struct Answered {
    pub(in crate::app) reply: Reply,
    /// What it says; `None` if it is neither JSON nor a form.
    pub(in crate::app) answers: Option<Answers>,
    /// The reason it gives if it is a refusal. Secrets that it repeats are masked.
    pub(in crate::app) refusal: Refusal,
}

impl Answered {
    /// What asks again with the second client secret, where the service took the first one for wrong and there is a second.
    /// A client that is not authenticated has changed nothing (RFC 6749 section 3.2.1).
    pub(in crate::app) fn other_secret(&self, context: &CallContext, template: &CallTemplate) -> Option<CallContext> {
        let has_other = !context.secrets.second_client_secret.is_empty();
        let can = self.refuses_client() && has_other && context.profile.service.sends_client_secret(template);
        can.then(|| {
            let mut other = context.clone();
            other.secrets.swap_client_secrets();
            other
        })
    }

    /// Whether the service did not authenticate the client.
    pub(in crate::app) fn refuses_client(&self) -> bool {
        !self.reply.is_success() && self.refusal.cause == Cause::Client
    }

    /// The refusal of an endpoint, in the service's own words.
    pub(in crate::app) fn refused_by(&self, endpoint: &str) -> Diagnosis {
        let said = match (&self.refusal.code, &self.refusal.description) {
            (Some(code), _) => format!(": `{code}`"),
            (None, Some(description)) => format!(": {description}"),
            (None, None) => String::new(),
        };
        Diagnosis::new(format!("the {endpoint} answered {}{said}", self.reply.status))
    }

    /// Why a request that begins a sign-in was refused by this endpoint, and what to change.
    pub(in crate::app) fn refused_at(&self, endpoint: &str, stage: Stage, service: &Service) -> Failure {
        let Self { reply, refusal, .. } = self;
        let summary = if refusal.has_reason() {
            format!("the {endpoint} refused{}", refusal.text())
        } else {
            format!("the {endpoint} answered {} with {}", reply.status, refusal.what())
        };
        // What is wrong with the client is wrong at every endpoint.
        let hint = refusal.hint(stage, &service.hints).or_else(|| refusal.hint(Stage::TokenRequest, &service.hints));
        let diagnosis = Diagnosis { hint, reference: refusal.uri.clone(), ..Diagnosis::new(summary) };
        let after = retry_after(reply);
        let (kind, recovery, code) = match refusal.cause {
            Cause::Limit | Cause::Trouble => (FailureKind::Network, Recovery::Later { after }, FailureCode::General),
            Cause::Client => (FailureKind::Refused, Recovery::ByHand, FailureCode::ClientRefused),
            Cause::Grant | Cause::Other => (FailureKind::Refused, Recovery::ByHand, FailureCode::General),
        };
        Failure { recovery, said: refusal.own_code().map(str::to_owned), ..Failure::new(kind, diagnosis).coded(code) }
    }
}

/// Sends a call that returns no tokens, once more with the second client secret where the service refuses the first. Its reply
/// is read by the call's own expressions and by `places`.
pub(in crate::app) async fn ask(
    app: &App,
    report: Option<&Report>,
    context: &CallContext,
    template: &CallTemplate,
    places: &[&Expression],
) -> Result<Answered, Failure> {
    let first = ask_once(app, report, context, template, places).await?;
    let Some(other) = first.other_secret(context, template) else { return Ok(first) };
    if let Some(report) = report {
        tell_second_secret(report);
    }
    let second = ask_once(app, report, &other, template, places).await?;
    Ok(if second.refuses_client() { first } else { second })
}

/// Tells that the first client secret was refused.
pub(in crate::app) fn tell_second_secret(report: &Report) {
    let words = "the service refused the client secret; trying the second one";
    report.tell(Progress::Retrying(Diagnosis::new(words)));
}

async fn ask_once(
    app: &App,
    report: Option<&Report>,
    context: &CallContext,
    template: &CallTemplate,
    places: &[&Expression],
) -> Result<Answered, Failure> {
    let values = app.values_for(context, template)?;
    ask_with(app, report, context, (template, context.proof_for(template)), &values, places).await
}

/// The same with these values, and a proof of possession if somebody checks one.
pub(in crate::app) async fn ask_with(
    app: &App,
    report: Option<&Report>,
    context: &CallContext,
    (template, proof): (&CallTemplate, Option<ProofFor>),
    values: &Values,
    places: &[&Expression],
) -> Result<Answered, Failure> {
    let call = context.bound(template).render(values)?;
    if let Some(report) = report {
        report.tell(Progress::Sending(call.origin()));
    }
    let Delivered { call, at, outcome } = deliver_proved(app, context, (call, template, values), proof).await?;
    record(app, CallAbout::of(context, template), (&call, at), outcome.as_ref(), values.secrets());
    let reply = outcome?;
    let answers = try_reading::of_reply(
        app,
        (&reply, template.reading.format),
        template.reading.expressions().chain(places.iter().copied()),
    )
    .await;
    let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
    let refusal = read_refusal(&reply, answers.as_ref(), &template.reading, &secrets);
    Ok(Answered { reply, answers, refusal })
}

/// Asks an address without a secret. Brackets in it are no placeholders.
pub(in crate::app) async fn ask_address(
    app: &App,
    report: &Report,
    method: Method,
    address: &str,
) -> Result<Reply, Failure> {
    let url = Template::new(address.replace('<', "%3C").replace('{', "%7B"));
    let template = CallTemplate { method, url, ..CallTemplate::default() };
    Ok(send(app, report, &template.render(&Values::new())?).await?)
}

/// Sends a call without secrets of a profile.
pub(in crate::app) async fn send(app: &App, report: &Report, call: &Call) -> Result<Reply, TransportError> {
    let at = (app.ports.now)();
    let outcome = deliver(app, call).await;
    record(app, CallAbout::named(report.profile(), ""), (call, at), outcome.as_ref(), []);
    outcome
}
