//! Protected resource metadata (RFC 9728 section 2).

use serde_json::{Map, Value as Json};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::authorization::step_up;
use crate::oauth::protected_resource::address::ResourceAddress;
use crate::oauth::tokens::fit::plain_line;
use crate::oauth::tokens::resource::Resource;

/// The most authorization servers that are read: it is foreign text, and a person chooses among them.
const MOST: usize = 20;

/// What an API says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedResource {
    /// Its identifier as it is written there, byte by byte: requests for its tokens name it so.
    pub resource: Resource,
    /// Whether the identifier is that of a part of the host above the address that was asked.
    pub is_wider: bool,
    /// The issuers of its tokens.
    pub authorization_servers: Vec<String>,
    /// The scopes that it knows.
    pub scopes: Vec<String>,
    /// Whether it takes only tokens that are bound to a key (RFC 9449).
    pub wants_proofs: bool,
    /// Whether its tokens are bound to a certificate (RFC 8705).
    pub wants_certificate: bool,
}

/// Why a document is no such metadata.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProtectedResourceError {
    /// It is no JSON object.
    #[error("the metadata of the API is no JSON object")]
    Shape,
    /// It does not say which API it is about.
    #[error("the metadata of the API names no `resource`")]
    NoResource,
    /// It is about another API (RFC 9728 section 3.3).
    #[error("the metadata is that of another API: `{named}`, not `{asked}`")]
    OtherResource {
        /// What was asked.
        asked: String,
        /// What it is about.
        named: String,
    },
}

impl Diagnose for ProtectedResourceError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Shape | Self::NoResource => diagnosis
                .hint("name the issuer yourself, from the documentation of the API: `--issuer URL`")
                .reference("https://www.rfc-editor.org/rfc/rfc9728#section-2"),
            Self::OtherResource { .. } => diagnosis
                .hint("do not go on: a token for the other API may be what somebody is after. If that API is the one you mean, give its address")
                .reference("https://www.rfc-editor.org/rfc/rfc9728#section-3.3"),
        }
    }
}

impl ProtectedResource {
    /// Reads the metadata of the API at this address.
    pub fn read(text: &str, asked: &ResourceAddress) -> Result<Self, ProtectedResourceError> {
        let document: Map<String, Json> = serde_json::from_str(text).map_err(|_| ProtectedResourceError::Shape)?;
        let named = document.get("resource").and_then(Json::as_str).ok_or(ProtectedResourceError::NoResource)?;
        let other = || ProtectedResourceError::OtherResource {
            asked: asked.as_str().to_owned(),
            named: plain_line(named).chars().take(200).collect(),
        };
        let address = ResourceAddress::parse(named).filter(|address| asked.is_within(address)).ok_or_else(other)?;
        let is_true = |name: &str| document.get(name).and_then(Json::as_bool) == Some(true);
        Ok(Self {
            resource: Resource::parse(named).map_err(|_| other())?,
            is_wider: address != *asked,
            authorization_servers: texts(&document, "authorization_servers").take(MOST).collect(),
            scopes: step_up::values(Some(&texts(&document, "scopes_supported").collect::<Vec<_>>().join(" "))),
            wants_proofs: is_true("dpop_bound_access_tokens_required"),
            wants_certificate: is_true("tls_client_certificate_bound_access_tokens"),
        })
    }
}

/// The texts of a list.
fn texts(document: &Map<String, Json>, name: &str) -> impl Iterator<Item = String> {
    let list = document.get(name).and_then(Json::as_array).into_iter().flatten();
    list.filter_map(Json::as_str).map(plain_line).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(asked: &str, document: &Json) -> Result<ProtectedResource, ProtectedResourceError> {
        ProtectedResource::read(&document.to_string(), &ResourceAddress::parse(asked).expect("an address"))
    }

    #[test]
    fn the_example_of_rfc_9728_section_3_2_is_read() {
        let document = json!({
            "resource": "https://resource.example.com",
            "authorization_servers": ["https://as1.example.com", "https://as2.example.net"],
            "bearer_methods_supported": ["header", "body"],
            "scopes_supported": ["profile", "email", "phone"],
            "resource_documentation": "https://resource.example.com/resource_documentation.html"
        });
        let expected = ProtectedResource {
            resource: Resource::parse("https://resource.example.com").expect("a URI"),
            is_wider: false,
            authorization_servers: vec!["https://as1.example.com".into(), "https://as2.example.net".into()],
            scopes: vec!["profile".into(), "email".into(), "phone".into()],
            wants_proofs: false,
            wants_certificate: false,
        };
        assert_eq!(read("https://resource.example.com", &document), Ok(expected.clone()));
        // A URL without a path is the same with a slash; the identifier is sent as it is written.
        assert_eq!(read("https://resource.example.com/", &document), Ok(expected.clone()));
        let below = ProtectedResource { is_wider: true, ..expected };
        assert_eq!(read("https://resource.example.com/mcp", &document), Ok(below));
    }

    #[test]
    fn what_is_about_another_api_or_none_is_refused() {
        use ProtectedResourceError::{NoResource, OtherResource, Shape};
        let asked = "https://a.test/mcp";
        for named in
            ["https://evil.test/mcp", "http://a.test/mcp", "https://a.test/mcp/other", "https://a.test/mc", "mcp", ""]
        {
            let other = OtherResource { asked: asked.into(), named: named.into() };
            assert_eq!(read(asked, &json!({ "resource": named })), Err(other), "{named}");
        }
        assert_eq!(read(asked, &json!({ "resource": ["https://a.test/mcp"] })), Err(NoResource));
        assert_eq!(read(asked, &json!([])), Err(Shape));
        let named =
            read(asked, &json!({ "resource": "https://evil.test/\u{1b}[2J" })).expect_err("another").to_string();
        assert!(!named.contains('\u{1b}'), "{named}");
    }

    #[test]
    fn what_it_demands_is_read_and_foreign_text_is_bounded() {
        let many: Vec<String> = (0..100).map(|number| format!("https://as{number}.test")).collect();
        let document = json!({
            "resource": "https://a.test/mcp", "authorization_servers": many, "scopes_supported": ["a", "<b>", 7],
            "dpop_bound_access_tokens_required": true, "tls_client_certificate_bound_access_tokens": "true"
        });
        let told = read("https://a.test/mcp", &document).expect("metadata");
        assert_eq!((told.authorization_servers.len(), told.scopes), (MOST, vec!["a".to_owned()]));
        assert!(told.wants_proofs && !told.wants_certificate);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in proptest::prelude::any::<String>()) {
            let asked = ResourceAddress::parse("https://a.test/mcp").expect("an address");
            let _ = ProtectedResource::read(&text, &asked);
        }
    }
}
