//! The agent's end of the socket. Other users are kept out twice: only this user can write to the folder, and the kernel must
//! confirm that the peer is this user.

use std::collections::VecDeque;
use std::fs::{self, File, TryLockError};
use std::future::Future;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::agent::protocol::REQUEST_LIMIT;
use crate::agent::{AgentError, Request, Response, SocketPath};
use crate::durable;

/// The most concurrent connections: more than a user's scripts start, and below the limit of open files. Further clients wait
/// in the backlog of the socket.
const AT_ONCE: usize = 512;
/// How long a connection may be without a request once others wait for its place. Clients send it at once, but on a busy
/// machine that takes a moment; and they wait two seconds for an answer, in which a crowd that says nothing must be gone.
const SILENCE: Duration = Duration::from_secs(1);
/// The time limit for sending a request or reading the response.
const HURRY: Duration = Duration::from_secs(2);
/// After this time, a space announces the response, so that the client knows that the agent is running.
const ANNOUNCED_AFTER: Duration = Duration::from_millis(300);

/// The listening socket, removed on drop.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    places: Arc<Semaphore>,
    /// Connections without a request yet, oldest first.
    silent: Mutex<VecDeque<Arc<Silent>>>,
    /// Held by the agent.
    _lock: File,
}

#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    asked: Arc<Silent>,
    _place: OwnedSemaphorePermit,
}

/// A connection without a request yet.
#[derive(Debug)]
struct Silent {
    since: Instant,
    has_asked: AtomicBool,
    /// Notified when this connection is evicted for others.
    evicted: Notify,
}

impl Listener {
    /// Listens, unless another agent does. Removes the socket of a dead agent.
    #[allow(clippy::unused_async, reason = "the socket belongs to the runtime that this is called in")]
    pub async fn open(socket: &SocketPath) -> Result<Self, AgentError> {
        let (Some(folder), Some(path)) = (socket.folder(), socket.path()) else { return Err(AgentError::NoPlace) };
        durable::create_folder(folder).map_err(AgentError::at("create", folder))?;
        // Before anything in it is changed. If the folder is just too open, its mode is corrected.
        match socket.check() {
            Err(AgentError::OpenFolder { .. }) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        durable::create_private_folder(folder).map_err(AgentError::at("protect", folder))?;
        let lock = lock(&folder.join("agent.lock"))?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(AgentError::at("remove", &path)(error)),
            _ => {}
        }
        let socket = UnixListener::bind(&path).map_err(AgentError::at("listen on", &path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(AgentError::at("protect", &path))?;
        let places = Arc::new(Semaphore::new(at_once()));
        Ok(Self { socket, path, places, silent: Mutex::default(), _lock: lock })
    }

    /// The connections without a request, oldest first.
    fn silent(&self) -> MutexGuard<'_, VecDeque<Arc<Silent>>> {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|one| !one.has_asked.load(Ordering::Relaxed) && Arc::strong_count(one) > 1);
        silent
    }

    fn note_silent(&self) -> Arc<Silent> {
        let asked =
            Arc::new(Silent { since: Instant::now(), has_asked: AtomicBool::default(), evicted: Notify::default() });
        self.silent().push_back(Arc::clone(&asked));
        asked
    }

    /// A place for one more connection. Where all are taken, those make room that have said nothing for too long.
    async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            let free = Arc::clone(&self.places).acquire_owned();
            // Nobody joins them while all places are taken.
            let oldest = self.silent().front().map(|one| one.since + SILENCE);
            let free = match oldest {
                Some(end) => timeout_at(end, free).await,
                None => Ok(free.await),
            };
            match free {
                Ok(place) => return place.expect("the semaphore is never closed"),
                Err(_) => self.evict_silent(),
            }
        }
    }

    fn evict_silent(&self) {
        let mut silent = self.silent();
        while let Some(one) = silent.pop_front_if(|one| one.since.elapsed() >= SILENCE) {
            one.evicted.notify_one();
        }
    }

    /// The next connection from this user; others are closed.
    pub async fn next(&self) -> Connection {
        loop {
            let place = self.place().await;
            match self.socket.accept().await {
                Ok((stream, _)) if is_this_user(&stream) => {
                    return Connection { stream, asked: self.note_silent(), _place: place };
                }
                Ok(_) => {}
                // Most likely the limit of open files.
                // waits: nothing signals when files are available again.
                Err(_) => tokio::time::sleep(ANNOUNCED_AFTER).await,
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // If this fails, the next agent removes it.
        let _ = fs::remove_file(&self.path);
    }
}

impl Connection {
    /// Reads the request; `None` if there is no valid one.
    pub async fn request(&mut self) -> Option<Request> {
        let mut line = Vec::new();
        let read = async {
            let mut part = [0; 512];
            while !line.ends_with(b"\n") && line.len() <= REQUEST_LIMIT {
                match self.stream.read(&mut part).await {
                    Ok(length) if length > 0 => line.extend_from_slice(&part[..length]),
                    _ => return,
                }
            }
        };
        // Bytes that have arrived are read before an eviction counts.
        tokio::select! {
            biased;
            read = timeout(HURRY, read) => read.ok()?,
            () = self.asked.evicted.notified() => {
                // Whoever asks after all finds nobody, and does the work without the agent.
                let _ = self.stream.shutdown().await;
                return None;
            }
        }
        self.asked.has_asked.store(true, Ordering::Relaxed);
        Request::parse(&line).filter(|_| line.len() <= REQUEST_LIMIT)
    }

    /// Sends the response once it is there. It is awaited even if the client is gone, since a refresh must be completed.
    pub async fn respond(mut self, response: impl Future<Output = Response>) {
        let mut response = std::pin::pin!(response);
        let soon = timeout(ANNOUNCED_AFTER, &mut response).await;
        let response = if let Ok(response) = soon {
            response
        } else {
            let _ = self.stream.write_all(b" ").await;
            response.await
        };
        let _ = timeout(HURRY, self.stream.write_all(&response.to_line())).await;
    }
}

/// No more than half of the files that this process may open.
fn at_once() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit / 2).ok()).map_or(AT_ONCE, |half| half.clamp(1, AT_ONCE))
}

fn is_this_user(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

/// The lock that makes this the only agent. Its file is never removed, or two agents could each lock one.
fn lock(path: &std::path::Path) -> Result<File, AgentError> {
    let file = durable::open_lock(path).map_err(AgentError::at("open", path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AgentError::Running),
        Err(TryLockError::Error(error)) => Err(AgentError::at("lock", path)(error)),
    }
}
