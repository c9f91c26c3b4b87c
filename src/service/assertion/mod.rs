//! An assertion as data: its content, its signature, and where it is sent (RFC 7521, 7522, 7523). It is filled in here and
//! signed elsewhere.

pub(super) mod error;
pub(super) mod fields;
pub(super) mod saml;
pub(super) mod signing;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::call::{Place, Template, Values};
use crate::oauth::{Certificate, KeyKind, SecretEncoding, UnsignedAssertion, UnsignedJwt};
use crate::service::assertion::error::AssertionError;
use crate::service::assertion::saml::Saml;
use crate::service::rules::is_default;

pub use crate::oauth::AssertionAlgorithm;

/// The default lifetime in seconds; an assertion is used at once and once only.
const LIFE: u64 = 300;
/// The default validity of a generated certificate in days: two years, which NetSuite and Microsoft accept.
const CERTIFICATE_DAYS: u32 = 730;

/// How the placeholder `<assertion>` is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Assertion {
    /// What it says if it is written in SAML (RFC 7522); else it is a JWT (RFC 7523).
    #[serde(skip_serializing_if = "is_default")]
    pub saml: Option<Saml>,
    /// The signature, by its name in a JWT.
    #[serde(skip_serializing_if = "is_default")]
    pub algorithm: Option<AssertionAlgorithm>,
    /// Other algorithms that the service accepts, for a key that cannot make `algorithm`; the first that fits is used.
    #[serde(skip_serializing_if = "is_default")]
    pub alternatives: Vec<AssertionAlgorithm>,
    /// Template of `kid`; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub key_id: String,
    /// The header that holds the certificate's thumbprint.
    #[serde(skip_serializing_if = "is_default")]
    pub certificate_thumbprint: Option<CertificateThumbprint>,
    /// Template of `aud`.
    #[serde(skip_serializing_if = "is_default")]
    pub audience: String,
    /// Templates of the other claims but `iat` and `exp`; an empty one is left out.
    #[serde(skip_serializing_if = "is_default")]
    pub claims: BTreeMap<String, String>,
    /// Whether each assertion has a fresh `jti`.
    #[serde(skip_serializing_if = "is_default")]
    pub unique: bool,
    /// From `iat` to `exp`, in seconds.
    #[serde(skip_serializing_if = "is_default")]
    pub life: Option<u64>,
    /// Whether it is the access token itself: there is no token request then, and each token is signed here.
    #[serde(skip_serializing_if = "is_default")]
    pub access_token: bool,
    /// How the client secret holds the bytes of the key, if it is signed with that.
    #[serde(skip_serializing_if = "is_default")]
    pub secret_encoding: SecretEncoding,
    /// The parameter that carries it; empty if it is itself the bearer token.
    #[serde(skip_serializing_if = "is_default")]
    pub parameter: String,
    /// `client_assertion_type`, if the assertion authenticates the client (RFC 7521 section 4.2).
    #[serde(skip_serializing_if = "is_default")]
    pub client_assertion_type: String,
    /// Where to upload the certificate, for people.
    #[serde(skip_serializing_if = "is_default")]
    pub upload: String,
    /// The longest validity of a certificate that the service accepts, in days.
    #[serde(skip_serializing_if = "is_default")]
    pub certificate_days: Option<u32>,
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
    /// Its templates.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &String> {
        let in_saml = self.saml.iter().flat_map(Saml::templates);
        [&self.key_id, &self.audience].into_iter().chain(self.claims.values()).chain(in_saml)
    }

    /// The default assertion of a client that authenticates with its key (RFC 7523 section 3, OpenID Connect Core section 9).
    pub(in crate::service) fn of_client(token_endpoint: &str) -> Self {
        let claims = ["iss", "sub"].map(|name| (name.to_owned(), "<client_id>".to_owned()));
        Self { audience: token_endpoint.to_owned(), claims: claims.into(), unique: true, ..Self::default() }
    }

    /// Completes an assertion without claims with the default ones.
    pub(in crate::service) fn or_of_client(mut self, token_endpoint: &str) -> Self {
        let usual = Self::of_client(token_endpoint);
        if self.claims.is_empty() {
            (self.claims, self.unique) = (usual.claims, true);
        }
        if self.audience.is_empty() {
            self.audience = usual.audience;
        }
        self
    }

    /// Whether it is signed with the client secret.
    pub fn is_shared(&self) -> bool {
        self.algorithm == Some(AssertionAlgorithm::HS256)
    }

    /// From `iat` to `exp`, in seconds.
    pub fn life(&self) -> i64 {
        i64::try_from(self.life.unwrap_or(LIFE)).unwrap_or(i64::MAX)
    }

    /// The algorithm for this kind of key: `algorithm`, or the first alternative that fits.
    pub fn algorithm_for(&self, kind: KeyKind) -> AssertionAlgorithm {
        let usual = self.algorithm.unwrap_or_else(|| kind.usual_algorithm());
        let mut taken = std::iter::once(usual).chain(self.alternatives.iter().copied());
        taken.find(|algorithm| kind.signs(*algorithm)).unwrap_or(usual)
    }

    /// The validity of a generated certificate in days.
    pub fn certificate_days(&self) -> u32 {
        self.certificate_days.unwrap_or(CERTIFICATE_DAYS)
    }

    /// Filled in. `id` must be fresh.
    pub fn build(
        &self,
        values: &Values,
        now: Timestamp,
        id: &str,
        certificate: Option<&Certificate>,
    ) -> Result<UnsignedAssertion, AssertionError> {
        let Some(saml) = &self.saml else {
            return self.build_jwt(values, now, id, certificate).map(UnsignedAssertion::Jwt);
        };
        let filled = saml.build(&self.audience, self.life.unwrap_or(LIFE), values, (now, id))?;
        Ok(UnsignedAssertion::Saml(Box::new(filled), saml.encoding))
    }

    fn build_jwt(
        &self,
        values: &Values,
        now: Timestamp,
        id: &str,
        certificate: Option<&Certificate>,
    ) -> Result<UnsignedJwt, AssertionError> {
        let mut header = Map::from_iter([("typ".to_owned(), "JWT".into())]);
        push(&mut header, "kid", &self.key_id, values)?;
        if let Some(thumbprint) = self.certificate_thumbprint {
            let certificate = certificate.ok_or(AssertionError::NoCertificate)?;
            let (name, value) = match thumbprint {
                CertificateThumbprint::Sha1 => ("x5t", certificate.sha1_thumbprint()),
                CertificateThumbprint::Sha256 => ("x5t#S256", certificate.sha256_thumbprint()),
            };
            header.insert(name.to_owned(), value.into());
        }
        let mut claims = Map::new();
        for (name, text) in &self.claims {
            push(&mut claims, name, text, values)?;
        }
        push(&mut claims, "aud", &self.audience, values)?;
        claims.insert("iat".to_owned(), now.as_second().into());
        claims.insert("exp".to_owned(), now.as_second().saturating_add(self.life()).into());
        if self.unique {
            claims.insert("jti".to_owned(), id.into());
        }
        Ok(UnsignedJwt { header, claims })
    }

    /// Shown in one line.
    pub fn text(&self) -> String {
        let (kind, audience) = if self.saml.is_some() { ("SAML 2.0", "Audience") } else { ("JWT", "aud") };
        let mut words = vec![kind.to_owned()];
        words.extend(self.algorithm.map(|algorithm| format!("signed with {algorithm:?}")));
        words.extend(self.saml.iter().flat_map(Saml::words));
        let named = [("kid", &self.key_id), (audience, &self.audience)];
        words.extend(named.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name} {text}")));
        words.extend(self.claims.iter().map(|(name, text)| format!("{name} {text}")));
        words.extend(self.life.map(|life| format!("life {life} s")));
        words.push(if self.access_token {
            "it is the access token, made without a call".to_owned()
        } else if self.parameter.is_empty() {
            "used as the bearer token".to_owned()
        } else {
            format!("sent as {}", self.parameter)
        });
        words.join(", ")
    }
}

/// Fills in a text; what is empty is left out.
fn push(
    into: &mut Map<String, serde_json::Value>,
    name: &str,
    text: &str,
    values: &Values,
) -> Result<(), AssertionError> {
    let rendered = Template::new(text).render(values, Place::Text);
    let rendered = rendered.map_err(|error| AssertionError::Template { part: name.to_owned(), error })?;
    if !rendered.is_empty() {
        into.insert(name.to_owned(), rendered.to_secret().expose().into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Diagnose as _;
    use crate::oauth::SamlEncoding;

    #[test]
    fn an_assertion_is_told_in_a_line() {
        let assertion: Assertion = toml::from_str(
            "algorithm = \"PS256\"\nkey_id = \"<certificate_id>\"\naudience = \"https://as.test/token\"\n\
             claims = { iss = \"<client_id>\" }\nlife = 3600\nparameter = \"client_assertion\"\n",
        )
        .expect("a table");
        let words = "JWT, signed with PS256, kid <certificate_id>, aud https://as.test/token, iss <client_id>, \
                     life 3600 s, sent as client_assertion";
        assert_eq!(assertion.text(), words);
        let saml: Assertion = toml::from_str(
            "audience = \"acme\"\nlife = 600\nparameter = \"assertion\"\n[saml]\nissuer = \"idp\"\n\
             subject = \"<user_id>\"\nattributes = { api_key = \"<client_id>\" }\n",
        )
        .expect("a table");
        let words = "SAML 2.0, Issuer idp, NameID <user_id>, attribute api_key <client_id>, Audience acme, life 600 s, \
                     sent as assertion";
        assert_eq!(saml.text(), words);
    }

    fn values() -> Values {
        let mut values = Values::new();
        values.declare("person", "step 2, Authorization: Person");
        for (name, value) in [("client_id", "id \"1\""), ("scope", ""), ("key", "k1")] {
            values.set(name, value);
        }
        values
    }

    fn built(assertion: &Assertion) -> Result<(String, String), String> {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let built = assertion.build(&values(), now, "once", None).map_err(|error| error.diagnose().to_string())?;
        let UnsignedAssertion::Jwt(jwt) = built else { panic!("a JWT") };
        Ok((serde_json::Value::Object(jwt.header).to_string(), serde_json::Value::Object(jwt.claims).to_string()))
    }

    #[test]
    fn header_and_claims_are_filled_in_and_what_is_empty_is_left_out() {
        let claims = [("iss", "<client_id>"), ("scope", "<scope>")];
        let assertion = Assertion {
            key_id: "<key>".into(),
            audience: "https://as.test/token".into(),
            claims: claims.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
            unique: true,
            life: Some(60),
            ..Assertion::default()
        };
        let header = r#"{"typ":"JWT","kid":"k1"}"#.to_owned();
        let claims =
            r#"{"iss":"id \"1\"","aud":"https://as.test/token","iat":1800000000,"exp":1800000060,"jti":"once"}"#;
        assert_eq!(built(&assertion), Ok((header, claims.to_owned())));
    }

    #[test]
    fn what_is_missing_is_named_with_what_supplies_it() {
        let claims = std::iter::once(("sub".to_owned(), "<person>".to_owned())).collect();
        let words =
            "the assertion's `sub`: `<person>` has no value yet\nhint: it is supplied by step 2, Authorization: Person";
        assert_eq!(built(&Assertion { claims, ..Assertion::default() }), Err(words.to_owned()));
        let thumbprint = Some(CertificateThumbprint::Sha256);
        let words = "the assertion's header is to name the certificate, and there is none beside the key\n\
                     hint: enter the certificate that was uploaded, or make a key pair";
        let wanting = Assertion { certificate_thumbprint: thumbprint, ..Assertion::default() };
        assert_eq!(built(&wanting), Err(words.to_owned()));
    }

    fn saml(subject: &str) -> Assertion {
        let saml = Saml {
            issuer: "idp".into(),
            subject: subject.into(),
            recipient: "https://as.test/token".into(),
            attributes: [("scope", "<scope>"), ("api_key", "<client_id>")].map(|(a, b)| (a.into(), b.into())).into(),
            ..Saml::default()
        };
        Assertion { audience: "acme".into(), saml: Some(saml), ..Assertion::default() }
    }

    #[test]
    fn a_saml_assertion_is_filled_in_and_an_empty_attribute_is_left_out() {
        let now = Timestamp::from_second(1_800_000_000).expect("a time");
        let built = saml("<key>").build(&values(), now, "once", None).expect("filled in");
        let UnsignedAssertion::Saml(saml, SamlEncoding::Base64url) = built else { panic!("SAML") };
        assert_eq!((saml.subject.as_str(), saml.audience.as_str(), saml.life), ("k1", "acme", LIFE));
        assert_eq!(saml.attributes, [("api_key".to_owned(), "id \"1\"".to_owned())]);
        assert_eq!(saml.subject_format, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
    }

    #[test]
    fn a_saml_assertion_without_a_subject_or_with_what_xml_cannot_hold_is_refused() {
        let words = "the assertion's `NameID` is empty\nhint: fill in what the preset takes for it";
        assert_eq!(built(&saml("<scope>")), Err(words.to_owned()));
        let words = "the assertion's `NameID` holds a control character, which XML does not allow\n\
                     hint: type the value anew, without characters that cannot be seen";
        assert_eq!(built(&saml("a\u{7}b")), Err(words.to_owned()));
        let words = "the assertion's `NameID`: `<person>` has no value yet\nhint: it is supplied by step 2, Authorization: Person";
        assert_eq!(built(&saml("<person>")), Err(words.to_owned()));
    }

    #[test]
    fn a_key_that_cannot_make_the_usual_signature_makes_the_first_other_one_that_it_can() {
        let service = crate::service::Catalog::bundled().service("netsuite-m2m").expect("a preset");
        let assertion = service.signed_assertion().expect("an assertion");
        assert_eq!(assertion.algorithm_for(KeyKind::Rsa(3072)), AssertionAlgorithm::PS256);
        assert_eq!(assertion.algorithm_for(KeyKind::P384), AssertionAlgorithm::ES384);
        let any = Assertion::of_client("https://as.test/token");
        assert_eq!(any.algorithm_for(KeyKind::P256), AssertionAlgorithm::ES256);
    }

    #[test]
    fn a_thumbprint_is_named_as_the_header_is() {
        let table: Assertion = toml::from_str("certificate_thumbprint = \"x5t#S256\"").expect("a table");
        assert_eq!(table.certificate_thumbprint, Some(CertificateThumbprint::Sha256));
        assert!(toml::from_str::<Assertion>("certificate_thumbprint = \"x5u\"").is_err());
    }
}
