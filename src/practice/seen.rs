//! The log of what the service saw, for tests and for the curious. It holds names and outcomes, never a value.

use std::collections::VecDeque;

use crate::practice::message::{Answer, Asked, Parameters};

/// How many requests are remembered: enough for any test, little enough to forget about.
const MOST_SEEN: usize = 1000;
/// Longer paths and names are cut, so that a stranger cannot fill the memory through the log.
const LONGEST_NAME: usize = 64;
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

/// How a caller authenticated (RFC 6749 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// Not at all, or nobody asked.
    None,
    /// A client id in the body and no secret: a public client.
    Public,
    /// The `Authorization: Basic` header.
    Basic,
    /// Client id and secret in the body.
    Body,
    /// Both at once, which is an error.
    Both,
    /// An access token in the `Authorization` header.
    Bearer,
}

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<Seen>);

impl Log {
    /// Remembers a request and forgets the oldest when there are too many.
    pub(crate) fn note(&mut self, asked: &Asked, body: &Parameters, answer: &Answer) {
        if self.0.len() == MOST_SEEN {
            self.0.pop_front();
        }
        self.0.push_back(Seen {
            method: short(&asked.method),
            path: short(&asked.path),
            parameters: asked.query.names().chain(body.names()).take(MOST_NAMES).map(short).collect(),
            authentication: answer.authentication,
            status: answer.status,
            outcome: answer.outcome.clone().into_owned(),
        });
    }

    /// All of it.
    pub(crate) fn all(&self) -> Vec<Seen> {
        self.0.iter().cloned().collect()
    }
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_log_forgets_the_oldest_and_cuts_what_is_long() {
        let mut log = Log::default();
        let answer = Answer::json(200, &json!({}), "fine");
        for number in 0..=MOST_SEEN {
            let asked = Asked { method: "GET".into(), path: format!("/{number}"), ..Asked::default() };
            log.note(&asked, &Parameters::form(&"n".repeat(1000)), &answer);
        }
        let all = log.all();
        assert_eq!((all.len(), all[0].path.as_str()), (MOST_SEEN, "/1"));
        assert_eq!(all[0].parameters, ["n".repeat(LONGEST_NAME)]);
    }
}
