//! The practice service: an OAuth 2.0 authorization server inside the program, on loopback only, to learn on and
//! to test with. Nothing in it is real, and every page of it says so.
//!
//! `contract` says what it promises. A request goes (where TLS is switched on, through `tls`) `server` → `wire` → `router` → `authorize`, `token` or `resources`,
//! and `grants` holds what was granted. Everything behind the sockets is a function of the request, the state and the
//! time. Tokens outlive the service: a later one, in another process, honours them.
//!
//! The same mechanics serve the stand-in for any service in a `rehearsal` of its preset.

mod checks;
mod contract;
mod endpoints;
mod fault;
mod http;
mod identity;
mod rehearsal;
mod state;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::practice::http::server::Server;
use crate::practice::http::tls::{Bound, CertificateHeader, TlsFront};
use crate::practice::state::{State, base_url};

// Without sockets, for a test that sets the clock.
#[cfg(test)]
pub(crate) use crate::practice::state::grants::{Grants, Renewal, Terms, issue};
#[cfg(test)]
pub(crate) use crate::practice::state::now::Now;
#[cfg(test)]
pub(crate) use crate::practice::state::signed_token::GrantedAccess;

pub use crate::practice::contract::{CLIENT_ID, CLIENT_SECRET};
pub use crate::practice::fault::{Fault, Stage};
pub use crate::practice::http::server::PracticeError;
pub use crate::practice::rehearsal::{
    ACCESS_TOKEN, ID_TOKEN, Issued, IssuedFurther, REFRESH_TOKEN, REHEARSAL_CLIENT_ID, REHEARSAL_CLIENT_SECRET,
    REHEARSAL_USER_NAME, RecordedReply, Registration, Rehearsal, RehearsalContract, Replay, WRONG_REFRESH_TOKEN,
    rehearsal_secret,
};
pub use crate::practice::state::PracticeOptions;

/// The running service. Dropping it stops it: whoever waits gets an answer, and the port is free on return. That takes
/// up to half a second where a peer never reads, so it is not for an async thread.
pub struct Practice {
    /// Ends first, so that nothing is passed on to a server that has stopped.
    front: Option<TlsFront>,
    server: Server<State>,
}

impl Practice {
    /// Binds the port and begins to serve, on threads of its own.
    pub fn start(options: PracticeOptions) -> Result<Self, PracticeError> {
        if !options.tls {
            let server = Server::start(options.port, |port| State::new(options, port, None))?;
            return Ok(Self { front: None, server });
        }
        let bound = Bound::to(options.port)?;
        let (port, header) = (bound.port(), CertificateHeader::new().map_err(PracticeError::Start)?);
        let server = Server::start(None, |_| State::new(options, port, Some(header.clone())))?;
        let front = Some(bound.serve(server.port(), header)?);
        Ok(Self { front, server })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.front.as_ref().map_or_else(|| self.server.port(), TlsFront::port)
    }

    /// The certificate that a client must trust, in PEM, where TLS is switched on.
    pub fn certificate(&self) -> Option<&str> {
        self.front.as_ref().map(TlsFront::certificate)
    }

    /// The address to build endpoints on, such as `http://127.0.0.1:4321`; the issuer too.
    pub fn base_url(&self) -> String {
        base_url(self.port())
    }

    /// Replaces the faults, from the next request on.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.server.handler().options.faults = faults;
    }
}

impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Practice").field("port", &self.port()).finish_non_exhaustive()
    }
}
