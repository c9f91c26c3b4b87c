//! The practice service behind one function: a request and the time in, a response out. Nothing here waits, reads a
//! clock or uses a socket.

use std::time::Duration;

use serde_json::json;

use crate::practice::checks::assertion;
use crate::practice::checks::details::{self, DETAIL_TYPES};
use crate::practice::contract::{
    self, ARCHIVE, AUTHORIZE, CERTIFICATE_PAGE, CLOCK_PAGE, CONSENT_PAGE, DEVICE, DEVICE_AUTHORIZATION, DEVICE_CONSENT,
    INTROSPECT, JWKS, PUSH, RESOURCE, RESOURCE_METADATA, REVOKE, SIGN_IN_PAGE, TOKEN, USERINFO,
};
use crate::practice::endpoints::{
    authorize, device, id_token, pages, pushed, registration, resources, token, userinfo,
};
use crate::practice::fault::Fault;
use crate::practice::http::message::{ErrorCode, Excess, Parameters, Refusal, Request, Response};
use crate::practice::http::server::Handler;
use crate::practice::state::State;
use crate::practice::state::clock;
use crate::practice::state::now::Now;

impl Handler for State {
    fn answer(&mut self, request: &Request, now: &mut Now) -> Response {
        now.time = now.after(self.options.clock_ahead);
        // Its bodies are of another shape than those of the rest.
        let answered = unanswerable(request).or_else(|| registration::answer(self, request, now));
        answered.unwrap_or_else(|| match body(request) {
            Ok(body) => self.route(request, &body, now),
            Err(refusal) => refusal.answer(false),
        })
    }

    fn delay(&self, request: &Request) -> Option<Duration> {
        let slow = self.has(Fault::SlowReply) && request.path == TOKEN;
        slow.then_some(token::SLOW_REPLY)
    }
}

impl State {
    fn route(&mut self, request: &Request, body: &Parameters, now: &mut Now) -> Response {
        let method = if request.method == "HEAD" { "GET" } else { &request.method };
        match (method, request.path.as_str()) {
            ("GET", "/") => pages::home(&self.issuer, &self.options.faults),
            ("GET", "/.well-known/oauth-authorization-server" | "/.well-known/openid-configuration") => {
                let issuer = if self.has(Fault::OtherIssuer) { "https://issuer.invalid" } else { &self.issuer };
                let mut document = contract::metadata(&self.issuer, self.options.tls);
                document["issuer"] = issuer.into();
                Response::json(200, &document)
            }
            ("GET", DETAIL_TYPES) => Response::json(200, &details::described(&self.issuer)),
            ("GET", JWKS) => Response::json(200, &id_token::key_set(self)),
            ("GET", CERTIFICATE_PAGE) => pages::keys(None, None),
            ("POST", CERTIFICATE_PAGE) => assertion::upload(self, body),
            ("GET", CLOCK_PAGE) => clock::page(self, now),
            ("POST", CLOCK_PAGE) => clock::set(self, body, now),
            ("GET", AUTHORIZE) => authorize::begin(self, &request.query, now),
            ("POST", AUTHORIZE) => authorize::begin(self, body, now),
            ("POST", SIGN_IN_PAGE) => authorize::sign_in(self, body),
            ("POST", CONSENT_PAGE) => authorize::consent(self, body, now),
            ("POST", DEVICE_AUTHORIZATION) => device::begin(self, request, body, now),
            ("GET", DEVICE) => device::page(&request.query),
            ("POST", DEVICE) => device::enter(self, body, now),
            ("POST", DEVICE_CONSENT) => device::consent(self, body, now),
            ("GET", USERINFO) => userinfo::answer(self, request, now),
            ("GET", RESOURCE) => resources::resource(self, request, now),
            ("GET", RESOURCE_METADATA) => resources::metadata(self),
            ("GET", ARCHIVE) => resources::archive(self, request, now),
            ("POST", PUSH) => pushed::push(self, request, body, now),
            ("POST", TOKEN) => token::answer(self, request, body, now),
            ("POST", REVOKE) => resources::revoke(self, request, body, now),
            ("POST", INTROSPECT) => resources::introspect(self, request, body, now),
            ("POST", token::ELSEWHERE) => elsewhere(),
            (_, path) => lost(path),
        }
    }
}

/// Requests that are refused unseen.
fn unanswerable(request: &Request) -> Option<Response> {
    // A page elsewhere may point its own name at 127.0.0.1 (DNS rebinding) and then read our answers.
    if !is_this_computer(request.host.as_deref().unwrap_or_default()) {
        let words = "the practice service answers to `127.0.0.1` and `localhost` only";
        let advice = "Open it by one of these names.";
        return Some(pages::error(421, "Wrong host name", words, advice));
    }
    request.excess.map(|excess| {
        let (status, words) = match excess {
            Excess::Head => (431, "the request line and headers are larger than 64 KiB"),
            Excess::Body => (413, "the body is larger than 64 KiB"),
        };
        let document = json!({ "error": "invalid_request", "error_description": words });
        Response::json(status, &document)
    })
}

fn is_this_computer(host: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| without_port.eq_ignore_ascii_case(name))
}

/// A form or JSON, by content type; a form if there is none.
fn body(request: &Request) -> Result<Parameters, Refusal> {
    let text = request.body.expose();
    match request.content_type.as_str() {
        _ if text.is_empty() => Ok(Parameters::default()),
        "" | "application/x-www-form-urlencoded" => Ok(Parameters::form(text)),
        "application/json" => Parameters::json(text)
            .ok_or_else(|| Refusal::new(ErrorCode::InvalidRequest, "the JSON body is not an object of plain values")),
        _ => Err(Refusal::new(ErrorCode::InvalidRequest, "the body must be form-encoded or JSON")),
    }
}

/// A client that follows the redirect of `redirect-token` has just sent its secrets to another host.
fn elsewhere() -> Response {
    let words = "the call followed a redirect to another host and took its secrets along";
    Response::json(400, &json!({ "error": "invalid_request", "error_description": words }))
}

/// There is no such path, or not with this method.
fn lost(path: &str) -> Response {
    let allowed = match path {
        TOKEN | PUSH | REVOKE | INTROSPECT | DEVICE_AUTHORIZATION => "POST",
        "/" | USERINFO | RESOURCE | RESOURCE_METADATA | JWKS | DETAIL_TYPES => "GET, HEAD",
        AUTHORIZE | CERTIFICATE_PAGE | CLOCK_PAGE | DEVICE => "GET, HEAD, POST",
        _ => {
            let advice = "The front page lists what there is.";
            return pages::error(404, "Nothing here", "the practice service has no such page", advice);
        }
    };
    let words = format!("this endpoint is called by {allowed}");
    let document = json!({ "error": "invalid_request", "error_description": words });
    Response::json(405, &document).header("allow", allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_computer_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "LOCALHOST:1", "[::1]:8080", "[::1]"] {
            assert!(is_this_computer(host), "{host}");
        }
        for host in ["", "evil.test", "evil.test:8080", "127.0.0.1.evil.test", "localhost:80:80", "::1"] {
            assert!(!is_this_computer(host), "{host}");
        }
    }

    #[test]
    fn a_body_is_read_by_its_type() {
        let names = |content_type: &str, text: &str| {
            let request = Request {
                content_type: content_type.into(),
                body: crate::secret::Secret::new(text),
                ..Request::default()
            };
            body(&request).map(|body| body.names().map(str::to_owned).collect::<Vec<_>>()).map_err(|e| e.description)
        };
        assert_eq!(names("application/json", "{\"a\":1}"), Ok(vec!["a".to_owned()]));
        assert_eq!(names("", "a=1"), Ok(vec!["a".to_owned()]));
        assert_eq!(names("application/json", "a=1"), Err("the JSON body is not an object of plain values".into()));
        assert_eq!(names("text/xml", "<a/>"), Err("the body must be form-encoded or JSON".into()));
    }
}
