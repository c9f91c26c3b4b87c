//! From a store to the key of the vault in it, or to a new vault. The rule that all of this serves: a key is made only where
//! nothing is sealed with another one.

use std::path::PathBuf;
use std::sync::Arc;

use crate::secret::Secret;
use crate::store::{Engine, VaultLock};
use crate::vault::key::{Key, SALT_LENGTH, fill};
use crate::vault::keyring::{KeySource, entry_name};
use crate::vault::lock::{Lock, fresh_id};
use crate::vault::seal::{unwrap, wrap};
use crate::vault::team::{Document, TeamError};
use crate::vault::{VaultError, VaultKind};

/// More often than two processes make the vault at the same moment.
const MOST_TRIES: usize = 8;

/// What a vault is opened with.
pub(in crate::vault) struct Opening<'a> {
    pub kind: VaultKind,
    pub store: &'a Arc<dyn Engine>,
    pub passphrase: Option<&'a Secret>,
    pub key_source: &'a KeySource,
}

impl Opening<'_> {
    /// The key of the vault in the store, which is made where there is none.
    pub(in crate::vault) fn unlocked(&self) -> Result<Key, VaultError> {
        for _ in 0..MOST_TRIES {
            let there = self.store.vault_lock()?;
            let key = match &there {
                None if self.is_in_use()? => return Err(VaultError::LockMissing { place: self.place() }),
                None => self.make(None)?,
                Some(lock) => self.unlock(lock)?,
            };
            if let Some(key) = key {
                return Ok(key);
            }
        }
        Err(VaultError::Replaced { place: self.place() })
    }

    fn place(&self) -> PathBuf {
        self.store.place().to_owned()
    }

    /// Whether something is stored that another key would not open.
    fn is_in_use(&self) -> Result<bool, VaultError> {
        Ok(!self.store.secrets()?.is_empty() || self.store.forgotten()?.iter().any(|forgotten| forgotten.has_secret))
    }

    fn unlock(&self, there: &VaultLock) -> Result<Option<Key>, VaultError> {
        if Document::read(there)?.is_some() {
            return Err(TeamError::TeamExists { place: self.place() }.into());
        }
        let (lock, wrapped) = Lock::from_text(&there.text)?;
        if lock.kind() != self.kind {
            return if self.is_in_use()? {
                Err(VaultError::OtherKind { place: self.place(), found: lock.kind(), asked: self.kind })
            } else {
                self.make(Some(there))
            };
        }
        let key = match self.key_of(&lock, &wrapped) {
            Err(VaultError::KeyMissing { .. }) if !self.is_in_use()? => return self.make(Some(there)),
            key => key?,
        };
        if key.mark() == there.mark {
            Ok(Some(key))
        } else {
            Err(VaultError::LockDamaged { reason: "its mark is another key's".to_owned() })
        }
    }

    fn key_of(&self, lock: &Lock, wrapped: &[u8]) -> Result<Key, VaultError> {
        let place = self.place();
        match lock {
            Lock::Keyring { id } => {
                let entry = entry_name(id);
                let Some(value) = self.key_source.keyring.get(&entry)? else {
                    let is_shared = self.store.origin().is_some();
                    return Err(VaultError::KeyMissing { entry, place, is_shared });
                };
                match Key::from_bytes(&value) {
                    None => Err(VaultError::KeyMalformed { entry, found: value.len() }),
                    Some(key) => unwrap(&key, wrapped).ok_or(VaultError::WrongKey { entry, place }),
                }
            }
            Lock::Passphrase { cost, salt } => {
                let passphrase = self.passphrase.ok_or(VaultError::PassphraseNeeded { new: false })?;
                let key = Key::from_passphrase(passphrase, salt, *cost).and_then(|key| unwrap(&key, wrapped));
                key.ok_or(VaultError::WrongPassphrase { place })
            }
        }
    }

    /// Makes a vault in place of this one, which nothing is sealed with; `None` if another process was faster.
    fn make(&self, there: Option<&VaultLock>) -> Result<Option<Key>, VaultError> {
        let key = Key::fresh()?;
        Ok(self.lock(there, &key)?.then_some(key))
    }

    /// Locks a key as this opening says, if the lock is still `there`; whether it was.
    pub(in crate::vault) fn lock(&self, there: Option<&VaultLock>, key: &Key) -> Result<bool, VaultError> {
        let (lock, with) = if self.kind == VaultKind::Keyring { self.keyring_key()? } else { self.passphrase_key()? };
        let text = lock.to_text(&wrap(&with, key)?);
        let locked = self.store.set_vault_lock(there, &VaultLock { text, mark: key.mark() });
        if !matches!(locked, Ok(true)) {
            self.drop_entry(&lock);
        }
        Ok(locked?)
    }

    /// Removes the keyring's entry of a lock that is not used any more. One that stays does no harm.
    pub(in crate::vault) fn drop_entry(&self, lock: &Lock) {
        if let Lock::Keyring { id } = lock {
            let _ = self.key_source.keyring.remove(&entry_name(id));
        }
    }

    /// The keyring is written before the store: an entry that nobody knows of does no harm, a lock without its entry would.
    fn keyring_key(&self) -> Result<(Lock, Key), VaultError> {
        let (id, key) = (fresh_id()?, Key::fresh()?);
        let entry = entry_name(&id);
        let keyring = &self.key_source.keyring;
        keyring.put(&entry, key.bytes())?;
        match keyring.get(&entry)? {
            Some(value) if value.as_slice() == key.bytes() => Ok((Lock::Keyring { id }, key)),
            _ => Err(VaultError::KeyringFailed { reason: "an entry was not read as it was written".to_owned() }),
        }
    }

    fn passphrase_key(&self) -> Result<(Lock, Key), VaultError> {
        let passphrase = self.passphrase.ok_or(VaultError::PassphraseNeeded { new: true })?;
        let mut salt = [0; SALT_LENGTH];
        fill(&mut salt)?;
        let cost = self.key_source.cost;
        let key = Key::from_passphrase(passphrase, &salt, cost)
            .ok_or_else(|| VaultError::Entropy { reason: "the passphrase could not be made a key".to_owned() })?;
        Ok((Lock::Passphrase { cost, salt }, key))
    }
}
