//! From a folder to the key of the vault in it, or to a new vault. The rule that all of this serves: a key is made only
//! where there is nothing that another key would open.

use std::path::{Path, PathBuf};

use crate::secret::Secret;
use crate::vault::files::folder::{PREVIOUS, SEALED, lock_folder, paths_in};
use crate::vault::files::header::{Header, Lock, fresh_id};
use crate::vault::files::key::{Key, Mark, SALT_LENGTH, fill};
use crate::vault::files::keyring::{KeySource, entry_name};
use crate::vault::files::rekey::{self, Unfinished};
use crate::vault::{VaultError, VaultKind};

/// What a vault is opened with.
pub(in crate::vault) struct Opening<'a> {
    pub kind: VaultKind,
    pub folder: &'a Path,
    pub passphrase: Option<&'a Secret>,
    pub key_source: &'a KeySource,
}

/// The key of an opened vault.
pub(in crate::vault) struct Unlocked {
    /// The key that its files are sealed with, or are to be once the move is finished.
    pub key: Key,
    /// A move to that key that was begun and is not finished.
    pub unfinished: Option<Unfinished>,
}

impl Opening<'_> {
    /// The key of the vault in the folder, which is made where there is none.
    pub(in crate::vault) fn unlocked(&self) -> Result<Unlocked, VaultError> {
        self.unlock()?.map_or_else(|| self.make(), Ok)
    }

    /// The key of the vault that is there; `None` where there is nothing to unlock and nothing to lose.
    fn unlock(&self) -> Result<Option<Unlocked>, VaultError> {
        let folder = self.folder.to_owned();
        // In this order: who finds a sealed file finds the header that was written before it.
        let sealed = holds_sealed(self.folder)?;
        let header = Header::load(self.folder)?;
        match header {
            None if sealed => Err(VaultError::HeaderMissing { folder }),
            None => Ok(None),
            Some(header) if header.moving.is_some() => self.unlock_moving(header).map(Some),
            Some(header) if header.kind() != self.kind && sealed => {
                Err(VaultError::OtherKind { folder, found: header.kind(), asked: self.kind })
            }
            Some(header) if header.kind() != self.kind => Ok(None),
            Some(header) => match self.key_of(&header.lock, header.mark) {
                Err(VaultError::KeyMissing { .. }) if !sealed => Ok(None),
                key => key.map(|key| Some(Unlocked { key, unfinished: None })),
            },
        }
    }

    /// A vault on the way from one key to another opens with either: first with the kind that is asked for.
    fn unlock_moving(&self, header: Header) -> Result<Unlocked, VaultError> {
        let mut locks = vec![(header.lock.clone(), header.mark)];
        locks.extend(header.moving.iter().map(|moving| (moving.lock.clone(), moving.mark)));
        locks.sort_by_key(|(lock, _)| lock.kind() != self.kind);
        let mut refused = None;
        for (lock, mark) in &locks {
            match self.key_of(lock, *mark) {
                Ok(key) => {
                    let (key, unfinished) = rekey::both_keys(self.folder, header, key)?;
                    return Ok(Unlocked { key, unfinished: Some(unfinished) });
                }
                Err(error) => drop(refused.get_or_insert(error)),
            }
        }
        Err(refused.unwrap_or(VaultError::HeaderMissing { folder: self.folder.to_owned() }))
    }

    fn key_of(&self, lock: &Lock, mark: Mark) -> Result<Key, VaultError> {
        let folder = self.folder.to_owned();
        match lock {
            Lock::Keyring { id } => {
                let entry = entry_name(id);
                let Some(value) = self.key_source.keyring.get(&entry)? else {
                    return Err(VaultError::KeyMissing { entry, folder });
                };
                match Key::from_bytes(&value) {
                    None => Err(VaultError::KeyMalformed { entry, found: value.len() }),
                    Some(key) if key.mark() != mark => Err(VaultError::WrongKey { entry, folder }),
                    Some(key) => Ok(key),
                }
            }
            Lock::Passphrase { cost, salt } => {
                let passphrase = self.passphrase.ok_or(VaultError::PassphraseNeeded { new: false })?;
                Key::from_passphrase(passphrase, salt, *cost)
                    .filter(|key| key.mark() == mark)
                    .ok_or(VaultError::WrongPassphrase { folder })
            }
        }
    }

    /// Makes the vault, unless another process has done so meanwhile.
    fn make(&self) -> Result<Unlocked, VaultError> {
        let _change = lock_folder(self.folder)?;
        if let Some(unlocked) = self.unlock()? {
            return Ok(unlocked);
        }
        let (lock, key) = self.fresh()?;
        Header { lock, mark: key.mark(), moving: None }.save(self.folder)?;
        Ok(Unlocked { key, unfinished: None })
    }

    /// A new key, and where it comes from.
    pub(in crate::vault) fn fresh(&self) -> Result<(Lock, Key), VaultError> {
        if self.kind == VaultKind::Keyring { self.make_in_keyring() } else { self.make_of_passphrase() }
    }

    /// The keyring is written before the header: an entry that nobody knows of does no harm, a header without its entry
    /// would.
    fn make_in_keyring(&self) -> Result<(Lock, Key), VaultError> {
        let (id, key) = (fresh_id()?, Key::fresh()?);
        let entry = entry_name(&id);
        let keyring = &self.key_source.keyring;
        keyring.put(&entry, key.bytes())?;
        match keyring.get(&entry)? {
            Some(value) if value.as_slice() == key.bytes() => Ok((Lock::Keyring { id }, key)),
            _ => Err(VaultError::KeyringFailed { reason: "an entry was not read as it was written".to_owned() }),
        }
    }

    fn make_of_passphrase(&self) -> Result<(Lock, Key), VaultError> {
        let passphrase = self.passphrase.ok_or(VaultError::PassphraseNeeded { new: true })?;
        let mut salt = [0; SALT_LENGTH];
        fill(&mut salt)?;
        let cost = self.key_source.cost;
        let key = Key::from_passphrase(passphrase, &salt, cost)
            .ok_or_else(|| VaultError::Entropy { reason: "the passphrase could not be made a key".to_owned() })?;
        Ok((Lock::Passphrase { cost, salt }, key))
    }
}

/// Whether anything is there that a new key would not open.
fn holds_sealed(folder: &Path) -> Result<bool, VaultError> {
    let sealed =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == SEALED || extension == PREVIOUS);
    Ok(paths_in(folder)?.iter().any(sealed))
}
