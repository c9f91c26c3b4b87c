//! What a SAML assertion says, as data (RFC 7522 section 3). It is filled in here, and written and signed elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Place, Template, Values};
use crate::oauth::{SamlEncoding, UnsignedSaml, is_xml_text};
use crate::service::assertion::error::AssertionError;
use crate::service::rules::is_default;

/// The name that a service reads in its own way (SAML 2.0 Core section 8.3.1).
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// What it says besides audience and life, which it shares with a JWT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Saml {
    /// Template of `Issuer`.
    #[serde(skip_serializing_if = "is_default")]
    pub issuer: String,
    /// Template of the subject's `NameID`.
    #[serde(skip_serializing_if = "is_default")]
    pub subject: String,
    /// Template of the `Format` of that name; unspecified if empty.
    #[serde(skip_serializing_if = "is_default")]
    pub subject_format: String,
    /// Template of `Recipient`; the URL of the token request if empty.
    #[serde(skip_serializing_if = "is_default")]
    pub recipient: String,
    /// Template of `AuthnContextClassRef`; without it there is no `AuthnStatement`.
    #[serde(skip_serializing_if = "is_default")]
    pub authentication_context: String,
    /// Templates of the attributes by name; an empty one is left out.
    #[serde(skip_serializing_if = "is_default")]
    pub attributes: BTreeMap<String, String>,
    /// How the parameter holds it.
    #[serde(skip_serializing_if = "is_default")]
    pub encoding: SamlEncoding,
}

impl Saml {
    /// Its templates.
    pub(in crate::service) fn templates(&self) -> impl Iterator<Item = &String> {
        self.named().into_iter().map(|(_, text)| text).chain(self.attributes.values())
    }

    fn named(&self) -> [(&'static str, &String); 5] {
        [
            ("Issuer", &self.issuer),
            ("NameID", &self.subject),
            ("Format", &self.subject_format),
            ("Recipient", &self.recipient),
            ("AuthnContextClassRef", &self.authentication_context),
        ]
    }

    /// Filled in. `id` must be fresh.
    pub(in crate::service) fn build(
        &self,
        audience: &str,
        life: u64,
        values: &Values,
        (now, id): (Timestamp, &str),
    ) -> Result<UnsignedSaml, AssertionError> {
        let wanted = |part: &str, text: &str| {
            let filled = fill(part, text, values)?;
            if filled.is_empty() { Err(AssertionError::Empty { part: part.to_owned() }) } else { Ok(filled) }
        };
        let mut attributes = Vec::new();
        for (name, text) in &self.attributes {
            let value = fill(name, text, values)?;
            if !value.is_empty() {
                attributes.push((name.clone(), value));
            }
        }
        Ok(UnsignedSaml {
            id: id.to_owned(),
            issued_at: now,
            life,
            issuer: wanted("Issuer", &self.issuer)?,
            subject: wanted("NameID", &self.subject)?,
            subject_format: Some(fill("Format", &self.subject_format, values)?)
                .filter(|format| !format.is_empty())
                .unwrap_or_else(|| UNSPECIFIED.to_owned()),
            audience: wanted("Audience", audience)?,
            recipient: wanted("Recipient", &self.recipient)?,
            authentication_context: fill("AuthnContextClassRef", &self.authentication_context, values)?,
            attributes,
        })
    }

    /// Its parts for one line.
    pub(in crate::service) fn words(&self) -> Vec<String> {
        let named = self.named().into_iter().filter(|(_, text)| !text.is_empty());
        let named = named.map(|(name, text)| format!("{name} {text}"));
        named.chain(self.attributes.iter().map(|(name, text)| format!("attribute {name} {text}"))).collect()
    }
}

fn fill(part: &str, text: &str, values: &Values) -> Result<String, AssertionError> {
    let rendered = Template::new(text).render(values, Place::Text);
    let rendered = rendered.map_err(|error| AssertionError::Template { part: part.to_owned(), error })?;
    let text = rendered.to_secret().expose().to_owned();
    if is_xml_text(&text) { Ok(text) } else { Err(AssertionError::NotXml { part: part.to_owned() }) }
}
