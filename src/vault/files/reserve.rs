//! What has to be sure before a refresh token is spent: that its successor can be kept. The lock of the folder, the names
//! that the record takes on its way, and room on the disk are had before the call goes out, since after it there may be
//! only one token that is good, and no place for it.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use crate::durable::{self, FileError};
use crate::vault::files::folder::{IN_FLIGHT, NEXT, PREVIOUS, RESERVED, SEALED, lock_folder};
use crate::vault::files::high_water;
use crate::vault::files::records::FileVault;
use crate::vault::{InFlightRefresh, VaultError};

/// Room for what grows without a bound that could be told: the list of generations, a note, longer tokens.
const SPARE: usize = 8 * 1024;

/// What is written to see whether anything can be. Its name tells the next sweep to remove it, should it be left.
const TRIAL: &str = ".trial.unfinished";

/// Makes sure that the next record of a profile can be kept, and notes that a call was begun. Both last until the record is
/// put, or until [`end`].
pub(in crate::vault) fn begin(vault: &FileVault, profile: &str, refresh: &InFlightRefresh) -> Result<(), VaultError> {
    let change = lock(vault)?;
    if change.is_some() {
        vault.go_on(profile)?;
    }
    let newest = vault.newest(profile)?;
    let Some((sealed, record)) = newest.filter(|(_, record)| record.history.is_unanswered(refresh)) else {
        let found = vault.newest(profile)?.map(|(_, record)| record.number);
        return Err(VaultError::Conflict { profile: profile.to_owned(), expected: Some(refresh.number), found });
    };
    drop(record);
    for extension in [SEALED, PREVIOUS, NEXT, IN_FLIGHT] {
        check_name(&vault.path(profile, extension))?;
    }
    check_name(&vault.folder.join(high_water::FILE))?;
    // The record with one more set of tokens in it, and the one before where the file system has no second names.
    let reserved = reserve(&vault.path(profile, RESERVED), sealed.len().saturating_mul(3).saturating_add(SPARE));
    let noted = reserved.and_then(|()| refresh.save(&vault.path(profile, IN_FLIGHT)));
    if noted.is_err() {
        let _ = fs::remove_file(vault.path(profile, RESERVED));
    }
    noted
}

/// Makes sure that a record of some profile can be kept.
pub(in crate::vault) fn check(vault: &FileVault) -> Result<(), VaultError> {
    let _change = lock(vault)?;
    check_name(&vault.folder.join(high_water::FILE))?;
    let path = vault.folder.join(TRIAL);
    let reserved = reserve(&path, SPARE);
    let _ = fs::remove_file(path);
    reserved
}

/// The lock of the folder; `None` where somebody is at work for long: whoever puts the record waits once more. One that
/// cannot be had at all is another matter, since `put` would not get it either.
fn lock(vault: &FileVault) -> Result<Option<File>, VaultError> {
    let change = match lock_folder(&vault.folder) {
        Ok(change) => Some(change),
        Err(VaultError::Busy { .. }) => None,
        Err(error) => return Err(error),
    };
    vault.check_header()?;
    Ok(change)
}

/// The call was answered, and brought nothing to be kept.
pub(in crate::vault) fn end(vault: &FileVault, profile: &str) -> Result<(), VaultError> {
    // Where the lock cannot be had, nobody sweeps either.
    let _change = lock_folder(&vault.folder).ok();
    let _ = fs::remove_file(vault.path(profile, RESERVED));
    let path = vault.path(profile, IN_FLIGHT);
    Ok(durable::remove(&path).map(drop).map_err(FileError::at("remove", &path))?)
}

/// A file takes the place of anything but of a folder.
fn check_name(path: &Path) -> Result<(), VaultError> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    if is_folder { Err(FileError::at("write", path)(ErrorKind::IsADirectory.into()).into()) } else { Ok(()) }
}

/// Takes room on the disk. The bytes are random, so that a file system that packs files cannot make them fewer.
fn reserve(path: &Path, length: usize) -> Result<(), VaultError> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).map_err(|error| VaultError::Entropy { reason: error.to_string() })?;
    Ok(durable::write_draft(path, &bytes).map_err(FileError::at("write", path))?)
}
