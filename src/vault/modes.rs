//! Whose the vault's folder is, and who may look into it. What is too open is closed and told; a folder of somebody else
//! is not used at all.

use std::path::Path;

use crate::vault::{Note, VaultError};

/// Looks at the folder, where it is there already, and at what is in it if others could get in.
#[cfg(unix)]
pub(in crate::vault) fn check(folder: &Path) -> Result<Vec<Note>, VaultError> {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let found = match fs::metadata(folder) {
        Ok(found) => found,
        // Made in a moment, or told about by whoever makes it.
        Err(_) => return Ok(Vec::new()),
    };
    let user = rustix::process::geteuid().as_raw();
    if found.uid() != user {
        return Err(VaultError::ForeignFolder { folder: folder.to_owned(), owner: found.uid(), user });
    }
    if !found.is_dir() || found.permissions().mode() & 0o077 == 0 {
        return Ok(Vec::new());
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(VaultError::file("close", folder))?;
    let mut notes = vec![Note::ModeMended { path: folder.to_owned() }];
    for path in crate::vault::file::files(folder)? {
        if mend_file(&path)? {
            notes.push(Note::ModeMended { path });
        }
    }
    Ok(notes)
}

/// Closes a file that others may read; whether that was needed.
#[cfg(unix)]
pub(in crate::vault) fn mend_file(path: &Path) -> Result<bool, VaultError> {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    // One that is gone meanwhile, or is a link to nowhere, is closed enough.
    let Ok(found) = fs::metadata(path) else { return Ok(false) };
    if !found.is_file() || found.permissions().mode() & 0o077 == 0 {
        return Ok(false);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(VaultError::file("close", path))?;
    Ok(true)
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
