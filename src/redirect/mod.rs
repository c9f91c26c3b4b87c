//! The edge towards the browser: opens it on the authorization URL, and receives the authorization response on a loopback
//! listener (RFC 8252 section 7.3).
//!
//! Invariant: listens on loopback only, and every request is bounded in size and time, so that no other
//! page or program on the machine can end, block or forge a sign-in by talking to the port.

mod answer;
mod bind;
mod browser;
mod certificate;
mod error;
mod holder;
mod listener;
mod page;
mod stray;
mod validity;

#[cfg(test)]
mod tests;

pub use crate::redirect::browser::{Browser, Launched, OpenError, open};
pub use crate::redirect::certificate::{CertificateError, LocalCertificate};
pub use crate::redirect::error::ListenError;
pub use crate::redirect::listener::{LateVisits, Listener};
pub use crate::redirect::page::{LandingPage, Tone};
pub use crate::redirect::stray::Stray;

/// The parameters of an authorization response: decoded once, in the order sent, duplicates included. They may hold
/// a code or a token, so they are never logged.
pub type Parameters = Vec<(String, String)>;

/// What the flow thinks of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It belongs to this flow, be it a verified code or a verified error: the listener stops.
    Accept(LandingPage),
    /// It is not believed: the browser is told, and the listener goes on waiting.
    Refuse(LandingPage),
}
