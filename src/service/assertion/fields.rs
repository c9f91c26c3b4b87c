//! An assertion as typed.

use std::collections::BTreeMap;

use crate::call::{Parameter, parse_parameters, write_parameters};
use crate::service::assertion::saml::Saml;
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
    /// What it says in place of claims if it is written in SAML.
    pub saml: Option<SamlFields>,
}

/// What a SAML assertion says, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SamlFields {
    /// `Issuer`.
    pub issuer: String,
    /// `NameID`.
    pub subject: String,
    /// Its `Format`.
    pub subject_format: String,
    /// `Recipient`.
    pub recipient: String,
    /// `AuthnContextClassRef`.
    pub authentication_context: String,
    /// `name=value` a line.
    pub attributes: String,
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
        let before = before.unwrap_or_default();
        Assertion {
            algorithm: self.algorithm,
            audience: self.audience.trim().to_owned(),
            key_id: self.key_id.trim().to_owned(),
            certificate_thumbprint: self.thumbprint,
            claims: lines(&self.claims),
            life: self.life.trim().parse().ok(),
            unique: self.unique,
            saml: self.saml.as_ref().map(|typed| typed.saml(before.saml.clone())),
            ..before
        }
    }
}

impl From<&Assertion> for AssertionFields {
    fn from(assertion: &Assertion) -> Self {
        Self {
            algorithm: assertion.algorithm,
            audience: assertion.audience.clone(),
            key_id: assertion.key_id.clone(),
            thumbprint: assertion.certificate_thumbprint,
            claims: written(&assertion.claims),
            life: assertion.life.map(|life| life.to_string()).unwrap_or_default(),
            unique: assertion.unique,
            saml: assertion.saml.as_ref().map(SamlFields::from),
        }
    }
}

impl SamlFields {
    fn saml(&self, before: Option<Saml>) -> Saml {
        Saml {
            issuer: self.issuer.trim().to_owned(),
            subject: self.subject.trim().to_owned(),
            subject_format: self.subject_format.trim().to_owned(),
            recipient: self.recipient.trim().to_owned(),
            authentication_context: self.authentication_context.trim().to_owned(),
            attributes: lines(&self.attributes),
            ..before.unwrap_or_default()
        }
    }
}

impl From<&Saml> for SamlFields {
    fn from(saml: &Saml) -> Self {
        Self {
            issuer: saml.issuer.clone(),
            subject: saml.subject.clone(),
            subject_format: saml.subject_format.clone(),
            recipient: saml.recipient.clone(),
            authentication_context: saml.authentication_context.clone(),
            attributes: written(&saml.attributes),
        }
    }
}

fn lines(text: &str) -> BTreeMap<String, String> {
    parse_parameters(text).into_iter().map(|line| (line.name, line.value.source().to_owned())).collect()
}

fn written(values: &BTreeMap<String, String>) -> String {
    let values: Vec<Parameter> = values.iter().map(|(name, value)| Parameter::new(name, value.clone())).collect();
    write_parameters(&values)
}
