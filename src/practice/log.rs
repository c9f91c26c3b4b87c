//! The log of what the service saw, for tests and for the curious. It holds names and outcomes, never a value.

use std::collections::VecDeque;

use crate::practice::message::{ClientAuthentication, Parameters, Request, Response};

/// How many requests are remembered: enough for any test, little enough to forget about.
const MOST_SEEN: usize = 1000;
/// The longest name of a parameter or a part of a path. Codes and tokens are longer.
const LONGEST_NAME: usize = 40;
/// A deeper path has its end cut off, so that a stranger cannot fill the memory through the log.
const DEEPEST_PATH: usize = 8;
/// Stands for what is no name: perhaps a secret that was sent in the wrong place, such as a token as the whole body.
const NO_NAME: &str = "…";
/// More parameters than any honest request has.
const MOST_NAMES: usize = 64;

/// One request, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The method, such as `POST`.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The names of the parameters in query and body, in order.
    pub parameters: Vec<String>,
    /// How the caller authenticated.
    pub authentication: ClientAuthentication,
    /// The HTTP status of the answer.
    pub status: u16,
    /// What it came to: an error code such as `invalid_grant`, or a few words.
    pub outcome: String,
}

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<Seen>);

impl Log {
    /// Remembers a request and forgets the oldest when there are too many.
    pub(crate) fn note(&mut self, request: &Request, body: &Parameters, answer: &Response) {
        if self.0.len() == MOST_SEEN {
            self.0.pop_front();
        }
        self.0.push_back(Seen {
            method: name(&request.method),
            path: path(&request.path),
            parameters: request.query.names().chain(body.names()).take(MOST_NAMES).map(name).collect(),
            authentication: answer.authentication,
            status: answer.status,
            outcome: answer.outcome.clone().into_owned(),
        });
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.0.iter().cloned().collect()
    }
}

/// The text if it looks like a name: a code, a token or a ticket does not.
fn name(text: &str) -> String {
    let is_name_like = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]".contains(&byte);
    let is_issued_here = text.starts_with("practice-") || text.starts_with("visit-");
    let is_name = text.len() <= LONGEST_NAME && text.bytes().all(is_name_like) && !is_issued_here;
    if is_name { text.to_owned() } else { NO_NAME.to_owned() }
}

fn path(text: &str) -> String {
    text.split('/').take(DEEPEST_PATH).map(name).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(path: &str, body: &str) -> Seen {
        let mut log = Log::default();
        let request = Request { method: "GET".into(), path: path.into(), ..Request::default() };
        log.note(&request, &Parameters::form(body), &Response::json(200, &json!({}), "fine"));
        log.all().remove(0)
    }

    #[test]
    fn the_log_forgets_the_oldest() {
        let mut log = Log::default();
        let answer = Response::json(200, &json!({}), "fine");
        for number in 0..=MOST_SEEN {
            let request = Request { path: format!("/{number}"), ..Request::default() };
            log.note(&request, &Parameters::default(), &answer);
        }
        let all = log.all();
        assert_eq!((all.len(), all[0].path.as_str()), (MOST_SEEN, "/1"));
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_logged() {
        let token = format!("eyJhbGciOiJIUzI1NiJ9.{}", "x".repeat(30));
        assert_eq!(seen("/", &token).parameters, ["…"]);
        assert_eq!(seen("/", "practice-rt-x&{\"password\":\"hunter2\"}&code=1").parameters, ["…", "…", "code"]);
        assert_eq!(seen(&format!("/token/{token}"), "").path, "/token/…");
        assert_eq!(seen("/.well-known/openid-configuration", "").path, "/.well-known/openid-configuration");
        assert_eq!(seen(&"/a".repeat(100), "").path, "/a/a/a/a/a/a/a");
    }
}
