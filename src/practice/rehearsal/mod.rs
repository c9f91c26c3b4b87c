//! The rehearsal: the mechanics of the practice service take on the contract of a preset and are strict about it, so
//! that a preset is proven without an account. A request goes `server` → `wire` → `stand_in`, which finds the call
//! (`target`), judges it (`judge`, `assertion` and `saml`, by what is known: `facts`) and answers as the preset documents
//! (`document`, `redirect`).
//!
//! Invariant: nothing here uses the code that renders a call or reads a reply.

mod assertion;
mod contract;
mod derived;
mod document;
mod facts;
mod further;
mod judge;
mod proved;
mod redirect;
mod replay;
mod saml;
mod signed_request;
mod stand_in;
mod target;

use jiff::Timestamp;

use crate::practice::http::server::{PracticeError, Server};
use crate::practice::rehearsal::stand_in::StandIn;
use crate::practice::state::now::Now;
use crate::secret::Secret;

pub use crate::practice::rehearsal::contract::{
    REHEARSAL_CLIENT_ID, REHEARSAL_CLIENT_SECRET, REHEARSAL_USER_NAME, Registration, RehearsalContract,
    rehearsal_secret,
};
pub use crate::practice::rehearsal::document::{ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN};
pub use crate::practice::rehearsal::further::IssuedFurther;
pub use crate::practice::rehearsal::replay::{RecordedReply, Replay};
pub use crate::practice::rehearsal::stand_in::{Issued, WRONG_REFRESH_TOKEN};

/// The running stand-in for a service, on loopback. It stops when dropped.
pub struct Rehearsal(Server<StandIn>);

impl Rehearsal {
    /// Listens on a free port of 127.0.0.1, on its own threads.
    pub fn start(contract: RehearsalContract) -> Result<Self, PracticeError> {
        Server::start(None, |_| StandIn::new(contract)).map(Self)
    }

    /// Stands in for another service and forgets the previous one.
    pub fn set_contract(&self, contract: RehearsalContract) {
        *self.0.handler() = StandIn::new(contract);
    }

    /// The port to send calls to, as `http://127.0.0.1:PORT/SCHEME/HOST/PATH?QUERY`.
    pub fn port(&self) -> u16 {
        self.0.port()
    }

    /// The key set that authorization requests are encrypted to; `None` if they are not encrypted.
    pub fn published_keys(&self) -> Option<String> {
        self.0.handler().contract.published_keys()
    }

    /// The problem with the latest request.
    pub fn complaint(&self) -> Option<String> {
        self.0.handler().complaint.clone()
    }

    pub fn issued(&self) -> Option<Issued> {
        self.0.handler().issued.clone()
    }

    /// A refresh token that a person already has, if the documented replies have none.
    pub fn refresh_token_at_hand(&self, now: Timestamp, seed: [u8; 32]) -> Secret {
        self.0.handler().refresh_token_at_hand(&mut Now::new(now, seed))
    }
}
