//! Copies of a sealed file that a synced folder leaves where two machines wrote at once, such as
//! `demo (conflicted copy).sealed`. The name inside tells whose it is. The newer generation wins; the older is
//! kept beside it, under a name that tells its number, and somebody is told.

use std::path::{Path, PathBuf};

use crate::durable::{self, FileError};
use crate::vault::files::folder::{ASIDE, CONFLICT, IN_FLIGHT, NEXT, PREVIOUS, RESERVED, SEALED, write};
use crate::vault::files::records::FileVault;
use crate::vault::files::sealed::{SIZE_LIMIT, claims, unseal};
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
        [SEALED, PREVIOUS, NEXT, IN_FLIGHT, RESERVED].contains(&extension)
            || extension.starts_with(CONFLICT)
            || extension.starts_with(ASIDE)
    })
}

/// Whether this file is a profile's, the copies among them that another machine has left and nobody has sorted out yet, and
/// what a crash has left half written. The caller holds the folder's lock, so that nobody is writing.
pub(in crate::vault) fn belongs_to(path: &Path, profile: &str) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_copy = || {
        let sealed = durable::read(path, SIZE_LIMIT).ok().flatten().unwrap_or_default();
        claims(&sealed).is_some_and(|(name, _)| name == profile)
    };
    is_of(path, profile) || ((is_stray(path) || name.ends_with(durable::UNFINISHED)) && is_copy())
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
    let read = durable::read(stray, SIZE_LIMIT).map_err(FileError::at("read", stray))?;
    let Some(sealed) = read else { return Ok(()) };
    let opened = claims(&sealed).map(|(name, _)| name.to_owned()).and_then(|profile| {
        let record = unseal(&vault.key, &profile, stray, &sealed).ok()?;
        Some((profile, record))
    });
    // What does not open is left where it is; the status of the vault names it.
    let Some((profile, copy)) = opened else { return Ok(()) };
    let place = vault.path(&profile, SEALED);
    let Ok(current) = vault.read(&profile, SEALED) else { return Ok(()) };
    let Some((bytes, current)) = current else { return rename(stray, &place) };
    if bytes == sealed {
        return Ok(durable::remove(stray).map(drop).map_err(FileError::at("remove", stray))?);
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
    vault.note(Note::ConflictSetAside { profile, older: loser.number, newer: winner.number, path: kept });
    Ok(())
}

/// The higher number is the newer one; of two that are alike, the one that was put later.
fn is_newer(one: &Record, other: &Record) -> bool {
    let rank = |record: &Record| (record.number, record.history.last().map(|line| line.at));
    rank(one) > rank(other)
}

fn rename(from: &Path, to: &Path) -> Result<(), VaultError> {
    Ok(durable::rename(from, to).map_err(FileError::at("rename", from))?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::diagnosis::Diagnose;
    use crate::vault::How;
    use crate::vault::files::tests::{contents, home, names};
    use crate::vault::port::Storage as _;

    #[test]
    fn of_two_machines_the_newer_generation_wins_and_the_older_is_kept_and_named() {
        for copy_is_newer in [false, true] {
            let home = home();
            let vault = home.keyring().expect("made");
            let at = |file: &str| home.path().join(file);
            vault.put("demo", None, &contents("one"), How::SignedIn.into()).expect("put");
            let older = fs::read(at("demo.sealed")).expect("read");
            vault.put("demo", Some(1), &contents("two"), How::SignedIn.into()).expect("put");
            let newer = fs::read(at("demo.sealed")).expect("read");
            let (place, copy) = if copy_is_newer { (&older, &newer) } else { (&newer, &older) };
            fs::write(at("demo.sealed"), place).expect("written");
            fs::write(at("demo (b's conflicted copy 2026-11-21).sealed"), copy).expect("written");
            fs::write(at("demo.sync-conflict-20261121-ABCDEFG.sealed"), copy).expect("the same once more");

            let vault = home.keyring().expect("opened");
            let found = vault.get("demo").expect("read").expect("kept");
            assert_eq!((found.number, found.contents), (2, contents("two")));
            assert_eq!(fs::read(at("demo.conflict-1")).expect("kept"), older);
            let notes: Vec<String> = vault.take_notes().iter().map(|note| note.diagnose().to_string()).collect();
            let words = format!(
                "another machine had written generation 1 of profile `demo` beside generation 2\n\
                 hint: the newer one is used; generation 1 was moved to `{}`",
                at("demo.conflict-1").display()
            );
            assert_eq!(notes[0], words);
            assert!(vault.take_notes().is_empty(), "told once");
            assert!(!names(&home.path()).iter().any(|name| name.contains("copy") || name.contains("sync")));
            vault.remove("demo").expect("removed");
            assert_eq!(names(&home.path()), [".generations", ".vault.lock", "vault.json"]);
        }
    }

    #[test]
    fn a_copy_that_does_not_open_stays_and_is_named() {
        let home = home();
        let vault = home.keyring().expect("made");
        vault.put("demo", None, &contents("one"), How::SignedIn.into()).expect("put");
        let mut bytes = fs::read(home.path().join("demo.sealed")).expect("read");
        *bytes.last_mut().expect("bytes") ^= 1;
        let copy = home.path().join("demo (copy).sealed");
        fs::write(&copy, bytes).expect("written");
        let vault = home.keyring().expect("opened");
        assert_eq!(vault.get("demo").expect("read").expect("kept").contents, contents("one"));
        let faults: Vec<String> =
            vault.inspect_all().expect("inspected").faults.iter().map(ToString::to_string).collect();
        let words = format!("`{}` is a copy of the vault file of profile `demo` that cannot be merged", copy.display());
        assert_eq!(faults, [words]);
    }
}
