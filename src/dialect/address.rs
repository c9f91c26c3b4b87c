//! A bare address: that of an issuer, which describes itself at a well-known place (OpenID Connect Discovery 1.0,
//! RFC 8414), or that of an authorization request, which says most of what a client needs.

use std::collections::BTreeMap;

use thiserror::Error;
use url::{Host, Url};

use crate::call::{Parameter, Template};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::{Described, Import, Note, discovery};
use crate::oauth::{Pkce, split_scopes};
use crate::service::{Catalog, Service};

/// Longer than any address a browser sends.
const LONGEST: usize = 16 * 1024;

/// Parameters that are made for each request, or come from the profile.
const OF_EACH_REQUEST: [&str; 9] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request_uri",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(Url);

impl Issuer {
    /// Reads a text that is an https URL without a query, or http on this machine.
    pub fn parse(text: &str) -> Option<Self> {
        address(text).filter(|url| url.query().is_none() && url.fragment().is_none()).map(Self)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host, with its port where it names one.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The likely URLs of its metadata, likeliest first.
    pub fn descriptions(&self) -> Vec<String> {
        if self.0.path().contains("/.well-known/") {
            return vec![self.0.to_string()];
        }
        discovery::well_known_urls(self.0.as_str())
    }
}

/// A text that is one address and nothing else.
fn address(text: &str) -> Option<Url> {
    if text.len() > LONGEST || text.contains(char::is_whitespace) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    (url.scheme() == "https" || url.scheme() == "http" && is_here).then_some(url)
}

/// Why an authorization URL cannot be imported.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// It is the redirect with the response.
    #[error("the URL is the response to a sign-in, not the request")]
    Response,
}

impl Diagnose for AddressError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("use the URL that the browser opened first")
    }
}

pub(in crate::dialect) fn is_request(text: &str) -> bool {
    let Some(url) = address(text) else { return false };
    url.query_pairs().any(|(name, _)| matches!(&*name, "client_id" | "response_type" | "code" | "error"))
}

/// Reads an authorization URL (RFC 6749 section 4.1.1): the endpoint and its parameters.
pub fn authorization_request(text: &str) -> Result<Import, AddressError> {
    let url = address(text).ok_or(AddressError::Response)?;
    let mut values: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    if !values.contains_key("client_id") {
        return Err(AddressError::Response);
    }
    let mut take = |name: &str| values.remove(name).unwrap_or_default();
    let (client_id, redirect_uri, scope) = (take("client_id"), take("redirect_uri"), take("scope"));
    let challenge = (take("code_challenge"), take("code_challenge_method"));
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut service = blank(&host);
    let mut endpoint = url.clone();
    endpoint.set_query(None);
    endpoint.set_fragment(None);
    let mut understood = vec![Note::new("address", format!("the authorization endpoint {endpoint}"))];
    if let Some(authorization) = &mut service.authorization {
        authorization.call.url = Template::new(endpoint.to_string());
        authorization.pkce = match (challenge.0.as_str(), challenge.1.as_str()) {
            ("", _) => Pkce::Off,
            (_, "S256") => Pkce::S256,
            (_, _) => Pkce::Plain,
        };
        for (name, value) in values.iter().filter(|(name, _)| !OF_EACH_REQUEST.contains(&name.as_str())) {
            authorization.call.query.push(Parameter::new(name, value));
            understood.push(Note::new(name, "sent with every authorization request"));
        }
    }
    let told = [("client_id", &client_id), ("redirect_uri", &redirect_uri), ("scope", &scope)];
    understood
        .extend(told.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| Note::new(name, value)));
    let ignored = values.keys().filter(|name| OF_EACH_REQUEST.contains(&name.as_str()));
    let ignored = ignored.map(|name| Note::new(name, "generated for each request")).collect();
    let described = Described {
        service,
        client_id,
        redirect_uri,
        scopes: split_scopes(&scope, " "),
        understood,
        ignored,
        missing: vec![Note::new("bearer URL", "an authorization request does not name the token endpoint")],
        ..Described::default()
    };
    Ok(Import { format: "authorization URL", described: vec![described] })
}

/// A blank service, named after the host.
fn blank(host: &str) -> Service {
    let custom = Catalog::bundled().service(Catalog::CUSTOM).unwrap_or_default();
    let id: String = host.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let id = if id.starts_with(|letter: char| letter.is_ascii_alphabetic()) { id } else { format!("service-{id}") };
    Service { id, name: host.to_owned(), source: Vec::new(), summary: String::new(), ..custom }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_address_and_nothing_else() {
        for text in ["https://login.acme.example", "https://acme.example/realms/one", "http://127.0.0.1:8080"] {
            assert!(Issuer::parse(text).is_some(), "{text}");
        }
        for text in
            ["http://acme.example", "https://acme.example/?a=b", "acme.example", "https://a b", "ftp://acme.example"]
        {
            assert!(Issuer::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn its_description_is_looked_for_at_the_places_of_both_rules() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(Issuer::parse(text).expect("an issuer").descriptions(), expected);
        };
        let plain = ["https://acme.example/.well-known/openid-configuration"];
        let other = ["https://acme.example/.well-known/oauth-authorization-server"];
        check("https://acme.example/", &[plain, other].concat());
        check(
            "https://acme.example/realms/one",
            &[
                "https://acme.example/realms/one/.well-known/openid-configuration",
                "https://acme.example/.well-known/oauth-authorization-server/realms/one",
                "https://acme.example/.well-known/openid-configuration/realms/one",
            ],
        );
        check(plain[0], &plain);
    }

    #[test]
    fn an_authorization_url_says_most_of_what_a_client_needs() {
        let text = "https://acme.example/authorize?response_type=code&client_id=id-1&redirect_uri=http%3A%2F%2Flocalhost%2F\
                    &scope=a%20b&state=xyz&code_challenge=abc&code_challenge_method=S256&prompt=consent";
        assert!(is_request(text));
        let import = authorization_request(text).expect("read");
        let described = &import.described[0];
        assert_eq!((described.client_id.as_str(), described.redirect_uri.as_str()), ("id-1", "http://localhost/"));
        assert_eq!(described.scopes, ["a", "b"]);
        let authorization = described.service.authorization.as_ref().expect("a client flow");
        assert_eq!(
            (authorization.call.url.source(), authorization.pkce),
            ("https://acme.example/authorize", Pkce::S256)
        );
        assert_eq!(authorization.call.query.last(), Some(&Parameter::new("prompt", "consent")));
        assert_eq!(described.service.id, "acme-example");
    }

    #[test]
    fn the_address_that_came_back_is_not_taken_for_it() {
        let error = authorization_request("https://localhost/callback?code=abc&state=x").expect_err("refused");
        assert_eq!(error, AddressError::Response);
    }
}
