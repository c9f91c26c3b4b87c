//! Moving a vault to another key, in steps of which each leaves it whole:
//!
//! 1. the new key is made, and written to the keyring where it is to be kept;
//! 2. `vault.json` tells of both keys, each sealed under the other: from here on either opens the vault;
//! 3. each file is sealed again under the new key, one after the other;
//! 4. `vault.json` tells of the new key only, and the old one is taken out of the keyring.
//!
//! Where this stops half-way, whoever opens the vault next goes on with step 3.

use std::path::Path;

use zeroize::Zeroizing;

use crate::durable::{self, FileError};
use crate::vault::files::folder::{CONFLICT, PREVIOUS, SEALED, lock_folder, paths_in, write};
use crate::vault::files::header::{Header, Lock, Moving};
use crate::vault::files::high_water;
use crate::vault::files::key::Key;
use crate::vault::files::keyring::{KeySource, entry_name};
use crate::vault::files::records::FileVault;
use crate::vault::files::sealed::{SIZE_LIMIT, claims, seal, seal_text, unseal, unseal_text};
use crate::vault::generation::Stamp;
use crate::vault::{Change, How, Record, VaultError};

/// The name under which one key is sealed with the other, which no profile has.
const KEY_NAME: &str = "\0key";

/// A move that was begun.
pub(in crate::vault) struct Unfinished {
    /// The header that tells of both keys.
    pub header: Header,
    pub old_key: Key,
}

/// Step 2. The caller holds the folder's lock.
pub(in crate::vault) fn begin(vault: &FileVault, lock: Lock, new_key: &Key) -> Result<Header, VaultError> {
    let mut header = Header::load(&vault.folder)?
        .filter(|header| header.mark == vault.mark)
        .ok_or_else(|| VaultError::Replaced { folder: vault.folder.clone() })?;
    header.moving = Some(Moving {
        lock,
        mark: new_key.mark(),
        old_key: wrap(new_key, &vault.key)?,
        new_key: wrap(&vault.key, new_key)?,
    });
    header.save(&vault.folder)?;
    Ok(header)
}

/// The new key, and what is to be finished, from whichever of the two keys was found.
pub(in crate::vault) fn both_keys(folder: &Path, header: Header, found: Key) -> Result<(Key, Unfinished), VaultError> {
    let Some(moving) = &header.moving else { return Err(VaultError::Replaced { folder: folder.to_owned() }) };
    let damaged = || VaultError::HeaderDamaged {
        path: folder.join("vault.json"),
        reason: "a key in `moving` does not open".to_owned(),
    };
    let is_old = found.mark() == header.mark;
    let other = unwrap(&found, if is_old { &moving.new_key } else { &moving.old_key }).ok_or_else(damaged)?;
    let (old_key, new_key) = if is_old { (found, other) } else { (other, found) };
    Ok((new_key, Unfinished { header, old_key }))
}

/// Steps 3 and 4 of a move that somebody else began. Another process may have finished it meanwhile.
pub(in crate::vault) fn finish(
    folder: &Path,
    unfinished: &Unfinished,
    new_key: Key,
    key_source: &KeySource,
) -> Result<(Header, Key), VaultError> {
    let _change = lock_folder(folder)?;
    let header = match Header::load(folder)? {
        Some(header) if header == unfinished.header => finish_locked(folder, unfinished, &new_key, key_source)?,
        Some(header) if header.mark == new_key.mark() => header,
        _ => return Err(VaultError::Replaced { folder: folder.to_owned() }),
    };
    Ok((header, new_key))
}

/// The caller holds the folder's lock.
pub(in crate::vault) fn finish_locked(
    folder: &Path,
    unfinished: &Unfinished,
    new_key: &Key,
    key_source: &KeySource,
) -> Result<Header, VaultError> {
    let Unfinished { header, old_key } = unfinished;
    let Some(moving) = &header.moving else { return Ok(header.clone()) };
    for path in paths_in(folder)?.into_iter().filter(|path| is_sealed(path)) {
        seal_again(&path, old_key, new_key)?;
    }
    let known = high_water::read(folder, old_key).or_else(|| high_water::read(folder, new_key));
    high_water::save(folder, new_key, &known.unwrap_or_default())?;
    let moved = Header { lock: moving.lock.clone(), mark: moving.mark, moving: None };
    moved.save(folder)?;
    if let Lock::Keyring { id } = &header.lock {
        // An entry that nothing is sealed with any more does no harm where it cannot be removed.
        let _ = key_source.keyring.remove(&entry_name(id));
    }
    Ok(moved)
}

/// Seals one file under the new key, unless it is already. What the old key does not open stays as it is: no key will
/// open it, and the status of the vault names it.
fn seal_again(path: &Path, old_key: &Key, new_key: &Key) -> Result<(), VaultError> {
    let read = || durable::read(path, SIZE_LIMIT).map_err(FileError::at("read", path));
    let Some(sealed) = read()? else { return Ok(()) };
    let Some(name) = claims(&sealed).filter(|(_, mark)| *mark == old_key.mark()).map(|(name, _)| name.to_owned())
    else {
        return Ok(());
    };
    let Ok(record) = unseal(old_key, &name, path, &sealed) else { return Ok(()) };
    let is_newest = path.extension().is_some_and(|extension| extension == SEALED);
    let record = if is_newest {
        Record::next(Some(&record), record.number, &record.contents, Change::New(How::Rekeyed), Stamp::now())
    } else {
        record
    };
    write(path, &seal(new_key, &name, &record)?)?;
    // Believed only when it was read back: the old key is about to be forgotten.
    let back = read()?.unwrap_or_default();
    unseal(new_key, &name, path, &back).map(drop)
}

fn is_sealed(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default();
    extension == SEALED || extension == PREVIOUS || extension.starts_with(CONFLICT)
}

fn wrap(under: &Key, key: &Key) -> Result<Vec<u8>, VaultError> {
    seal_text(under, KEY_NAME, 0, Zeroizing::new(key.bytes().to_vec()))
}

fn unwrap(under: &Key, sealed: &[u8]) -> Option<Key> {
    let (_, bytes) = unseal_text(under, KEY_NAME, Path::new("vault.json"), sealed).ok()?;
    Key::from_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::vault::Note;
    use crate::vault::VaultKind;
    use crate::vault::files::tests::{Home, contents, home};
    use crate::vault::files::unlock::Opening;
    use crate::vault::port::Storage as _;

    const PROFILES: [&str; 3] = ["one", "two", "three"];

    fn filled() -> (Home, FileVault) {
        let home = home();
        let vault = home.keyring().expect("made");
        for profile in PROFILES {
            vault.put(profile, None, &contents("old"), How::SignedIn.into()).expect("put");
            vault.put(profile, Some(1), &contents(profile), How::SignedIn.into()).expect("put");
        }
        (home, vault)
    }

    fn check(vault: &FileVault) {
        for profile in PROFILES {
            let record = vault.get(profile).expect("read").expect("kept");
            assert_eq!((record.number, &record.contents), (2, &contents(profile)));
            vault.put(profile, Some(2), &record.contents, How::Saved.into()).expect("put");
            std::fs::remove_file(vault.folder.join(format!("{profile}.sealed"))).expect("removed");
            vault.repair(profile).expect("the one before opens too").expect("it was missing");
        }
    }

    #[test]
    fn all_is_sealed_again_and_who_has_the_old_key_is_told() {
        let (home, old) = filled();
        let passphrase = Secret::new("p");
        let moved = old.rekey_to(VaultKind::Passphrase, Some(&passphrase)).expect("moved");
        assert_eq!(moved.kind(), VaultKind::Passphrase);
        let how = moved.get("one").expect("read").expect("kept").history.lines.last().map(|line| line.how);
        assert_eq!(how, Some(How::Rekeyed));
        check(&moved);
        for refused in [old.get("one").map(drop), old.put("one", Some(2), &contents("x"), How::Saved.into()).map(drop)]
        {
            let error = refused.expect_err("its key is no longer the folder's");
            assert!(matches!(error, VaultError::Replaced { .. }), "{error}");
        }
        assert!(matches!(home.keyring(), Err(VaultError::OtherKind { found: VaultKind::Passphrase, .. })));
        let back = moved.rekey_to(VaultKind::Keyring, None).expect("moved back");
        assert_eq!(back.get("two").expect("read").expect("kept").contents, contents("two"));
        assert!(matches!(back.rekey_to(VaultKind::Keyring, None), Err(VaultError::ThereAlready { .. })));
        assert!(matches!(back.rekey_to(VaultKind::Memory, None), Err(VaultError::MemoryRefused)));
        let none = back.rekey_to(VaultKind::Passphrase, None);
        assert!(matches!(none, Err(VaultError::PassphraseNeeded { new: true })));
    }

    /// The new key of a move to this passphrase that stopped before any file was sealed again.
    fn begun(vault: &FileVault, passphrase: &str) -> Key {
        let passphrase = Secret::new(passphrase);
        let opening = Opening {
            kind: VaultKind::Passphrase,
            folder: &vault.folder,
            passphrase: Some(&passphrase),
            key_source: &vault.key_source,
        };
        let (lock, new_key) = opening.fresh().expect("a key");
        begin(vault, lock, &new_key).expect("begun");
        new_key
    }

    #[test]
    fn a_move_that_stops_anywhere_is_finished_by_whoever_opens_the_vault_next_with_either_key() {
        let sealed = 6;
        for opened_by in [VaultKind::Keyring, VaultKind::Passphrase] {
            for done in 0..=sealed {
                let (home, vault) = filled();
                let new_key = begun(&vault, "p");
                let mut paths = paths_in(&vault.folder).expect("listed");
                paths.retain(|path| is_sealed(path));
                assert_eq!(paths.len(), sealed);
                for path in &paths[..done] {
                    seal_again(path, &vault.key, &new_key).expect("sealed again");
                }
                let opened = home.open(opened_by, "p").expect("either key opens it");
                assert_eq!(opened.take_notes(), [Note::RekeyFinished { to: VaultKind::Passphrase }]);
                check(&opened);
                assert!(matches!(vault.get("one"), Err(VaultError::Replaced { .. })));
                home.open(VaultKind::Passphrase, "p").expect("it is done");
            }
        }
    }

    #[test]
    fn another_passphrase_is_another_key_and_a_wrong_one_opens_nothing_half_way() {
        let home = home();
        let vault = home.open(VaultKind::Passphrase, "old").expect("made");
        vault.put("demo", None, &contents("a"), How::SignedIn.into()).expect("put");
        begun(&vault, "new");
        let wrong = home.open(VaultKind::Passphrase, "wrong");
        assert!(matches!(wrong, Err(VaultError::WrongPassphrase { .. })));
        let opened = home.open(VaultKind::Passphrase, "old").expect("either opens it");
        assert_eq!(opened.get("demo").expect("read").expect("kept").contents, contents("a"));
        assert!(matches!(home.open(VaultKind::Passphrase, "old"), Err(VaultError::WrongPassphrase { .. })));
        home.open(VaultKind::Passphrase, "new").expect("it is done");
    }
}
