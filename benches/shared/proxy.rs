//! A network that can be made bad: a proxy in front of a server, for one machine. Bytes of either direction can be held,
//! delayed or lost, and somebody may look at them on their way.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    ToServer,
    ToClient,
}

/// What happens to the bytes that a watcher sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Forward,
    /// They are lost with their connection.
    Cut,
}

/// Sees the bytes of each connection, which has a number, before they go on.
pub type Watcher = Box<dyn FnMut(u64, Way, &[u8]) -> Then + Send>;

/// What the network does at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// New connections are closed at once.
    pub refuses: bool,
    pub requests: Passage,
    pub replies: Passage,
    pub delay: Duration,
}

/// What becomes of bytes that go one way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Passage {
    #[default]
    Open,
    /// They stay on their way.
    Held,
    /// They are lost with their connection.
    Lost,
}

pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    target: Mutex<SocketAddr>,
    weather: Mutex<Weather>,
    /// Rises with each cut; connections of an earlier number end.
    cuts: AtomicU64,
    connections: AtomicU64,
    /// When somebody asked last, by [`ASKED`].
    asked: AtomicU64,
    watcher: Mutex<Option<Watcher>>,
    ended: AtomicBool,
}

/// How often a held direction looks whether it may go on.
const GLANCE: Duration = Duration::from_millis(5);

/// Counts what is asked by any proxy.
static ASKED: AtomicU64 = AtomicU64::new(1);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Proxy {
    /// For all addresses of this machine, or for its own only.
    pub fn start(target: SocketAddr, is_for_all: bool) -> Self {
        let ip = if is_for_all { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        let listener = TcpListener::bind((ip, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let state = Arc::new(State {
            target: Mutex::new(target),
            weather: Mutex::default(),
            cuts: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            watcher: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if served.ended.load(Ordering::SeqCst) {
                    break;
                }
                let state = Arc::clone(&served);
                thread::spawn(move || serve(&state, stream));
            }
        });
        Self { port, state }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Greater for the proxy by which somebody asked later.
    pub fn asked(&self) -> u64 {
        self.state.asked.load(Ordering::SeqCst)
    }

    pub fn set(&self, weather: Weather) {
        *locked(&self.state.weather) = weather;
    }

    /// Ends every connection.
    pub fn cut(&self) {
        self.state.cuts.fetch_add(1, Ordering::SeqCst);
    }

    pub fn watch(&self, watcher: Option<Watcher>) {
        *locked(&self.state.watcher) = watcher;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(state: &Arc<State>, client: TcpStream) {
    let number = state.connections.fetch_add(1, Ordering::SeqCst);
    let cuts = state.cuts.load(Ordering::SeqCst);
    if locked(&state.weather).refuses {
        return;
    }
    let target = *locked(&state.target);
    let Ok(server) = TcpStream::connect_timeout(&target, Duration::from_secs(2)) else { return };
    for stream in [&client, &server] {
        // Small messages go at once; and a read looks up now and then, to see a cut.
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(GLANCE * 4));
    }
    let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) else { return };
    let other = Arc::clone(state);
    thread::spawn(move || pump(&other, (number, cuts), Way::ToServer, from, to));
    pump(state, (number, cuts), Way::ToClient, server, client);
}

fn pump(state: &State, (number, cuts): (u64, u64), way: Way, mut from: TcpStream, mut to: TcpStream) {
    let mut chunk = [0; 16 * 1024];
    let is_cut = || state.cuts.load(Ordering::SeqCst) != cuts;
    loop {
        let length = match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if is_pause(&error) && !is_cut() => continue,
            Err(_) => break,
        };
        if way == Way::ToServer {
            state.asked.store(ASKED.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
        }
        let delay = locked(&state.weather).delay;
        if !delay.is_zero() {
            // waits: this is the delay.
            thread::sleep(delay);
        }
        while passage(state, way) == Passage::Held && !is_cut() {
            // waits: the fault ends when the plan says so.
            thread::sleep(GLANCE);
        }
        let loses = passage(state, way) == Passage::Lost;
        let then = locked(&state.watcher).as_mut().map_or(Then::Forward, |watch| watch(number, way, &chunk[..length]));
        if is_cut() || loses || then == Then::Cut || to.write_all(&chunk[..length]).is_err() {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
    }
    if is_cut() {
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    } else {
        // The end of this direction passes as bytes do.
        while passage(state, way) == Passage::Held && !is_cut() {
            thread::sleep(GLANCE);
        }
        let _ = to.shutdown(Shutdown::Write);
    }
}

fn is_pause(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}

fn passage(state: &State, way: Way) -> Passage {
    let weather = locked(&state.weather);
    match way {
        Way::ToServer => weather.requests,
        Way::ToClient => weather.replies,
    }
}
