//! The agent's end of the socket. Two things keep others out: the folder is this user's alone, and who comes must be this
//! user by the word of the system.

use std::collections::VecDeque;
use std::fs::{self, File, TryLockError};
use std::future::Future;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::agent::word::ASK_LIMIT;
use crate::agent::{AgentError, Answer, Ask, Door};
use crate::durable;

/// How many are attended to at once: more than scripts of one user start together, and few enough for the limit of open
/// files. Who comes then waits in the queue of the socket.
const AT_ONCE: usize = 256;
/// How many of them may be silent: a program that asks does so at once.
const SILENT_AT_ONCE: usize = 64;
/// How long somebody may take to ask, or to take the answer.
const HURRY: Duration = Duration::from_secs(2);
/// After how long an answer is announced by a space, so that who asked knows that somebody is there.
const ANNOUNCED_AFTER: Duration = Duration::from_millis(300);

/// The socket, listened on. Dropping it removes it.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    places: Arc<Semaphore>,
    /// Those who came and have not asked yet, in the order they came in.
    silent: Mutex<VecDeque<Arc<Silent>>>,
    /// Held as long as this lives: whoever holds it is the agent.
    _lock: File,
}

/// Somebody who came to ask.
#[derive(Debug)]
pub struct Visit {
    stream: UnixStream,
    asked: Arc<Silent>,
    _place: OwnedSemaphorePermit,
}

/// Somebody who has not asked yet.
#[derive(Debug, Default)]
struct Silent {
    has_asked: AtomicBool,
    /// That others are waiting, and there was time enough.
    shown_out: Notify,
}

impl Listener {
    /// Listens, unless another agent does. A socket that a dead one left is removed.
    #[allow(clippy::unused_async, reason = "the socket belongs to the runtime that this is called in")]
    pub async fn open(door: &Door) -> Result<Self, AgentError> {
        let (Some(folder), Some(path)) = (door.folder(), door.socket()) else { return Err(AgentError::NoPlace) };
        durable::create_folder(folder).map_err(AgentError::at("create", folder))?;
        // Before anything is changed in it. One that is only too open is closed.
        match door.check() {
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
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Ok(Self { socket, path, places, silent: Mutex::default(), _lock: lock })
    }

    /// Notes one who has not asked yet. Where there are too many, who has been silent for longest has to go: a few
    /// connections that ask nothing must not keep those out that do.
    fn note_silent(&self) -> Arc<Silent> {
        let asked = Arc::new(Silent::default());
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.retain(|one| !one.has_asked.load(Ordering::Relaxed) && Arc::strong_count(one) > 1);
        silent.push_back(Arc::clone(&asked));
        if silent.len() > SILENT_AT_ONCE
            && let Some(first) = silent.pop_front()
        {
            first.shown_out.notify_one();
        }
        asked
    }

    /// The next one who comes, if it is this user.
    pub async fn next(&self) -> Visit {
        loop {
            let place = Arc::clone(&self.places).acquire_owned().await.expect("the places are never closed");
            match self.socket.accept().await {
                Ok((stream, _)) if is_this_user(&stream) => {
                    return Visit { stream, asked: self.note_silent(), _place: place };
                }
                Ok(_) => {}
                // Out of open files, most likely.
                // waits: nothing tells when there are some again.
                Err(_) => tokio::time::sleep(ANNOUNCED_AFTER).await,
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // What stays is removed by the next agent.
        let _ = fs::remove_file(&self.path);
    }
}

impl Visit {
    /// What is asked; `None` where it is nothing that can be understood, or nothing at all.
    pub async fn question(&mut self) -> Option<Ask> {
        let mut line = Vec::new();
        let read = async {
            let mut part = [0; 512];
            while !line.ends_with(b"\n") && line.len() <= ASK_LIMIT {
                match self.stream.read(&mut part).await {
                    Ok(length) if length > 0 => line.extend_from_slice(&part[..length]),
                    _ => return,
                }
            }
        };
        // What is there already is read, whoever else waits.
        tokio::select! {
            biased;
            read = timeout(HURRY, read) => read.ok()?,
            () = self.asked.shown_out.notified() => return None,
        }
        self.asked.has_asked.store(true, Ordering::Relaxed);
        Ask::parse(&line).filter(|_| line.len() <= ASK_LIMIT)
    }

    /// Sends the answer once it is there. Who asked may be gone by then; the answer is found all the same, since a refresh
    /// that has begun must be ended.
    pub async fn answer(mut self, answer: impl Future<Output = Answer>) {
        let mut answer = std::pin::pin!(answer);
        let soon = timeout(ANNOUNCED_AFTER, &mut answer).await;
        let answer = if let Ok(answer) = soon {
            answer
        } else {
            let _ = self.stream.write_all(b" ").await;
            answer.await
        };
        let _ = timeout(HURRY, self.stream.write_all(&answer.to_line())).await;
    }
}

fn is_this_user(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw())
}

/// The lock that makes this the only agent. Its file stays: removing it would let two hold one each.
fn lock(path: &std::path::Path) -> Result<File, AgentError> {
    let file = durable::open_lock(path).map_err(AgentError::at("open", path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AgentError::Running),
        Err(TryLockError::Error(error)) => Err(AgentError::at("lock", path)(error)),
    }
}
