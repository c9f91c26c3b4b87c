//! A vault in a folder: one sealed file a profile, the one before it beside it, and `vault.json`.
//!
//! Two locks, never confused: `.vault.lock` is held for the moment of a change, by the vault itself, and makes compare
//! and set one step; `<profile>.lock` is the lease, held by a caller for as long as it likes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::durable;
use crate::secret::Secret;
use crate::vault::header::{Header, Lock, fresh_id};
use crate::vault::key::{Key, Mark, SALT_LENGTH, fill};
use crate::vault::lease::lock;
use crate::vault::sealed::{SIZE_LIMIT, seal, unseal};
use crate::vault::{Lease, Locksmith, ProfileSecrets, Record, Vault, VaultError, VaultKind};

const SEALED: &str = "sealed";
const PREVIOUS: &str = "previous";
const LEASE: &str = "lock";

/// No name of a profile gives this file name.
const FOLDER_LOCK: &str = ".vault.lock";

/// How long a change waits for another one. A change takes milliseconds; making a vault may wait for the keyring three
/// times, which is what this leaves room for.
const CHANGE_WAIT: Duration = Duration::from_secs(40);

/// Sealed files in a folder, with the key to them.
#[derive(Debug)]
pub(in crate::vault) struct FileVault {
    kind: VaultKind,
    folder: PathBuf,
    key: Key,
    mark: Mark,
}

impl FileVault {
    /// Opens the vault in the folder, or makes one.
    pub(in crate::vault) fn open(
        kind: VaultKind,
        folder: &Path,
        passphrase: Option<&Secret>,
        locksmith: &Locksmith,
    ) -> Result<Self, VaultError> {
        durable::create_private_folder(folder).map_err(VaultError::file("create", folder))?;
        let opening = Opening { kind, folder, passphrase, locksmith };
        let key = match opening.unlock()? {
            Some(key) => key,
            None => opening.make()?,
        };
        sweep(folder)?;
        Ok(Self { kind, folder: folder.to_owned(), mark: key.mark(), key })
    }

    fn path(&self, profile: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", durable::file_stem(profile)))
    }

    fn read(&self, profile: &str, extension: &str) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        let path = self.path(profile, extension);
        let Some(sealed) = durable::read(&path, SIZE_LIMIT).map_err(VaultError::file("read", &path))? else {
            return Ok(None);
        };
        let record = unseal(&self.key, profile, &path, &sealed)?;
        Ok(Some((sealed, record)))
    }

    /// Refuses to seal with a key that the folder no longer goes by.
    fn check_header(&self) -> Result<(), VaultError> {
        match Header::load(&self.folder)? {
            Some(header) if header.mark == self.mark => Ok(()),
            _ => Err(VaultError::Replaced { folder: self.folder.clone() }),
        }
    }
}

impl Vault for FileVault {
    fn kind(&self) -> VaultKind {
        self.kind
    }

    fn get(&self, profile: &str) -> Result<Option<Record>, VaultError> {
        Ok(self.read(profile, SEALED)?.map(|(_, record)| record))
    }

    fn previous(&self, profile: &str) -> Result<Option<Record>, VaultError> {
        Ok(self.read(profile, PREVIOUS)?.map(|(_, record)| record))
    }

    fn put(&self, profile: &str, expected: Option<u64>, secrets: &ProfileSecrets) -> Result<u64, VaultError> {
        let _change = lock_folder(&self.folder)?;
        self.check_header()?;
        // Opened rather than believed: a damaged file is neither counted on nor written over.
        let last = self.read(profile, SEALED)?;
        let found = last.as_ref().map(|(_, record)| record.number);
        if found != expected {
            return Err(VaultError::Conflict { profile: profile.to_owned(), expected, found });
        }
        let number = found.unwrap_or(0).saturating_add(1);
        let sealed = seal(&self.key, profile, number, secrets)?;
        if let Some((last, _)) = last {
            write(&self.path(profile, PREVIOUS), &last)?;
        }
        write(&self.path(profile, SEALED), &sealed)?;
        Ok(number)
    }

    fn remove(&self, profile: &str) -> Result<(), VaultError> {
        let _change = lock_folder(&self.folder)?;
        for extension in [SEALED, PREVIOUS] {
            let path = self.path(profile, extension);
            durable::remove(&path).map_err(VaultError::file("remove", &path))?;
        }
        Ok(())
    }

    fn lease(&self, profile: &str, wait: Duration) -> Result<Lease, VaultError> {
        let path = self.path(profile, LEASE);
        match lock(&path, wait).map_err(VaultError::file("lock", &path))? {
            Some(file) => Ok(Lease::new(file)),
            None => Err(VaultError::LeaseTaken { profile: profile.to_owned(), waited: wait }),
        }
    }
}

/// What a vault is opened with.
struct Opening<'a> {
    kind: VaultKind,
    folder: &'a Path,
    passphrase: Option<&'a Secret>,
    locksmith: &'a Locksmith,
}

impl Opening<'_> {
    /// The key of the vault that is there; `None` where there is nothing to unlock and nothing to lose.
    fn unlock(&self) -> Result<Option<Key>, VaultError> {
        let folder = self.folder.to_owned();
        let header = Header::load(self.folder)?;
        let sealed = holds_sealed(self.folder)?;
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
fn entry_name(id: &str) -> String {
    format!("vault-key:{id}")
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    durable::write_private(path, bytes).map_err(VaultError::file("write", path))
}

fn lock_folder(folder: &Path) -> Result<File, VaultError> {
    let path = folder.join(FOLDER_LOCK);
    lock(&path, CHANGE_WAIT)
        .map_err(VaultError::file("lock", &path))?
        .ok_or_else(|| VaultError::Busy { folder: folder.to_owned(), waited: CHANGE_WAIT })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(VaultError::file("list", folder))
}

/// Whether anything is there that a new key would not open.
fn holds_sealed(folder: &Path) -> Result<bool, VaultError> {
    let sealed =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == SEALED || extension == PREVIOUS);
    Ok(files(folder)?.iter().any(sealed))
}

/// Removes what a crash has left half written. All writing is done under the lock, so with it in hand nothing
/// unfinished is anyone's; where another process has it, the next opening sweeps.
fn sweep(folder: &Path) -> Result<(), VaultError> {
    let Ok(Some(_change)) = lock(&folder.join(FOLDER_LOCK), Duration::ZERO) else { return Ok(()) };
    for path in files(folder)? {
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(durable::UNFINISHED)) {
            durable::remove(&path).map_err(VaultError::file("remove", &path))?;
        }
    }
    Ok(())
}
