//! Checks the owner of a file. A preset decides which host gets the client secret, a format what happens to a token, so files
//! of other users are refused. Root's are accepted: root can do anything anyway.

use std::path::Path;

use crate::config::ConfigError;

/// Refuses a file or folder of another user. One that does not exist is accepted.
#[cfg(unix)]
pub(in crate::config) fn check(path: &Path) -> Result<(), ConfigError> {
    use std::os::unix::fs::MetadataExt as _;

    // Both a link and its target, since either decides what is read.
    for found in [std::fs::symlink_metadata(path), std::fs::metadata(path)].into_iter().flatten() {
        let (owner, user) = (found.uid(), rustix::process::geteuid().as_raw());
        if owner != user && owner != 0 {
            return Err(ConfigError::ForeignOwner { path: path.to_owned(), owner, user });
        }
    }
    Ok(())
}

/// On Windows, a user's folders inherit rights for that user only.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(in crate::config) fn check(_path: &Path) -> Result<(), ConfigError> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{chown, lchown, symlink};

    use super::*;

    #[test]
    fn ones_own_and_roots_are_used_and_a_missing_one_is_no_error() {
        check(Path::new("/")).expect("root's");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.toml");
        check(&path).expect("nobody's");
        fs::write(&path, "x").expect("written");
        check(&path).expect("ours");
    }

    #[test]
    #[ignore = "needs root"]
    fn what_belongs_to_another_user_is_refused_be_it_the_link_or_its_target() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.toml");
        fs::write(&path, "x").expect("written");
        let link = folder.path().join("link.toml");
        symlink(&path, &link).expect("linked");
        lchown(&link, Some(65534), None).expect("given away");
        assert!(matches!(check(&link), Err(ConfigError::ForeignOwner { owner: 65534, .. })));
        chown(&path, Some(65534), None).expect("given away");
        assert!(matches!(check(&path), Err(ConfigError::ForeignOwner { owner: 65534, user: 0, .. })));
    }
}
