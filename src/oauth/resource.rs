//! Resource indicators (RFC 8707): one refresh token gives access tokens for several APIs, each with its own lifetime.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use url::Url;

use crate::oauth::TokenSet;
use crate::secret::Secret;

/// So many are kept for one profile; the oldest makes room.
const MOST: usize = 32;
/// The most bytes of a name.
const LONGEST: usize = 2000;

/// The API that an access token is for: an absolute URI without a fragment (RFC 8707 section 2), or the name that the service
/// has for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource(String);

impl Resource {
    /// Reads what a person wrote. `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_name = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\' | b'`');
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(is_name) {
            return Err("a resource is an absolute URI, such as `https://api.example.com`".to_owned());
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

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An access token for one more resource of the same grant.
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
}

/// The tokens for other resources, by resource.
pub type ResourceTokens = BTreeMap<String, ResourceToken>;

impl TokenSet {
    /// The tokens with the access token for a resource in place of the own one, if there is one.
    pub fn for_resource(&self, resource: &Resource) -> Option<Self> {
        let ResourceToken { access_token, token_type, expires_at, scopes, obtained_at } =
            self.for_resources.get(resource.as_str())?.clone();
        Some(Self { access_token, token_type, expires_at, scopes, obtained_at, id_token: None, ..self.clone() })
    }

    /// Adds what a refresh for a resource granted: its access token, and the refresh token that follows the one sent. The own
    /// access token stays.
    #[must_use]
    pub fn with_resource(&self, resource: &Resource, granted: &Self) -> Self {
        let mut all = self.clone();
        all.refresh_token.clone_from(&granted.refresh_token);
        all.refresh_token_expires_at = granted.refresh_token_expires_at;
        let Self { access_token, token_type, expires_at, scopes, obtained_at, .. } = granted.clone();
        let token = ResourceToken { access_token, token_type, expires_at, scopes, obtained_at };
        all.for_resources.insert(resource.as_str().to_owned(), token);
        while all.for_resources.len() > MOST {
            let oldest = all.for_resources.iter().min_by_key(|(_, token)| token.obtained_at);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { break };
            all.for_resources.remove(&name);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn tokens(access: &str, refresh: &str, second: i64) -> TokenSet {
        TokenSet {
            refresh_token: Some(Secret::new(refresh)),
            expires_at: Some(at(second + 60)),
            scopes: Some(vec![access.to_owned()]),
            ..TokenSet::bearer(Secret::new(access), at(second))
        }
    }

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

    #[test]
    fn each_resource_has_a_token_and_a_clock_of_its_own_and_all_share_the_refresh_token() {
        let (own, api) = (tokens("own", "rt-1", 0), Resource::parse("https://api.test").expect("a resource"));
        assert_eq!(own.for_resource(&api), None);
        let both = own.with_resource(&api, &tokens("other", "rt-2", 40));
        assert_eq!((&both.access_token, both.expires_at), (&own.access_token, own.expires_at));
        assert_eq!(both.refresh_token, Some(Secret::new("rt-2")));
        let other = both.for_resource(&api).expect("it was granted");
        assert_eq!((other.access_token.expose(), other.expires_at), ("other", Some(at(100))));
        assert_eq!(other.scopes, Some(vec!["other".to_owned()]));
        assert_eq!(other.refresh_token, Some(Secret::new("rt-2")));
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut all = tokens("own", "rt", 0);
        for number in 0..=MOST {
            let resource = Resource::parse(&format!("https://{number}.test")).expect("a resource");
            let second = i64::try_from(number).expect("small");
            all = all.with_resource(&resource, &tokens("other", "rt", second));
        }
        assert_eq!(all.for_resources.len(), MOST);
        assert!(!all.for_resources.contains_key("https://0.test"));
    }
}
