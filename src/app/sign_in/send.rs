//! Sends a call and reads its reply.

use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::app::sign_in::try_reading;
use crate::app::{CallContext, Failure};
use crate::call::{Answers, Call, CallTemplate, Expression, Reply};
use crate::diagnosis::Diagnosis;
use crate::oauth::{Refusal, read_refusal};
use crate::secret::Secret;
use crate::transport::{TransportError, Wire};

/// The reply to a call that returns no tokens.
pub(in crate::app) struct Answered {
    pub(in crate::app) reply: Reply,
    /// What it says; `None` if it is neither JSON nor a form.
    pub(in crate::app) answers: Option<Answers>,
    /// The reason it gives if it is a refusal. Secrets that it repeats are masked.
    pub(in crate::app) refusal: Refusal,
}

impl Answered {
    /// The refusal of an endpoint, in the service's own words.
    pub(in crate::app) fn refused_by(&self, endpoint: &str) -> Diagnosis {
        let said = match (&self.refusal.code, &self.refusal.description) {
            (Some(code), _) => format!(": `{code}`"),
            (None, Some(description)) => format!(": {description}"),
            (None, None) => String::new(),
        };
        Diagnosis::new(format!("the {endpoint} answered {}{said}", self.reply.status))
    }
}

/// Sends a call that returns no tokens. Its reply is read by the call's own expressions and by `places`.
pub(in crate::app) async fn ask(
    app: &App,
    report: Option<&Report>,
    context: &CallContext,
    template: &CallTemplate,
    places: &[&Expression],
) -> Result<Answered, Failure> {
    let values = app.values_for(context, template)?;
    let call = template.render(&values)?;
    if let Some(report) = report {
        report.tell(Progress::Sending(call.origin()));
    }
    let reply = send(app, &call).await?;
    let answers =
        try_reading::of_reply(app, &reply, template.reading.expressions().chain(places.iter().copied())).await;
    let secrets: Vec<&Secret> = values.secrets().filter(|secret| !secret.is_empty()).collect();
    let refusal = read_refusal(&reply, answers.as_ref(), &template.reading, &secrets);
    Ok(Answered { reply, answers, refusal })
}

pub(in crate::app) async fn send(app: &App, call: &Call) -> Result<Reply, TransportError> {
    let wire = Wire {
        method: call.method.as_str(),
        url: call.url.to_secret(),
        headers: call.wire_headers(),
        body: call.wire_body(),
    };
    app.ports.transport.send(wire, app.ports.now).await
}
