//! The practice service: an OAuth 2.0 authorization server inside the program, on loopback only, to learn on and
//! to test with. Nothing in it is real, and every page of it says so.
//!
//! What it promises is in `contract`; a request goes `server` → `wire` → `desk` → `authorize`, `token` or
//! `resources`, and what was granted is in `grants`. Everything between the sockets is a function of the request,
//! the state and the moment. Tokens outlive the service: a later one, in another process, honours them.
//!
//! The same mechanics stand in for any service in a `rehearsal` of its preset.

mod assertion;
mod authorization_request;
mod authorize;
mod caller;
mod contract;
mod desk;
mod fault;
mod grants;
mod identity;
mod inscription;
mod message;
mod moment;
mod pages;
mod pkce;
mod rehearsal;
mod resources;
mod seen;
mod server;
mod shelf;
mod shift;
#[cfg(test)]
mod tests;
mod token;
mod way_back;
mod wire;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::practice::desk::Desk;
use crate::practice::grants::Grants;
use crate::practice::seen::Log;
use crate::practice::server::{Server, lock};
use crate::practice::shelf::Shelf;

pub use crate::practice::contract::{CLIENT_ID, CLIENT_SECRET, KEY_CLIENT_ID, PASSWORD, PASTE_PAGE, PUBLIC_CLIENT_ID};
pub use crate::practice::fault::{Fault, UnknownFault};
pub use crate::practice::rehearsal::{
    ACCESS_TOKEN, ID_TOKEN, Issued, REFRESH_TOKEN, REHEARSAL_CLIENT_ID, REHEARSAL_CLIENT_SECRET, REHEARSAL_USER_NAME,
    Registration, Rehearsal, RehearsalContract, WRONG_REFRESH_TOKEN,
};
pub use crate::practice::seen::{ClientAuthentication, Seen};

/// Short enough to see a token expire, long enough to use it first.
const ACCESS_TOKEN_LIFE: Duration = Duration::from_mins(2);

/// How the service behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeOptions {
    /// The port on 127.0.0.1; `None` takes a free one.
    pub port: Option<u16>,
    /// What it does wrong.
    pub faults: Vec<Fault>,
    /// Whether the pages answer themselves, so that no person and no browser is needed.
    pub auto_consent: bool,
    /// How long access tokens are good.
    pub access_token_life: Duration,
    /// How long refresh tokens are good; `None` is for ever. Like access tokens they outlive the service.
    pub refresh_token_life: Option<Duration>,
}

impl Default for PracticeOptions {
    fn default() -> Self {
        Self {
            port: None,
            faults: Vec::new(),
            auto_consent: false,
            access_token_life: ACCESS_TOKEN_LIFE,
            refresh_token_life: None,
        }
    }
}

/// The running service. It stops when dropped.
pub struct Practice {
    port: u16,
    desk: Arc<Mutex<Desk>>,
    server: Server,
}

/// Why the service did not start.
#[derive(Debug, Error)]
pub enum PracticeError {
    /// Another program listens there.
    #[error("port {port} on 127.0.0.1 is taken")]
    PortTaken {
        /// The port that was asked for.
        port: u16,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// This user may not listen there.
    #[error("port {port} on 127.0.0.1 may not be opened by this user")]
    PortForbidden {
        /// The port that was asked for.
        port: u16,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// Anything else that the system said.
    #[error("the practice service could not start on 127.0.0.1")]
    Start(#[source] io::Error),
}

impl Practice {
    /// Binds the port and begins to serve, on threads of its own.
    pub fn start(options: PracticeOptions) -> Result<Self, PracticeError> {
        let asked = options.port.unwrap_or(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, asked)).map_err(|source| bind_error(asked, source))?;
        let port = listener.local_addr().map_err(PracticeError::Start)?.port();
        let desk = Arc::new(Mutex::new(Desk {
            contract: &contract::PRACTICE,
            issuer: base_url(port),
            auto_consent: options.auto_consent,
            access_token_life: options.access_token_life,
            refresh_token_life: options.refresh_token_life,
            faults: options.faults,
            grants: Grants::default(),
            visits: Shelf::default(),
            certificate: None,
            assertions: Shelf::default(),
            log: Log::default(),
        }));
        let server = Server::start(listener, Arc::clone(&desk)).map_err(PracticeError::Start)?;
        Ok(Self { port, desk, server })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address to build endpoints on, such as `http://127.0.0.1:4321`; the issuer too.
    pub fn base_url(&self) -> String {
        base_url(self.port)
    }

    /// Replaces the faults, from the next request on.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        lock(&self.desk).faults = faults;
    }

    /// What it saw, oldest first; the latest thousand. Names only, no values.
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.desk).log.all()
    }

    /// Stops it: whoever waited has an answer, and the port is free on return.
    pub fn stop(self) {
        drop(self.server);
    }
}

impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Practice").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Diagnose for PracticeError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::PortTaken { .. } => diagnosis.hint(
                "choose another port, leave the port out to get a free one, or stop the program that listens there \
                 (perhaps another practice service)",
            ),
            Self::PortForbidden { .. } => {
                diagnosis.hint("choose a port from 1024 on, or leave the port out to get a free one")
            }
            Self::Start(source) => diagnosis.hint(format!("the system said: {source}")),
        }
    }
}

fn base_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn bind_error(port: u16, source: io::Error) -> PracticeError {
    match source.kind() {
        io::ErrorKind::AddrInUse => PracticeError::PortTaken { port, source },
        io::ErrorKind::PermissionDenied => PracticeError::PortForbidden { port, source },
        _ => PracticeError::Start(source),
    }
}
