//! Whether a file would be carried away by git: it stands in a work tree that does not ignore it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The git work tree that the file stands in and that does not ignore it; `None` where there is none. Git itself is
/// asked what it ignores; where it cannot be asked, nothing counts as ignored.
pub fn git_work_tree(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    let tree = folder.ancestors().find(|above| above.join(".git").exists())?;
    let ignored = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["check-ignore", "--quiet", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match ignored {
        Ok(status) if status.success() => None,
        _ => Some(tree.to_owned()),
    }
}
