//! The private key that decrypts: here, or in the token that it stays in.

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

use crate::oauth::keys::certificate::{Bytes, from_pem};
use crate::oauth::keys::hardware_key::{HardwareKey, HardwareKeyError};
use crate::oauth::keys::signing_key::{KeyKind, KeyPair, PRIVATE_KEY};

type Plain = Option<Zeroizing<Vec<u8>>>;

pub(in crate::oauth) enum OwnKey {
    /// PKCS#8.
    Here(Bytes),
    InToken(Box<HardwareKey>),
}

impl OwnKey {
    pub(in crate::oauth) fn of(pair: &KeyPair) -> Option<Self> {
        if HardwareKey::is_one(&pair.private_key) {
            return HardwareKey::parse(&pair.private_key).map(Box::new).map(Self::InToken);
        }
        from_pem(pair.private_key.expose(), PRIVATE_KEY).map(Self::Here)
    }

    /// Undoes RSA-OAEP (RFC 7518 section 4.3); `None` if it does not fit the key.
    pub(in crate::oauth) fn undo_oaep(
        &self,
        padding: &'static OaepAlgorithm,
        wrapped: &[u8],
    ) -> Result<Plain, HardwareKeyError> {
        match self {
            Self::Here(der) => Ok(undo_oaep(der.expose(), padding, wrapped)),
            Self::InToken(key) => of_token(key.undo_oaep(padding.id() == OAEP_SHA256_MGF1SHA256.id(), wrapped)),
        }
    }

    /// The secret that is agreed upon with a point (RFC 7518 section 4.6); `None` if the point is not on the curve.
    pub(in crate::oauth) fn agree(&self, kind: KeyKind, point: &[u8]) -> Result<Plain, HardwareKeyError> {
        let (algorithm, length) = match kind {
            KeyKind::P256 => (&ECDH_P256, 32),
            KeyKind::P384 => (&ECDH_P384, 48),
            KeyKind::P521 => (&ECDH_P521, 66),
            KeyKind::Rsa(_) | KeyKind::Ed25519 | KeyKind::Shared => return Ok(None),
        };
        let theirs = UnparsedPublicKey::new(algorithm, point);
        match self {
            Self::Here(der) => Ok(agree(der.expose(), algorithm, theirs)),
            // A token may not look whether the point is on the curve, and tell of its key by what it answers to one that is not.
            Self::InToken(_) if !is_on_curve(algorithm, theirs) => Ok(None),
            Self::InToken(key) => of_token(key.agree(point, length)),
        }
    }
}

/// What does not fit is told in one way, wherever the key is.
fn of_token(done: Result<Zeroizing<Vec<u8>>, HardwareKeyError>) -> Result<Plain, HardwareKeyError> {
    match done {
        Ok(plain) => Ok(Some(plain)),
        Err(HardwareKeyError::Refused) => Ok(None),
        Err(error) => Err(error),
    }
}

fn undo_oaep(der: &[u8], padding: &'static OaepAlgorithm, wrapped: &[u8]) -> Plain {
    let key = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(der).ok()?).ok()?;
    let mut plain = Zeroizing::new(vec![0; key.min_output_size()]);
    let length = key.decrypt(padding, wrapped, &mut plain, None).ok()?.len();
    Some(Zeroizing::new(plain[..length].to_vec()))
}

fn agree(der: &[u8], algorithm: &'static agreement::Algorithm, theirs: UnparsedPublicKey<&[u8]>) -> Plain {
    let own = PrivateKey::from_private_key_der(algorithm, der).ok()?;
    agreement::agree(&own, theirs, (), |secret| Ok(Zeroizing::new(secret.to_vec()))).ok()
}

/// The library refuses a point that is not on the curve.
fn is_on_curve(algorithm: &'static agreement::Algorithm, theirs: UnparsedPublicKey<&[u8]>) -> bool {
    PrivateKey::generate(algorithm).is_ok_and(|any| agreement::agree(&any, theirs, (), |_| Ok(())).is_ok())
}
