//! The errors of the agent and of its client.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

#[derive(Debug, Error)]
pub enum AgentError {
    /// This system has no Unix sockets.
    #[error("the agent needs Unix sockets, which this system does not have")]
    NoSockets,
    /// There is no folder that only this user can use.
    #[error("there is no folder for the agent's socket")]
    NoPlace,
    /// Another agent has the lock.
    #[error("an agent is running already")]
    Running,
    #[error("cannot {action} `{path}`: {error}")]
    Socket {
        action: &'static str,
        path: PathBuf,
        #[source]
        error: io::Error,
    },
    #[error("cannot {action}: {error}")]
    System {
        action: &'static str,
        #[source]
        error: io::Error,
    },
    #[error("no agent is running")]
    Absent,
    /// The socket or its folder belongs to another user.
    #[error("the agent's socket belongs to another user")]
    Stranger,
    /// Other users can write to the folder.
    #[error("other users can write to the folder of the agent's socket, `{folder}`")]
    OpenFolder { folder: PathBuf },
    #[error("the agent does not answer")]
    Silent,
    #[error("the agent's answer cannot be understood")]
    Garbled,
}

impl AgentError {
    pub(in crate::agent) fn at(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Socket { action, path, error }
    }
}

impl Diagnose for AgentError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoSockets => diagnosis.hint("leave the window open: it refreshes the same profiles"),
            Self::NoPlace => diagnosis.hint("set `XDG_RUNTIME_DIR`, or `TOKENWRIGHT_HOME`"),
            Self::Running => diagnosis.hint("`tokenwright agent status` shows it, `tokenwright agent stop` stops it"),
            Self::Socket { error, .. } if error.kind() == io::ErrorKind::InvalidInput => {
                diagnosis.hint("the path of a socket holds about a hundred bytes: choose a shorter `TOKENWRIGHT_HOME`")
            }
            Self::Socket { .. } => diagnosis.hint("the folder must be yours, and the disk must not be full"),
            Self::System { .. } => diagnosis.hint("check the limit of open files (`ulimit -n`)"),
            Self::Absent => diagnosis.hint("start it with `tokenwright agent`"),
            Self::Stranger => diagnosis.hint("do not use it; find out who created the folder"),
            Self::OpenFolder { .. } => diagnosis.hint("run `chmod 700` on the folder"),
            Self::Silent => diagnosis.hint("it may be stopped or hanging: end its process, then start it again"),
            Self::Garbled => diagnosis.hint("it may be of another version: stop it and start it again"),
        }
    }
}
