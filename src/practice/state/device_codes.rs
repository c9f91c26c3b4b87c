//! The codes of sign-ins on another device.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::practice::state::now::Now;
use crate::secret::Secret;

/// More codes than a person can ask for.
const MOST_CODES: usize = 100;

/// The codes that were issued, oldest first.
#[derive(Debug, Default)]
pub(crate) struct DeviceCodes(VecDeque<Issued>);

/// A code.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) device_code: Secret,
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) interval: Duration,
    pub(crate) last_poll: Timestamp,
    pub(crate) polls: u32,
    pub(crate) decision: Decision,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    None,
    /// By the person of this name.
    Allowed(String),
    Denied,
    /// The tokens were issued.
    Used,
}

impl DeviceCodes {
    pub(crate) fn add(&mut self, issued: Issued) {
        if self.0.len() == MOST_CODES {
            self.0.pop_front();
        }
        self.0.push_back(issued);
    }

    pub(crate) fn find(&mut self, device_code: &Secret) -> Option<&mut Issued> {
        self.0.iter_mut().find(|known| known.device_code == *device_code)
    }

    /// The code that a person typed, in any case and with anything between the letters (RFC 8628 section 6.1), if it waits.
    pub(crate) fn open(&mut self, typed: &str, now: &Now) -> Option<&mut Issued> {
        let letters = |code: &str| code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let waits = |known: &&mut Issued| {
            letters(&known.user_code) == letters(typed)
                && known.decision == Decision::None
                && known.expires_at > now.time
        };
        self.0.iter_mut().find(waits)
    }
}
