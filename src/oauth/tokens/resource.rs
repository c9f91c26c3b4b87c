//! Resource indicators (RFC 8707): one refresh token gives access tokens for several APIs, each with its own lifetime.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::secret::Secret;

/// The most bytes of a name.
const LONGEST: usize = 2000;

/// The API that an access token is for: an absolute URI without a fragment (RFC 8707 section 2), or the name that the service
/// has for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Resource(String);

impl Resource {
    /// Reads what a person wrote. `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_name = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\' | b'`');
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(is_name) {
            return Err("a resource is an absolute URI without blanks, such as https://api.example.com".to_owned());
        }
        if text.contains('#') {
            return Err("the URI of a resource has no fragment (RFC 8707 section 2)".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a URI, which the parameter `resource` demands.
    pub fn is_uri(&self) -> bool {
        Url::parse(&self.0).is_ok()
    }
}

impl TryFrom<String> for Resource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Resource> for String {
    fn from(resource: Resource) -> Self {
        resource.0
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One more access token of the same sign-in: for another resource, or one that the reply has beside the own one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceToken {
    /// The access token.
    pub access_token: Secret,
    /// `Bearer` if the service does not say.
    pub token_type: String,
    /// `None` if the service did not say, or said never.
    pub expires_at: Option<Timestamp>,
    /// The granted scopes; `None` if the service did not say.
    pub scopes: Option<Vec<String>>,
    /// When the reply was received, by the local clock.
    pub obtained_at: Timestamp,
    /// What renews it.
    pub renewed_by: RenewedBy,
}

/// What renews one more access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenewedBy {
    /// The refresh token of the profile.
    Shared,
    /// A refresh token that came with it, or nothing.
    Own {
        /// The refresh token.
        refresh_token: Option<Secret>,
        /// When it expires, if the service said so.
        expires_at: Option<Timestamp>,
    },
}

/// The further access tokens, by resource or name.
pub type ResourceTokens = BTreeMap<String, ResourceToken>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_a_uri_without_a_fragment_or_a_name() {
        for fine in ["https://api.example.com/", "api://0a1b", "urn:example:api", "my-audience"] {
            assert_eq!(Resource::parse(fine).map(|resource| resource.to_string()).as_deref(), Ok(fine));
        }
        for wrong in ["", "https://api.example.com/#part", "a b", "<code>", "a\nb", &"x".repeat(LONGEST + 1)] {
            assert!(Resource::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Resource::parse("api://0a1b").is_ok_and(|resource| resource.is_uri()));
        assert!(!Resource::parse("my-audience").is_ok_and(|resource| resource.is_uri()));
    }
}
