//! Copies of a sealed file that a synced folder leaves where two machines wrote at once, such as
//! `demo (conflicted copy).sealed`. The name inside tells whose it is. The newer generation wins; the older is
//! kept beside it, under a name that tells its number, and somebody is told.

use std::path::{Path, PathBuf};

use crate::durable;
use crate::vault::file::{ASIDE, BEGUN, CONFLICT, FileVault, NEXT, PREVIOUS, SEALED, write};
use crate::vault::sealed::{SIZE_LIMIT, claims, unseal};
use crate::vault::{Note, Record, VaultError};

/// Whether this is a sealed file under a name that no profile has.
pub(in crate::vault) fn is_stray(path: &Path) -> bool {
    let extension = path.extension().is_some_and(|extension| extension == SEALED);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).and_then(durable::name_of_stem);
    extension && stem.is_none()
}

/// Whether this file holds something of a profile, lock files apart.
pub(in crate::vault) fn is_of(path: &Path, profile: &str) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = durable::file_stem(profile);
    let own = name.strip_prefix(&stem).and_then(|rest| rest.strip_prefix('.'));
    own.is_some_and(|extension| {
        [SEALED, PREVIOUS, NEXT, BEGUN].contains(&extension)
            || extension.starts_with(CONFLICT)
            || extension.starts_with(ASIDE)
    })
}

/// A name beside the profile's file that is not taken.
pub(in crate::vault) fn free_path(vault: &FileVault, profile: &str, begin: &str, number: u64) -> PathBuf {
    let named = |suffix: String| vault.path(profile, &format!("{begin}{number}{suffix}"));
    let numbered = (2..).map(|again| named(format!("-{again}")));
    std::iter::once(named(String::new()))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or_else(|| named(String::new()))
}

/// Sorts out one copy. The caller holds the folder's lock.
pub(in crate::vault) fn settle(vault: &FileVault, stray: &Path) -> Result<(), VaultError> {
    let read = durable::read(stray, SIZE_LIMIT).map_err(VaultError::file("read", stray))?;
    let Some(sealed) = read else { return Ok(()) };
    let opened = claims(&sealed).map(|(name, _)| name.to_owned()).and_then(|profile| {
        let record = unseal(&vault.key, &profile, stray, &sealed).ok()?;
        Some((profile, record))
    });
    // What does not open is left where it is; the status of the vault names it.
    let Some((profile, copy)) = opened else { return Ok(()) };
    let place = vault.path(&profile, SEALED);
    let current = match vault.read(&profile, SEALED) {
        Ok(current) => current,
        Err(_) => return Ok(()),
    };
    let Some((bytes, current)) = current else { return rename(stray, &place) };
    if bytes == sealed {
        return durable::remove(stray).map(drop).map_err(VaultError::file("remove", stray));
    }
    let copy_wins = is_newer(&copy, &current);
    let (winner, loser) = if copy_wins { (&copy, &current) } else { (&current, &copy) };
    let kept = free_path(vault, &profile, CONFLICT, loser.number);
    if copy_wins {
        // First the older one's new place, then the newer one over it: at no moment is either missing.
        write(&kept, &bytes)?;
        rename(stray, &place)?;
    } else {
        rename(stray, &kept)?;
    }
    vault.note(Note::CopyKept { profile, older: loser.number, newer: winner.number, path: kept });
    Ok(())
}

/// The higher number is the newer one; of two that are alike, the one that was put later.
fn is_newer(one: &Record, other: &Record) -> bool {
    let rank = |record: &Record| (record.number, record.history.last().map(|line| line.at));
    rank(one) > rank(other)
}

fn rename(from: &Path, to: &Path) -> Result<(), VaultError> {
    durable::rename(from, to).map_err(VaultError::file("rename", from))
}
