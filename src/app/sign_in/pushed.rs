//! What the browser opens: the authorization request, or the reference to the one that was pushed (RFC 9126).

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::call_context::SentAuthorization;
use crate::app::sign_in::send::{deliver, record};
use crate::app::sign_in::try_reading;
use crate::app::{CallContext, Failure, FailureCode, FailureKind};
use crate::call::{BodyTemplate, Call, Expression, Values};
use crate::diagnosis::Diagnosis;
use crate::oauth::read_refusal;
use crate::secret::Secret;

/// The error code of RFC 6749 section 5.2.
const INVALID_CLIENT: &str = "invalid_client";

/// The call that the browser makes, after the request was pushed where the service takes it so.
pub(in crate::app) async fn visit(
    app: &App,
    report: &Report,
    context: &CallContext,
    sent: &SentAuthorization<'_>,
) -> Result<Call, Failure> {
    let service = &context.profile.service;
    let Some(mut template) = service.pushed_request() else { return Ok(context.authorization_call(sent)?) };
    if let BodyTemplate::Form(form) = &mut template.body {
        context.add_extras(form);
    }
    let mut values = app.values_for(context, &template)?;
    context.set_sent(&mut values, sent);
    let call = template.render(&values)?;
    let request_uri = push(app, report, &call, &values).await?;
    let visit = service.visit().ok_or_else(|| Failure::inside("a pushed request without a visit"))?;
    values.set("request_uri", &request_uri);
    Ok(visit.render(&values)?)
}

/// Sends the request; returns the reference to it (RFC 9126 section 2.2).
async fn push(app: &App, report: &Report, call: &Call, values: &Values) -> Result<String, Failure> {
    report.tell(Progress::Sending(call.origin()));
    let at = (app.ports.now)();
    let delivered = deliver(app, call).await;
    record(app, call, at, delivered.as_ref(), values.secrets());
    let reply = delivered?;
    let place = Expression::new("request_uri");
    let answers = try_reading::of_reply(app, &reply, [&place]).await;
    let found = answers.as_ref().and_then(|answers| answers.first_text(std::slice::from_ref(&place)));
    if let Some(request_uri) = found.filter(|text| reply.is_success() && !text.is_empty()) {
        return Ok(request_uri);
    }
    let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
    let reading = crate::call::Reading::default();
    let refusal = read_refusal(&reply, answers.as_ref(), &reading, &secrets);
    let said = match (&refusal.code, &refusal.description) {
        (Some(code), Some(words)) => format!(": `{code}` ({words})"),
        (Some(code), None) => format!(": `{code}`"),
        (None, Some(words)) => format!(": {words}"),
        (None, None) => String::new(),
    };
    let is_client = refusal.code.as_deref() == Some(INVALID_CLIENT);
    let hint = if is_client {
        "client ID or secret is wrong, or the service wants it elsewhere"
    } else {
        "compare client ID, redirect URI and scopes with the service's console; no browser was opened"
    };
    let summary = format!("the pushed authorization request was answered {}{said}", reply.status);
    let diagnosis = Diagnosis::new(summary).hint(hint).reference("https://www.rfc-editor.org/rfc/rfc9126#section-2.3");
    let failure = Failure::new(FailureKind::Refused, diagnosis);
    Err(if is_client { failure.coded(FailureCode::ClientRefused) } else { failure })
}
