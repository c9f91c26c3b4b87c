//! Finds out whether git would commit a file: it is in a work tree that does not ignore it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::child;

/// The `.git/config` of a work tree that was just unpacked or cloned may name commands. These options, which override it, run
/// none of them: no file monitor, hook or pager, and nothing that fetches objects missing in a partial clone.
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

/// The same through the environment. Git inherits nothing else, in particular no `GIT_DIR` of a hook.
const SETTINGS: [(&str, &str); 6] = [
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_SSH_COMMAND", "false"),
    ("LC_ALL", "C"),
];

/// The git work tree that contains the file and does not ignore it, if there is one. If git cannot be run, nothing counts as
/// ignored.
pub fn git_work_tree(path: &Path) -> Option<PathBuf> {
    // The path may lead through a link from outside.
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
