//! An assertion as typed.

use std::collections::BTreeMap;

use crate::call::{Parameter, parse_parameters, write_parameters};
use crate::service::assertion::{Assertion, AssertionAlgorithm, CertificateThumbprint};

/// The default lifetime in seconds, which services accept.
const LIFE: &str = "300";

/// An assertion as typed: every field is text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssertionFields {
    /// `None`: by the kind of key.
    pub algorithm: Option<AssertionAlgorithm>,
    /// `aud`.
    pub audience: String,
    /// `kid`.
    pub key_id: String,
    /// The header that names the certificate.
    pub thumbprint: Option<CertificateThumbprint>,
    /// `name=value` a line.
    pub claims: String,
    /// From `iat` to `exp`, in seconds.
    pub life: String,
    /// Whether each has a `jti`.
    pub unique: bool,
}

impl AssertionFields {
    /// What RFC 7523 section 3 asks for.
    pub(in crate::service) fn standard(audience: &str, subject: &str) -> Self {
        Self {
            audience: audience.to_owned(),
            claims: format!("iss=<client_id>\nsub={subject}"),
            life: LIFE.to_owned(),
            unique: true,
            ..Self::default()
        }
    }

    /// What is wrong with the lifetime.
    pub fn wrong_life(&self) -> Option<&'static str> {
        let life = self.life.trim();
        let is_right = life.is_empty() || life.parse::<u64>().is_ok_and(|life| life > 0);
        (!is_right).then_some("write a number of seconds, such as 300")
    }

    /// The assertion with what was typed; the rest stays as it was.
    pub(in crate::service) fn assertion(&self, before: Option<Assertion>) -> Assertion {
        let claims: BTreeMap<String, String> = parse_parameters(&self.claims)
            .into_iter()
            .map(|claim| (claim.name, claim.value.source().to_owned()))
            .collect();
        Assertion {
            algorithm: self.algorithm,
            audience: self.audience.trim().to_owned(),
            key_id: self.key_id.trim().to_owned(),
            certificate_thumbprint: self.thumbprint,
            claims,
            life: self.life.trim().parse().ok(),
            unique: self.unique,
            ..before.unwrap_or_default()
        }
    }
}

impl From<&Assertion> for AssertionFields {
    fn from(assertion: &Assertion) -> Self {
        let claims: Vec<Parameter> =
            assertion.claims.iter().map(|(name, value)| Parameter::new(name, value.clone())).collect();
        Self {
            algorithm: assertion.algorithm,
            audience: assertion.audience.clone(),
            key_id: assertion.key_id.clone(),
            thumbprint: assertion.certificate_thumbprint,
            claims: write_parameters(&claims),
            life: assertion.life.map(|life| life.to_string()).unwrap_or_default(),
            unique: assertion.unique,
        }
    }
}
