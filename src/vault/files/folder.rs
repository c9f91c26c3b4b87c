//! The folder of a vault: what its files are called, and its locks.
//!
//! Lock files stay when they are released. Removing one would let a second holder lock a new file of the same name
//! while the first still holds the old one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::durable::{self, FileError};
use crate::vault::VaultError;

pub(in crate::vault) const SEALED: &str = "sealed";
pub(in crate::vault) const PREVIOUS: &str = "previous";
/// How the extension of a file begins that lost against a newer generation; its number follows.
pub(in crate::vault) const CONFLICT: &str = "conflict-";
/// How the extension of a file begins that was set aside since it does not open.
pub(in crate::vault) const ASIDE: &str = "damaged-";
/// The extension of a record that is complete, and not yet in its place.
pub(in crate::vault) const NEXT: &str = "next";
pub(in crate::vault) const IN_FLIGHT: &str = "in-flight";
/// Room on the disk that is taken for the next record, before the call that brings its tokens.
pub(in crate::vault) const RESERVED: &str = "reserved";
pub(in crate::vault) const LEASE: &str = "lock";

/// No name of a profile gives this file name.
pub(in crate::vault) const FOLDER_LOCK: &str = ".vault.lock";

/// How long a change waits for another one. A change takes milliseconds; making a vault may wait for the keyring three
/// times, which is what this leaves room for.
const CHANGE_WAIT: Duration = Duration::from_secs(40);

/// How often a lock that is taken is tried again: soon at first, then seldom enough to cost nothing. The system
/// has no call that waits for a file lock and also gives up.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

pub(in crate::vault) fn write(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    Ok(durable::write_private(path, bytes).map_err(FileError::at("write", path))?)
}

/// Takes the right to change what is in the folder.
pub(in crate::vault) fn lock_folder(folder: &Path) -> Result<File, VaultError> {
    let path = folder.join(FOLDER_LOCK);
    lock(&path, CHANGE_WAIT)
        .map_err(FileError::at("lock", &path))?
        .ok_or_else(|| VaultError::Busy { folder: folder.to_owned(), waited: CHANGE_WAIT })
}

/// All that is in the folder.
pub(in crate::vault) fn paths_in(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    Ok(entries.map_err(FileError::at("list", folder))?)
}

/// Locks a file, made where it is missing, against every other opening of it in this process or another, and gives up
/// after `wait` with `None`. The lock ends with the `File`.
pub(in crate::vault) fn lock(path: &Path, wait: Duration) -> io::Result<Option<File>> {
    let file = durable::open_lock(path)?;
    let began = Instant::now();
    let mut pause = PAUSES.0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        let left = wait.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        // waits: the system tells nobody when a lock is let go.
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(PAUSES.1);
    }
}
