//! Sends a call to a service and returns the reply, within limits of time and size.
//!
//! Invariants: a call is sent once, to the host it names; redirects are not followed; nothing is retried; no secret goes
//! over plain HTTP to another machine; an error shows only the host of a URL.

mod body;
mod error;
mod explain;
mod hardware;
mod identity;
mod network;
mod proxy;
mod resolver;
mod send;
mod trust;
mod wire;

#[cfg(test)]
mod tests;

pub use crate::transport::error::{TlsCause, TransportError};
pub use crate::transport::network::{Network, ProxyChoice, ReadNetwork};
pub use crate::transport::send::{Transport, TransportOptions};
pub use crate::transport::wire::Wire;
