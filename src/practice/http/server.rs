//! The mechanics that both servers share. One thread takes requests from the HTTP library and answers each on a thread
//! of its own, so that nobody keeps another caller waiting: not with a slow reply, not with a body that never comes, not
//! by refusing to read. The library knows no timeouts; therefore dropping the server joins no thread that uses a socket.

use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::practice::http::message::{Request, Response};
use crate::practice::http::wire;
use crate::practice::state::now::Now;

/// How long a stopping server waits for peers that neither send nor read.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long the library may need to close its listener.
const CLOSING: Duration = Duration::from_secs(2);

#[derive(Debug, Error)]
pub enum PracticeError {
    #[error("port {port} on 127.0.0.1 is taken")]
    PortTaken {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("port {port} on 127.0.0.1 may not be opened by this user")]
    PortForbidden {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("the practice service could not start on 127.0.0.1")]
    Start(#[source] io::Error),
}

/// Answers requests one at a time.
pub(crate) trait Handler: Send + 'static {
    /// How long to delay the answer.
    fn delay(&self, _request: &Request) -> Option<Duration> {
        None
    }

    fn answer(&mut self, request: &Request, now: &mut Now) -> Response;
}

/// A running server on 127.0.0.1. Dropping it answers pending requests and frees the port.
pub(crate) struct Server<H> {
    port: u16,
    handler: Arc<Mutex<H>>,
    library: Option<Arc<tiny_http::Server>>,
    receiver: Option<JoinHandle<()>>,
    in_flight: Arc<InFlight>,
}

/// How many requests are being answered, and whether the server is stopping.
#[derive(Default)]
struct InFlight {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

/// One request in flight, until it is dropped.
struct Guard(Arc<InFlight>);

impl<H: Handler> Server<H> {
    /// Listens on a port, or on a free one, which `handler` gets.
    pub(crate) fn start(port: Option<u16>, handler: impl FnOnce(u16) -> H) -> Result<Self, PracticeError> {
        let wanted = port.unwrap_or(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted));
        let listener = listener.map_err(|source| PracticeError::of_bind(wanted, source))?;
        let port = listener.local_addr().map_err(PracticeError::Start)?.port();
        let library = tiny_http::Server::from_listener(listener, None)
            .map_err(|error| PracticeError::Start(io::Error::other(error)))?;
        let (library, handler) = (Arc::new(library), Arc::new(Mutex::new(handler(port))));
        let in_flight = Arc::new(InFlight::default());
        let receiver = thread::Builder::new().name("practice".to_owned()).spawn({
            let (library, handler, in_flight) = (Arc::clone(&library), Arc::clone(&handler), Arc::clone(&in_flight));
            move || receive(&library, &handler, &in_flight)
        });
        let receiver = Some(receiver.map_err(PracticeError::Start)?);
        Ok(Self { port, handler, library: Some(library), receiver, in_flight })
    }
}

impl<H> Server<H> {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The handler, between requests. It stays usable after a panic in one of them.
    pub(crate) fn handler(&self) -> MutexGuard<'_, H> {
        locked(&self.handler)
    }

    /// Waits until this many requests are in flight.
    #[cfg(test)]
    pub(crate) fn wait_for_requests(&self, count: usize) {
        drop(self.in_flight.changed.wait_while(self.in_flight.state(), |(requests, _)| *requests < count));
    }
}

impl<H> Drop for Server<H> {
    fn drop(&mut self) {
        self.in_flight.stop();
        if let Some(library) = &self.library {
            library.unblock();
        }
        if let Some(receiver) = self.receiver.take() {
            // A panic there was reported by the panic hook already.
            let _ = receiver.join();
        }
        self.in_flight.wait_until_idle(PATIENCE);
        drop(self.library.take());
        wait_until_closed(self.port);
    }
}

impl InFlight {
    fn begin(self: &Arc<Self>) -> Guard {
        self.state().0 += 1;
        self.changed.notify_all();
        Guard(Arc::clone(self))
    }

    fn is_stopping(&self) -> bool {
        self.state().1
    }

    fn stop(&self) {
        self.state().1 = true;
        self.changed.notify_all();
    }

    /// Waits this long, or until the server stops.
    fn delay(&self, time: Duration) {
        drop(self.changed.wait_timeout_while(self.state(), time, |(_, stopping)| !*stopping));
    }

    fn wait_until_idle(&self, time: Duration) {
        drop(self.changed.wait_timeout_while(self.state(), time, |(requests, _)| *requests > 0));
    }

    fn state(&self) -> MutexGuard<'_, (usize, bool)> {
        locked(&self.state)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.state().0 -= 1;
        self.0.changed.notify_all();
    }
}

impl PracticeError {
    /// Why a port cannot be listened on.
    pub(crate) fn of_bind(port: u16, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::PortTaken { port, source },
            io::ErrorKind::PermissionDenied => Self::PortForbidden { port, source },
            _ => Self::Start(source),
        }
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

/// Runs until the server stops.
fn receive<H: Handler>(library: &tiny_http::Server, handler: &Arc<Mutex<H>>, in_flight: &Arc<InFlight>) {
    loop {
        match library.recv() {
            Ok(request) => {
                let (handler, guard) = (Arc::clone(handler), in_flight.begin());
                // Where the system has no thread to give, the library answers 500 by itself. A peer that left in the
                // middle is nobody's error.
                let _ = thread::Builder::new().name("practice request".to_owned()).spawn(move || {
                    let _ = respond(request, &handler, &guard.0);
                });
            }
            Err(_) if in_flight.is_stopping() => break,
            // The library accepts no new callers; those who are here are still served.
            Err(_) => {}
        }
    }
}

fn respond<H: Handler>(mut request: tiny_http::Request, handler: &Mutex<H>, in_flight: &InFlight) -> io::Result<()> {
    // Bound to 127.0.0.1 nobody else can come; checked all the same, since everything here rests on it.
    if !request.remote_addr().is_some_and(|peer| peer.ip().is_loopback()) {
        let document = json!({ "error": "access_denied", "error_description": "only this computer is answered" });
        return wire::send(request, &Response::json(403, &document), || true);
    }
    let read = wire::read(&mut request)?;
    let delay = locked(handler).delay(&read);
    if let Some(delay) = delay {
        in_flight.delay(delay);
    }
    if in_flight.is_stopping() {
        let words = "the practice service has stopped";
        let document = json!({ "error": "temporarily_unavailable", "error_description": words });
        return wire::send(request, &Response::json(503, &document), || true);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
    let response = locked(handler).answer(&read, &mut Now::new(Timestamp::now(), seed));
    wire::send(request, &response, || in_flight.is_stopping())
}

/// The library closes its listener on a thread that cannot be joined. This connection comes after the one by which the
/// library wakes that thread, so it is never accepted, and closing the listener resets it: that ends the read.
fn wait_until_closed(port: u16) {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if let Ok(mut probe) = TcpStream::connect_timeout(&here, CLOSING)
        && probe.set_read_timeout(Some(CLOSING)).is_ok()
    {
        let _ = probe.read(&mut [0]);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_over_when_the_server_stops_and_a_guard_counts_until_it_is_dropped() {
        let in_flight = Arc::new(InFlight::default());
        let guard = in_flight.begin();
        in_flight.stop();
        in_flight.delay(Duration::MAX);
        assert_eq!(*in_flight.state(), (1, true));
        drop(guard);
        in_flight.wait_until_idle(Duration::MAX);
        assert_eq!(*in_flight.state(), (0, true));
    }
}
