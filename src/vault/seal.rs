//! Sealing a record: XChaCha20-Poly1305, with everything that says whose it is as associated data.
//!
//! A body is a nonce of 24 random bytes, which does not repeat in any number of bodies one can write, then the ciphertext and
//! its tag of 16 bytes. The name of the profile, the id of its secret, the generation and the fence are authenticated with it,
//! so a body that is changed, or stands in the place of another, does not open.

use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::store::{Sealed, SecretId, Version};
use crate::vault::VaultError;
use crate::vault::key::{Key, fill};

/// The most bytes of a body, so that a strange one cannot fill the memory.
pub(in crate::vault) const SIZE_LIMIT: usize = 16 * 1024 * 1024;

const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;

/// Seals the text of a record, in its own buffer.
pub(in crate::vault) fn seal(
    key: &Key,
    name: &str,
    (id, version): (SecretId, Version),
    text: Zeroizing<Vec<u8>>,
) -> Result<Sealed, VaultError> {
    let too_large = || VaultError::TooLarge { profile: name.to_owned(), limit: SIZE_LIMIT };
    if text.len() + NONCE_LENGTH + TAG_LENGTH > SIZE_LIMIT {
        return Err(too_large());
    }
    let body = seal_bytes(key, &associated(name, id, version), text)?.ok_or_else(too_large)?;
    Ok(Sealed { id, version, body })
}

/// Opens what was sealed for a profile; `None` if it was changed, or sealed for something else.
pub(in crate::vault) fn unseal(key: &Key, name: &str, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
    unseal_bytes(key, &associated(name, sealed.id, sealed.version), &sealed.body)
}

/// Seals one key with another.
pub(in crate::vault) fn wrap(with: &Key, key: &Key) -> Result<Vec<u8>, VaultError> {
    let wrapped = seal_bytes(with, WRAPPED, Zeroizing::new(key.bytes().to_vec()))?;
    wrapped.ok_or_else(|| VaultError::Internal { reason: "a key could not be sealed".to_owned() })
}

/// The key that was sealed; `None` if it was sealed with another key.
pub(in crate::vault) fn unwrap(with: &Key, wrapped: &[u8]) -> Option<Key> {
    Key::from_bytes(&unseal_bytes(with, WRAPPED, wrapped)?)
}

/// Seals the list of a team's members.
pub(in crate::vault) fn seal_roster(key: &Key, text: Vec<u8>) -> Result<Vec<u8>, VaultError> {
    let sealed = seal_bytes(key, ROSTER, Zeroizing::new(text))?;
    sealed.ok_or_else(|| VaultError::Internal { reason: "the list of members could not be sealed".to_owned() })
}

/// The list of members; `None` if it was sealed with another key.
pub(in crate::vault) fn open_roster(key: &Key, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    unseal_bytes(key, ROSTER, sealed)
}

const WRAPPED: &[u8] = b"tokenwright key 1";
const ROSTER: &[u8] = b"tokenwright team 1";

fn associated(name: &str, id: SecretId, version: Version) -> Vec<u8> {
    let mut data = b"tokenwright record 1".to_vec();
    data.extend_from_slice(&id);
    data.extend_from_slice(&version.generation.to_be_bytes());
    data.extend_from_slice(&version.fence.to_be_bytes());
    data.extend_from_slice(name.as_bytes());
    data
}

fn seal_bytes(key: &Key, associated: &[u8], mut text: Zeroizing<Vec<u8>>) -> Result<Option<Vec<u8>>, VaultError> {
    let mut nonce = XNonce::default();
    fill(&mut nonce)?;
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let Ok(tag) = cipher.encrypt_in_place_detached(&nonce, associated, &mut text) else { return Ok(None) };
    Ok(Some([&nonce[..], &text[..], &tag[..]].concat()))
}

fn unseal_bytes(key: &Key, associated: &[u8], body: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = body.split_at_checked(NONCE_LENGTH)?;
    let (text, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_LENGTH)?)?;
    let mut text = Zeroizing::new(text.to_vec());
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    cipher
        .decrypt_in_place_detached(XNonce::from_slice(nonce), associated, &mut text, Tag::from_slice(tag))
        .ok()
        .map(|()| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: SecretId = [3; 16];
    const VERSION: Version = Version { generation: 7, fence: 2 };

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; 32]).expect("a key")
    }

    fn sealed() -> Sealed {
        seal(&key(1), "demo", (ID, VERSION), Zeroizing::new(b"hunter2".to_vec())).expect("sealed")
    }

    #[test]
    fn only_the_same_key_name_id_and_version_open_it() {
        let sealed = sealed();
        let opens = |key: &Key, name: &str, sealed: &Sealed| unseal(key, name, sealed).is_some();
        assert!(opens(&key(1), "demo", &sealed));
        assert!(!opens(&key(2), "demo", &sealed));
        assert!(!opens(&key(1), "demo2", &sealed));
        assert!(!opens(&key(1), "demo", &Sealed { id: [4; 16], ..sealed.clone() }));
        for version in [Version { generation: 8, ..VERSION }, Version { fence: 3, ..VERSION }] {
            assert!(!opens(&key(1), "demo", &Sealed { version, ..sealed.clone() }));
        }
    }

    #[test]
    fn a_changed_bit_or_another_length_anywhere_does_not_open() {
        let sealed = sealed();
        for at in 0..sealed.body.len() * 8 {
            let mut changed = sealed.clone();
            changed.body[at / 8] ^= 1 << (at % 8);
            assert!(unseal(&key(1), "demo", &changed).is_none(), "bit {at}");
        }
        for length in 0..sealed.body.len() {
            let cut = Sealed { body: sealed.body[..length].to_vec(), ..sealed.clone() };
            assert!(unseal(&key(1), "demo", &cut).is_none(), "{length} bytes");
        }
    }

    #[test]
    fn the_secret_is_not_in_the_bytes_and_no_two_seals_are_alike() {
        assert!(!sealed().body.windows(7).any(|window| window == b"hunter2"));
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_written() {
        let text = Zeroizing::new(vec![0; SIZE_LIMIT]);
        let error = seal(&key(1), "demo", (ID, VERSION), text).expect_err("too large");
        assert_eq!(error.to_string(), "the secrets of profile `demo` are larger than 16777216 bytes");
    }

    #[test]
    fn a_wrapped_key_is_got_back_with_the_same_key_only() {
        let wrapped = wrap(&key(1), &key(2)).expect("wrapped");
        assert_eq!(unwrap(&key(1), &wrapped).map(|key| *key.bytes()), Some([2; 32]));
        assert!(unwrap(&key(3), &wrapped).is_none());
    }
}
