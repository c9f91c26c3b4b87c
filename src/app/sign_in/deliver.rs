//! Gives a call to the network, tells the face of it, and keeps it in the log.

use jiff::Timestamp;

use crate::app::call_log::CallAbout;
use crate::app::handle::App;
use crate::call::{Call, Reply, TracedCall};
use crate::secret::Secret;
use crate::transport::{TransportError, Wire};

/// Records a call that was sent. `known` are the secrets that may be in the reply beside those of the call: the profile's, and those
/// that were read from it.
pub(in crate::app) fn record<'a>(
    app: &App,
    about: CallAbout,
    (call, at): (&'a Call, Timestamp),
    outcome: Result<&Reply, &TransportError>,
    known: impl IntoIterator<Item = &'a Secret>,
) {
    app.record_call(about, || {
        let traced = TracedCall::sent(call, at, outcome.map_err(TransportError::to_no_reply), known);
        if app.traces() { traced.with_curl(call) } else { traced }
    });
}

/// Sends a call; the caller records it.
pub(in crate::app) async fn deliver(app: &App, call: &Call) -> Result<Reply, TransportError> {
    let wire = Wire {
        method: call.method.as_str(),
        url: call.url.to_secret(),
        headers: call.wire_headers(),
        body: call.wire_body(),
        client_certificate: call.client_certificate.clone(),
    };
    app.ports.transport.send(wire, app.ports.now).await
}
