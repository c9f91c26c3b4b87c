//! The threads: one takes requests from the HTTP library, and each request is answered on a thread of its own.
//! So nobody can keep another caller waiting: not with a slow reply, not with a body that never comes, not by
//! refusing to read. The library knows no timeouts; therefore no thread that stopping waits for touches a socket.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::practice::message::{Answer, Asked};
use crate::practice::moment::Moment;
use crate::practice::shift::Shift;
use crate::practice::wire::Incoming;

/// Those who are told to go need no time at all; a peer that never sends or never reads must not hold up the end.
const FAREWELL: Duration = Duration::from_millis(500);
/// How often, and how far apart, the port is looked at until the library has let go of it: two seconds in all.
const PORT_LOOKS: u32 = 400;
const PORT_PAUSE: Duration = Duration::from_millis(5);

/// What is behind the counter: a request and a moment in, an answer out.
pub(crate) trait Attendant: Send + 'static {
    /// How long the caller is kept waiting first.
    fn pause(&self, asked: &Asked) -> Option<Duration>;
    /// Answers.
    fn answer(&mut self, asked: &Asked, moment: &mut Moment) -> Answer;
}

/// The running threads. When this is dropped, whoever waits gets an answer and the port is free again.
pub(crate) struct Server {
    /// Dropped last: requests that nobody takes any more would leave their callers waiting.
    library: Option<Arc<tiny_http::Server>>,
    front: Option<JoinHandle<()>>,
    shift: Arc<Shift>,
    port: u16,
}

impl Server {
    /// Serves the desk on a listener that is bound already.
    pub(crate) fn start<A: Attendant>(listener: TcpListener, desk: Arc<Mutex<A>>) -> io::Result<Self> {
        let port = listener.local_addr()?.port();
        let library = Arc::new(tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?);
        let shift = Arc::new(Shift::default());
        let front = thread::Builder::new().name("practice".to_owned()).spawn({
            let (library, shift) = (Arc::clone(&library), Arc::clone(&shift));
            move || receive(&library, &desk, &shift)
        })?;
        Ok(Self { library: Some(library), front: Some(front), shift, port })
    }

    /// Waits until this many requests are being answered at once.
    #[cfg(test)]
    pub(crate) fn wait_until_taken(&self, requests: usize) {
        self.shift.wait_until_taken(requests);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shift.end();
        if let Some(library) = &self.library {
            library.unblock();
        }
        if let Some(front) = self.front.take() {
            // A panic there was reported by the panic hook already.
            let _ = front.join();
        }
        self.shift.wait_until_idle(FAREWELL);
        drop(self.library.take());
        wait_until_free(self.port);
    }
}

/// Runs until the shift is over and all that came before is on its way to an answer.
fn receive<A: Attendant>(library: &tiny_http::Server, desk: &Arc<Mutex<A>>, shift: &Arc<Shift>) {
    loop {
        match library.recv() {
            Ok(request) => attend(Incoming::new(request), desk, shift),
            Err(_) if shift.is_over() => break,
            // No new callers can be accepted; those who are here are still served.
            Err(_) => {}
        }
    }
    while let Ok(Some(request)) = library.try_recv() {
        attend(Incoming::new(request), desk, shift);
    }
}

/// Answers on a new thread. Where the system has none to give, the caller gets the library's own 500, from here.
fn attend<A: Attendant>(incoming: Incoming, desk: &Arc<Mutex<A>>, shift: &Arc<Shift>) {
    let seat = shift.take_seat();
    let (desk, shift) = (Arc::clone(desk), Arc::clone(shift));
    let _ = thread::Builder::new().name("practice request".to_owned()).spawn(move || {
        // A peer that left in the middle is nobody's error.
        let _ = respond(incoming, &desk, &shift);
        drop(seat);
    });
}

fn respond<A: Attendant>(mut incoming: Incoming, desk: &Mutex<A>, shift: &Shift) -> io::Result<()> {
    if !incoming.peer().is_some_and(is_loopback) {
        let document = json!({ "error": "access_denied", "error_description": "only this computer is answered" });
        return incoming.send(&Answer::json(403, &document, "not from this computer"), shift);
    }
    let asked = incoming.read()?;
    let pause = lock(desk).pause(&asked);
    if let Some(pause) = pause {
        shift.pause(pause);
    }
    if shift.is_over() {
        let words = "the practice service has stopped";
        let document = json!({ "error": "temporarily_unavailable", "error_description": words });
        return incoming.send(&Answer::json(503, &document, "stopped"), shift);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
    let answer = lock(desk).answer(&asked, &mut Moment::new(Timestamp::now(), seed));
    incoming.send(&answer, shift)
}

/// Bound to 127.0.0.1 nobody else can come; looked at all the same, since everything here rests on it.
fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().is_loopback()
}

/// The state behind the lock. A panic elsewhere leaves it whole enough to practise with.
pub(crate) fn lock<A>(desk: &Mutex<A>) -> MutexGuard<'_, A> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The library closes its listener on a thread that cannot be joined, a moment after it was dropped.
fn wait_until_free(port: u16) {
    for _ in 0..PORT_LOOKS {
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return;
        }
        // waits: the library does not say when it has closed its listener
        thread::sleep(PORT_PAUSE);
    }
}
