//! A relay between a program and its PostgreSQL server, which holds one message back: that is how a test stops a program at a
//! step of its work, without a word in the program.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::PATIENCE;

/// Where messages are held: what a connection asked for, and then what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// A part of a statement.
    pub statement: &'static str,
    /// `None` holds the statement itself; else the server's word that this was done next on its connection.
    pub done: Option<&'static str>,
}

/// The stop that is set, and who waits for it.
type Set = Option<(Stop, Sender<()>)>;

/// Forwards everything, until the message comes at which it is to stop. Ends when it is dropped.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    stop: Arc<Mutex<Set>>,
}

impl Relay {
    pub fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let stop = Arc::<Mutex<Set>>::default();
        let shared = Arc::downgrade(&stop);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Some(stop) = shared.upgrade() else { break };
                let Ok(server) = TcpStream::connect(server) else { continue };
                for end in [&client, &server] {
                    end.set_nodelay(true).expect("a socket");
                }
                let is_at = Arc::new(Mutex::new(false));
                let ends = [&client, &server].map(|end| end.try_clone().expect("a socket"));
                let [to_client, to_server] = ends;
                let (other_stop, other_at) = (Arc::clone(&stop), Arc::clone(&is_at));
                thread::spawn(move || forward(client, to_server, true, |message| holds(&stop, &is_at, message, true)));
                thread::spawn(move || {
                    forward(server, to_client, false, |message| holds(&other_stop, &other_at, message, false));
                });
            }
        });
        Self { address, stop }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Holds the next message of this kind, for as long as its connection lives.
    pub fn stop_at(&self, stop: Stop) -> Stopped {
        let (reached, stopped) = channel();
        *self.stop.lock().expect("nobody panics") = Some((stop, reached));
        Stopped(stopped)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Wakes the thread, which then sees that it is over.
        *self.stop.lock().expect("nobody panics") = None;
        self.stop = Arc::default();
        let _ = TcpStream::connect(self.address);
    }
}

/// A message that is held.
#[derive(Debug)]
pub struct Stopped(Receiver<()>);

impl Stopped {
    /// Waits until it is.
    pub fn wait(&self) {
        self.0.recv_timeout(PATIENCE).expect("the program never came there");
    }
}

/// Whether a message is to be held, which it is once.
fn holds(stop: &Mutex<Set>, is_at: &Mutex<bool>, message: &[u8], is_asked: bool) -> bool {
    let mut stop = stop.lock().expect("nobody panics");
    let Some((at, _)) = &*stop else { return false };
    let mut is_at = is_at.lock().expect("nobody panics");
    let holds = |text: &str| message.windows(text.len()).any(|part| part == text.as_bytes());
    let is_here = match at.done {
        _ if is_asked => {
            *is_at |= holds(at.statement);
            *is_at && at.done.is_none()
        }
        Some(done) => *is_at && message.first() == Some(&b'C') && message[5..].starts_with(done.as_bytes()),
        None => false,
    };
    if is_here && let Some((_, reached)) = stop.take() {
        // The test may have given up.
        let _ = reached.send(());
    }
    is_here
}

/// One message after the other: a kind, unless it is the first one of a client, a length that counts itself, a body.
fn forward(mut from: TcpStream, mut to: TcpStream, is_client: bool, mut holds: impl FnMut(&[u8]) -> bool) {
    let mut has_kind = !is_client;
    let mut is_held = false;
    let mut message = Vec::new();
    loop {
        let head = if has_kind { 5 } else { 4 };
        message.resize(head, 0);
        if from.read_exact(&mut message).is_err() {
            break;
        }
        let length = u32::from_be_bytes(message[head - 4..].try_into().expect("4 bytes"));
        message.resize(head + usize::try_from(length).expect("small") - 4, 0);
        if from.read_exact(&mut message[head..]).is_err() {
            break;
        }
        has_kind = true;
        is_held |= holds(&message);
        // What follows a message that is held is held as well.
        if !is_held && to.write_all(&message).is_err() {
            break;
        }
    }
    for end in [&from, &to] {
        let _ = end.shutdown(Shutdown::Both);
    }
}
