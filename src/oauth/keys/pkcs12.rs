//! Reads PKCS#12 (RFC 7292), the one file in which consoles hand out a certificate with its private key: `.p12`, `.pfx`.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;

use crate::oauth::keys::certificate::Certificate;
use crate::oauth::keys::client_certificate::pair_of;
use crate::oauth::keys::key_text::KeyError;
use crate::oauth::keys::signing_key::{KeyPair, SigningKey};
use crate::secret::Secret;

/// The most rounds of one key derivation. `openssl` writes 2048, and what is advised is below a million; each takes about a
/// microsecond.
const MOST_ROUNDS: u64 = 10_000_000;

/// How deep the structures of a file may nest.
const DEEPEST: usize = 32;

/// Whether bytes may be PKCS#12: an ASN.1 sequence that begins with its version, 3 (RFC 7292 section 4).
pub fn is_pkcs12(bytes: &[u8]) -> bool {
    const VERSION: [u8; 3] = [0x02, 0x01, 0x03];
    let Some((&0x30, [length, rest @ ..])) = bytes.split_first() else { return false };
    let content = if length & 0x80 == 0 { Some(rest) } else { rest.get(usize::from(length & 0x7F)..) };
    content.is_some_and(|content| content.starts_with(&VERSION))
}

/// Reads the private key that has a certificate in the file, and that certificate with its intermediates. Most files have a
/// passphrase; an empty one is a passphrase, too.
pub fn parse_pkcs12(bytes: &[u8], passphrase: &Secret) -> Result<KeyPair, KeyError> {
    if most_rounds(bytes, 0) > MOST_ROUNDS {
        return Err(KeyError::TooManyRounds);
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, passphrase.expose()).map_err(|error| why(&error, passphrase))?;
    let certificates: Vec<Certificate> =
        archive.certs.iter().map(|bag| Certificate::of_der(bag.cert.as_der())).collect();
    if archive.keys.is_empty() {
        return Err(KeyError::PublicOnly);
    }
    let keys: Vec<SigningKey> = archive.keys.iter().filter_map(|bag| SigningKey::from_der(bag.key.as_der())).collect();
    if keys.is_empty() {
        return Err(KeyError::Unusable);
    }
    let mut pairs = keys.iter().map(|key| pair_of(key, certificates.clone()));
    pairs.find_map(Result::ok).ok_or(KeyError::WrongCertificate)
}

/// The library's own words may quote the file. Without a MAC a wrong passphrase shows in what is decrypted.
fn why(error: &Error, passphrase: &Secret) -> KeyError {
    match error {
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) if passphrase.is_empty() => {
            KeyError::NoPassphrase
        }
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => KeyError::WrongPassphrase,
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => KeyError::UnknownEncryption,
        _ => KeyError::DamagedPkcs12,
    }
}

/// The most rounds that a key derivation of the file asks for: the integer behind a salt (RFC 7292 appendix B and section 4,
/// RFC 8018 appendix A). What is wrapped in octet strings is looked into.
fn most_rounds(mut bytes: &[u8], depth: usize) -> u64 {
    const INTEGER: u8 = 0x02;
    const OCTETS: u8 = 0x04;
    const CONSTRUCTED: u8 = 0x20;
    let mut most = 0;
    let mut before = 0;
    while let Some((tag, content, rest)) = element(bytes).filter(|_| depth < DEEPEST) {
        let inner = match tag {
            INTEGER if before == OCTETS => number(content),
            // A salt may look like an element by chance, but hardly to its end.
            OCTETS if element(content).is_some_and(|(_, _, rest)| rest.is_empty()) => most_rounds(content, depth + 1),
            tag if tag & CONSTRUCTED != 0 => most_rounds(content, depth + 1),
            _ => 0,
        };
        most = most.max(inner);
        (before, bytes) = (tag, rest);
    }
    most
}

/// The first element of an encoding (X.690 section 8.1): its tag, its content, and what follows. An indefinite length goes to
/// the end.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    const INDEFINITE: u8 = 0x80;
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        INDEFINITE => (rest.len(), rest),
        short if short < INDEFINITE => (usize::from(short), rest),
        long => {
            let (length, rest) = rest.split_at_checked(usize::from(long & !INDEFINITE))?;
            (usize::try_from(number(length)).ok()?, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// A number of any length; the largest for one that is too long.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().try_fold(0_u64, |number, byte| Some(number.checked_mul(0x100)? + u64::from(*byte))).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The MAC of a file: a digest, a salt and its rounds, in the sequence of a PFX with an empty content.
    fn file(rounds: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, parts: &[&[u8]]| {
            let content = parts.concat();
            [&[tag, u8::try_from(content.len()).expect("short")], &content[..]].concat()
        };
        let salt = wrap(0x04, &[b"saltsalt"]);
        let mac = wrap(0x30, &[&wrap(0x30, &[]), &salt, &wrap(0x02, &[rounds])]);
        // Its parameters stand in the content too, which is wrapped in octets.
        let content = wrap(0x30, &[&wrap(0xA0, &[&wrap(0x04, &[&mac])])]);
        wrap(0x30, &[&[0x02, 0x01, 0x03], &content])
    }

    #[test]
    fn a_file_that_asks_for_too_many_rounds_is_refused_before_any_is_made() {
        for (rounds, most) in [(&[0x08, 0x00][..], 2048), (&[0x00, 0x98, 0x96, 0x80], 10_000_000)] {
            assert_eq!(most_rounds(&file(rounds), 0), most);
            assert!(!matches!(parse_pkcs12(&file(rounds), &Secret::new("x")), Err(KeyError::TooManyRounds)));
        }
        for rounds in [&[0x00, 0x98, 0x96, 0x81][..], &[0x7F, 0xFF, 0xFF, 0xFF], &[0x7F; 20]] {
            let refused = parse_pkcs12(&file(rounds), &Secret::new("x"));
            assert!(matches!(refused, Err(KeyError::TooManyRounds)), "{refused:?}");
        }
    }

    #[test]
    fn what_is_no_encoding_has_no_rounds() {
        for bytes in [&[][..], &[0x30], &[0x30, 0x85, 1], &[0x30, 0xFF], &[0x04, 0x02, 0x02, 0x7F], &[0x30; 200]] {
            assert_eq!(most_rounds(bytes, 0), 0, "{bytes:?}");
        }
    }
}
