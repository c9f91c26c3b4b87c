//! Why a reply holds no tokens, and what that means for the refresh token. What a service said is read in
//! [`crate::oauth::read_refusal`]; no English text of our own is looked into.

use thiserror::Error;

use crate::call::ExpressionError;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::explain::{ErrorHint, Stage};
use crate::oauth::refusal::{Cause, Refusal, Target};

/// Why a reply holds no tokens. Its texts are masked of the secrets that were sent.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// The service refused, in fields of whatever names.
    #[error("{} refused{}", .stage.endpoint(), .refusal.text())]
    Refused {
        /// Which call.
        stage: Stage,
        /// What the service said.
        refusal: Box<Refusal>,
    },
    /// The service sent the caller elsewhere, which is not followed.
    #[error("{} answered with a redirect ({status}) {}", .stage.endpoint(), .to.text())]
    Redirected {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// Where to.
        to: Target,
    },
    /// Not a reply that could hold a token, and no fields that give a reason.
    #[error("{} answered {} with {}", .stage.endpoint(), .refusal.status, .refusal.what())]
    NotJson {
        /// Which call.
        stage: Stage,
        /// What can be said of it all the same.
        refusal: Box<Refusal>,
    },
    /// A success in JSON or a form, and no access token where one was looked for.
    #[error("{} answered {status} without an access token at `{path}`; it has {names}", .stage.endpoint())]
    NoAccessToken {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// Where it was looked for.
        path: String,
        /// The names that are there.
        names: String,
        /// Where something of that name lies deeper in the reply.
        deeper: Option<String>,
    },
    /// The expression that says where the access token is came to nothing that is one.
    #[error("{} answered {status}; {error}", .stage.endpoint())]
    Unreadable {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// Which expression, and why.
        #[source]
        error: ExpressionError,
    },
}

/// What a failed token call means for what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The refresh token is dead beyond doubt, so that asking again with it makes no sense.
    EndsGrant,
    /// Too many calls: the same call succeeds later, and each one before then counts.
    Limit,
    /// The same call may succeed soon (RFC 9110 sections 15.6 and 15.5.9): nothing is given up.
    Trouble,
    /// Something must be changed first.
    Refused,
}

impl Stage {
    fn endpoint(self) -> &'static str {
        match self {
            Self::Authorization => "the authorization endpoint",
            Self::TokenRequest | Self::RefreshRequest => "the token endpoint",
            Self::Identity => "the identity endpoint",
        }
    }
}

impl TokenError {
    /// What it means. `hints` are the service's own, whose keys come before what the words say; only what was said of a
    /// refresh ends a grant, and a service in trouble is not believed.
    pub fn meaning(&self, hints: &[ErrorHint]) -> Meaning {
        let (stage, refusal) = match self {
            Self::Refused { stage, refusal } | Self::NotJson { stage, refusal } => (*stage, refusal),
            Self::NoAccessToken { status, .. } | Self::Unreadable { status, .. } => return of_status(*status),
            Self::Redirected { .. } => return Meaning::Refused,
        };
        let hint = refusal.service_hint(hints);
        if hint.is_some_and(|hint| hint.temporary) {
            return Meaning::Limit;
        }
        match refusal.cause {
            Cause::Limit => Meaning::Limit,
            Cause::Trouble => Meaning::Trouble,
            _ if stage == Stage::RefreshRequest && hint.is_some_and(|hint| hint.ends_grant) => Meaning::EndsGrant,
            Cause::Grant if stage == Stage::RefreshRequest => Meaning::EndsGrant,
            Cause::Grant | Cause::Client | Cause::Other => Meaning::Refused,
        }
    }

    /// Whether the service may have acted although its reply brought nothing: a gateway that lost the answer behind
    /// it, or a success that cannot be read (RFC 9110 sections 15.6.3 and 15.6.5).
    pub fn may_have_acted(&self) -> bool {
        match self {
            // In fields, but not in the service's own: a gateway before it speaks.
            Self::Refused { refusal, .. } => matches!(refusal.status, 502 | 504) && !refusal.is_of_service(),
            Self::Redirected { .. } => false,
            Self::NotJson { refusal, .. } => matches!(refusal.status, 200..=299 | 502 | 504),
            Self::NoAccessToken { status, .. } | Self::Unreadable { status, .. } => {
                matches!(status, 200..=299 | 502 | 504)
            }
        }
    }

    /// The service's own code.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { refusal, .. } | Self::NotJson { refusal, .. } => refusal.own_code(),
            _ => None,
        }
    }

    /// Whether its words leave nothing out that the service said.
    pub fn tells_all(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } | Self::NotJson { refusal, .. } => refusal.is_whole(),
            // Where the place of the token is named, nothing else is looked for.
            Self::Redirected { .. } | Self::NoAccessToken { deeper: Some(_), .. } => true,
            Self::NoAccessToken { .. } | Self::Unreadable { .. } => false,
        }
    }

    /// The words for a person; `hints` are the service's own.
    pub fn diagnose(&self, hints: &[ErrorHint]) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Refused { stage, refusal } | Self::NotJson { stage, refusal } => {
                Diagnosis { hint: refusal.hint(*stage, hints), reference: refusal.uri.clone(), ..diagnosis }
            }
            Self::Redirected { to, .. } => diagnosis.hint(to.hint()),
            Self::Unreadable { error, .. } => Diagnosis { summary: diagnosis.summary, ..error.diagnose() },
            Self::NoAccessToken { deeper: Some(place), .. } => {
                diagnosis.hint(format!("there is one at `{place}`: have it read from there"))
            }
            Self::NoAccessToken { .. } => {
                diagnosis.hint("look at the reply: if the token is under another name, change where it is read from")
            }
        }
    }
}

fn of_status(status: u16) -> Meaning {
    match status {
        429 => Meaning::Limit,
        408 | 425 | 500..=599 => Meaning::Trouble,
        _ => Meaning::Refused,
    }
}
