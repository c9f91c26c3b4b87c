//! Why a token reply has no tokens, and what that means for the refresh token.

use thiserror::Error;

use crate::call::ExpressionError;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::oauth::tokens::explain::{ErrorHint, Stage};
use crate::oauth::tokens::refusal::{Cause, Refusal, Target};

/// Why a reply has no tokens. Its texts have the secrets of the request masked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TokenError {
    /// The service refused and gave a reason.
    #[error("{} refused{}", .stage.endpoint(), .refusal.text())]
    Refused {
        /// Which call.
        stage: Stage,
        /// What the service said.
        refusal: Box<Refusal>,
    },
    /// A redirect, which is not followed.
    #[error("{} answered with a redirect ({status}) {}", .stage.endpoint(), .to.text())]
    Redirected {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// Where to.
        to: Target,
    },
    /// Neither a token nor a reason.
    #[error("{} answered {} with {}", .stage.endpoint(), .refusal.status, .refusal.what())]
    NotJson {
        /// Which call.
        stage: Stage,
        /// What is known of the reply.
        refusal: Box<Refusal>,
    },
    /// A success without an access token where the preset expects it.
    #[error("{} answered {status} with{} at `{path}`; it has {names}", .stage.endpoint(), words(*.is_empty))]
    NoAccessToken {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// The expected place.
        path: String,
        /// The member names of the reply.
        names: String,
        /// Whether the member is there, with nothing in it.
        is_empty: bool,
        /// Where a member of that name is deeper in the reply.
        deeper: Option<String>,
    },
    /// The expression for the access token has no usable value.
    #[error("{} answered {status}; {error}", .stage.endpoint())]
    Unreadable {
        /// Which call.
        stage: Stage,
        /// The status code.
        status: u16,
        /// The expression and the reason.
        #[source]
        error: ExpressionError,
    },
}

/// What a failed request means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The refresh token is certainly dead.
    EndsGrant,
    /// Rate limit: the same request succeeds later.
    Limit,
    /// The same request may succeed soon (RFC 9110 sections 15.6 and 15.5.9).
    Trouble,
    /// The request must be changed.
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
    /// The keys of a matching hint decide first. Only a refused refresh ends a grant, and never an error of a service in
    /// trouble.
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

    /// Whether the service may have acted all the same: a gateway lost its reply, or a success cannot be read (RFC 9110
    /// sections 15.6.3 and 15.6.5).
    pub fn may_have_acted(&self) -> bool {
        match self {
            // A reason without a known code may be a gateway's.
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

    /// Whether the error says all that the service said.
    pub fn tells_all(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } | Self::NotJson { refusal, .. } => refusal.is_whole(),
            Self::Redirected { .. } | Self::NoAccessToken { deeper: Some(_), .. } => true,
            Self::NoAccessToken { .. } | Self::Unreadable { .. } => false,
        }
    }

    /// `hints` are the service's own.
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
            Self::NoAccessToken { is_empty: true, .. } => {
                diagnosis.hint("the service issued none: see whether the account and the client are active there")
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

fn words(is_empty: bool) -> &'static str {
    if is_empty { " an empty access token" } else { "out an access token" }
}
