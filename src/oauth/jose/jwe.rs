//! Decrypts an encrypted JWT (RFC 7516, compact form) with the client's private key: `ECDH-ES` and `RSA-OAEP`, with AES in GCM
//! or in CBC with HMAC (RFC 7518 sections 4 and 5). [`Recipients`] encrypts by the same.
//!
//! Invariant: whatever is wrong with key, tag or padding is one and the same error, so that nobody learns which it was; nothing
//! is decrypted before its tag is right.

use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::key_wrap::{self, AesKek, KeyWrap as _};
use serde_json::{Map, Value as Json};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::inspected::decode;
use crate::oauth::jose::jwe::own_key::OwnKey;
use crate::oauth::jose::jwe::primitives::{Contents, Unwrapping, agreed_for, contents, covered_by_hmac, derive, named};
use crate::oauth::keys::hardware_key::HardwareKeyError;
use crate::oauth::keys::signing_key::{KeyKind, KeyPair};
use crate::secret::Secret;

mod algorithms;
mod encrypt;
mod own_key;
mod primitives;

pub use crate::oauth::jose::jwe::algorithms::{ContentEncryption, KeyManagement, RequestEncryption, UnknownEncryption};
pub use crate::oauth::jose::jwe::encrypt::{Recipient, RecipientError, Recipients};

/// Why it cannot be decrypted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum JweError {
    /// The profile has no private key.
    #[error("it is encrypted, and the profile has no private key to decrypt it with")]
    NoKey,
    /// The private key stays in a token, which is not there, or does not decrypt so.
    #[error("it is encrypted, and {0}")]
    InToken(HardwareKeyError),
    /// It is encrypted to a key of another kind.
    #[error("it is encrypted by `{algorithm}`, and the key of the profile is {kind}")]
    WrongKey {
        /// `alg` of the header.
        algorithm: String,
        /// What the key is.
        kind: KeyKind,
    },
    /// `alg` or `enc` is not known here.
    #[error("it is encrypted by `{0}`, which is not known here")]
    Algorithm(String),
    /// The header demands an extension, or compression.
    #[error("its header demands `{0}`, which is not known here")]
    Extension(&'static str),
    /// It is for another key, or was changed.
    #[error("it cannot be decrypted with the key of the profile: it is encrypted to another key, or was changed")]
    Refused,
}

impl Diagnose for JweError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoKey => diagnosis.hint(
                "add the private key whose public half is registered with the service, or have the service not encrypt",
            ),
            Self::InToken(error) => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
            Self::WrongKey { .. } | Self::Refused => {
                diagnosis.hint("compare the key of the profile with the one that is registered with the service")
            }
            Self::Algorithm(_) | Self::Extension(_) => diagnosis.hint(
                "have the service encrypt by `RSA-OAEP-256` or `ECDH-ES+A256KW`, with `A256GCM` or `A128CBC-HS256`",
            ),
        }
    }
}

/// The parts of the text.
struct Parts<'a> {
    /// The header as it is written, which the tag covers.
    header: &'a str,
    key: Vec<u8>,
    iv: Vec<u8>,
    text: Vec<u8>,
    tag: Vec<u8>,
}

/// The text of an encrypted JWT; for a signed one that was encrypted, that is the signed one.
pub fn decrypt(token: &Secret, key: Option<&KeyPair>) -> Result<Secret, JweError> {
    let parts = Parts::of(token.expose()).ok_or(JweError::Refused)?;
    let header = decode(parts.header).and_then(|json| serde_json::from_slice::<Map<String, Json>>(&json).ok());
    let header = header.ok_or(JweError::Refused)?;
    for extension in ["crit", "zip"] {
        if header.contains_key(extension) {
            return Err(JweError::Extension(extension));
        }
    }
    let text = |name: &str| header.get(name).and_then(Json::as_str).unwrap_or_default();
    let (algorithm, encryption) = (text("alg"), text("enc"));
    let contents = contents(encryption).ok_or_else(|| JweError::Algorithm(named(encryption)))?;
    let unwrapping = Unwrapping::of(algorithm).ok_or_else(|| JweError::Algorithm(named(algorithm)))?;
    let pair = key.ok_or(JweError::NoKey)?;
    let kind = pair.signing_key().ok_or(JweError::NoKey)?.kind();
    if unwrapping.is_rsa() != matches!(kind, KeyKind::Rsa(_)) {
        return Err(JweError::WrongKey { algorithm: algorithm.to_owned(), kind });
    }
    let own = OwnKey::of(pair).ok_or(JweError::NoKey)?;
    let key = match unwrapping {
        Unwrapping::Rsa(padding) => own.undo_oaep(padding, &parts.key).map_err(JweError::InToken)?,
        Unwrapping::Agreed(wrap) => of_agreement(&own, kind, (&header, encryption), wrap, &parts, contents)?,
    };
    let key = key.filter(|key| key.len() == contents.length()).ok_or(JweError::Refused)?;
    let text = contents.open(&key, &parts).and_then(|text| String::from_utf8(text).ok());
    text.map(Secret::new).ok_or(JweError::Refused)
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let [header, key, iv, text, tag] = parts[..] else { return None };
        Some(Self { header, key: decode(key)?, iv: decode(iv)?, text: decode(text)?, tag: decode(tag)? })
    }
}

impl Contents {
    fn open(self, key: &[u8], parts: &Parts<'_>) -> Option<Vec<u8>> {
        match self {
            Self::Gcm(algorithm, _) => {
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
                let nonce = Nonce::try_assume_unique_for_key(&parts.iv).ok()?;
                // A shorter tag would be easier to guess.
                let tag: &[u8; 16] = parts.tag.as_slice().try_into().ok()?;
                let mut text = [parts.text.as_slice(), tag].concat();
                let length = key.open_in_place(nonce, Aad::from(parts.header), &mut text).ok()?.len();
                text.truncate(length);
                Some(text)
            }
            // RFC 7518 section 5.2.2.2.
            Self::Cbc(algorithm, hash, length) => {
                let (of_hmac, of_aes) = key.split_at(length / 2);
                let covered = covered_by_hmac(parts.header, &parts.iv, &parts.text)?;
                let tag = hmac::sign(&hmac::Key::new(hash, of_hmac), &covered);
                if !bool::from(tag.as_ref()[..length / 2].ct_eq(&parts.tag)) {
                    return None;
                }
                let iv: [u8; 16] = parts.iv.as_slice().try_into().ok()?;
                let key = UnboundCipherKey::new(algorithm, of_aes).ok()?;
                let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
                let mut text = parts.text.clone();
                let length = key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?.len();
                text.truncate(length);
                Some(text)
            }
        }
    }
}

/// RFC 7518 section 4.6: the key that both sides agree upon, or what it unwraps.
fn of_agreement(
    own: &OwnKey,
    kind: KeyKind,
    (header, encryption): (&Map<String, Json>, &str),
    wrap: Option<&'static key_wrap::AesBlockCipher>,
    parts: &Parts<'_>,
    contents: Contents,
) -> Result<Option<Zeroizing<Vec<u8>>>, JweError> {
    let text = |name: &str| header.get(name).and_then(Json::as_str).unwrap_or_default();
    let Some(point) = their_point(header, kind) else { return Ok(None) };
    let Some(secret) = own.agree(kind, &point).map_err(JweError::InToken)? else { return Ok(None) };
    let (name, length) = agreed_for(text("alg"), encryption, wrap.is_some(), contents);
    let (Some(apu), Some(apv)) = (decode(text("apu")), decode(text("apv"))) else { return Ok(None) };
    let agreed = derive(&secret, name, &[apu, apv], length);
    let Some(cipher) = wrap else { return Ok(parts.key.is_empty().then_some(agreed)) };
    let mut plain = Zeroizing::new(vec![0; parts.key.len()]);
    let unwrapped =
        AesKek::new(cipher, &agreed).ok().and_then(|key| Some(key.unwrap(&parts.key, &mut plain).ok()?.len()));
    Ok(unwrapped.map(|length| Zeroizing::new(plain[..length].to_vec())))
}

/// The point of the sender, on the curve of the key; who agrees refuses one that is not on it.
fn their_point(header: &Map<String, Json>, kind: KeyKind) -> Option<Vec<u8>> {
    let curve = match kind {
        KeyKind::P256 => "P-256",
        KeyKind::P384 => "P-384",
        KeyKind::P521 => "P-521",
        KeyKind::Rsa(_) | KeyKind::Ed25519 | KeyKind::Shared => return None,
    };
    let theirs = header.get("epk").filter(|epk| epk["kty"] == "EC" && epk["crv"] == curve)?;
    let coordinate = |name: &str| decode(theirs.get(name)?.as_str()?);
    Some([vec![4], coordinate("x")?, coordinate("y")?].concat())
}

#[cfg(test)]
mod tests;
