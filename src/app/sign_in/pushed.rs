//! What the browser opens: the authorization request, or the reference to the one that was pushed (RFC 9126).

use jiff::Timestamp;

use crate::app::handle::App;
use crate::app::progress::Report;
use crate::app::sign_in::call_context::SentAuthorization;
use crate::app::sign_in::send::{self, Answered};
use crate::app::{CallContext, Failure};
use crate::call::{BodyTemplate, Call, CallTemplate, Expression, MutualTls, RenderError, Values};
use crate::oauth::{ProofFor, Recipient, Stage};

/// The call that the browser makes, after the request was pushed where the service takes it so.
pub(in crate::app) async fn visit(
    app: &App,
    report: &Report,
    context: &CallContext,
    sent: &SentAuthorization<'_>,
) -> Result<Call, Failure> {
    let recipient = context.recipient(app, report).await?;
    visit_for(app, report, context, sent, recipient.as_ref()).await
}

/// The same; the request is encrypted to the recipient, if there is one.
pub(in crate::app) async fn visit_for(
    app: &App,
    report: &Report,
    context: &CallContext,
    sent: &SentAuthorization<'_>,
    recipient: Option<&Recipient>,
) -> Result<Call, Failure> {
    let service = &context.profile.service;
    let Some(template) = service.pushed_request() else {
        context.check_security_profile()?;
        let fresh = ((app.ports.now)(), app.ports.entropy);
        return context.authorization_call(sent, fresh, recipient, report);
    };
    let place = Expression::new("request_uri");
    let (mut answered, mut values) = push(app, report, context, (sent, recipient), template.clone(), &place).await?;
    if let Some(other) = answered.other_secret(context, &template) {
        send::tell_second_secret(report);
        let second = push(app, report, &other, (sent, recipient), template, &place).await?;
        if !second.0.refuses_client() {
            (answered, values) = second;
        }
    }
    let found = answered.answers.as_ref().and_then(|answers| answers.first_text(std::slice::from_ref(&place)));
    // RFC 9126 section 2.2.
    let Some(request_uri) = found.filter(|text| answered.reply.is_success() && !text.is_empty()) else {
        return Err(answered.refused_at("pushed authorization request endpoint", Stage::Authorization, service));
    };
    let visit = service.visit().ok_or_else(|| Failure::inside("a pushed request without a visit"))?;
    values.set("request_uri", &request_uri);
    values.mutual_tls = MutualTls::Off;
    Ok(visit.render(&values)?)
}

/// Pushes the authorization request. Returns the values that it was made of, too.
async fn push(
    app: &App,
    report: &Report,
    context: &CallContext,
    (sent, recipient): (&SentAuthorization<'_>, Option<&Recipient>),
    mut template: CallTemplate,
    place: &Expression,
) -> Result<(Answered, Values), Failure> {
    let fresh = ((app.ports.now)(), app.ports.entropy);
    if let BodyTemplate::Form(form) = &mut template.body {
        context.add_extras(form);
    }
    let mut values = app.values_for(context, &template)?;
    context.set_sent(&mut values, sent);
    match &mut template.body {
        BodyTemplate::Form(form) => context.sign_request(form, &mut values, fresh, recipient, report)?,
        _ if context.profile.service.signed_request.is_some() => {
            return Err(Failure::inside("a request to sign that is no form"));
        }
        _ => {}
    }
    // RFC 9449 section 10.1: the code is bound to the key as well.
    let proof = context.binds_tokens().then_some(ProofFor::AuthorizationServer);
    let answered = send::ask_with(app, Some(report), context, (&template, proof), &values, &[place]).await?;
    Ok((answered, values))
}

impl CallContext {
    /// The authorization request as the browser makes it. What is fresh is the time, and a source of random bytes.
    fn authorization_call(
        &self,
        sent: &SentAuthorization<'_>,
        fresh: (Timestamp, fn() -> [u8; 32]),
        recipient: Option<&Recipient>,
        report: &Report,
    ) -> Result<Call, Failure> {
        let Some(authorization) = &self.profile.service.authorization else { return Err(RenderError::NoUrl.into()) };
        let mut values = self.fresh_values(fresh.0, (fresh.1)());
        // The browser makes it.
        values.mutual_tls = MutualTls::Off;
        self.set_sent(&mut values, sent);
        let mut template = authorization.call.clone();
        self.add_extras(&mut template.query);
        self.sign_request(&mut template.query, &mut values, fresh, recipient, report)?;
        Ok(template.render(&values)?)
    }
}
