//! Answers one request of a browser: what is not the authorization response is turned away here, so that the flow
//! is only ever asked about something that could be one.

use std::convert::Infallible;
use std::net::IpAddr;

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
use tokio::task;

use crate::redirect::Parameters;
use crate::redirect::page::{self, LandingPage};

/// The largest form that is read. `form_post` answers with an identity token are a few KiB.
const BODY_LIMIT: usize = 64 * 1024;

/// The status and the page that the flow decided on.
pub(crate) type Ruling = (StatusCode, LandingPage);

/// What the flow is asked: are these the parameters it waits for?
pub(crate) struct Question {
    pub(crate) parameters: Parameters,
    pub(crate) ruling: oneshot::Sender<Ruling>,
    /// The task that will write the answer.
    pub(crate) asker: task::Id,
}

/// The answer to one request.
pub(crate) async fn answer(
    request: Request<Incoming>,
    path: &str,
    questions: &mpsc::Sender<Question>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let head = *request.method() == Method::HEAD;
    let (status, page) = match parameters(request, path).await {
        Ok(Some(parameters)) => ask(parameters, questions).await,
        Ok(None) => {
            (StatusCode::OK, LandingPage::success("Tokenwright is waiting", "It listens here for a sign-in to finish."))
        }
        Err(turned_away) => turned_away.ruling(),
    };
    Ok(respond(status, &page, head))
}

/// Why a request is not asked about.
enum TurnedAway {
    ForeignHost,
    OtherPath,
    OtherMethod,
    NotForm,
    TooLarge,
    Broken,
    NoParameters,
}

impl TurnedAway {
    fn ruling(&self) -> Ruling {
        let (status, title, text) = match self {
            Self::ForeignHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "Not for this address",
                "Tokenwright answers here only under the name of this machine itself, such as localhost.",
            ),
            Self::OtherPath => {
                (StatusCode::NOT_FOUND, "Nothing here", "Tokenwright waits for a sign-in at another address.")
            }
            Self::OtherMethod => {
                (StatusCode::METHOD_NOT_ALLOWED, "Not understood", "A sign-in arrives here by GET or POST.")
            }
            Self::NotForm => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not understood", "A sign-in that is posted here must be a form.")
            }
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Too large", "What was posted here is larger than any sign-in.")
            }
            Self::Broken => (StatusCode::BAD_REQUEST, "Broken off", "The request did not arrive whole."),
            Self::NoParameters => (
                StatusCode::BAD_REQUEST,
                "The response is missing",
                "The service sent the browser back without any parameters. It may have put them after a # in the \
                 address, a part that the browser keeps to itself.\nCopy the whole address of this tab and paste it \
                 into Tokenwright by hand.",
            ),
        };
        (status, LandingPage::problem(title, text))
    }
}

/// The parameters of an authorization response; `None` for a request that only looks (`HEAD`).
async fn parameters(request: Request<Incoming>, path: &str) -> Result<Option<Parameters>, TurnedAway> {
    let (head, body) = request.into_parts();
    // A foreign page may point its own name at 127.0.0.1 and read what is answered here (DNS rebinding).
    if !names_this_machine(&head) {
        return Err(TurnedAway::ForeignHost);
    }
    if head.uri.path() != path {
        return Err(TurnedAway::OtherPath);
    }
    let found: Parameters = match head.method {
        // The preview of a link must not use the code up.
        Method::HEAD => return Ok(None),
        Method::GET => decode(head.uri.query().unwrap_or_default().as_bytes()),
        // OAuth 2.0 Form Post Response Mode, section 2.
        Method::POST => decode(&read_form(&head, body).await?),
        _ => return Err(TurnedAway::OtherMethod),
    };
    if found.is_empty() { Err(TurnedAway::NoParameters) } else { Ok(Some(found)) }
}

/// Whether every name under which the browser came is a loopback name. A request without any is not a browser's.
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

async fn read_form(head: &Parts, body: Incoming) -> Result<Bytes, TurnedAway> {
    let media_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(TurnedAway::NotForm);
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(TurnedAway::TooLarge),
        Err(_) => Err(TurnedAway::Broken),
    }
}

fn decode(text: &[u8]) -> Parameters {
    form_urlencoded::parse(text).into_owned().collect()
}

/// Asks the flow. When it is not there to answer any more, another response has ended it.
async fn ask(parameters: Parameters, questions: &mpsc::Sender<Question>) -> Ruling {
    let (ruling, decided) = oneshot::channel();
    let question = Question { parameters, ruling, asker: task::id() };
    if questions.send(question).await.is_err() {
        return already_completed();
    }
    decided.await.unwrap_or_else(|_| already_completed())
}

/// What a response hears that comes after the accepted one.
pub(crate) fn already_completed() -> Ruling {
    let text = "This sign-in was completed before. Nothing was taken from this request; you can close this tab.";
    (StatusCode::CONFLICT, LandingPage::problem("Already completed", text))
}

fn respond(status: StatusCode, page: &LandingPage, head: bool) -> Response<Full<Bytes>> {
    let body = if head { Bytes::new() } else { page.to_html().into() };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::content_security_policy()));
    // The address of the page holds the code; it must not travel on, nor stay in a cache.
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
