//! Opens the browser on the authorization URL, and receives the authorization response on a loopback listener (RFC 8252
//! section 7.3).
//!
//! Invariant: listens on loopback only, and bounds every request in size and time, so that no other page or program can end,
//! block or forge a sign-in by talking to the port.

mod answer;
mod bind;
mod browser;
mod certificate;
mod error;
mod holder;
mod installed;
mod listener;
mod page;
mod stray;
mod validity;

#[cfg(test)]
mod tests;

pub use crate::redirect::bind::can_listen;
pub use crate::redirect::browser::{Browser, Launched, OpenError, open, show_folder};
pub use crate::redirect::certificate::{CertificateError, LocalCertificate};
pub use crate::redirect::error::ListenError;
pub use crate::redirect::installed::{InstalledBrowser, installed};
pub use crate::redirect::listener::{LateVisits, Listener};
pub use crate::redirect::page::{LandingPage, Tone};
pub use crate::redirect::stray::Stray;

/// The parameters of an authorization response: decoded once, in the order sent, with duplicates. Never logged, since they
/// may hold a code or a token.
pub type Parameters = Vec<(String, String)>;

/// The judgement of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A verified code or a verified error of this sign-in: the listener stops.
    Accept(LandingPage),
    /// Not of this sign-in: the browser shows why, and the listener keeps waiting.
    Refuse(LandingPage),
}
