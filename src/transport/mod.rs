//! The edge towards the services: sends a call, returns the reply, bounded in time and size.
//!
//! Invariant: a call is sent once, to the host it names; no redirect is followed, nothing is sent again, nothing
//! secret goes over plain HTTP to another machine, and no error shows more of a URL than its host.

mod body;
mod error;
mod explain;
mod proxy;
mod resolver;
mod send;
mod trust;
mod wire;

#[cfg(test)]
mod tests;

pub use crate::transport::error::{TlsCause, TransportError};
pub use crate::transport::send::{Transport, TransportOptions};
pub use crate::transport::wire::Wire;
