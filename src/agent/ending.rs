//! How the agent learns that it is to end, and how it tells who started it that it is ready.

use std::ffi::OsString;
#[cfg(not(unix))]
use std::io;

use crate::agent::AgentError;

/// The signals by which a process is asked to end.
#[derive(Debug)]
pub struct Ending {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

#[cfg(unix)]
impl Ending {
    /// Listens for SIGTERM and SIGINT, which end the process no longer by themselves from now on.
    pub fn listen() -> Result<Self, AgentError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| AgentError::System { action: "listen for signals", error });
        Ok(Self { signals: [listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?] })
    }

    /// Waits for one of them.
    pub async fn asked(&mut self) {
        let [terminate, interrupt] = &mut self.signals;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Ending {
    /// There are none of these.
    pub fn listen() -> Result<Self, AgentError> {
        Err(AgentError::System { action: "listen for signals", error: io::ErrorKind::Unsupported.into() })
    }

    /// Waits for ever.
    pub async fn asked(&mut self) {
        std::future::pending().await
    }
}

/// Who started the process and wants to know how it goes, as systemd does (`sd_notify(3)`).
#[derive(Clone, Debug, Default)]
pub struct Supervisor {
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "there is nobody to tell"))]
    socket: Option<OsString>,
}

impl Supervisor {
    /// By the socket it named (`NOTIFY_SOCKET`); nobody where it named none.
    pub fn new(socket: Option<OsString>) -> Self {
        Self { socket: socket.filter(|socket| !socket.is_empty()) }
    }

    /// Tells it, such as `READY=1`. That it does not listen is its own affair.
    #[cfg(target_os = "linux")]
    pub fn tell(&self, state: &str) {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let Some(socket) = &self.socket else { return };
        let address = match socket.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name),
            None => SocketAddr::from_pathname(socket),
        };
        let datagram = UnixDatagram::unbound();
        let _ = datagram.and_then(|datagram| datagram.send_to_addr(state.as_bytes(), &address?));
    }

    /// There is nobody to tell.
    #[cfg(not(target_os = "linux"))]
    pub fn tell(&self, _state: &str) {}
}
