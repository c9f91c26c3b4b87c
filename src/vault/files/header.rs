//! `vault.json`: how a vault is locked, in plain, since it is read before there is a key. It tells the kind,
//! the entry in the keyring or the cost and salt of the passphrase, and the mark of the key.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::durable::{self, FileError};
use crate::vault::files::key::{Cost, Mark, SALT_LENGTH, fill};
use crate::vault::{VaultError, VaultKind};

const FILE: &str = "vault.json";
const FORMAT: u32 = 1;

/// The most bytes the file may have; ours has some 250.
const SIZE_LIMIT: u64 = 64 * 1024;

/// How a vault is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::vault) struct Header {
    pub lock: Lock,
    /// Tells whether a key is the right one.
    pub mark: Mark,
    /// The move to another key that was begun and is not finished.
    pub moving: Option<Moving>,
}

/// A move of the vault to another key. Each key is sealed under the other, so that either opens all files meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::vault) struct Moving {
    /// Where the new key comes from.
    pub lock: Lock,
    /// Its mark.
    pub mark: Mark,
    /// The old key, sealed under the new one.
    pub old_key: Vec<u8>,
    /// The new key, sealed under the old one.
    pub new_key: Vec<u8>,
}

/// Where the key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::vault) enum Lock {
    /// From the keyring's entry of this id. The id is random, so that several homes do not share one entry.
    Keyring { id: String },
    /// From a passphrase.
    Passphrase { cost: Cost, salt: [u8; SALT_LENGTH] },
}

impl Header {
    /// Reads the header of the vault in a folder; `None` where there is none.
    pub(in crate::vault) fn load(folder: &Path) -> Result<Option<Self>, VaultError> {
        let path = path(folder);
        let bytes = durable::read(&path, SIZE_LIMIT).map_err(FileError::at("read", &path))?;
        bytes.map(|bytes| Self::from_text(&bytes, &path)).transpose()
    }

    /// Writes the header.
    pub(in crate::vault) fn save(&self, folder: &Path) -> Result<(), VaultError> {
        let mut text = serde_json::to_vec_pretty(&self.to_wire()).expect("numbers and text are JSON");
        text.push(b'\n');
        Ok(durable::write_private(&path(folder), &text).map_err(FileError::at("write", path(folder)))?)
    }

    /// The kind of vault it makes.
    pub(in crate::vault) fn kind(&self) -> VaultKind {
        self.lock.kind()
    }

    fn from_text(text: &[u8], path: &Path) -> Result<Self, VaultError> {
        let damaged = |reason: String| VaultError::HeaderDamaged { path: path.to_owned(), reason };
        let Format { format } = serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))?;
        if format != FORMAT {
            return Err(VaultError::NewerFormat { path: path.to_owned(), version: format });
        }
        let wire: Wire = serde_json::from_slice(text).map_err(|error| damaged(error.to_string()))?;
        Self::from_wire(wire).map_err(|reason| damaged(reason.to_owned()))
    }

    fn from_wire(wire: Wire) -> Result<Self, &'static str> {
        let (lock, mark) = wire.lock.read()?;
        let read = |wire: WireMoving| -> Result<Moving, &'static str> {
            let (lock, mark) = wire.lock.read()?;
            let sealed = |text: &str| BASE64.decode(text).map_err(|_| "a key in `moving` is not Base64");
            Ok(Moving { lock, mark, old_key: sealed(&wire.old_key)?, new_key: sealed(&wire.new_key)? })
        };
        Ok(Self { lock, mark, moving: wire.moving.map(read).transpose()? })
    }

    fn to_wire(&self) -> Wire {
        let moving = self.moving.as_ref().map(|moving| WireMoving {
            lock: WireLock::new(&moving.lock, moving.mark),
            old_key: BASE64.encode(&moving.old_key),
            new_key: BASE64.encode(&moving.new_key),
        });
        Wire { format: FORMAT, lock: WireLock::new(&self.lock, self.mark), moving }
    }
}

impl Lock {
    /// The kind of vault it makes.
    pub(in crate::vault) fn kind(&self) -> VaultKind {
        match self {
            Self::Keyring { .. } => VaultKind::Keyring,
            Self::Passphrase { .. } => VaultKind::Passphrase,
        }
    }
}

/// A new id for an entry in the keyring.
pub(in crate::vault) fn fresh_id() -> Result<String, VaultError> {
    let mut bytes = [0; 8];
    fill(&mut bytes)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// Read first, since the rest may look different in another format.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    format: u32,
    #[serde(flatten)]
    lock: WireLock,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moving: Option<WireMoving>,
}

#[derive(Serialize, Deserialize)]
struct WireMoving {
    #[serde(flatten)]
    lock: WireLock,
    old_key: String,
    new_key: String,
}

#[derive(Serialize, Deserialize)]
struct WireLock {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    argon2id: Option<WireCost>,
    mark: String,
}

impl WireLock {
    fn new(lock: &Lock, mark: Mark) -> Self {
        let (id, argon2id) = match lock {
            Lock::Keyring { id } => (Some(id.clone()), None),
            Lock::Passphrase { cost: Cost { memory, passes, lanes }, salt } => {
                let salt = BASE64.encode(salt);
                (None, Some(WireCost { memory_kib: *memory, passes: *passes, lanes: *lanes, salt }))
            }
        };
        Self { kind: lock.kind().to_string(), id, argon2id, mark: BASE64.encode(mark) }
    }

    fn read(self) -> Result<(Lock, Mark), &'static str> {
        let lock = match (self.kind.as_str(), self.id, self.argon2id) {
            ("keyring", Some(id), None) if is_id(&id) => Lock::Keyring { id },
            ("passphrase", None, Some(WireCost { memory_kib: memory, passes, lanes, salt })) => {
                let cost = Cost { memory, passes, lanes };
                if !cost.is_sound() {
                    return Err("the cost of the passphrase is out of bounds");
                }
                Lock::Passphrase { cost, salt: bytes(&salt).ok_or("`salt` is not 16 bytes of Base64")? }
            }
            ("keyring" | "passphrase", ..) => return Err("what belongs to its `kind` is missing"),
            _ => return Err("`kind` is neither `keyring` nor `passphrase`"),
        };
        Ok((lock, bytes(&self.mark).ok_or("`mark` is not 16 bytes of Base64")?))
    }
}

#[derive(Serialize, Deserialize)]
struct WireCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn bytes<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    BASE64.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Header, VaultError> {
        Header::from_text(text.as_bytes(), Path::new("vault.json"))
    }

    #[test]
    fn both_kinds_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Header::load(folder.path()).expect("read"), None);
        for lock in [
            Lock::Keyring { id: fresh_id().expect("random") },
            Lock::Passphrase { cost: Cost::DEFAULT, salt: [3; SALT_LENGTH] },
        ] {
            let moving = Moving { lock: lock.clone(), mark: [6; 16], old_key: vec![1], new_key: vec![2, 3] };
            for moving in [None, Some(moving)] {
                let header = Header { lock: lock.clone(), mark: [5; 16], moving };
                header.save(folder.path()).expect("written");
                assert_eq!(Header::load(folder.path()).expect("read"), Some(header));
            }
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_named() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).expect_err(text).to_string(), expected);
        check(r#"{"format":2}"#, "`vault.json` has format 2, which this version of the program does not know");
        check(
            r#"{"format":1,"kind":"memory","mark":""}"#,
            "`vault.json` is damaged: `kind` is neither `keyring` nor `passphrase`",
        );
        check(
            r#"{"format":1,"kind":"keyring","mark":""}"#,
            "`vault.json` is damaged: what belongs to its `kind` is missing",
        );
        check(
            r#"{"format":1,"kind":"keyring","id":"0123456789abcdef","mark":"AAAA"}"#,
            "`vault.json` is damaged: `mark` is not 16 bytes of Base64",
        );
        check(
            r#"{"format":1,"kind":"passphrase","argon2id":{"memory_kib":4294967295,"passes":1,"lanes":1,"salt":""},"mark":""}"#,
            "`vault.json` is damaged: the cost of the passphrase is out of bounds",
        );
        assert!(matches!(read(""), Err(VaultError::HeaderDamaged { .. })));
    }
}
