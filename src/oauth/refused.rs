//! That a refresh token is dead, as it is remembered: why, since when, and what mends it.

use jiff::Timestamp;

/// The service's last word on a refresh token. It is kept beside the token, so that the service is not asked again and
/// again, and goes with it: new tokens come without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When the service said so, by the local clock.
    pub at: Timestamp,
    /// What it said.
    pub reason: String,
    /// What mends it.
    pub hint: Option<String>,
}
