//! Checks who owns the store's folder and who may read it. Rights of others are taken away and reported; a folder of another
//! user is not used at all.

use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Checks the folder, if it exists, and what is in it. Returns what others could read until now.
#[cfg(unix)]
pub(in crate::store) fn check(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use crate::durable::FileError;

    // Files are closed by their path, never opened: see `sqlite/connection.rs`.
    let close = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(FileError::at("close", path))
    };
    let is_open = |found: &fs::Metadata| found.permissions().mode() & 0o077 != 0;
    // One that cannot be examined is reported by whoever opens it.
    let Ok(found) = fs::metadata(folder) else { return Ok(Vec::new()) };
    let (owner, user) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner != user {
        return Err(StoreError::ForeignFolder { folder: folder.to_owned(), owner, user });
    }
    let mut closed = Vec::new();
    if found.is_dir() && is_open(&found) {
        close(folder, 0o700)?;
        closed.push(folder.to_owned());
    }
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && is_open(&found)) {
            close(&path, 0o600)?;
            closed.push(path);
        }
    }
    Ok(closed)
}

/// On Windows, a user's folders inherit rights for that user only.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
pub(in crate::store) fn check(_folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    Ok(Vec::new())
}
