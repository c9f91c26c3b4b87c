//! The server for a rehearsal: a stand-in for the service, and ports whose requests all reach it.

use std::io;
use std::sync::Arc;

use crate::agent::{SdNotify, SocketPath};
use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::{Failure, Ports};
use crate::desktop::Clipboard;
use crate::practice::{Rehearsal, RehearsalContract};
use crate::redirect::OpenError;
use crate::transport::{Transport, TransportOptions};

/// A stand-in and the way to it.
pub(crate) struct RehearsalServer {
    pub(crate) rehearsal: Rehearsal,
    /// What the flows use here. Its calls reach the stand-in only; it opens no browser and tells no face.
    pub(crate) app: App,
}

impl RehearsalServer {
    /// Starts a stand-in.
    pub(crate) async fn open(ports: &Ports, contract: RehearsalContract) -> Result<Self, Failure> {
        let rehearsal = blocking(move || Rehearsal::start(contract)).await??;
        let app = app_at(ports, rehearsal.port());
        Ok(Self { rehearsal, app })
    }
}

/// The use cases, whose calls all reach the stand-in on this port.
pub(in crate::app) fn app_at(ports: &Ports, port: u16) -> App {
    let options = TransportOptions { rehearse_at: Some(port), ..TransportOptions::default() };
    let ports = Ports {
        transport: Transport::new(options),
        expressions: ports.expressions.clone(),
        config: ports.config.clone(),
        store: ports.store.clone(),
        agent_socket: SocketPath::none(),
        sd_notify: SdNotify::default(),
        vault_kind: None,
        team: ports.team.clone(),
        passphrase: None,
        open_browser: Arc::new(|_, _| Err(OpenError::System(io::ErrorKind::Unsupported))),
        clipboard: Clipboard::in_memory(),
        now: ports.now,
        entropy: ports.entropy,
    };
    App::new(ports, Box::new(|_| {}))
}
