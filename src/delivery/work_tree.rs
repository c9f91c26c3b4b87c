//! Whether a file would be carried away by git: it stands in a work tree that does not ignore it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::child;

/// A work tree may be somebody else's, unpacked or cloned a moment ago, and its own `.git/config` can name commands. None
/// is run: not the file monitor, hooks, a pager, nor what would fetch a missing object of a partial clone. What git reads
/// from the command line outranks the work tree's configuration.
const QUIET: [&str; 11] = [
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.sshCommand=false",
    "-c",
    "core.gitProxy=false",
    "-c",
    "protocol.allow=never",
];

/// The same for what git takes from its environment; nothing else of ours reaches it, `GIT_DIR` of a hook least of all.
const SETTINGS: [(&str, &str); 6] = [
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_SSH_COMMAND", "false"),
    ("LC_ALL", "C"),
];

/// The git work tree that the file stands in and that does not ignore it; `None` where there is none. Git itself is
/// asked what it ignores; where it cannot be asked, nothing counts as ignored.
pub fn git_work_tree(path: &Path) -> Option<PathBuf> {
    // The folder may be reached by a link from elsewhere.
    let folder = path.parent()?;
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let file = folder.join(path.file_name()?);
    let tree = folder.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok())?;
    let ignored = child::bare_command("git")
        .args(QUIET)
        .envs(SETTINGS)
        .arg("-C")
        .arg(&folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match ignored {
        Ok(status) if status.success() => None,
        _ => Some(tree.to_owned()),
    }
}
