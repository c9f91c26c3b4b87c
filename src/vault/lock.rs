//! How the key of a vault is locked, in plain, since it is read before there is a key: the entry of the keyring, or the cost
//! and salt of the passphrase, and the vault's own key sealed with the one that comes from there. So giving a vault
//! another passphrase seals one key anew and no record.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::vault::key::{Cost, SALT_LENGTH, fill};
use crate::vault::{VaultError, VaultKind};

const FORMAT: u32 = 1;

/// Where the key comes from that the vault's own key is sealed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::vault) enum Lock {
    /// From the keyring's entry of this id. The id is random, so that several homes do not share one entry.
    Keyring { id: String },
    /// From a passphrase.
    Passphrase { cost: Cost, salt: [u8; SALT_LENGTH] },
}

impl Lock {
    /// The kind of vault it makes.
    pub(in crate::vault) fn kind(&self) -> VaultKind {
        match self {
            Self::Keyring { .. } => VaultKind::Keyring,
            Self::Passphrase { .. } => VaultKind::Passphrase,
        }
    }

    /// The text that the store keeps, with the sealed key.
    pub(in crate::vault) fn to_text(&self, wrapped: &[u8]) -> String {
        let (id, argon2id) = match self {
            Self::Keyring { id } => (Some(id.clone()), None),
            Self::Passphrase { cost: Cost { memory, passes, lanes }, salt } => {
                let salt = BASE64.encode(salt);
                (None, Some(WireCost { memory_kib: *memory, passes: *passes, lanes: *lanes, salt }))
            }
        };
        let wire = Wire { format: FORMAT, kind: self.kind().to_string(), id, argon2id, key: BASE64.encode(wrapped) };
        serde_json::to_string(&wire).expect("numbers and text are JSON")
    }

    /// The lock and the sealed key.
    pub(in crate::vault) fn from_text(text: &str) -> Result<(Self, Vec<u8>), VaultError> {
        let damaged = |reason: &str| VaultError::LockDamaged { reason: reason.to_owned() };
        let Format { format } = serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
        if format != FORMAT {
            return Err(VaultError::NewerLock { version: format });
        }
        let wire: Wire = serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
        wire.read().map_err(damaged)
    }
}

/// A new id for an entry in the keyring.
pub(in crate::vault) fn fresh_id() -> Result<String, VaultError> {
    let mut bytes = [0; 8];
    fill(&mut bytes)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// Read first, since the rest may differ in another format.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    format: u32,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    argon2id: Option<WireCost>,
    key: String,
}

#[derive(Serialize, Deserialize)]
struct WireCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

impl Wire {
    fn read(self) -> Result<(Lock, Vec<u8>), &'static str> {
        let lock = match (self.kind.as_str(), self.id, self.argon2id) {
            ("keyring", Some(id), None) if is_id(&id) => Lock::Keyring { id },
            ("passphrase", None, Some(WireCost { memory_kib: memory, passes, lanes, salt })) => {
                let cost = Cost { memory, passes, lanes };
                if !cost.is_sound() {
                    return Err("the cost of the passphrase is out of bounds");
                }
                let salt = BASE64.decode(salt).ok().and_then(|salt| salt.try_into().ok());
                Lock::Passphrase { cost, salt: salt.ok_or("`salt` is not 16 bytes of Base64")? }
            }
            ("keyring" | "passphrase", ..) => return Err("what belongs to its `kind` is missing"),
            _ => return Err("`kind` is neither `keyring` nor `passphrase`"),
        };
        Ok((lock, BASE64.decode(self.key).map_err(|_| "`key` is not Base64")?))
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read_as_they_were_written() {
        for lock in [
            Lock::Keyring { id: fresh_id().expect("random") },
            Lock::Passphrase { cost: Cost::DEFAULT, salt: [3; SALT_LENGTH] },
        ] {
            assert_eq!(Lock::from_text(&lock.to_text(&[1, 2])).expect("read"), (lock, vec![1, 2]));
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_named() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Lock::from_text(text).expect_err(text).to_string(), expected);
        };
        check(r#"{"format":2}"#, "the lock of the vault has format 2, which this version of the program does not know");
        check(
            r#"{"format":1,"kind":"memory","key":""}"#,
            "the lock of the vault is damaged: `kind` is neither `keyring` nor `passphrase`",
        );
        check(
            r#"{"format":1,"kind":"keyring","key":""}"#,
            "the lock of the vault is damaged: what belongs to its `kind` is missing",
        );
        check(
            r#"{"format":1,"kind":"keyring","id":"0123456789abcdef","key":"*"}"#,
            "the lock of the vault is damaged: `key` is not Base64",
        );
        check(
            r#"{"format":1,"kind":"passphrase","argon2id":{"memory_kib":4294967295,"passes":1,"lanes":1,"salt":""},"key":""}"#,
            "the lock of the vault is damaged: the cost of the passphrase is out of bounds",
        );
        assert!(matches!(Lock::from_text(""), Err(VaultError::LockDamaged { .. })));
    }
}
