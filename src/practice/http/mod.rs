//! Between the sockets and the endpoints: requests and responses on the wire, and TLS.

pub(super) mod message;
pub(super) mod router;
pub(super) mod server;
pub(super) mod tls;
pub(super) mod wire;
