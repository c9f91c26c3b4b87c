//! Reads PKCS#12 (RFC 7292), the one file in which consoles hand out a certificate with its private key: `.p12`, `.pfx`.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;

use crate::oauth::certificate::Certificate;
use crate::oauth::client_certificate::pair_of;
use crate::oauth::key_text::KeyError;
use crate::oauth::signing_key::{KeyPair, SigningKey};
use crate::secret::Secret;

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
