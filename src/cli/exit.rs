//! Exit codes, which scripts branch on.

use std::process::{ExitCode, Termination};

use crate::app::FailureKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: success.
    Done,
    /// 1: local error (port, disk, display).
    Machine,
    /// 2: wrong usage.
    Usage,
    /// 3: sign-in required.
    NeedsSignIn,
    /// 4: the service refused.
    Refused,
    /// 5: network error, service unavailable or rate limited.
    Network,
    /// 6: the vault cannot be read or written.
    Vault,
    /// The exit code of a command that was run.
    Other(u8),
}

impl From<FailureKind> for Exit {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Machine => Self::Machine,
            FailureKind::Usage => Self::Usage,
            FailureKind::NeedsSignIn => Self::NeedsSignIn,
            FailureKind::Refused => Self::Refused,
            FailureKind::Network => Self::Network,
            FailureKind::Vault => Self::Vault,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Machine => 1,
            Self::Usage => 2,
            Self::NeedsSignIn => 3,
            Self::Refused => 4,
            Self::Network => 5,
            Self::Vault => 6,
            Self::Other(code) => code,
        })
    }
}
