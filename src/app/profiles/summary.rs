//! Saved profiles as the list shows them: one line each, with the state of the tokens.

use std::time::Duration;

use jiff::Timestamp;

use crate::diagnosis::Diagnosis;
use crate::oauth::span_left;
use crate::service::{DisplayName, ProfileName};

/// An access token that lives no longer than this is shown as expiring.
pub const EXPIRING: Duration = Duration::from_mins(1);

/// A line of the list of profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSummary {
    pub name: ProfileName,
    /// Empty if there is none.
    pub display_name: DisplayName,
    /// The id of its service; empty when its file cannot be read.
    pub service_id: String,
    pub service: String,
    pub keep_alive: bool,
    /// Whether it was never saved under a name.
    pub draft: bool,
    pub state: ProfileState,
}

impl ProfileSummary {
    /// The display name, or else the name.
    pub fn shown_name(&self) -> &str {
        if self.display_name.is_empty() { self.name.as_str() } else { self.display_name.as_str() }
    }
}

/// The state of a profile's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileState {
    Tokens {
        /// When the access token expires; `None` for never or not known.
        expires_at: Option<Timestamp>,
        /// Whether it can be renewed without a person: with a refresh token, or by repeating the token request.
        refreshable: bool,
        /// When the refresh token expires, where known.
        refresh_token_expires_at: Option<Timestamp>,
        /// From when on that is shown as a warning.
        announced_from: Option<Timestamp>,
        /// The scopes granted, where the service said.
        scopes: Option<Vec<String>>,
    },
    /// Only a new sign-in helps: the service has refused the refresh token.
    NeedsSignIn {
        why: Diagnosis,
        /// When the access token expires, which may still be good.
        expires_at: Option<Timestamp>,
    },
    /// The profile has changed since the tokens were issued.
    Stale(Diagnosis),
    SignedOut,
    /// Unknown while the vault is closed.
    Closed,
    /// Its file or its vault entry cannot be read.
    Broken(Diagnosis),
}

impl ProfileState {
    pub fn label(&self, now: Timestamp) -> &'static str {
        match self {
            Self::Tokens { expires_at: Some(at), refreshable, .. } => {
                let left = at.duration_since(now);
                match (left.as_secs(), refreshable) {
                    (..=0, true) => "expired",
                    (..=0, false) => "needs sign-in",
                    (_, false) => "no refresh token",
                    (left, true) if left <= EXPIRING.as_secs().cast_signed() => "expiring",
                    _ => "fresh",
                }
            }
            Self::Tokens { expires_at: None, .. } => "fresh",
            Self::NeedsSignIn { .. } => "needs sign-in",
            Self::Stale(_) => "stale",
            Self::SignedOut => "signed out",
            Self::Closed => "vault closed",
            Self::Broken(_) => "unreadable",
        }
    }

    /// What is wrong or soon will be.
    pub fn trouble(&self, now: Timestamp) -> Option<Diagnosis> {
        match self {
            Self::NeedsSignIn { why, .. } | Self::Stale(why) | Self::Broken(why) => Some(why.clone()),
            Self::Tokens { refresh_token_expires_at: Some(at), announced_from: Some(from), .. } if *from <= now => {
                let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
                Some(Diagnosis::new(match left {
                    Duration::ZERO => "the refresh token has expired".to_owned(),
                    left => format!("the refresh token expires in {}", span_left(left)),
                }))
            }
            _ => None,
        }
    }

    /// Whether a new sign-in solves it.
    pub fn wants_sign_in(&self) -> bool {
        matches!(self, Self::NeedsSignIn { .. } | Self::Stale(_) | Self::SignedOut)
    }
}
