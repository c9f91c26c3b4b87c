//! Gives a call to the network, and tells the face of it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::News;
use crate::app::handle::App;
use crate::call::{Call, Reply, TracedCall};
use crate::secret::Secret;
use crate::transport::{TransportError, Wire};

/// Tells the face of a call, if it wants to know. `known` are the secrets that may be in the reply beside those of the call:
/// the profile's, and those that were read from it.
pub(in crate::app) fn record<'a>(
    app: &App,
    call: &'a Call,
    at: Timestamp,
    outcome: Result<&Reply, &TransportError>,
    known: impl IntoIterator<Item = &'a Secret>,
) {
    if app.traces() {
        let traced = TracedCall::sent(call, at, outcome.map_err(ToString::to_string), known);
        app.tell(News::Called(Arc::new(traced)));
    }
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
