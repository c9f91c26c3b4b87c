//! From a folder to the key of the vault in it, or to a new vault. The rule that all of this serves: a key is made only
//! where there is nothing that another key would open.

use std::path::{Path, PathBuf};

use crate::secret::Secret;
use crate::vault::file::{PREVIOUS, SEALED, files, lock_folder};
use crate::vault::header::{Header, Lock, fresh_id};
use crate::vault::key::{Key, SALT_LENGTH, fill};
use crate::vault::{Locksmith, VaultError, VaultKind};

/// What a vault is opened with.
pub(in crate::vault) struct Opening<'a> {
    pub kind: VaultKind,
    pub folder: &'a Path,
    pub passphrase: Option<&'a Secret>,
    pub locksmith: &'a Locksmith,
}

impl Opening<'_> {
    /// The key of the vault in the folder, which is made where there is none.
    pub(in crate::vault) fn key(&self) -> Result<Key, VaultError> {
        self.unlock()?.map_or_else(|| self.make(), Ok)
    }

    /// The key of the vault that is there; `None` where there is nothing to unlock and nothing to lose.
    fn unlock(&self) -> Result<Option<Key>, VaultError> {
        let folder = self.folder.to_owned();
        // In this order: who finds a sealed file finds the header that was written before it.
        let sealed = holds_sealed(self.folder)?;
        let header = Header::load(self.folder)?;
        match header {
            None if sealed => Err(VaultError::HeaderMissing { folder }),
            None => Ok(None),
            Some(header) if header.kind() != self.kind && sealed => {
                Err(VaultError::OtherKind { folder, found: header.kind(), asked: self.kind })
            }
            Some(header) if header.kind() != self.kind => Ok(None),
            Some(header) => match self.key_of(&header) {
                Err(VaultError::KeyMissing { .. }) if !sealed => Ok(None),
                key => key.map(Some),
            },
        }
    }

    fn key_of(&self, header: &Header) -> Result<Key, VaultError> {
        let folder = self.folder.to_owned();
        match &header.lock {
            Lock::Keyring { id } => {
                let entry = entry_name(id);
                let Some(value) = self.locksmith.keyring.get(&entry)? else {
                    return Err(VaultError::KeyMissing { entry, folder });
                };
                match Key::from_bytes(&value) {
                    None => Err(VaultError::KeyMalformed { entry, found: value.len() }),
                    Some(key) if key.mark() != header.mark => Err(VaultError::WrongKey { entry, folder }),
                    Some(key) => Ok(key),
                }
            }
            Lock::Passphrase { cost, salt } => {
                let passphrase = self.passphrase.ok_or(VaultError::PassphraseNeeded { new: false })?;
                Key::from_passphrase(passphrase, salt, *cost)
                    .filter(|key| key.mark() == header.mark)
                    .ok_or(VaultError::WrongPassphrase { folder })
            }
        }
    }

    /// Makes the vault, unless another process has done so meanwhile.
    fn make(&self) -> Result<Key, VaultError> {
        let _change = lock_folder(self.folder)?;
        if let Some(key) = self.unlock()? {
            return Ok(key);
        }
        let (lock, key) =
            if self.kind == VaultKind::Keyring { self.make_in_keyring()? } else { self.make_of_passphrase()? };
        Header { lock, mark: key.mark() }.save(self.folder)?;
        Ok(key)
    }

    /// The keyring is written before the header: an entry that nobody knows of does no harm, a header without its entry
    /// would.
    fn make_in_keyring(&self) -> Result<(Lock, Key), VaultError> {
        let (id, key) = (fresh_id()?, Key::fresh()?);
        let entry = entry_name(&id);
        let keyring = &self.locksmith.keyring;
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
        let cost = self.locksmith.cost;
        let key = Key::from_passphrase(passphrase, &salt, cost)
            .ok_or_else(|| VaultError::Entropy { reason: "the passphrase could not be made a key".to_owned() })?;
        Ok((Lock::Passphrase { cost, salt }, key))
    }
}

/// The user name of the entry that holds a vault's key.
pub(in crate::vault) fn entry_name(id: &str) -> String {
    format!("vault-key:{id}")
}

/// Whether anything is there that a new key would not open.
fn holds_sealed(folder: &Path) -> Result<bool, VaultError> {
    let sealed =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == SEALED || extension == PREVIOUS);
    Ok(files(folder)?.iter().any(sealed))
}
