//! The whole service behind one function: a request and a moment in, an answer out. Nothing here waits, reads a
//! clock or knows of sockets.

use std::time::Duration;

use serde_json::json;

use crate::practice::assertion;
use crate::practice::authorize::{self, Visit};
use crate::practice::contract::Contract;
use crate::practice::fault::Fault;
use crate::practice::grants::{Grants, Renewal, Terms};
use crate::practice::message::{Answer, Asked, ErrorCode, Excess, Parameters, Refusal};
use crate::practice::moment::{Fingerprint, Moment};
use crate::practice::pages;
use crate::practice::resources;
use crate::practice::seen::{ClientAuthentication, Log};
use crate::practice::server::Attendant;
use crate::practice::shelf::Shelf;
use crate::practice::token;

/// The state of the service.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) contract: &'static Contract,
    /// The base URL, which is the issuer too (RFC 8414 section 2).
    pub(crate) issuer: String,
    pub(crate) auto_consent: bool,
    pub(crate) access_token_life: Duration,
    pub(crate) refresh_token_life: Option<Duration>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) grants: Grants,
    pub(crate) visits: Shelf<Fingerprint, Visit>,
    /// The certificate of the client that signs, in PEM.
    pub(crate) certificate: Option<String>,
    /// The assertions that came.
    pub(crate) assertions: Shelf<Fingerprint, ()>,
    pub(crate) log: Log,
}

impl Attendant for Desk {
    /// Answers a request and notes it in the log.
    fn answer(&mut self, asked: &Asked, moment: &mut Moment) -> Answer {
        let (body, answer) = match unanswerable(asked) {
            Some(answer) => (Parameters::default(), answer),
            None => match body(asked) {
                Ok(body) => {
                    let answer = self.route(asked, &body, moment);
                    (body, answer)
                }
                Err(refusal) => (Parameters::default(), refusal.answer(ClientAuthentication::None)),
            },
        };
        self.log.note(asked, &body, &answer);
        answer
    }

    /// How long the caller is kept waiting first.
    fn pause(&self, asked: &Asked) -> Option<Duration> {
        let slow = self.faults.contains(&Fault::SlowReply) && asked.path == self.contract.token;
        slow.then_some(token::SLOW_REPLY)
    }
}

impl Desk {
    /// How tokens are issued at the moment.
    pub(crate) fn terms(&self) -> Terms {
        let renewal = if self.faults.contains(&Fault::NoRefreshToken) {
            Renewal::Never
        } else if self.faults.contains(&Fault::OmitRefreshToken) {
            Renewal::Keep
        } else {
            Renewal::Rotate
        };
        Terms { access_token_life: self.access_token_life, refresh_token_life: self.refresh_token_life, renewal }
    }

    fn route(&mut self, asked: &Asked, body: &Parameters, moment: &mut Moment) -> Answer {
        let contract = self.contract;
        let path = asked.path.as_str();
        let page = path.strip_prefix(contract.authorize).unwrap_or_default();
        match asked.method.as_str() {
            "GET" | "HEAD" => match path {
                "/" => pages::home(contract, &self.issuer, &self.faults),
                "/.well-known/oauth-authorization-server" | "/.well-known/openid-configuration" => {
                    Answer::json(200, &contract.metadata(&self.issuer), "metadata")
                }
                _ if path == contract.jwks => Answer::json(200, &json!({ "keys": [] }), "no keys"),
                assertion::KEYS => pages::keys(None, None),
                _ if path == contract.authorize => authorize::begin(self, &asked.query, moment),
                _ if path == contract.userinfo => resources::userinfo(self, asked, moment),
                _ if path == contract.resource => resources::resource(self, asked, moment),
                _ => lost(contract, asked),
            },
            "POST" => match path {
                _ if path == contract.token => token::answer(self, asked, body, moment),
                _ if path == contract.revoke => resources::revoke(self, asked, body),
                _ if path == contract.introspect => resources::introspect(self, asked, body, moment),
                _ if path == contract.authorize => authorize::begin(self, body, moment),
                assertion::KEYS => assertion::upload(self, body),
                _ if path == token::ELSEWHERE => elsewhere(),
                _ if page == "/sign-in" => authorize::sign_in(self, body),
                _ if page == "/consent" => authorize::consent(self, body, moment),
                _ => lost(contract, asked),
            },
            _ => lost(contract, asked),
        }
    }
}

/// Requests that are refused before anyone looks at them.
fn unanswerable(asked: &Asked) -> Option<Answer> {
    // A page elsewhere may point its own name at 127.0.0.1 (DNS rebinding) and then read our answers.
    if !is_this_computer(asked.host.as_deref().unwrap_or_default()) {
        let words = "the practice service answers to `127.0.0.1` and `localhost` only";
        let advice = "Open it by one of these names.";
        return Some(pages::error(421, "Wrong host name", words, advice));
    }
    asked.excess.map(|excess| {
        let (status, words, outcome) = match excess {
            Excess::Head => (431, "the request line and headers are larger than 64 KiB", "head too large"),
            Excess::Body => (413, "the body is larger than 64 KiB", "body too large"),
        };
        let document = json!({ "error": "invalid_request", "error_description": words });
        Answer::json(status, &document, outcome)
    })
}

fn is_this_computer(host: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| without_port.eq_ignore_ascii_case(name))
}

/// Form or JSON, whichever the body says it is. A body without type is read as a form.
fn body(asked: &Asked) -> Result<Parameters, Refusal> {
    let text = asked.body.expose();
    match asked.content_type.as_str() {
        _ if text.is_empty() => Ok(Parameters::default()),
        "" | "application/x-www-form-urlencoded" => Ok(Parameters::form(text)),
        "application/json" => Parameters::json(text)
            .ok_or_else(|| Refusal::new(ErrorCode::InvalidRequest, "the JSON body is not an object of plain values")),
        _ => Err(Refusal::new(ErrorCode::InvalidRequest, "the body must be form-encoded or JSON")),
    }
}

/// Whoever followed the redirect of `redirect-token` has just sent its secrets to another host.
fn elsewhere() -> Answer {
    let words = "the call followed a redirect to another host and took its secrets along";
    Answer::json(400, &json!({ "error": "invalid_request", "error_description": words }), "followed the redirect")
}

/// No such path, or not by this method.
fn lost(contract: &Contract, asked: &Asked) -> Answer {
    let posts = [contract.token, contract.revoke, contract.introspect];
    let gets = ["/", contract.userinfo, contract.resource, contract.jwks];
    let path = asked.path.as_str();
    let allowed = if posts.contains(&path) {
        "POST"
    } else if gets.contains(&path) {
        "GET, HEAD"
    } else if path == contract.authorize || path == assertion::KEYS {
        "GET, HEAD, POST"
    } else {
        let advice = "The front page lists what there is.";
        return pages::error(404, "Nothing here", "the practice service has no such page", advice);
    };
    let words = format!("this endpoint is called by {allowed}");
    let document = json!({ "error": "invalid_request", "error_description": words });
    Answer::json(405, &document, "wrong method").header("allow", allowed)
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
            let asked =
                Asked { content_type: content_type.into(), body: crate::secret::Secret::new(text), ..Asked::default() };
            body(&asked).map(|body| body.names().map(str::to_owned).collect::<Vec<_>>()).map_err(|e| e.description)
        };
        assert_eq!(names("application/json", "{\"a\":1}"), Ok(vec!["a".to_owned()]));
        assert_eq!(names("", "a=1"), Ok(vec!["a".to_owned()]));
        assert_eq!(names("application/json", "a=1"), Err("the JSON body is not an object of plain values".into()));
        assert_eq!(names("text/xml", "<a/>"), Err("the body must be form-encoded or JSON".into()));
    }
}
