//! The agent, the process that keeps profiles refreshed: its socket and protocol, the alarm that wakes it, and the signals
//! that end it.
//!
//! Invariants: client and agent are the same user; requests are limited in size, time and number; request and response are
//! one line of JSON each; only the response to `token` has a secret.

mod alarm;
#[cfg(unix)]
mod client;
#[cfg(not(unix))]
#[path = "unsupported.rs"]
mod client;
mod error;
#[cfg(unix)]
mod listener;
mod protocol;
mod signals;
mod socket_path;

pub use crate::agent::alarm::Alarm;
pub use crate::agent::client::ask;
#[cfg(not(unix))]
pub use crate::agent::client::{Connection, Listener};
pub use crate::agent::error::AgentError;
#[cfg(unix)]
pub use crate::agent::listener::{Connection, Listener};
pub use crate::agent::protocol::{AgentStatus, AskedFor, KeptAlive, Request, Response, SecretText};
pub use crate::agent::signals::{SdNotify, ShutdownSignal};
pub use crate::agent::socket_path::SocketPath;
