//! Whose the vault's folder is, and who may look into it. What is too open is closed and told; a folder of somebody else
//! is not used at all.

use std::path::Path;

#[cfg(unix)]
use crate::durable::{self, FileError};
use crate::vault::files::folder::paths_in;
use crate::vault::{Note, VaultError};

/// Looks at the folder, where it is there already, and at what is in it if others could get in.
#[cfg(unix)]
pub(in crate::vault) fn check(folder: &Path) -> Result<Vec<Note>, VaultError> {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    // One that is missing is made in a moment; one that cannot be looked at is told about by whoever makes it.
    let Ok(found) = fs::metadata(folder) else { return Ok(Vec::new()) };
    check_owner(folder, found.uid(), rustix::process::geteuid().as_raw())?;
    if !found.is_dir() || !is_open(&found) {
        return Ok(Vec::new());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(FileError::at("close", folder))?;
    let mut notes = vec![Note::PermissionsFixed { path: folder.to_owned() }];
    for path in paths_in(folder)? {
        if mend_file(&path)? {
            notes.push(Note::PermissionsFixed { path });
        }
    }
    Ok(notes)
}

#[cfg(unix)]
fn check_owner(folder: &Path, owner: u32, user: u32) -> Result<(), VaultError> {
    if owner == user { Ok(()) } else { Err(VaultError::ForeignFolder { folder: folder.to_owned(), owner, user }) }
}

/// Closes a file that others may read; whether that was needed. One that is gone meanwhile is closed enough.
#[cfg(unix)]
pub(in crate::vault) fn mend_file(path: &Path) -> Result<bool, VaultError> {
    Ok(durable::close_to_others(path).map_err(FileError::at("close", path))?)
}

/// Whether anybody but its owner may do anything with it.
#[cfg(unix)]
fn is_open(found: &std::fs::Metadata) -> bool {
    let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions());
    mode & 0o077 != 0
}

/// A profile's folder is for its user alone on Windows, by the rights that it inherits.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(in crate::vault) fn check(_folder: &Path) -> Result<Vec<Note>, VaultError> {
    Ok(Vec::new())
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(in crate::vault) fn mend_file(_path: &Path) -> Result<bool, VaultError> {
    Ok(false)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, chown};

    use super::*;
    use crate::vault::How;
    use crate::vault::files::tests::{contents, home};
    use crate::vault::port::Storage as _;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn what_others_could_read_is_closed_and_told() {
        let home = home();
        let file = home.path().join("demo.sealed");
        home.keyring().expect("made").put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
        set(&home.path(), 0o755);
        set(&file, 0o644);
        let vault = home.keyring().expect("opened");
        assert_eq!((mode(&home.path()), mode(&file)), (0o700, 0o600));
        let words: Vec<String> = vault.take_notes().iter().map(ToString::to_string).collect();
        let said =
            |path: &Path| format!("`{}` could be read by others on this machine; it no longer can", path.display());
        assert_eq!(words, [said(&home.path()), said(&file)]);
        set(&file, 0o640);
        vault.get("demo").expect("read");
        assert_eq!((mode(&file), vault.take_notes().len()), (0o600, 1), "a file is looked at when it is read");
    }

    #[test]
    fn a_folder_of_another_user_is_refused_and_roots_too() {
        let folder = Path::new("/vault");
        assert!(check_owner(folder, 1000, 1000).is_ok());
        let error = check_owner(folder, 0, 1000).expect_err("root's").to_string();
        assert_eq!(error, "`/vault` belongs to user 0, and this program runs as user 1000");
    }

    #[test]
    #[ignore = "needs root"]
    fn a_folder_that_was_given_away_is_not_used() {
        let home = home();
        home.keyring().expect("made");
        chown(home.path(), Some(65534), None).expect("given away");
        let error = home.keyring().expect_err("not ours");
        assert!(matches!(error, VaultError::ForeignFolder { owner: 65534, user: 0, .. }), "{error}");
    }
}
