//! Stands in for a service by repeating replies that were recorded.

use std::collections::VecDeque;

use crate::practice::http::message::{Body, Request, Response};
use crate::practice::http::server::{Handler, PracticeError, Server};
use crate::practice::rehearsal::target::Target;
use crate::practice::state::now::Now;

/// The headers that decide what a client makes of a reply.
const REPEATED: [&str; 4] = ["content-type", "www-authenticate", "retry-after", "date"];

/// A reply that was recorded, and the request that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedReply {
    pub method: String,
    /// Without the query.
    pub url: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// The running stand-in, on loopback. It stops when dropped.
pub struct Replay(Server<Recording>);

struct Recording(VecDeque<RecordedReply>);

impl Replay {
    /// Listens on a free port of 127.0.0.1 and repeats each reply once, in their order.
    pub fn start(replies: Vec<RecordedReply>) -> Result<Self, PracticeError> {
        Server::start(None, |_| Recording(replies.into())).map(Self)
    }

    /// The port to send calls to, as `http://127.0.0.1:PORT/SCHEME/HOST/PATH?QUERY`.
    pub fn port(&self) -> u16 {
        self.0.port()
    }
}

impl Handler for Recording {
    fn answer(&mut self, request: &Request, _: &mut Now) -> Response {
        let arrived = Target::arrived(&request.path);
        let is_it = |reply: &RecordedReply| {
            let path = reply.url.replacen("://", "/", 1);
            reply.method == request.method && Target::arrived(&format!("/{path}")) == arrived
        };
        let Some(reply) = self.0.iter().position(is_it).and_then(|at| self.0.remove(at)) else {
            let body = Body::Text("this call was not recorded".to_owned());
            return Response { status: 404, headers: vec![("content-type", "text/plain".to_owned())], body };
        };
        let headers = REPEATED.iter().filter_map(|name| {
            let (_, value) = reply.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
            Some((*name, value.clone()))
        });
        Response { status: reply.status, headers: headers.collect(), body: Body::Text(reply.body) }
    }
}
