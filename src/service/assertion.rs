//! A signed assertion as data: what stands in it, how it is signed, and where it goes (RFC 7521, 7522, 7523). The
//! program does not sign one yet; a preset that wants one says so under `lacks`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::service::rules::is_default;

/// How the placeholder `<assertion>` is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assertion {
    /// How it is written.
    #[serde(skip_serializing_if = "is_default")]
    pub format: AssertionFormat,
    /// The signature; `alg` in the header of a JWT.
    #[serde(skip_serializing_if = "is_default")]
    pub algorithm: Option<AssertionAlgorithm>,
    /// A template of the header's `kid`; left out where it is empty.
    #[serde(skip_serializing_if = "is_default")]
    pub key_id: String,
    /// The header that holds the certificate's thumbprint.
    #[serde(skip_serializing_if = "is_default")]
    pub certificate_thumbprint: Option<CertificateThumbprint>,
    /// A template of the claim `aud`: with or without a scheme, as the service wants it.
    #[serde(skip_serializing_if = "is_default")]
    pub audience: String,
    /// Templates of the other claims; one that is empty is left out. `iat` and `exp` are made.
    #[serde(skip_serializing_if = "is_default")]
    pub claims: BTreeMap<String, String>,
    /// Whether each has a `jti` that was never used before.
    #[serde(skip_serializing_if = "is_default")]
    pub unique: bool,
    /// From `iat` to `exp`, in seconds: no more than the service takes.
    #[serde(skip_serializing_if = "is_default")]
    pub life: Option<u64>,
    /// The parameter it is sent in; empty where it is the bearer token itself.
    #[serde(skip_serializing_if = "is_default")]
    pub parameter: String,
    /// The value of `client_assertion_type`, where the assertion stands for the client (RFC 7521 section 4.2).
    #[serde(skip_serializing_if = "is_default")]
    pub client_assertion_type: String,
}

/// How an assertion is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssertionFormat {
    /// A signed JWT (RFC 7523).
    #[default]
    Jwt,
    /// A signed SAML 2.0 assertion (RFC 7522).
    Saml,
}

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
}

/// The header that names a certificate (RFC 7515 sections 4.1.7 and 4.1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CertificateThumbprint {
    /// Its SHA-1.
    #[serde(rename = "x5t")]
    Sha1,
    /// Its SHA-256.
    #[serde(rename = "x5t#S256")]
    Sha256,
}

impl Assertion {
    /// The texts in it that may name values.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &String> {
        [&self.key_id, &self.audience].into_iter().chain(self.claims.values())
    }

    /// What it is, in a line.
    pub fn words(&self) -> String {
        let mut words = vec![match self.format {
            AssertionFormat::Jwt => "JWT".to_owned(),
            AssertionFormat::Saml => "SAML".to_owned(),
        }];
        words.extend(self.algorithm.map(|algorithm| format!("signed with {algorithm:?}")));
        let named = [("kid", &self.key_id), ("aud", &self.audience)];
        words.extend(named.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name} {text}")));
        words.extend(self.claims.iter().map(|(name, text)| format!("{name} {text}")));
        words.extend(self.life.map(|life| format!("life {life} s")));
        words.push(if self.parameter.is_empty() {
            "used as the bearer token".to_owned()
        } else {
            format!("sent as {}", self.parameter)
        });
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_is_told_in_a_line() {
        let assertion: Assertion = toml::from_str(
            "algorithm = \"PS256\"\nkey_id = \"<certificate_id>\"\naudience = \"https://as.test/token\"\n\
             claims = { iss = \"<client_id>\" }\nlife = 3600\nparameter = \"client_assertion\"\n",
        )
        .expect("a table");
        let words = "JWT, signed with PS256, kid <certificate_id>, aud https://as.test/token, iss <client_id>, \
                     life 3600 s, sent as client_assertion";
        assert_eq!(assertion.words(), words);
        let saml = Assertion { format: AssertionFormat::Saml, ..Assertion::default() };
        assert_eq!(saml.words(), "SAML, used as the bearer token");
    }

    #[test]
    fn a_thumbprint_is_named_as_the_header_is() {
        let table: Assertion = toml::from_str("certificate_thumbprint = \"x5t#S256\"").expect("a table");
        assert_eq!(table.certificate_thumbprint, Some(CertificateThumbprint::Sha256));
        assert!(toml::from_str::<Assertion>("certificate_thumbprint = \"x5u\"").is_err());
    }
}
