//! An assertion of either kind, before it is signed (RFC 7521).

use crate::oauth::assertions::jwt::{AssertionAlgorithm, SigningError, UNSIGNED, UnsignedJwt};
use crate::oauth::assertions::saml::{SamlEncoding, UnsignedSaml};
use crate::oauth::keys::certificate::Certificate;
use crate::oauth::keys::signing_key::SigningKey;
use crate::secret::Secret;

/// What it says, filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum UnsignedAssertion {
    /// RFC 7523.
    Jwt(UnsignedJwt),
    /// RFC 7522.
    Saml(Box<UnsignedSaml>, SamlEncoding),
}

impl UnsignedAssertion {
    /// As it is sent. It is a secret, since anyone can use it until it expires.
    pub fn sign(
        &self,
        key: &SigningKey,
        algorithm: AssertionAlgorithm,
        certificate: Option<&Certificate>,
    ) -> Result<Secret, SigningError> {
        match self {
            Self::Jwt(jwt) => jwt.sign(key, algorithm),
            Self::Saml(saml, encoding) => Ok(encoding.encode(&saml.sign(key, algorithm, certificate)?)),
        }
    }

    /// In its place before it is signed.
    pub fn unsigned(&self, algorithm: AssertionAlgorithm) -> Secret {
        match self {
            Self::Jwt(jwt) => jwt.unsigned(algorithm),
            Self::Saml(..) => Secret::new(UNSIGNED),
        }
    }
}
