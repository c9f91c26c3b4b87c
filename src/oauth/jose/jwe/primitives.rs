//! What encryption and decryption share: the algorithms of the library by their names, and how keys are derived.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM};
use aws_lc_rs::cipher::{AES_128, AES_256};
use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm};
use aws_lc_rs::{hmac, key_wrap};
use zeroize::Zeroizing;

use crate::oauth::tokens::fit::plain_line;

/// The key that encrypts the contents: how long it is, and by what it does.
#[derive(Clone, Copy)]
pub(in crate::oauth) enum Contents {
    Gcm(&'static aws_lc_rs::aead::Algorithm, usize),
    /// The length is that of both halves: the key of the HMAC, and that of AES.
    Cbc(&'static aws_lc_rs::cipher::Algorithm, hmac::Algorithm, usize),
}

impl Contents {
    pub(in crate::oauth) fn length(self) -> usize {
        match self {
            Self::Gcm(_, length) | Self::Cbc(_, _, length) => length,
        }
    }
}

/// How the key of the contents is had.
#[derive(Clone, Copy)]
pub(in crate::oauth) enum Unwrapping {
    Rsa(&'static OaepAlgorithm),
    /// By agreement; the key agreed upon is the key itself, or unwraps it.
    Agreed(Option<&'static key_wrap::AesBlockCipher>),
}

impl Unwrapping {
    pub(in crate::oauth) fn of(algorithm: &str) -> Option<Self> {
        Some(match algorithm {
            "RSA-OAEP" => Self::Rsa(&OAEP_SHA1_MGF1SHA1),
            "RSA-OAEP-256" => Self::Rsa(&OAEP_SHA256_MGF1SHA256),
            "ECDH-ES" => Self::Agreed(None),
            "ECDH-ES+A128KW" => Self::Agreed(Some(&key_wrap::AES_128)),
            "ECDH-ES+A256KW" => Self::Agreed(Some(&key_wrap::AES_256)),
            _ => return None,
        })
    }

    pub(in crate::oauth) fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa(_))
    }
}

pub(in crate::oauth) fn contents(encryption: &str) -> Option<Contents> {
    Some(match encryption {
        "A128GCM" => Contents::Gcm(&AES_128_GCM, 16),
        "A256GCM" => Contents::Gcm(&AES_256_GCM, 32),
        "A128CBC-HS256" => Contents::Cbc(&AES_128, hmac::HMAC_SHA256, 32),
        "A256CBC-HS512" => Contents::Cbc(&AES_256, hmac::HMAC_SHA512, 64),
        _ => return None,
    })
}

/// What the tag of AES in CBC covers (RFC 7518 section 5.2.2.1).
pub(in crate::oauth) fn covered_by_hmac(header: &str, iv: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let bits = u64::try_from(header.len()).ok()?.checked_mul(8)?;
    Some([header.as_bytes(), iv, text, &bits.to_be_bytes()].concat())
}

/// What the agreed key is for, by name, and how many bytes it has (RFC 7518 section 4.6.2).
pub(in crate::oauth) fn agreed_for<'a>(
    algorithm: &'a str,
    encryption: &'a str,
    wraps: bool,
    contents: Contents,
) -> (&'a str, usize) {
    if !wraps {
        return (encryption, contents.length());
    }
    (algorithm, if algorithm.ends_with("A128KW") { 16 } else { 32 })
}

/// The Concat KDF of RFC 7518 section 4.6.2. `length` is in bytes.
pub(in crate::oauth) fn derive(
    secret: &[u8],
    algorithm: &str,
    parties: &[Vec<u8>; 2],
    length: usize,
) -> Zeroizing<Vec<u8>> {
    // None of them is longer than the text that it comes from.
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let mut key = Zeroizing::new(Vec::new());
    for round in 1.. {
        let mut hash = digest::Context::new(&SHA256);
        hash.update(&number(round));
        hash.update(secret);
        for part in [algorithm.as_bytes(), &parties[0], &parties[1]] {
            hash.update(&number(part.len()));
            hash.update(part);
        }
        hash.update(&number(length * 8));
        key.extend_from_slice(hash.finish().as_ref());
        if key.len() >= length {
            break;
        }
    }
    key.truncate(length);
    key
}

/// A name from outside, to be shown.
pub(in crate::oauth) fn named(text: &str) -> String {
    const LONGEST: usize = 60;
    plain_line(text).chars().take(LONGEST).collect()
}
