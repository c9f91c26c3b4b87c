//! The rehearsal: the practice service takes on the contract of a preset and is strict about it, so that a preset is
//! proven without an account. A request goes `server` → `wire` → `stand_in`, which finds the call (`target`), judges
//! it (`judge` and `assertion`, by what is known: `facts`) and answers as the preset documents (`document`, `way_back`).
//!
//! Invariant: nothing here uses the code that renders a call or reads a reply.

mod assertion;
mod contract;
mod document;
mod facts;
mod judge;
mod pkce;
mod stand_in;
mod target;
mod way_back;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::practice::moment::Moment;
use crate::practice::rehearsal::stand_in::StandIn;
use crate::practice::server::{Server, lock};
use crate::practice::{PracticeError, bind_error};
use crate::secret::Secret;

pub use crate::practice::rehearsal::contract::{
    REHEARSAL_CLIENT_ID, REHEARSAL_CLIENT_SECRET, REHEARSAL_USER_NAME, Registration, RehearsalContract,
};
pub use crate::practice::rehearsal::document::{ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN};
pub use crate::practice::rehearsal::stand_in::{Issued, WRONG_REFRESH_TOKEN};

/// The running stand-in for a service, on loopback. It stops when dropped.
pub struct Rehearsal {
    port: u16,
    stand_in: Arc<Mutex<StandIn>>,
    _server: Server,
}

impl Rehearsal {
    /// Listens on a free port of 127.0.0.1, on threads of its own.
    pub fn start(contract: RehearsalContract) -> Result<Self, PracticeError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|source| bind_error(0, source))?;
        let port = listener.local_addr().map_err(PracticeError::Start)?.port();
        let stand_in = Arc::new(Mutex::new(StandIn::new(contract)));
        let server = Server::start(listener, Arc::clone(&stand_in)).map_err(PracticeError::Start)?;
        Ok(Self { port, stand_in, _server: server })
    }

    /// Takes on another contract, and forgets all of the one before.
    pub fn take_on(&self, contract: RehearsalContract) {
        *lock(&self.stand_in) = StandIn::new(contract);
    }

    /// The port to send calls to, as `http://127.0.0.1:PORT/SCHEME/HOST/PATH?QUERY`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was wrong with the latest request, in words.
    pub fn complaint(&self) -> Option<String> {
        lock(&self.stand_in).complaint.clone()
    }

    /// What was handed out last.
    pub fn issued(&self) -> Option<Issued> {
        lock(&self.stand_in).issued.clone()
    }

    /// A refresh token as a person may have one at hand, where the service's documented replies have none.
    pub fn refresh_token_at_hand(&self, now: Timestamp, seed: [u8; 32]) -> Secret {
        lock(&self.stand_in).refresh_token_at_hand(&mut Moment::new(now, seed))
    }
}
