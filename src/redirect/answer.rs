//! Answers one browser request. Refuses what cannot be the authorization response; the sign-in judges the rest.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{mpsc, oneshot};

use crate::redirect::Parameters;
use crate::redirect::page::LandingPage;
use crate::redirect::stray::{Stray, is_navigation, is_prefetch, is_worth_telling, quoted};

/// The largest form that is read; a `form_post` response with an ID token has a few KiB.
const BODY_LIMIT: usize = 64 * 1024;

pub(crate) type Decision = (StatusCode, LandingPage);

pub(crate) enum Arrival {
    Candidate(Candidate),
    /// A request without a response, to report to the person.
    Stray(Stray),
}

/// Parameters that may be the authorization response.
pub(crate) struct Candidate {
    pub(crate) parameters: Parameters,
    pub(crate) decision: oneshot::Sender<Decision>,
    /// The task that sends the page.
    pub(crate) task: tokio::task::Id,
}

#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) path: Arc<str>,
    pub(crate) arrivals: mpsc::Sender<Arrival>,
}

impl Endpoint {
    /// `wrong_scheme`: the request came over plain HTTP to a TLS port.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        wrong_scheme: bool,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        if is_prefetch(request.headers()) {
            return Ok(nothing_yet(is_navigation(request.headers())));
        }
        let head = *request.method() == Method::HEAD;
        let may_have_fragment = *request.method() == Method::GET && is_navigation(request.headers());
        let (status, page) = match self.parameters(request, wrong_scheme).await {
            Ok(Some(parameters)) => self.decide(parameters).await,
            Ok(None) => {
                let text = "It listens here for a sign-in to finish.";
                (StatusCode::OK, LandingPage::success("Tokenwright is waiting", text))
            }
            // A browser keeps the fragment to itself: the page sends it, or an empty form, which is then told.
            Err((Stray::NoParameters, _)) if may_have_fragment => (StatusCode::OK, LandingPage::reading_fragment()),
            Err((stray, told)) => {
                let decision = (stray.status(), stray.page());
                if told {
                    self.tell(stray).await;
                }
                decision
            }
        };
        Ok(respond(status, &page, head))
    }

    /// Reports a request without a response, if the sign-in still runs.
    pub(crate) async fn tell(&self, stray: Stray) {
        let _ = self.arrivals.send(Arrival::Stray(stray)).await;
    }

    /// The parameters of an authorization response; `None` for `HEAD`; or why there are none, and whether to report it.
    async fn parameters(
        &self,
        request: Request<Incoming>,
        wrong_scheme: bool,
    ) -> Result<Option<Parameters>, (Stray, bool)> {
        let (head, body) = request.into_parts();
        let told = is_worth_telling(&head);
        parameters(&head, body, &self.path, wrong_scheme).await.map_err(|stray| (stray, told))
    }

    /// Lets the sign-in judge the response. If it has ended, another response was accepted.
    async fn decide(&self, parameters: Parameters) -> Decision {
        let (decision, decided) = oneshot::channel();
        let candidate = Candidate { parameters, decision, task: tokio::task::id() };
        if self.arrivals.send(Arrival::Candidate(candidate)).await.is_err() {
            return already_completed();
        }
        decided.await.unwrap_or_else(|_| already_completed())
    }
}

async fn parameters(head: &Parts, body: Incoming, path: &str, wrong_scheme: bool) -> Result<Option<Parameters>, Stray> {
    // DNS rebinding: a foreign page may point its own name at 127.0.0.1 and read the answer.
    if !names_this_machine(head) {
        return Err(Stray::ForeignHost(host(head)));
    }
    if wrong_scheme {
        return Err(Stray::PlainHttp);
    }
    if head.uri.path() != path {
        return Err(Stray::OtherPath { path: quoted(head.uri.path()), expected: path.to_owned() });
    }
    let found: Parameters = match head.method {
        // A link preview must not spend the code.
        Method::HEAD => return Ok(None),
        Method::GET => decode(head.uri.query().unwrap_or_default().as_bytes()),
        // OAuth 2.0 Form Post Response Mode, section 2.
        Method::POST => decode(&read_form(head, body).await?),
        _ => return Err(Stray::OtherMethod(quoted(head.method.as_str()))),
    };
    if found.is_empty() { Err(Stray::NoParameters) } else { Ok(Some(found)) }
}

/// The host name that the browser used.
fn host(head: &Parts) -> String {
    let of_uri = head.uri.authority().map(|authority| authority.as_str().to_owned());
    let of_header = head.headers.get(HOST).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let foreign = of_uri.filter(|name| !is_loopback_name(name)).or(of_header);
    quoted(&foreign.unwrap_or_else(|| "(none)".to_owned()))
}

/// Whether every host name in the request is a loopback name; a browser sends at least one.
fn names_this_machine(head: &Parts) -> bool {
    let mut hosts = head.headers.get_all(HOST).iter().peekable();
    hosts.peek().is_some()
        && hosts.all(|host| host.to_str().is_ok_and(is_loopback_name))
        && head.uri.authority().is_none_or(|authority| is_loopback_name(authority.as_str()))
}

fn is_loopback_name(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    let host = authority.host();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    !text.contains('@')
        && (host.eq_ignore_ascii_case("localhost")
            || literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
}

async fn read_form(head: &Parts, body: Incoming) -> Result<Bytes, Stray> {
    let media_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Stray::NotForm(quoted(if essence.is_empty() { "no media type" } else { essence })));
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Stray::TooLarge),
        Err(_) => Err(Stray::Broken),
    }
}

fn decode(text: &[u8]) -> Parameters {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The answer to any response after the accepted one.
pub(crate) fn already_completed() -> Decision {
    let text = "This sign-in was completed before. Nothing was taken from this request; you can close this tab.";
    (StatusCode::CONFLICT, LandingPage::problem("Already completed", text))
}

/// The answer to a prefetch. Chromium caches a prefetched page whatever the headers say, and would show an empty success to
/// the person; after a failure it requests the page again.
fn nothing_yet(is_navigation: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = if is_navigation { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn respond(status: StatusCode, page: &LandingPage, head: bool) -> Response<Full<Bytes>> {
    let body = if head { Bytes::new() } else { page.to_html().into() };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(page.content_security_policy()));
    // The page's URL holds the code, which must neither leave in a referrer nor stay in a cache.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_names_of_this_machine() {
        for good in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:1", "[::1]"] {
            assert!(is_loopback_name(good), "{good}");
        }
        for bad in ["", "evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "a@localhost", "10.0.0.1", "0.0.0.0"]
        {
            assert!(!is_loopback_name(bad), "{bad}");
        }
    }

    #[test]
    fn parameters_are_decoded_once_and_duplicates_stay() {
        let found = decode(b"code=a%2525+b&state=1&state=2&flag");
        let expected = [("code", "a%25 b"), ("state", "1"), ("state", "2"), ("flag", "")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
