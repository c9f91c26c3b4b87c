//! The client of the agent: one request, one response. It uses nothing else of the program, so that a script gets a token in
//! little more time than starting a process takes.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::agent::protocol::RESPONSE_LIMIT;
use crate::agent::{AgentError, Request, Response, SocketPath};

/// The time limit for the first byte, which a running agent sends at once.
const SILENCE: Duration = Duration::from_secs(2);
/// The time limit for the response after that: a refresh may have to wait for another process.
const PATIENCE: Duration = Duration::from_mins(3);

/// Sends a request to the agent and waits for its response.
pub fn ask(socket: &SocketPath, request: &Request) -> Result<Response, AgentError> {
    let path = socket.path().ok_or(AgentError::Absent)?;
    // Only this user can have created the socket, and only this user may answer.
    socket.check()?;
    let mut stream = UnixStream::connect(path).map_err(|_| AgentError::Absent)?;
    if !is_this_user(&stream) {
        return Err(AgentError::Stranger);
    }
    let line = exchange(&mut stream, &request.to_line()).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => AgentError::Silent,
        // The agent just ended.
        _ => AgentError::Absent,
    })?;
    Response::parse(&line).ok_or(AgentError::Garbled)
}

/// Whether the peer is this user, according to the kernel.
#[cfg(target_os = "linux")]
fn is_this_user(stream: &UnixStream) -> bool {
    let peer = rustix::net::sockopt::socket_peercred(stream);
    peer.is_ok_and(|peer| peer.uid == rustix::process::geteuid())
}

/// On other systems, the check of the folder suffices: nobody else can create a socket in it.
#[cfg(not(target_os = "linux"))]
fn is_this_user(_stream: &UnixStream) -> bool {
    true
}

fn exchange(stream: &mut UnixStream, request: &[u8]) -> io::Result<Zeroizing<Vec<u8>>> {
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_write_timeout(Some(SILENCE))?;
    stream.write_all(request)?;
    let mut reader = BufReader::new(stream.take(RESPONSE_LIMIT));
    // A space announces that the response takes a while.
    if reader.fill_buf()? == b" " {
        reader.get_ref().get_ref().set_read_timeout(Some(PATIENCE))?;
    }
    let mut line = Zeroizing::new(Vec::with_capacity(reader.buffer().len() + 1024));
    reader.read_until(b'\n', &mut line)?;
    if line.ends_with(b"\n") { Ok(line) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, chown, lchown, symlink};
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    use super::*;

    /// Any user but root: no account is needed for it.
    const ANOTHER_USER: u32 = 65534;

    /// What a client finds where `prepare` was at the agent's folder.
    fn asked(prepare: impl FnOnce(&Path)) -> Result<Response, AgentError> {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("agent");
        fs::create_dir(&folder).expect("a new folder");
        fs::set_permissions(&folder, Permissions::from_mode(0o700)).expect("our own folder");
        prepare(&folder);
        ask(&SocketPath::find(Some(home.path().to_owned()), None), &Request::Status {})
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_not_trusted() {
        for mode in [0o777, 0o770, 0o702] {
            let result = asked(|folder| {
                UnixListener::bind(folder.join("agent.sock")).expect("a socket");
                fs::set_permissions(folder, Permissions::from_mode(mode)).expect("our own folder");
            });
            assert!(matches!(result, Err(AgentError::OpenFolder { .. })), "{mode:o}: {result:?}");
        }
    }

    #[test]
    fn without_a_folder_or_a_listener_there_is_no_agent() {
        assert!(matches!(asked(|folder| fs::remove_dir(folder).expect("a folder")), Err(AgentError::Absent)));
        assert!(matches!(asked(|_| ()), Err(AgentError::Absent)));
    }

    #[test]
    #[ignore = "needs root"]
    fn a_folder_of_another_user_is_not_trusted() {
        let result = asked(|folder| {
            UnixListener::bind(folder.join("agent.sock")).expect("a socket");
            chown(folder, Some(ANOTHER_USER), None).expect("root");
        });
        assert!(matches!(result, Err(AgentError::Stranger)), "{result:?}");
        let result = asked(|folder| {
            let own = folder.with_file_name("own");
            fs::rename(folder, &own).expect("a folder");
            symlink(&own, folder).expect("a link");
            lchown(folder, Some(ANOTHER_USER), None).expect("root");
        });
        assert!(matches!(result, Err(AgentError::Stranger)), "a link of another user: {result:?}");
    }
}
