//! The bytes of a sealed file: a plain head, a nonce, and the text under XChaCha20-Poly1305.
//!
//! ```text
//! head   8  magic `tokenwrt`      nonce       24 random bytes
//!        2  format, big endian    ciphertext  as long as the text
//!        8  generation            tag         16
//!       16  mark of the key
//!        2  length of the name
//!           name of the profile
//! ```
//!
//! The whole head is authenticated with the text, so a file that is renamed, cut, or patched in any byte does not open.
//! A random nonce of 24 bytes does not repeat in any number of files one can write.

use std::path::Path;

use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::vault::files::key::{Key, Mark, fill};
use crate::vault::record::Unreadable;
use crate::vault::{Record, VaultError};

/// The most bytes a sealed file may have, so that a strange file cannot fill the memory.
pub(in crate::vault) const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

const MAGIC: &[u8; 8] = b"tokenwrt";
const FORMAT: u16 = 1;
const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;

/// Seals a record for a profile.
pub(in crate::vault) fn seal(key: &Key, profile: &str, record: &Record) -> Result<Vec<u8>, VaultError> {
    seal_text(key, profile, record.number, record.to_text())
}

/// Seals a text, in its own buffer, under a name and a number.
pub(in crate::vault) fn seal_text(
    key: &Key,
    name: &str,
    number: u64,
    mut text: Zeroizing<Vec<u8>>,
) -> Result<Vec<u8>, VaultError> {
    let too_large = || VaultError::TooLarge { profile: name.to_owned(), limit: SIZE_LIMIT };
    let mut sealed = head(key, name, number).ok_or_else(too_large)?;
    let size = sealed.len() + NONCE_LENGTH + text.len() + TAG_LENGTH;
    if u64::try_from(size).map_or(true, |size| size > SIZE_LIMIT) {
        return Err(too_large());
    }
    let mut nonce = XNonce::default();
    fill(&mut nonce)?;
    let tag = XChaCha20Poly1305::new(key.bytes().into())
        .encrypt_in_place_detached(&nonce, &sealed, &mut text)
        .map_err(|_| too_large())?;
    sealed.reserve_exact(size - sealed.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&text);
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

/// Opens what was sealed for a profile. The path is only for the errors.
pub(in crate::vault) fn unseal(key: &Key, profile: &str, path: &Path, sealed: &[u8]) -> Result<Record, VaultError> {
    let (number, text) = unseal_text(key, profile, path, sealed)?;
    Record::from_text(number, &text).map_err(|unreadable| match unreadable {
        Unreadable::Version(version) => VaultError::NewerFormat { path: path.to_owned(), version },
        Unreadable::Shape => {
            VaultError::Damaged { path: path.to_owned(), reason: "what was sealed in it is not a profile's secrets" }
        }
    })
}

/// What a sealed file says of itself in plain: whose it is, and the mark of its key. Not yet believed.
pub(in crate::vault) fn claims(sealed: &[u8]) -> Option<(&str, Mark)> {
    parts(sealed).ok().map(|parts| (parts.name, parts.mark))
}

/// Opens the number and the text that were sealed under a name.
pub(in crate::vault) fn unseal_text(
    key: &Key,
    profile: &str,
    path: &Path,
    sealed: &[u8],
) -> Result<(u64, Zeroizing<Vec<u8>>), VaultError> {
    let damaged = |reason| VaultError::Damaged { path: path.to_owned(), reason };
    let Parts { format, number, mark, name, head, nonce, body, tag } = parts(sealed).map_err(damaged)?;
    if format != FORMAT {
        return Err(VaultError::NewerFormat { path: path.to_owned(), version: format.into() });
    }
    if mark != key.mark() {
        return Err(VaultError::SealedElsewhere { path: path.to_owned() });
    }
    if name != profile {
        return Err(VaultError::Misplaced { path: path.to_owned(), found: name.to_owned(), asked: profile.to_owned() });
    }
    let mut text = Zeroizing::new(body.to_vec());
    XChaCha20Poly1305::new(key.bytes().into())
        .decrypt_in_place_detached(XNonce::from_slice(nonce), head, &mut text, Tag::from_slice(tag))
        .map_err(|_| damaged("its bytes were changed"))?;
    Ok((number, text))
}

/// A sealed file, taken apart and not yet believed.
struct Parts<'a> {
    format: u16,
    number: u64,
    mark: Mark,
    name: &'a str,
    head: &'a [u8],
    nonce: &'a [u8],
    body: &'a [u8],
    tag: &'a [u8],
}

fn parts(sealed: &[u8]) -> Result<Parts<'_>, &'static str> {
    const SHORT: &str = "it is cut short";
    let (magic, rest) = sealed.split_first_chunk::<8>().ok_or(SHORT)?;
    if magic != MAGIC {
        return Err("it does not begin as a sealed file does");
    }
    let (format, rest) = rest.split_first_chunk().ok_or(SHORT)?;
    let (number, rest) = rest.split_first_chunk().ok_or(SHORT)?;
    let (mark, rest) = rest.split_first_chunk().ok_or(SHORT)?;
    let (length, rest) = rest.split_first_chunk().ok_or(SHORT)?;
    let (name, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(SHORT)?;
    let head = &sealed[..sealed.len() - rest.len()];
    let (nonce, rest) = rest.split_at_checked(NONCE_LENGTH).ok_or(SHORT)?;
    let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG_LENGTH).ok_or(SHORT)?).ok_or(SHORT)?;
    let name = str::from_utf8(name).map_err(|_| "the profile's name in it is not text")?;
    let (format, number) = (u16::from_be_bytes(*format), u64::from_be_bytes(*number));
    Ok(Parts { format, number, mark: *mark, name, head, nonce, body, tag })
}

/// The plain head; `None` for a name too long to have its length written.
fn head(key: &Key, profile: &str, number: u64) -> Option<Vec<u8>> {
    let mut head = MAGIC.to_vec();
    head.extend_from_slice(&FORMAT.to_be_bytes());
    head.extend_from_slice(&number.to_be_bytes());
    head.extend_from_slice(&key.mark());
    head.extend_from_slice(&u16::try_from(profile.len()).ok()?.to_be_bytes());
    head.extend_from_slice(profile.as_bytes());
    Some(head)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::{KeyPair, ProfileSecrets, Refused, TokenSet};
    use crate::secret::Secret;
    use crate::vault::files::tests::contents;
    use crate::vault::generation::Stamp;
    use crate::vault::history::History;
    use crate::vault::{Change, Contents, How};

    fn record(number: u64, contents: Contents) -> Record {
        Record { number, contents, history: History::default() }
    }

    fn key() -> Key {
        Key::from_bytes(&[9; 32]).expect("a key")
    }

    fn open(sealed: &[u8]) -> Result<Record, VaultError> {
        unseal(&key(), "demo", Path::new("demo.sealed"), sealed)
    }

    fn any_secret() -> impl Strategy<Value = Secret> {
        any::<String>().prop_map(Secret::new)
    }

    fn any_time() -> impl Strategy<Value = Timestamp> {
        (0i64..253_000_000_000, 0i32..1_000_000_000)
            .prop_map(|(second, part)| Timestamp::new(second, part).expect("a time"))
    }

    prop_compose! {
        fn any_tokens()(
            access_token in any_secret(),
            token_type in any::<String>(),
            expires_at in proptest::option::of(any_time()),
            refresh_token in proptest::option::of(any_secret()),
            refresh_token_expires_at in proptest::option::of(any_time()),
            id_token in proptest::option::of(any_secret()),
            scopes in proptest::option::of(proptest::collection::vec(any::<String>(), 0..4)),
            obtained_at in any_time(),
            kept in proptest::collection::btree_map(any::<String>(), any::<String>(), 0..4),
            issued_for in proptest::collection::btree_map(any::<String>(), any::<String>(), 0..4),
            unread_life in proptest::collection::vec(any::<String>(), 0..2),
        ) -> TokenSet {
            TokenSet {
                access_token, token_type, expires_at, refresh_token, refresh_token_expires_at, id_token, scopes,
                obtained_at, retained: kept, issued_for, unread_life,
            }
        }
    }

    prop_compose! {
        fn any_refused()(
            at in any_time(), reason in any::<String>(), hint in proptest::option::of(any::<String>()),
        ) -> Refused {
            Refused { at, reason, hint }
        }
    }

    prop_compose! {
        fn any_contents()(
            client_secret in any_secret(),
            password in any_secret(),
            refresh_token in any_secret(),
            key in proptest::option::of((any_secret(), proptest::option::of(any::<String>()))),
            inputs in proptest::collection::btree_map(any::<String>(), any_secret(), 0..4),
            tokens in proptest::option::of(any_tokens()),
            refused in proptest::option::of(any_refused()),
        ) -> Contents {
            let signing_key = key.map(|(private_key, certificate)| KeyPair { private_key, certificate });
            let secrets = ProfileSecrets { client_secret, password, signing_key, refresh_token, inputs };
            Contents { secrets, tokens, refused }
        }
    }

    proptest! {
        #[test]
        fn any_contents_come_back_as_they_were(contents in any_contents(), profile: String, number: u64) {
            let record = Record::next(None, number, &contents, Change::New(How::Pasted), Stamp::now());
            let sealed = seal(&key(), &profile, &record).expect("sealed");
            prop_assert_eq!(unseal(&key(), &profile, Path::new("x"), &sealed).expect("opened"), record);
        }

        #[test]
        fn arbitrary_bytes_are_an_error_and_not_a_panic(mut bytes: Vec<u8>, magic: bool) {
            if magic {
                bytes.splice(0..0, MAGIC.iter().copied());
            }
            prop_assert!(open(&bytes).is_err());
        }
    }

    #[test]
    fn a_secret_of_one_mebibyte_comes_back_and_one_beyond_the_limit_is_refused() {
        let large = contents(&"é\"\n€".repeat(1024 * 1024 / 7));
        let inputs = BTreeMap::from([("x".to_owned(), Secret::new("y".repeat(1024 * 1024)))]);
        let large = Contents { secrets: ProfileSecrets { inputs, ..large.secrets }, ..large };
        assert_eq!(
            open(&seal(&key(), "demo", &record(1, large.clone())).expect("sealed")).expect("opened").contents,
            large
        );
        let beyond = contents(&"z".repeat(16 * 1024 * 1024));
        let error = seal(&key(), "demo", &record(1, beyond)).expect_err("too large");
        assert_eq!(error.to_string(), "the secrets of profile `demo` are larger than 16777216 bytes");
    }

    #[test]
    fn a_change_of_any_byte_is_found() {
        let sealed = seal(&key(), "demo", &record(1, contents("hunter2"))).expect("sealed");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let error = open(&changed).expect_err("changed");
            let named = match at {
                8..10 => matches!(error, VaultError::NewerFormat { .. }),
                18..34 => matches!(error, VaultError::SealedElsewhere { .. }),
                36..40 => matches!(error, VaultError::Misplaced { .. }),
                // A changed length of the name shifts all that follows.
                34..36 => matches!(error, VaultError::Misplaced { .. } | VaultError::Damaged { .. }),
                _ => matches!(error, VaultError::Damaged { .. }),
            };
            assert!(named, "byte {at}: {error}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_or_lengthened_is_damaged() {
        let mut sealed = seal(&key(), "demo", &record(1, contents("hunter2"))).expect("sealed");
        for length in 0..sealed.len() {
            assert!(matches!(open(&sealed[..length]), Err(VaultError::Damaged { .. })), "{length} bytes");
        }
        sealed.push(0);
        assert!(matches!(open(&sealed), Err(VaultError::Damaged { .. })));
    }

    #[test]
    fn the_secret_is_not_in_the_bytes_and_no_two_seals_are_alike() {
        let seal = || seal(&key(), "demo", &record(1, contents("hunter2"))).expect("sealed");
        assert!(!seal().windows(7).any(|window| window == b"hunter2"));
        assert_ne!(seal(), seal());
    }
}
