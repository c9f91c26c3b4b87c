//! Saved profiles as the list shows them: one line each, with the state of the tokens.

use std::time::Duration;

use jiff::Timestamp;

use crate::diagnosis::Diagnosis;
use crate::oauth::span_left;
use crate::service::{DisplayName, Profile, ProfileName, Tags};
use crate::store::{Revision, Summary};

/// An access token that lives no longer than this is shown as expiring.
pub const EXPIRING: Duration = Duration::from_mins(1);

/// A line of the list of profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSummary {
    pub name: ProfileName,
    /// Empty if there is none.
    pub display_name: DisplayName,
    /// The id of its service; empty when the profile cannot be read.
    pub service_id: String,
    pub service: String,
    /// What the person groups it by.
    pub tags: Tags,
    /// Which environment of the service it is for, as the service calls it; empty if the service has only one.
    pub environment: String,
    pub keep_alive: bool,
    /// Whether it was never saved under a name.
    pub draft: bool,
    /// Whether it is the team's.
    pub shared: bool,
    pub state: ProfileState,
    /// Changes with everything that is saved of it; `None` if it is in memory only.
    pub revision: Option<Revision>,
}

impl ProfileSummary {
    /// The display name, or else the name.
    pub fn shown_name(&self) -> &str {
        if self.display_name.is_empty() { self.name.as_str() } else { self.display_name.as_str() }
    }
}

impl ProfileSummary {
    /// That of a profile of this machine which is in memory only.
    pub(in crate::app) fn of(name: ProfileName, profile: &Profile, draft: bool, state: ProfileState) -> Self {
        Self {
            name,
            display_name: profile.display_name.clone(),
            service_id: profile.service.id.clone(),
            service: profile.service.name.clone(),
            tags: profile.tags.clone(),
            environment: profile.environment().to_owned(),
            keep_alive: !draft && profile.keep_alive,
            draft,
            shared: false,
            state,
            revision: None,
        }
    }

    /// That of a profile whose text cannot be read.
    pub(in crate::app) fn broken(name: ProfileName, draft: bool, why: Diagnosis) -> Self {
        Self {
            name,
            display_name: DisplayName::default(),
            service_id: String::new(),
            service: String::new(),
            tags: Tags::default(),
            environment: String::new(),
            keep_alive: false,
            draft,
            shared: false,
            state: ProfileState::Broken(why),
            revision: None,
        }
    }

    /// What the store remembers of it; `None` for what may be different the next time.
    pub(in crate::app) fn remembered(&self) -> Option<Summary> {
        let nanoseconds = |at: &Option<Timestamp>| at.and_then(|at| i64::try_from(at.as_nanosecond()).ok());
        let text = |why: &Diagnosis| serde_json::to_string(why).ok();
        let summary = Summary {
            display_name: self.display_name.to_string(),
            service_id: self.service_id.clone(),
            service: self.service.clone(),
            tags: self.tags.to_string(),
            environment: self.environment.clone(),
            keep_alive: self.keep_alive,
            ..Summary::default()
        };
        Some(match &self.state {
            ProfileState::SignedOut => Summary { state: SIGNED_OUT, ..summary },
            ProfileState::Stale(why) => Summary { state: STALE, trouble: text(why), ..summary },
            ProfileState::NeedsSignIn { why, expires_at } => Summary {
                state: NEEDS_SIGN_IN,
                trouble: text(why),
                times: [nanoseconds(expires_at), None, None],
                ..summary
            },
            ProfileState::Tokens {
                expires_at,
                refreshable,
                refresh_token_expires_at: refresh_ends,
                announced_from,
                scopes,
            } => Summary {
                state: TOKENS,
                refreshable: *refreshable,
                times: [expires_at, refresh_ends, announced_from].map(nanoseconds),
                scopes: scopes.as_ref().map(|scopes| scopes.join("\n")),
                ..summary
            },
            ProfileState::Closed | ProfileState::Broken(_) => return None,
        })
    }

    /// The same as it was; `None` for what another version of the program has remembered.
    pub(in crate::app) fn recall(name: &ProfileName, draft: bool, summary: Summary) -> Option<Self> {
        let [first, second, third] = summary.times.map(|at| at.map(i128::from));
        let time = |at: Option<i128>| at.map(Timestamp::from_nanosecond).transpose().ok();
        let why = || serde_json::from_str(summary.trouble.as_deref()?).ok();
        let state = match summary.state {
            SIGNED_OUT => ProfileState::SignedOut,
            STALE => ProfileState::Stale(why()?),
            NEEDS_SIGN_IN => ProfileState::NeedsSignIn { why: why()?, expires_at: time(first)? },
            TOKENS => ProfileState::Tokens {
                expires_at: time(first)?,
                refreshable: summary.refreshable,
                refresh_token_expires_at: time(second)?,
                announced_from: time(third)?,
                scopes: summary.scopes.map(|scopes| scopes.lines().map(str::to_owned).collect()),
            },
            _ => return None,
        };
        Some(Self {
            revision: None,
            name: name.clone(),
            display_name: DisplayName::of(&summary.display_name),
            service_id: summary.service_id,
            service: summary.service,
            tags: Tags::of(&summary.tags),
            environment: summary.environment,
            keep_alive: summary.keep_alive,
            draft,
            shared: false,
            state,
        })
    }
}

/// The states as the store remembers them.
const SIGNED_OUT: u8 = 0;
const STALE: u8 = 1;
const NEEDS_SIGN_IN: u8 = 2;
const TOKENS: u8 = 3;

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
    /// Its text or its sealed record cannot be read.
    Broken(Diagnosis),
}

/// What the state of a profile comes to at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Fresh,
    /// Refreshed soon.
    Expiring,
    /// Refreshed at the next use.
    Expired,
    /// Valid for the last time.
    NoRefreshToken,
    NeedsSignIn,
    Stale,
    SignedOut,
    Closed,
    Unreadable,
}

impl ProfileState {
    /// What it comes to at a time.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match self {
            Self::Tokens { expires_at: Some(at), refreshable, .. } => {
                let left = at.duration_since(now);
                match (left.as_secs(), refreshable) {
                    (..=0, true) => Phase::Expired,
                    (..=0, false) => Phase::NeedsSignIn,
                    (_, false) => Phase::NoRefreshToken,
                    (left, true) if left <= EXPIRING.as_secs().cast_signed() => Phase::Expiring,
                    _ => Phase::Fresh,
                }
            }
            Self::Tokens { expires_at: None, .. } => Phase::Fresh,
            Self::NeedsSignIn { .. } => Phase::NeedsSignIn,
            Self::Stale(_) => Phase::Stale,
            Self::SignedOut => Phase::SignedOut,
            Self::Closed => Phase::Closed,
            Self::Broken(_) => Phase::Unreadable,
        }
    }

    pub fn label(&self, now: Timestamp) -> &'static str {
        match self.phase(now) {
            Phase::Fresh => "fresh",
            Phase::Expiring => "expiring",
            Phase::Expired => "expired",
            Phase::NoRefreshToken => "no refresh token",
            Phase::NeedsSignIn => "needs sign-in",
            Phase::Stale => "stale",
            Phase::SignedOut => "signed out",
            Phase::Closed => "vault closed",
            Phase::Unreadable => "unreadable",
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

    /// Whether a person has to do something: something is wrong, soon will be, or wants a sign-in.
    pub fn needs_person(&self, now: Timestamp) -> bool {
        match self {
            Self::NeedsSignIn { .. } | Self::Stale(_) | Self::Broken(_) | Self::SignedOut => true,
            Self::Tokens { expires_at, refreshable, refresh_token_expires_at, announced_from, .. } => {
                let has_ended = !refreshable && expires_at.is_some_and(|at| at <= now);
                has_ended || refresh_token_expires_at.is_some() && announced_from.is_some_and(|from| from <= now)
            }
            Self::Closed => false,
        }
    }

    /// Whether a new sign-in solves it.
    pub fn wants_sign_in(&self) -> bool {
        matches!(self, Self::NeedsSignIn { .. } | Self::Stale(_) | Self::SignedOut)
    }
}
