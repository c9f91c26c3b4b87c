//! The address of an API, and where its metadata is (RFC 9728 section 3).

use url::{Position, Url};

use crate::call::{Reply, is_loopback};
use crate::oauth::authorization::step_up;
use crate::oauth::challenge::Challenge;

/// The well-known name of the metadata.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The address of an API: an https URL, or http on this machine, without a fragment and a user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceAddress(Url);

impl ResourceAddress {
    /// Reads what a person or a server wrote; `None` if it is another text.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        (is_safe && is_plain).then_some(Self(url))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is on this machine.
    pub fn is_here(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Where the metadata may be: the well-known name stands between the host and the path (RFC 9728 section 3.1), and some have it
    /// for the whole host.
    pub fn well_known_urls(&self) -> Vec<String> {
        let origin = self.origin();
        let whole_host = format!("{origin}{WELL_KNOWN}");
        let path = self.0[Position::BeforePath..].trim_end_matches('/');
        if path.is_empty() { vec![whole_host] } else { vec![format!("{whole_host}{path}"), whole_host] }
    }

    /// Whether it is this resource, or below its path at the same host.
    pub fn is_within(&self, resource: &Self) -> bool {
        let (own, other) = (&self.0, &resource.0);
        let folder = other.path().trim_end_matches('/');
        let rest = own.path().strip_prefix(folder);
        let is_below = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        own == other || own.origin() == other.origin() && other.query().is_none() && is_below
    }
}

/// What an API asks of a request without a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceChallenge {
    /// Where its metadata is (RFC 9728 section 5.1).
    pub metadata_url: Option<String>,
    /// The scopes that a token needs (RFC 6750 section 3); empty if it does not say.
    pub scopes: Vec<String>,
}

impl ResourceChallenge {
    /// Reads a refusal; `None` if it asks for no access token.
    pub fn of(reply: &Reply) -> Option<Self> {
        if !matches!(reply.status, 401 | 403) {
            return None;
        }
        let mut all = Challenge::all(reply);
        all.retain(|challenge| matches!(challenge.scheme.as_str(), "bearer" | "dpop"));
        // Of two, one may name what the other leaves out.
        let first = |name: &str| all.iter().find_map(|challenge| challenge.parameter(name));
        let scopes = step_up::values(first("scope"));
        (!all.is_empty()).then(|| Self { metadata_url: first("resource_metadata").map(str::to_owned), scopes })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::secret::Secret;

    fn address(text: &str) -> ResourceAddress {
        ResourceAddress::parse(text).expect(text)
    }

    fn challenge(status: u16, headers: &[&str]) -> Option<ResourceChallenge> {
        let header = |value: &&str| ("www-authenticate".to_owned(), (*value).to_owned());
        ResourceChallenge::of(&Reply {
            status,
            headers: headers.iter().map(header).collect(),
            body: Secret::default(),
            elapsed: Duration::ZERO,
            received_at: Timestamp::UNIX_EPOCH,
        })
    }

    #[test]
    fn an_address_is_safe_to_ask() {
        for fine in
            ["https://api.example.com", "https://api.example.com/v1?x=y", "http://127.0.0.1:8/mcp", "http://[::1]/"]
        {
            assert!(ResourceAddress::parse(fine).is_some(), "{fine}");
        }
        for wrong in
            ["http://api.example.com/", "ftp://a.test/", "https://u:p@a.test/", "https://a.test/#x", "/mcp", ""]
        {
            assert_eq!(ResourceAddress::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_well_known_name_stands_between_host_and_path_as_in_the_examples_of_the_rfc() {
        // RFC 9728 sections 3 and 3.1.
        let root = "https://resource.example.com/.well-known/oauth-protected-resource";
        assert_eq!(address("https://resource.example.com").well_known_urls(), [root]);
        assert_eq!(address("https://resource.example.com/").well_known_urls(), [root]);
        let of_path = format!("{root}/resource1");
        assert_eq!(address("https://resource.example.com/resource1").well_known_urls(), [of_path.as_str(), root]);
        let of_query = format!("{root}/a/b?c=d");
        assert_eq!(address("https://resource.example.com/a/b?c=d").well_known_urls(), [of_query.as_str(), root]);
    }

    #[test]
    fn an_api_belongs_to_a_resource_of_its_own_host_and_path() {
        let own = address("https://a.test/mcp/x");
        for (resource, is_within) in [
            ("https://a.test/mcp/x", true),
            ("https://a.test/mcp", true),
            ("https://a.test/mcp/", true),
            ("https://a.test", true),
            ("https://a.test/mcp/x/y", false),
            ("https://a.test/mc", false),
            ("https://a.test/mcp?tenant=1", false),
            ("https://b.test/mcp/x", false),
            ("https://a.test:444/mcp/x", false),
        ] {
            assert_eq!(own.is_within(&address(resource)), is_within, "{resource}");
        }
    }

    #[test]
    fn a_challenge_names_metadata_and_scopes_wherever_they_stand() {
        let metadata = "https://resource.example.com/.well-known/oauth-protected-resource";
        // RFC 9728 section 5.1.
        let told = challenge(401, &[&format!("Bearer resource_metadata=\"{metadata}\"")]);
        let expected = ResourceChallenge { metadata_url: Some(metadata.to_owned()), scopes: Vec::new() };
        assert_eq!(told, Some(expected));
        let told =
            challenge(401, &["Basic realm=\"a, b\", Bearer scope=\"a b\"", "DPoP algs=\"ES256\", resource_metadata=x"]);
        let expected = ResourceChallenge { metadata_url: Some("x".into()), scopes: vec!["a".into(), "b".into()] };
        assert_eq!(told, Some(expected));
        assert_eq!(challenge(401, &["bearer"]), Some(ResourceChallenge::default()));
        assert_eq!(challenge(401, &["Basic resource_metadata=x"]), None);
        assert_eq!(challenge(404, &["Bearer resource_metadata=x"]), None);
    }
}
