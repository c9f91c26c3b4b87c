//! The path of the agent's socket, and the check of its folder.

use std::path::PathBuf;

#[cfg(unix)]
use crate::agent::AgentError;

/// The path of the agent's socket; none on systems without Unix sockets, and in rehearsals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketPath {
    folder: Option<PathBuf>,
}

impl SocketPath {
    /// Never finds an agent.
    pub fn none() -> Self {
        Self::default()
    }

    /// `home` is `TOKENWRIGHT_HOME`, `runtime` is `XDG_RUNTIME_DIR`. Without either, there is no folder that only this user can
    /// write to and that all processes of the user find.
    pub fn find(home: Option<PathBuf>, runtime: Option<PathBuf>) -> Self {
        let absolute = |home: PathBuf| std::path::absolute(&home).unwrap_or(home);
        let home = home.filter(|home| !home.as_os_str().is_empty()).map(|home| absolute(home).join("agent"));
        // A relative path is invalid and ignored (XDG Base Directory Specification).
        let runtime = runtime.filter(|runtime| runtime.is_absolute()).map(|runtime| runtime.join("tokenwright"));
        Self { folder: home.or(runtime).filter(|_| cfg!(unix)) }
    }

    pub fn path(&self) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("agent.sock"))
    }

    /// Refuses a folder that belongs to others or that others can write to: they could answer in the agent's place.
    #[cfg(unix)]
    pub(in crate::agent) fn check(&self) -> Result<(), AgentError> {
        use std::os::unix::fs::MetadataExt as _;
        let folder = self.folder.as_ref().ok_or(AgentError::Absent)?;
        let user = rustix::process::geteuid().as_raw();
        // A link of this user may lead anywhere, so its target is checked too.
        let link = folder.symlink_metadata().map_err(|_| AgentError::Absent)?;
        let found = folder.metadata().map_err(|_| AgentError::Absent)?;
        if link.uid() != user || found.uid() != user {
            return Err(AgentError::Stranger);
        }
        if found.mode() & 0o022 != 0 {
            return Err(AgentError::OpenFolder { folder: folder.clone() });
        }
        Ok(())
    }

    pub(in crate::agent) fn folder(&self) -> Option<&PathBuf> {
        self.folder.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_home_of_its_own_has_an_agent_of_its_own() {
        let check = |home: Option<&str>, runtime: Option<&str>, expected: Option<&str>| {
            let socket = SocketPath::find(home.map(Into::into), runtime.map(Into::into));
            let expected = expected.map(Path::new).filter(|_| cfg!(unix));
            assert_eq!(socket.path().as_deref(), expected, "{home:?} {runtime:?}");
        };
        check(Some("/h"), Some("/run/user/1"), Some("/h/agent/agent.sock"));
        check(None, Some("/run/user/1"), Some("/run/user/1/tokenwright/agent.sock"));
        check(Some(""), Some("/run/user/1"), Some("/run/user/1/tokenwright/agent.sock"));
        check(None, Some("run"), None);
        check(None, None, None);
    }
}
