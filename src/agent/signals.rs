//! The signals that end the agent, and its notifications to the service manager.

use std::ffi::OsString;

use crate::agent::AgentError;

/// SIGTERM and SIGINT.
#[derive(Debug)]
pub struct ShutdownSignal {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

#[cfg(unix)]
impl ShutdownSignal {
    /// Listens for the signals, which no longer end the process by themselves.
    pub fn listen() -> Result<Self, AgentError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| AgentError::System { action: "listen for signals", error });
        Ok(Self { signals: [listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?] })
    }

    /// Waits for a signal.
    pub async fn received(&mut self) {
        let [terminate, interrupt] = &mut self.signals;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl ShutdownSignal {
    pub fn listen() -> Result<Self, AgentError> {
        let error = std::io::ErrorKind::Unsupported.into();
        Err(AgentError::System { action: "listen for signals", error })
    }

    pub async fn received(&mut self) {
        std::future::pending().await
    }
}

/// The service manager that started the process and expects its state (`sd_notify(3)`).
#[derive(Clone, Debug, Default)]
pub struct SdNotify {
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no such service manager"))]
    socket: Option<OsString>,
}

impl SdNotify {
    /// `socket` is `NOTIFY_SOCKET`; without it nothing is sent.
    pub fn new(socket: Option<OsString>) -> Self {
        Self { socket: socket.filter(|socket| !socket.is_empty()) }
    }

    /// Sends a state such as `READY=1`. Errors are ignored: the agent works without a service manager.
    #[cfg(target_os = "linux")]
    pub fn send(&self, state: &str) {
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

    #[cfg(not(target_os = "linux"))]
    pub fn send(&self, _state: &str) {}
}
