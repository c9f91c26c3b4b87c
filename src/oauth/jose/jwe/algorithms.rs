//! The algorithms by which something is encrypted here (RFC 7518 sections 4.1 and 5.1), and how they are chosen for a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How the key of the contents reaches who may read them: `alg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the algorithms")]
pub enum KeyManagement {
    EcdhEs,
    EcdhEsA256Kw,
    EcdhEsA128Kw,
    RsaOaep256,
    RsaOaep,
}

/// How the contents are encrypted: `enc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the algorithms")]
pub enum ContentEncryption {
    A128CbcHs256,
    A256Gcm,
    A128Gcm,
    A256CbcHs512,
}

impl KeyManagement {
    /// In the order in which they are preferred.
    pub const ALL: [Self; 5] = [Self::EcdhEs, Self::EcdhEsA256Kw, Self::EcdhEsA128Kw, Self::RsaOaep256, Self::RsaOaep];

    /// The value of `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep => "RSA-OAEP",
        }
    }
}

impl ContentEncryption {
    /// In the order in which they are preferred. First what a client is taken to use that registered no other
    /// (`OpenID` Connect Dynamic Client Registration 1.0 section 2).
    pub const ALL: [Self; 4] = [Self::A128CbcHs256, Self::A256Gcm, Self::A128Gcm, Self::A256CbcHs512];

    /// The value of `enc`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256Gcm => "A256GCM",
            Self::A128Gcm => "A128GCM",
            Self::A256CbcHs512 => "A256CBC-HS512",
        }
    }
}

/// By what authorization requests are encrypted: `auto`, `RSA-OAEP-256`, `ECDH-ES/A256GCM`, `auto/A256GCM`. What is left open is
/// chosen by what the server offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestEncryption {
    /// `alg`; `None` for the first one that the server has a key for.
    pub algorithm: Option<KeyManagement>,
    /// `enc`; `None` for the first one that the server offers.
    pub contents: Option<ContentEncryption>,
}

/// Stands for an algorithm that is left open.
const AUTO: &str = "auto";

/// The text names no encryption that is known here.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no encryption that is known here: write `auto` or one of {algorithms}, and after a `/` one of {contents}",
    algorithms = names(KeyManagement::ALL.map(KeyManagement::as_str)),
    contents = names(ContentEncryption::ALL.map(ContentEncryption::as_str)))]
pub struct UnknownEncryption(String);

fn names<const N: usize>(all: [&str; N]) -> String {
    all.map(|name| format!("`{name}`")).join(", ")
}

impl FromStr for RequestEncryption {
    type Err = UnknownEncryption;

    fn from_str(text: &str) -> Result<Self, UnknownEncryption> {
        let (algorithm, contents) = text.split_once('/').map_or((text, None), |(first, rest)| (first, Some(rest)));
        let unknown = || UnknownEncryption(text.to_owned());
        let is = |name: &str, known: &str| name.eq_ignore_ascii_case(known);
        let algorithm = match KeyManagement::ALL.into_iter().find(|known| is(algorithm, known.as_str())) {
            None if !is(algorithm, AUTO) => return Err(unknown()),
            found => found,
        };
        let of_contents = |name| ContentEncryption::ALL.into_iter().find(|known| is(name, known.as_str()));
        let contents = contents.map(|name| of_contents(name).ok_or_else(unknown)).transpose()?;
        Ok(Self { algorithm, contents })
    }
}

impl fmt::Display for RequestEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm.map_or(AUTO, KeyManagement::as_str))?;
        self.contents.map_or(Ok(()), |contents| write!(f, "/{}", contents.as_str()))
    }
}

impl TryFrom<String> for RequestEncryption {
    type Error = UnknownEncryption;

    fn try_from(text: String) -> Result<Self, UnknownEncryption> {
        text.parse()
    }
}

impl From<RequestEncryption> for String {
    fn from(encryption: RequestEncryption) -> Self {
        encryption.to_string()
    }
}
