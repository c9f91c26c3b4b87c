//! A bare address: that of an issuer, which describes itself at a well-known place (OpenID Connect Discovery 1.0,
//! RFC 8414), or that of an authorization request, which says most of what a client needs.

use thiserror::Error;
use url::{Host, Url};

use crate::call::Method;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::DocumentError;
use crate::dialect::standard::{Blocks, PlainRequest, PlainRequests, RawCall, Variables, filled, split_url};
use crate::dialect::{Import, discovery};

/// Longer than any address a browser sends.
const LONGEST: usize = 16 * 1024;

const FORMAT: &str = "authorization URL";

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
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl Diagnose for AddressError {
    fn diagnose(&self) -> Diagnosis {
        match self {
            Self::Response => Diagnosis::new(self.to_string()).hint("use the URL that the browser opened first"),
            Self::Document(error) => error.diagnose(),
        }
    }
}

pub(in crate::dialect) fn is_request(text: &str) -> bool {
    // An address may have open places.
    if address(&filled(text)).is_none() {
        return false;
    }
    let is_told = |(name, _): &(String, String)| {
        matches!(name.as_str(), "client_id" | "response_type" | "grant_type" | "code" | "error")
    };
    split_url(text).query.iter().any(is_told)
}

/// Reads an authorization URL (RFC 6749 section 4.1.1): the endpoint and its parameters. One with a grant type is that of a
/// token request.
pub fn authorization_request(text: &str) -> Result<Import, AddressError> {
    let query = split_url(text).query;
    let has = |name: &str| query.iter().any(|(known, _)| known == name);
    if !has("client_id") && !has("grant_type") {
        return Err(AddressError::Response);
    }
    let mut requests = PlainRequests::default();
    requests.add_chosen(request_of(text));
    let described = requests.described(FORMAT, Blocks::default(), &Variables::default())?;
    Ok(Import { format: FORMAT, described })
}

/// Whether a line of a page is an address with a query, as prose has it.
pub(in crate::dialect) fn begins(line: &str) -> bool {
    let address = line.trim_start_matches(is_mark).trim_end();
    ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme))
        && address.contains('?')
        && !address.contains(char::is_whitespace)
}

/// The request whose address begins a text. Further parameters may stand in lines of their own.
pub(in crate::dialect) fn request_of(text: &str) -> PlainRequest {
    let mut url = String::new();
    for line in text.lines() {
        let line = line.trim_matches(is_mark);
        let goes_on = line.starts_with(['&', '?']) || url.ends_with(['&', '?']) && line.contains('=');
        if !url.is_empty() && !goes_on {
            break;
        }
        url.push_str(line);
    }
    let is_for_tokens = split_url(&url).query.iter().any(|(name, _)| name == "grant_type");
    // The client must use POST (RFC 6749 section 3.2).
    let method = if is_for_tokens { Method::Post } else { Method::Get };
    let call = RawCall { method, url, ..RawCall::default() };
    PlainRequest { name: "address".to_owned(), call, ..PlainRequest::default() }
}

/// What stands around an address in a line of Markdown.
fn is_mark(c: char) -> bool {
    c.is_whitespace() || "`>*-\"".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Parameter;
    use crate::oauth::Pkce;

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
