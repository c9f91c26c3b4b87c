//! The redirect URI as the person registered it, and what it means for listening.
//!
//! Rules: a loopback host without a port and without a trailing `/` means a random free port (RFC 8252 section 7.3); with a
//! trailing `/`, port 80 or 443; a given port is that port. Anywhere else the person pastes the response.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

use crate::diagnosis::{Diagnose, Diagnosis};

/// A redirect URI exactly as typed, since services compare it exactly (RFC 6749 section 3.1.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    landing: Landing,
}

/// Where the browser ends up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// On this machine: a listener receives the response.
    Loopback(Loopback),
    /// Elsewhere (a web page, a custom scheme): the person pastes the response.
    Elsewhere,
}

/// What to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loopback {
    /// Whether the listener speaks TLS.
    pub https: bool,
    /// The addresses: both families for `localhost`, one for a literal.
    pub addresses: Vec<IpAddr>,
    /// The port; `None` asks for a random free one.
    pub port: Option<u16>,
    /// The path at which the response is expected, always with a leading `/`.
    pub path: String,
}

/// Why a text is not a redirect URI.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RedirectUriError {
    /// Nothing was given.
    #[error("the redirect URI is missing")]
    Missing,
    /// Not an absolute URI.
    #[error("`{text}` is not an absolute URI: {reason}")]
    NotAbsolute {
        /// What was given.
        text: String,
        /// The parser's reason.
        reason: String,
    },
    /// A `#fragment`, which RFC 6749 section 3.1.2 forbids.
    #[error("the redirect URI has a fragment `#{0}`")]
    Fragment(String),
}

impl Diagnose for RedirectUriError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Missing | Self::NotAbsolute { .. } => diagnosis
                .hint("give the URI exactly as registered with the service, such as `http://localhost:8080/callback`"),
            Self::Fragment(_) => {
                diagnosis.hint("remove the fragment").reference("https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2")
            }
        }
    }
}

impl RedirectUri {
    /// Reads a redirect URI.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(RedirectUriError::Missing);
        }
        let url = Url::parse(text)
            .map_err(|error| RedirectUriError::NotAbsolute { text: text.to_owned(), reason: error.to_string() })?;
        if let Some(fragment) = url.fragment() {
            return Err(RedirectUriError::Fragment(fragment.to_owned()));
        }
        let landing = loopback(text, &url).map_or(Landing::Elsewhere, Landing::Loopback);
        Ok(Self { text: text.to_owned(), landing })
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the browser ends up.
    pub fn landing(&self) -> &Landing {
        &self.landing
    }

    /// The text to send, with the port filled in if it is random.
    #[must_use]
    pub fn with_port(&self, port: u16) -> String {
        match &self.landing {
            Landing::Loopback(Loopback { port: None, .. }) => {
                let (start, end) = authority(&self.text);
                let host = self.text[start..end].trim_end_matches(":0").trim_end_matches(':');
                format!("{}{host}:{port}{}", &self.text[..start], &self.text[end..])
            }
            _ => self.text.clone(),
        }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What to listen on, if the URI points at this machine.
fn loopback(text: &str, url: &Url) -> Option<Loopback> {
    let https = match url.scheme() {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let addresses = match url.host()? {
        Host::Domain(name) if name.eq_ignore_ascii_case("localhost") => {
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        }
        Host::Ipv4(address) if address.is_loopback() => vec![IpAddr::V4(address)],
        Host::Ipv6(address) if address.is_loopback() => vec![IpAddr::V6(address)],
        _ => return None,
    };
    let (start, end) = authority(text);
    let named_port = text[start..end].rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let port = match named_port {
        Some(0) => None,
        Some(port) => Some(port),
        None if text[end..].split('?').next().unwrap_or_default().ends_with('/') => url.port_or_known_default(),
        None => None,
    };
    Some(Loopback { https, addresses, port, path: url.path().to_owned() })
}

/// The range of host and port in the text; `Url` drops a default port.
fn authority(text: &str) -> (usize, usize) {
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['/', '?']).map_or(text.len(), |at| start + at);
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(bool, usize, Option<u16>, &str)>) {
        let uri = RedirectUri::parse(text).expect(text);
        let landing = match uri.landing() {
            Landing::Loopback(plan) => Some((plan.https, plan.addresses.len(), plan.port, plan.path.as_str())),
            Landing::Elsewhere => None,
        };
        assert_eq!(landing, expected, "{text}");
    }

    #[test]
    fn a_loopback_host_without_port_and_slash_gets_a_random_port() {
        check("http://localhost", Some((false, 2, None, "/")));
        check("http://localhost/callback", Some((false, 2, None, "/callback")));
        check("http://127.0.0.1", Some((false, 1, None, "/")));
        check("http://localhost:0/callback", Some((false, 2, None, "/callback")));
    }

    #[test]
    fn a_trailing_slash_means_exactly_that_port() {
        check("http://localhost/", Some((false, 2, Some(80), "/")));
        check("https://localhost/", Some((true, 2, Some(443), "/")));
        check("http://localhost/callback/", Some((false, 2, Some(80), "/callback/")));
    }

    #[test]
    fn a_given_port_is_that_port_even_a_default_one() {
        check("http://localhost:8080/cb", Some((false, 2, Some(8080), "/cb")));
        check("http://localhost:80", Some((false, 2, Some(80), "/")));
        check("http://[::1]:9000", Some((false, 1, Some(9000), "/")));
    }

    #[test]
    fn anything_else_is_pasted_by_hand() {
        check("https://www.example.com/oauth", None);
        check("http://192.168.1.4:8080/", None);
        check("myapp://callback", None);
        check("https://localhost.example.com/", None);
        check("urn:ietf:wg:oauth:2.0:oob", None);
    }

    #[test]
    fn the_text_sent_is_the_text_typed_plus_the_port() {
        let send = |text: &str| RedirectUri::parse(text).expect(text).with_port(4321);
        assert_eq!(send("http://localhost"), "http://localhost:4321");
        assert_eq!(send("http://localhost/callback?x=1"), "http://localhost:4321/callback?x=1");
        assert_eq!(send("http://[::1]:0/a"), "http://[::1]:4321/a");
        assert_eq!(send("http://LOCALHOST/"), "http://LOCALHOST/");
        assert_eq!(send("https://www.example.com/oauth"), "https://www.example.com/oauth");
    }

    #[test]
    fn bad_texts_are_named() {
        assert_eq!(RedirectUri::parse(" "), Err(RedirectUriError::Missing));
        assert!(matches!(RedirectUri::parse("localhost"), Err(RedirectUriError::NotAbsolute { .. })));
        assert_eq!(RedirectUri::parse("http://localhost/#x"), Err(RedirectUriError::Fragment("x".into())));
    }
}
