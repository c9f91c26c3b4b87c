//! A call as it is sent, checked before anything is.

use std::sync::Arc;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, Request};
use url::Url;

use crate::call::{ClientCertificate, is_loopback};
use crate::secret::Secret;
use crate::transport::error::TransportError;

/// The `User-Agent`.
const PRODUCT: &str = concat!("tokenwright/", env!("CARGO_PKG_VERSION"));

/// Headers for message framing (RFC 9110 section 7.6.1, RFC 9112 section 6). A wrong one could split a request in two, so
/// they never come from a template.
const FRAMING: [&str; 6] = ["content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];

/// A checked call.
#[derive(Clone, Debug)]
pub struct Wire {
    pub method: &'static str,
    /// The whole URL, escaped.
    pub url: Secret,
    pub headers: Vec<(String, Secret)>,
    pub body: Option<Secret>,
    /// Shown to a server that asks for a certificate, in place of that of the settings.
    pub client_certificate: Option<Arc<ClientCertificate>>,
}

/// The route that a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// Plain HTTP on this machine: no TLS, no proxy.
    Plain,
    /// TLS on this machine: no proxy.
    Local,
    /// TLS to another machine, through the system's proxy if one is set.
    Away,
}

pub(crate) struct Outgoing {
    pub(crate) request: Request,
    pub(crate) route: Route,
    /// Host and port of the URL, the only part that an error may show.
    pub(crate) host: String,
}

impl Wire {
    pub(crate) fn parse(&self) -> Result<Outgoing, TransportError> {
        let url = Url::parse(self.url.expose()).map_err(|reason| TransportError::BadUrl { reason })?;
        let host = host_and_port(&url).ok_or(TransportError::NotWeb)?;
        let route = match (url.scheme(), is_loopback(&url)) {
            ("http", true) => Route::Plain,
            ("https", true) => Route::Local,
            ("https", false) => Route::Away,
            ("http", false) => return Err(TransportError::PlainHttp { host }),
            _ => return Err(TransportError::NotWeb),
        };
        let method = Method::from_bytes(self.method.as_bytes())
            .map_err(|_| TransportError::BadMethod(self.method.to_owned()))?;
        let mut request = Request::new(method, url);
        *request.headers_mut() = self.header_map()?;
        *request.body_mut() = self.body.as_ref().map(|body| body.expose().to_owned().into());
        Ok(Outgoing { request, route, host })
    }

    fn header_map(&self) -> Result<HeaderMap, TransportError> {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            let bad = || TransportError::BadHeader { name: name.clone() };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
            if FRAMING.contains(&key.as_str()) {
                return Err(TransportError::FramingHeader { name: name.clone() });
            }
            let mut value = HeaderValue::from_bytes(value.expose().as_bytes()).map_err(|_| bad())?;
            // Keeps it out of `Debug` output and HTTP/2 compression tables.
            value.set_sensitive(true);
            map.append(key, value);
        }
        map.entry(USER_AGENT).or_insert(HeaderValue::from_static(PRODUCT));
        map.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        Ok(map)
    }
}

impl Outgoing {
    /// The same call to a loopback port. The checks have run, so a rehearsal refuses whatever the real call would.
    pub(crate) fn at_rehearsal(mut self, port: u16) -> Result<Self, TransportError> {
        let url = self.request.url();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let here = format!("http://127.0.0.1:{port}/{}/{}{}{query}", url.scheme(), self.host, url.path());
        *self.request.url_mut() = Url::parse(&here).map_err(|reason| TransportError::BadUrl { reason })?;
        self.route = Route::Plain;
        Ok(self)
    }
}

fn host_and_port(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(url: &str) -> Wire {
        Wire { method: "POST", url: Secret::new(url), headers: Vec::new(), body: None, client_certificate: None }
    }

    fn check(url: &str, expected: Result<Route, &str>) {
        let found = wire(url).parse().map(|outgoing| outgoing.route).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{url}");
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        check("http://localhost:8080/token", Ok(Route::Plain));
        check("http://127.0.0.2/token", Ok(Route::Plain));
        check("https://[::1]/token", Ok(Route::Local));
        check("https://as.test/token", Ok(Route::Away));
        check("http://as.test/token?a=SECRET", Err("refusing to send credentials to `as.test` over unencrypted HTTP"));
        check("http://0.0.0.0:1/", Err("refusing to send credentials to `0.0.0.0:1` over unencrypted HTTP"));
        check("ftp://as.test/token", Err("the URL is not an `http` or `https` URL with a host"));
        check("token", Err("the URL cannot be read: relative URL without a base"));
    }

    #[test]
    fn a_rehearsed_call_goes_to_this_machine_and_says_where_it_was_bound_for() {
        let rehearsed = |url: &str| {
            let outgoing = wire(url).parse().and_then(|outgoing| outgoing.at_rehearsal(4321)).expect("a call");
            (outgoing.request.url().to_string(), outgoing.route)
        };
        let here = |rest: &str| (format!("http://127.0.0.1:4321/{rest}"), Route::Plain);
        assert_eq!(rehearsed("https://as.test/a%2Fb?c=%26"), here("https/as.test/a%2Fb?c=%26"));
        assert_eq!(rehearsed("https://as.test:8443"), here("https/as.test:8443/"));
        assert_eq!(rehearsed("http://localhost:1/t"), here("http/localhost:1/t"));
    }

    #[test]
    fn headers_may_hold_utf8_but_no_line_break_and_no_framing() {
        let with = |name: &str, value: &str| {
            let headers = vec![(name.to_owned(), Secret::new(value))];
            Wire { headers, ..wire("https://as.test") }.parse().map(|outgoing| outgoing.request.headers().clone())
        };
        assert_eq!(with("X-Name", "é").expect("fine").get("x-name").expect("there").as_bytes(), "é".as_bytes());
        assert!(matches!(with("X-Name", "a\r\nb: c"), Err(TransportError::BadHeader { name }) if name == "X-Name"));
        assert!(matches!(with("X Name", "a"), Err(TransportError::BadHeader { .. })));
        assert!(matches!(with("Content-Length", "5"), Err(TransportError::FramingHeader { .. })));
        let given = with("accept", "text/plain").expect("fine");
        assert_eq!(given.get_all(ACCEPT).iter().collect::<Vec<_>>(), ["text/plain"]);
        assert_eq!(given.get(USER_AGENT).expect("there"), PRODUCT);
    }

    #[test]
    fn no_debug_shows_a_secret() {
        let wire = Wire {
            headers: vec![("Authorization".to_owned(), Secret::new("Bearer SECRET"))],
            body: Some(Secret::new("SECRET")),
            ..wire("https://as.test/token?refresh_token=SECRET")
        };
        assert!(!format!("{wire:?}").contains("SECRET"));
    }
}
