//! Asking the agent: a socket, a line, a line. Nothing else of the program is needed for it, so that a script that asks for
//! a token waits for little more than the start of a process.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::agent::word::ANSWER_LIMIT;
use crate::agent::{AgentError, Answer, Ask, Door};

/// How long a sign of life is waited for: an agent that lives gives one at once.
const SILENCE: Duration = Duration::from_secs(2);
/// How long an answer is waited for after that: a refresh, behind another process that holds the profile.
const PATIENCE: Duration = Duration::from_mins(3);

/// Asks the agent and waits for its answer.
pub fn ask(door: &Door, ask: &Ask) -> Result<Answer, AgentError> {
    let path = door.socket().ok_or(AgentError::Absent)?;
    // Only this user can have put the socket there, and only this user is to answer on it.
    door.check()?;
    let mut stream = UnixStream::connect(path).map_err(|_| AgentError::Absent)?;
    if !is_this_user(&stream) {
        return Err(AgentError::Stranger);
    }
    let line = exchange(&mut stream, &ask.to_line()).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => AgentError::Silent,
        // It ended just now.
        _ => AgentError::Absent,
    })?;
    Answer::parse(&line).ok_or(AgentError::Garbled)
}

/// Whether this user is at the other end, by the word of the system.
#[cfg(target_os = "linux")]
fn is_this_user(stream: &UnixStream) -> bool {
    let peer = rustix::net::sockopt::socket_peercred(stream);
    peer.is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

/// Elsewhere the folder has to do: nobody else can put a socket into it.
#[cfg(not(target_os = "linux"))]
fn is_this_user(_stream: &UnixStream) -> bool {
    true
}

fn exchange(stream: &mut UnixStream, question: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_write_timeout(Some(SILENCE))?;
    stream.write_all(question)?;
    let mut reader = BufReader::new(stream.take(ANSWER_LIMIT));
    // A space ahead of the answer says that it takes a while.
    if reader.fill_buf()? == b" " {
        reader.get_ref().get_ref().set_read_timeout(Some(PATIENCE))?;
    }
    let mut line = Zeroizing::new(Vec::with_capacity(reader.buffer().len() + 1024));
    reader.read_until(b'\n', &mut line)?;
    if line.ends_with(b"\n") { Ok(line) } else { Err(ErrorKind::UnexpectedEof.into()) }
}
