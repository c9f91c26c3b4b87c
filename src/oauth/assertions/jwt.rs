//! Signs a JSON Web Token (RFC 7515, RFC 7519) with the key that was read or generated. `jsonwebtoken`, which has no ES512,
//! verifies the results in tests.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::keys::hardware_key::HardwareKeyError;
use crate::oauth::keys::signing_key::{KeyKind, SigningKey};
use crate::secret::Secret;

/// In place of the signature when an assertion is shown before it is sent.
pub const UNSIGNED: &str = "signed-when-it-is-sent";

/// The signatures of RFC 7518 section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the algorithms")]
pub enum AssertionAlgorithm {
    HS256,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    /// On Ed25519 (RFC 8037).
    EdDSA,
}

/// Header and claims, which are not secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnsignedJwt {
    /// The JOSE header, without `alg`.
    pub header: Map<String, Json>,
    /// The claims.
    pub claims: Map<String, Json>,
}

/// Why a token cannot be signed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SigningError {
    /// The key is of another kind.
    #[error("`{algorithm:?}` is signed with {}, and this is {kind}", algorithm.wants())]
    WrongKey {
        /// The required signature.
        algorithm: AssertionAlgorithm,
        /// What the key is.
        kind: KeyKind,
    },
    /// The library failed.
    #[error("the assertion could not be signed with {kind}")]
    Refused {
        /// What the key is.
        kind: KeyKind,
    },
    /// The key stays in a token, which did not sign.
    #[error(transparent)]
    Hardware(HardwareKeyError),
}

impl Diagnose for SigningError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::WrongKey { .. } => diagnosis.hint("make a key pair here, or choose the key that the service knows"),
            Self::Hardware(error) => error.diagnose(),
            Self::Refused { .. } => {
                diagnosis.hint("look at whether the key is whole, and long enough for the signature")
            }
        }
    }
}

impl AssertionAlgorithm {
    /// In the order in which they are offered.
    pub const ALL: [Self; 11] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
        Self::HS256,
    ];

    /// The value of `alg`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
        }
    }

    /// Whether it is made with a key pair.
    pub fn is_asymmetric(self) -> bool {
        self != Self::HS256
    }

    /// The algorithm of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// The key that it requires, for people.
    pub fn wants(self) -> &'static str {
        match self {
            Self::HS256 => "the client secret",
            Self::ES256 => "an EC key on P-256",
            Self::ES384 => "an EC key on P-384",
            Self::ES512 => "an EC key on P-521",
            Self::EdDSA => "a key on Ed25519",
            _ => "an RSA key",
        }
    }
}

impl UnsignedJwt {
    /// The signed token. It is a secret, since anyone can use it until it expires.
    pub fn sign(&self, key: &SigningKey, algorithm: AssertionAlgorithm) -> Result<Secret, SigningError> {
        let kind = key.kind();
        if !kind.signs(algorithm) {
            return Err(SigningError::WrongKey { algorithm, kind });
        }
        let text = self.signing_input(algorithm);
        let signature = key.sign(algorithm, text.as_bytes())?;
        Ok(Secret::new(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))))
    }

    /// The token without its signature.
    pub fn unsigned(&self, algorithm: AssertionAlgorithm) -> Secret {
        Secret::new(format!("{}.{UNSIGNED}", self.signing_input(algorithm)))
    }

    /// The header with `alg`.
    pub fn whole_header(&self, algorithm: AssertionAlgorithm) -> Json {
        let mut header = Map::new();
        header.insert("alg".to_owned(), algorithm.as_str().into());
        header.extend(self.header.clone());
        Json::Object(header)
    }

    /// RFC 7515 section 5.1, step 5.
    fn signing_input(&self, algorithm: AssertionAlgorithm) -> String {
        let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}", part(&self.whole_header(algorithm)), part(&Json::Object(self.claims.clone())))
    }
}
