//! The agent's end of the socket. Two things keep others out: the folder is this user's alone, and who comes must be this
//! user by the word of the system.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::future::Future;
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::agent::word::ASK_LIMIT;
use crate::agent::{AgentError, Answer, Ask, Door};
use crate::durable;

/// How many are attended to at once: more than scripts of one user start together, and few enough for the limit of open
/// files. Who comes then waits in the queue of the socket.
const AT_ONCE: usize = 256;
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
    /// Held as long as this lives: whoever holds it is the agent.
    _lock: File,
}

/// Somebody who came to ask.
#[derive(Debug)]
pub struct Visit {
    stream: UnixStream,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    /// Listens, unless another agent does. A socket that a dead one left is removed.
    #[allow(clippy::unused_async, reason = "the socket belongs to the runtime that this is called in")]
    pub async fn open(door: &Door) -> Result<Self, AgentError> {
        let (Some(folder), Some(path)) = (door.folder(), door.socket()) else { return Err(AgentError::NoPlace) };
        durable::create_private_folder(folder).map_err(AgentError::at("create", folder))?;
        let lock = lock(&folder.join("agent.lock"))?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(AgentError::at("remove", &path)(error)),
            _ => {}
        }
        let socket = UnixListener::bind(&path).map_err(AgentError::at("listen on", &path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(AgentError::at("protect", &path))?;
        Ok(Self { socket, path, places: Arc::new(Semaphore::new(AT_ONCE)), _lock: lock })
    }

    /// The next one who comes, if it is this user.
    pub async fn next(&self) -> Visit {
        loop {
            let place = Arc::clone(&self.places).acquire_owned().await.expect("the places are never closed");
            match self.socket.accept().await {
                Ok((stream, _)) if is_this_user(&stream) => return Visit { stream, _place: place },
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
        timeout(HURRY, read).await.ok()?;
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
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(path).map_err(AgentError::at("open", path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(AgentError::Running),
        Err(TryLockError::Error(error)) => Err(AgentError::at("lock", path)(error)),
    }
}
