//! What the practice service can be told to do wrong, so that a person sees how each failure looks and a test can
//! cause it. Each one is something that real services do.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// A fault that can be switched on. Its text form is the name in kebab-case, such as `no-refresh-token`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `no-refresh-token`
    NoRefreshToken,
    /// `omit-refresh-token`
    OmitRefreshToken,
    /// `string-expiry`
    StringExpiry,
    /// `no-expiry`
    NoExpiry,
    /// `nested-reply`
    NestedReply,
    /// `form-reply`
    FormReply,
    /// `http-500`
    ServerError,
    /// `html-error`
    HtmlError,
    /// `error-200`
    ErrorWithSuccess,
    /// `slow-reply`
    SlowReply,
    /// `huge-reply`
    HugeReply,
    /// `redirect-token`
    RedirectToken,
    /// `dead-refresh-token`
    DeadRefreshToken,
    /// `zero-expiry`
    ZeroExpiry,
    /// `epoch-expiry`
    EpochExpiry,
    /// `http-503`
    Unavailable,
    /// `http-429`
    TooManyRequests,
    /// `garbage-reply`
    GarbageReply,
    /// `broken-reply`
    BrokenReply,
    /// `wrong-date`
    WrongDate,
    /// `dropped-state`
    DroppedState,
    /// `wrong-issuer`
    WrongIssuer,
    /// `access-denied`
    AccessDenied,
}

/// A text that names no fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no fault `{0}`")]
pub struct UnknownFault(pub String);

impl Fault {
    /// Every fault, in the order in which they are listed to a person.
    pub const ALL: [Self; 23] = [
        Self::NoRefreshToken,
        Self::OmitRefreshToken,
        Self::StringExpiry,
        Self::NoExpiry,
        Self::NestedReply,
        Self::FormReply,
        Self::ServerError,
        Self::HtmlError,
        Self::ErrorWithSuccess,
        Self::SlowReply,
        Self::HugeReply,
        Self::RedirectToken,
        Self::DeadRefreshToken,
        Self::ZeroExpiry,
        Self::EpochExpiry,
        Self::Unavailable,
        Self::TooManyRequests,
        Self::GarbageReply,
        Self::BrokenReply,
        Self::WrongDate,
        Self::DroppedState,
        Self::WrongIssuer,
        Self::AccessDenied,
    ];

    /// The name in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoRefreshToken => "no-refresh-token",
            Self::OmitRefreshToken => "omit-refresh-token",
            Self::StringExpiry => "string-expiry",
            Self::NoExpiry => "no-expiry",
            Self::NestedReply => "nested-reply",
            Self::FormReply => "form-reply",
            Self::ServerError => "http-500",
            Self::HtmlError => "html-error",
            Self::ErrorWithSuccess => "error-200",
            Self::SlowReply => "slow-reply",
            Self::HugeReply => "huge-reply",
            Self::RedirectToken => "redirect-token",
            Self::DeadRefreshToken => "dead-refresh-token",
            Self::ZeroExpiry => "zero-expiry",
            Self::EpochExpiry => "epoch-expiry",
            Self::Unavailable => "http-503",
            Self::TooManyRequests => "http-429",
            Self::GarbageReply => "garbage-reply",
            Self::BrokenReply => "broken-reply",
            Self::WrongDate => "wrong-date",
            Self::DroppedState => "dropped-state",
            Self::WrongIssuer => "wrong-issuer",
            Self::AccessDenied => "access-denied",
        }
    }

    /// What the service then does, in one sentence.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::NoRefreshToken => "No reply carries a refresh token.",
            Self::OmitRefreshToken => "A refresh brings no new refresh token; the old one stays good.",
            Self::StringExpiry => "`expires_in` is a string instead of a number.",
            Self::NoExpiry => "The reply does not say when the access token expires.",
            Self::NestedReply => "The tokens lie one level down, under `data`.",
            Self::FormReply => "The token reply is form-encoded instead of JSON.",
            Self::ServerError => "The token endpoint answers 500; nothing is spent, a later try succeeds.",
            Self::HtmlError => "The token endpoint answers 502 with a web page, as a gateway in between does.",
            Self::ErrorWithSuccess => "The token endpoint refuses every call, but with the status 200.",
            Self::SlowReply => "The token endpoint waits a minute before it answers.",
            Self::HugeReply => "The token reply never ends.",
            Self::RedirectToken => "The token endpoint redirects (307) to another host name.",
            Self::DeadRefreshToken => "Each refresh is refused with `invalid_grant`; only a new sign-in helps.",
            Self::ZeroExpiry => "`expires_in` is 0.",
            Self::EpochExpiry => "`expires_in` is the time of expiry in seconds since 1970 instead of a length.",
            Self::Unavailable => "The token endpoint answers 503; nothing is spent, a later try succeeds.",
            Self::TooManyRequests => "The token endpoint answers 429 and asks to be left alone for an hour.",
            Self::GarbageReply => "The token endpoint answers 200 with JSON that is cut short; nothing is spent.",
            Self::BrokenReply => "The connection breaks in the middle of the token reply; what was spent is spent.",
            Self::WrongDate => "The token endpoint's clock is an hour ahead, by the `Date` of its replies.",
            Self::DroppedState => "The redirect comes back without `state`.",
            Self::WrongIssuer => "The redirect names another issuer in `iss`.",
            Self::AccessDenied => "Whatever is pressed, the answer is `access_denied`.",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        Self::ALL.into_iter().find(|fault| fault.name() == text).ok_or_else(|| UnknownFault(text.to_owned()))
    }
}

impl Diagnose for UnknownFault {
    fn diagnose(&self) -> Diagnosis {
        let names = Fault::ALL.map(|fault| format!("`{fault}`")).join(", ");
        Diagnosis::new(self.to_string()).hint(format!("choose from {names}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_read_back_from_its_own_name() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
            assert!(fault.explanation().ends_with('.'), "{fault}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_names_there_are() {
        let error = "no-such".parse::<Fault>().expect_err("no fault has this name");
        assert_eq!(error.to_string(), "there is no fault `no-such`");
        assert!(error.diagnose().hint.is_some_and(|hint| hint.contains("`http-500`, `html-error`")));
    }
}
