//! A private key: as saved ([`KeyPair`]), and ready to sign ([`SigningKey`]). `key_text` reads one, `key_making` generates one.
//!
//! Invariant: a saved key is valid PKCS#8 in PEM, whatever it was read from, or names a key that stays in a token.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaKeyPair, RsaSignatureEncoding,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::oauth::assertions::jwt::{AssertionAlgorithm, SigningError};
use crate::oauth::keys::certificate::{Certificate, from_pem, to_pem};
use crate::oauth::keys::hardware_key::HardwareKey;
use crate::secret::Secret;

/// The label of a PKCS#8 key in PEM (RFC 7468 section 10).
pub(in crate::oauth) const PRIVATE_KEY: &str = "PRIVATE KEY";

/// A private key as saved, with its certificate, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPair {
    /// PKCS#8 in PEM, or what [`HardwareKey::to_text`] writes.
    pub private_key: Secret,
    /// X.509 in PEM; no secret.
    pub certificate: Option<String>,
}

/// The kind of a key, which decides its signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, with the bits of its modulus.
    Rsa(usize),
    /// The curve P-256 (`prime256v1`).
    P256,
    /// The curve P-384 (`secp384r1`).
    P384,
    /// The curve P-521 (`secp521r1`).
    P521,
    /// The curve Ed25519.
    Ed25519,
    /// A shared secret.
    Shared,
}

/// How a text holds the bytes of a shared key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretEncoding {
    /// The bytes of the text itself.
    #[default]
    Text,
    /// Two hexadecimal digits a byte.
    Hex,
}

impl SecretEncoding {
    /// The bytes of a secret that is written in this way; `None` if it is not.
    pub(crate) fn bytes(self, secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
        let text = secret.expose().as_bytes();
        if self == Self::Text {
            return Some(Zeroizing::new(text.to_vec()));
        }
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let byte = |pair: &[u8; 2]| Some(value(pair[0])? << 4 | value(pair[1])?);
        let (pairs, []) = text.as_chunks() else { return None };
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        bytes.filter(|bytes| !bytes.is_empty()).map(Zeroizing::new)
    }
}

/// A key that signs. `Debug` shows its kind alone.
pub struct SigningKey(Held);

enum Held {
    Rsa(Box<RsaKeyPair>),
    Ec(KeyKind, EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Shared(Box<hmac::Key>),
    Hardware(Box<HardwareKey>),
}

impl KeyPair {
    /// `None` if the text is not a key. No token is asked.
    pub fn signing_key(&self) -> Option<SigningKey> {
        if HardwareKey::is_one(&self.private_key) {
            return HardwareKey::parse(&self.private_key).map(SigningKey::hardware);
        }
        let der = from_pem(self.private_key.expose(), PRIVATE_KEY)?;
        SigningKey::from_der(der.expose())
    }

    /// The certificate, if it can be read.
    pub fn certificate(&self) -> Option<Certificate> {
        Certificate::parse(self.certificate.as_deref()?).ok()
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "an RSA key of {bits} bits"),
            Self::P256 => f.write_str("an EC key on P-256"),
            Self::P384 => f.write_str("an EC key on P-384"),
            Self::P521 => f.write_str("an EC key on P-521"),
            Self::Ed25519 => f.write_str("a key on Ed25519"),
            Self::Shared => f.write_str("a shared secret"),
        }
    }
}

impl KeyKind {
    /// The most widely accepted signature of such a key.
    pub fn usual_algorithm(self) -> AssertionAlgorithm {
        match self {
            Self::Rsa(_) => AssertionAlgorithm::RS256,
            Self::P256 => AssertionAlgorithm::ES256,
            Self::P384 => AssertionAlgorithm::ES384,
            Self::P521 => AssertionAlgorithm::ES512,
            Self::Ed25519 => AssertionAlgorithm::EdDSA,
            Self::Shared => AssertionAlgorithm::HS256,
        }
    }

    /// Whether such a key makes this signature (RFC 7518 section 3.1, RFC 8037 section 3.1).
    pub fn signs(self, algorithm: AssertionAlgorithm) -> bool {
        match algorithm {
            AssertionAlgorithm::ES256 => self == Self::P256,
            AssertionAlgorithm::ES384 => self == Self::P384,
            AssertionAlgorithm::ES512 => self == Self::P521,
            AssertionAlgorithm::EdDSA => self == Self::Ed25519,
            AssertionAlgorithm::HS256 => self == Self::Shared,
            _ => matches!(self, Self::Rsa(_)),
        }
    }

    /// The fixed-length signature of RFC 7518 section 3.4.
    pub(in crate::oauth) fn curve(self) -> Option<&'static EcdsaSigningAlgorithm> {
        match self {
            Self::P256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Self::P384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Self::P521 => Some(&ECDSA_P521_SHA512_FIXED_SIGNING),
            Self::Rsa(_) | Self::Ed25519 | Self::Shared => None,
        }
    }
}

impl SigningKey {
    /// The curves, the most usual first.
    pub(in crate::oauth) const CURVES: [KeyKind; 3] = [KeyKind::P256, KeyKind::P384, KeyKind::P521];

    /// A shared secret (RFC 7518 section 3.2).
    pub fn shared(secret: &Secret) -> Self {
        Self::of_bytes(secret.expose().as_bytes())
    }

    /// The same written in this way; `None` if it is not.
    pub fn shared_as(secret: &Secret, encoding: SecretEncoding) -> Option<Self> {
        encoding.bytes(secret).map(|bytes| Self::of_bytes(&bytes))
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        Self(Held::Shared(Box::new(hmac::Key::new(hmac::HMAC_SHA256, bytes))))
    }

    /// A private key in DER: PKCS#8, PKCS#1 (RSA) or SEC1 (EC). Of a key on Ed25519 only the private half need be there, as
    /// OpenSSL writes it.
    pub(in crate::oauth) fn from_der(der: &[u8]) -> Option<Self> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
            return Some(Self(Held::Rsa(Box::new(pair))));
        }
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Some(Self(Held::Ed(pair)));
        }
        Self::CURVES.into_iter().find_map(|kind| {
            let pair = EcdsaKeyPair::from_private_key_der(kind.curve()?, der).ok()?;
            Some(Self(Held::Ec(kind, pair)))
        })
    }

    /// An EC key by its private number and its uncompressed public point.
    pub(in crate::oauth) fn from_curve(kind: KeyKind, private: &[u8], point: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_private_key_and_public_key(kind.curve()?, private, point).ok()?;
        Some(Self(Held::Ec(kind, pair)))
    }

    /// A key on Ed25519 by its private number and its public point (RFC 8037 section 2).
    pub(in crate::oauth) fn from_seed(seed: &[u8], point: &[u8]) -> Option<Self> {
        Ed25519KeyPair::from_seed_and_public_key(seed, point).ok().map(|pair| Self(Held::Ed(pair)))
    }

    /// A key that stays in a token.
    pub(in crate::oauth) fn hardware(key: HardwareKey) -> Self {
        Self(Held::Hardware(Box::new(key)))
    }

    /// A new key on Ed25519.
    pub(in crate::oauth) fn ed25519(pair: Ed25519KeyPair) -> Self {
        Self(Held::Ed(pair))
    }

    /// A new RSA key.
    pub(in crate::oauth) fn rsa(pair: RsaKeyPair) -> Self {
        Self(Held::Rsa(Box::new(pair)))
    }

    /// A new EC key.
    pub(in crate::oauth) fn ec(kind: KeyKind, pair: EcdsaKeyPair) -> Self {
        Self(Held::Ec(kind, pair))
    }

    /// What it is.
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Held::Rsa(pair) => KeyKind::Rsa(pair.public_modulus_len() * 8),
            Held::Ec(kind, _) => *kind,
            Held::Ed(_) => KeyKind::Ed25519,
            Held::Shared(_) => KeyKind::Shared,
            Held::Hardware(key) => key.public.kind,
        }
    }

    /// The public key as in a certificate; empty for a shared secret.
    pub fn public_key(&self) -> &[u8] {
        match &self.0 {
            Held::Rsa(pair) => pair.public_key().as_ref(),
            Held::Ec(_, pair) => pair.public_key().as_ref(),
            Held::Ed(pair) => pair.public_key().as_ref(),
            Held::Shared(_) => &[],
            Held::Hardware(key) => &key.public.bits,
        }
    }

    /// Where it is, if it stays in a token: ``the key `client` in the token `work` ``.
    pub fn place(&self) -> Option<String> {
        if let Held::Hardware(key) = &self.0 { Some(key.place()) } else { None }
    }

    /// The name of its curve in a JWK (RFC 7518 section 6.2.1.1, RFC 8037 section 2).
    pub(in crate::oauth) fn curve_name(&self) -> Option<&'static str> {
        match self.kind() {
            KeyKind::P256 => Some("P-256"),
            KeyKind::P384 => Some("P-384"),
            KeyKind::P521 => Some("P-521"),
            KeyKind::Ed25519 => Some("Ed25519"),
            KeyKind::Rsa(_) | KeyKind::Shared => None,
        }
    }

    /// Modulus and exponent of an RSA key.
    pub(in crate::oauth) fn rsa_public_key(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let pair = match &self.0 {
            Held::Rsa(pair) => pair,
            Held::Hardware(key) => return key.public.rsa_numbers(),
            Held::Ec(..) | Held::Ed(_) | Held::Shared(_) => return None,
        };
        let bytes = |number: aws_lc_rs::io::Positive<'_>| number.big_endian_without_leading_zero().to_vec();
        Some((bytes(pair.public_key().modulus()), bytes(pair.public_key().exponent())))
    }

    /// The public key in PEM (`BEGIN PUBLIC KEY`); `None` for a shared secret.
    pub fn public_key_pem(&self) -> Option<String> {
        Some(to_pem("PUBLIC KEY", &self.public_key_info()?).expose().to_owned())
    }

    /// The SHA-256 of its public key (`SubjectPublicKeyInfo` in DER), in base64 with padding; `None` for a shared secret.
    pub fn public_key_sha256(&self) -> Option<String> {
        Some(BASE64_STANDARD.encode(Sha256::digest(self.public_key_info()?)))
    }

    /// `SubjectPublicKeyInfo` in DER (RFC 5280 section 4.1.2.7).
    fn public_key_info(&self) -> Option<Vec<u8>> {
        let der = match &self.0 {
            Held::Rsa(pair) => pair.public_key().as_der().ok()?,
            Held::Ec(_, pair) => pair.public_key().as_der().ok()?,
            Held::Ed(pair) => pair.public_key().as_der().ok()?,
            Held::Shared(_) => return None,
            Held::Hardware(key) => return Some(key.public.der.clone()),
        };
        Some(der.as_ref().to_vec())
    }

    /// The key as saved; `None` for a shared secret.
    pub(in crate::oauth) fn to_pem(&self) -> Option<Secret> {
        match &self.0 {
            Held::Rsa(pair) => Some(to_pem(PRIVATE_KEY, pair.as_der().ok()?.as_ref())),
            Held::Ec(_, pair) => Some(to_pem(PRIVATE_KEY, pair.to_pkcs8v1().ok()?.as_ref())),
            // What other programs read: version 1, without the public half.
            Held::Ed(pair) => Some(to_pem(PRIVATE_KEY, pair.to_pkcs8v1().ok()?.as_ref())),
            Held::Shared(_) => None,
            Held::Hardware(key) => Some(key.to_text()),
        }
    }

    /// The salt of RSA-PSS and the nonce of ECDSA are the library's own: choosing them badly would leak the key.
    pub(in crate::oauth) fn sign(&self, algorithm: AssertionAlgorithm, text: &[u8]) -> Result<Vec<u8>, SigningError> {
        let refused = |_| SigningError::Refused { kind: self.kind() };
        match &self.0 {
            Held::Rsa(pair) => {
                let encoding = rsa_encoding(algorithm).ok_or(SigningError::Refused { kind: self.kind() })?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), text, &mut signature).map_err(refused)?;
                Ok(signature)
            }
            Held::Ec(_, pair) => {
                pair.sign(&SystemRandom::new(), text).map(|signature| signature.as_ref().to_vec()).map_err(refused)
            }
            Held::Ed(pair) => pair.try_sign(text).map(|signature| signature.as_ref().to_vec()).map_err(refused),
            Held::Hardware(key) => key.sign(algorithm, text).map_err(SigningError::Hardware),
            Held::Shared(key) => Ok(hmac::sign(key, text).as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kind())
    }
}

fn rsa_encoding(algorithm: AssertionAlgorithm) -> Option<&'static RsaSignatureEncoding> {
    Some(match algorithm {
        AssertionAlgorithm::RS256 => &RSA_PKCS1_SHA256,
        AssertionAlgorithm::RS384 => &RSA_PKCS1_SHA384,
        AssertionAlgorithm::RS512 => &RSA_PKCS1_SHA512,
        AssertionAlgorithm::PS256 => &RSA_PSS_SHA256,
        AssertionAlgorithm::PS384 => &RSA_PSS_SHA384,
        AssertionAlgorithm::PS512 => &RSA_PSS_SHA512,
        _ => return None,
    })
}
