//! A call, sent.

use crate::app::Failure;
use crate::app::handle::App;
use crate::call::{Call, Reply};
use crate::transport::{TransportError, Wire};

pub(in crate::app) async fn send(app: &App, call: &Call) -> Result<Reply, Failure> {
    Ok(send_wire(app, call).await?)
}

pub(in crate::app) async fn send_wire(app: &App, call: &Call) -> Result<Reply, TransportError> {
    let wire = Wire {
        method: call.method.as_str(),
        url: call.url.to_secret(),
        headers: call.wire_headers(),
        body: call.wire_body(),
    };
    app.ports.transport.send(wire, app.ports.now).await
}
