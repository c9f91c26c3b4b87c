//! Writes exported text to files: atomically, readable by this user only, never over a file that somebody else wrote, and
//! not where git would commit it.

mod error;
mod lock;
mod work_tree;

use std::fs;
use std::path::{self, Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::durable::{self, FileError};
use crate::secret::Secret;

pub use crate::delivery::error::DeliveryError;
pub use crate::delivery::lock::{Key, LOCKED, Lock, LockError, lock, unlock};
pub use crate::delivery::work_tree::git_work_tree;

/// The most bytes of a file that is read to see who wrote it; no format is nearly as large.
const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insisted {
    /// Replace a file that this program did not write, or that was changed since.
    pub replace: bool,
    /// Write into a git work tree that does not ignore the file.
    pub in_work_tree: bool,
}

/// The absolute path of a file, with links followed.
pub fn place(typed: &Path) -> Result<PathBuf, DeliveryError> {
    let path = path::absolute(typed).map_err(FileError::at("find", typed))?;
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_dir() => Err(DeliveryError::Folder { path }),
        Ok(_) => Ok(fs::canonicalize(&path).map_err(FileError::at("follow", &path))?),
        Err(_) => Ok(path),
    }
}

/// Checks that a text may be written there. `known` is the digest of what this program wrote there last. A text without
/// secrets (`secret` is false) may stand in a work tree.
pub fn check(path: &Path, known: Option<&str>, secret: bool, insisted: Insisted) -> Result<(), DeliveryError> {
    let found = durable::read(path, SIZE_LIMIT).map_err(FileError::at("read", path))?;
    if let (Some(found), false) = (found, insisted.replace) {
        match known {
            None => return Err(DeliveryError::Foreign { path: path.to_owned() }),
            Some(known) if digest(&found) != known => return Err(DeliveryError::Changed { path: path.to_owned() }),
            Some(_) => {}
        }
    }
    if secret
        && !insisted.in_work_tree
        && let Some(tree) = git_work_tree(path)
    {
        return Err(DeliveryError::InWorkTree { path: path.to_owned(), tree });
    }
    Ok(())
}

/// Writes the text atomically with mode 0600 and returns its digest. The folder must exist, so that a typing error does not
/// create one.
pub fn write(path: &Path, text: &Secret) -> Result<String, DeliveryError> {
    durable::write_private(path, text.expose().as_bytes()).map_err(FileError::at("write", path))?;
    Ok(digest(text.expose().as_bytes()))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Diagnose as _;

    #[test]
    fn a_file_of_somebody_else_is_not_written_over_unless_one_insists() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = place(&folder.path().join("a.env")).expect("a place");
        check(&path, None, true, Insisted::default()).expect("nothing is there");
        let digest = write(&path, &Secret::new("one")).expect("written");
        check(&path, Some(&digest), true, Insisted::default()).expect("it is ours");
        let foreign = check(&path, None, true, Insisted::default()).expect_err("not ours");
        assert_eq!(foreign.to_string(), format!("`{}` exists, and this program did not write it", path.display()));
        fs::write(&path, "two").expect("written");
        let changed = check(&path, Some(&digest), true, Insisted::default()).expect_err("changed");
        let expected = format!("`{}` was changed since this program wrote it", path.display());
        assert_eq!(changed.diagnose().summary, expected);
        check(&path, None, true, Insisted { replace: true, ..Insisted::default() }).expect("insisted");
    }

    #[test]
    #[ignore = "needs git"]
    fn a_secret_does_not_go_into_a_work_tree_that_does_not_ignore_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let git = |arguments: &[&str]| {
            let status = std::process::Command::new("git").arg("-C").arg(folder.path()).args(arguments).status();
            assert!(status.expect("git").success());
        };
        git(&["init", "--quiet"]);
        let path = place(&folder.path().join("a.env")).expect("a place");
        let error = check(&path, None, true, Insisted::default()).expect_err("in a work tree");
        assert!(matches!(&error, DeliveryError::InWorkTree { .. }), "{error}");
        check(&path, None, false, Insisted::default()).expect("there is no secret in it");
        check(&path, None, true, Insisted { in_work_tree: true, ..Insisted::default() }).expect("insisted");
        fs::write(folder.path().join(".gitignore"), "*.env\n").expect("written");
        check(&path, None, true, Insisted::default()).expect("ignored");
    }

    #[cfg(unix)]
    #[test]
    #[ignore = "needs git"]
    fn a_work_tree_that_is_reached_by_a_link_is_one_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let tree = folder.path().canonicalize().expect("a path").join("tree");
        fs::create_dir_all(tree.join("sub")).expect("made");
        let made = std::process::Command::new("git").arg("-C").arg(&tree).args(["init", "--quiet"]).status();
        assert!(made.expect("git").success());
        std::os::unix::fs::symlink(tree.join("sub"), folder.path().join("link")).expect("linked");
        let path = place(&folder.path().join("link/a.env")).expect("a place");
        assert_eq!(git_work_tree(&path), Some(tree.clone()));
        fs::write(tree.join(".gitignore"), "*.env\n").expect("written");
        assert_eq!(git_work_tree(&path), None);
    }

    #[test]
    fn a_link_is_followed_and_a_folder_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(place(folder.path()), Err(DeliveryError::Folder { .. })));
        let missing = folder.path().join("none/a.env");
        let error = write(&missing, &Secret::new("x")).expect_err("no folder").to_string();
        assert!(error.starts_with(&format!("cannot write `{}`: ", missing.display())), "{error}");
    }
}
