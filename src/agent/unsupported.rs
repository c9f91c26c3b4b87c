//! The agent on systems without Unix sockets: it cannot be started, and none is running.

use std::convert::Infallible;

use crate::agent::{AgentError, Request, Response, SocketPath};

pub fn ask(_socket: &SocketPath, _request: &Request) -> Result<Response, AgentError> {
    Err(AgentError::NoSockets)
}

#[derive(Debug)]
pub struct Listener(Infallible);

#[derive(Debug)]
pub struct Connection(Infallible);

#[allow(clippy::unused_async, reason = "as where there are sockets")]
impl Listener {
    pub async fn open(_socket: &SocketPath) -> Result<Self, AgentError> {
        Err(AgentError::NoSockets)
    }

    pub async fn next(&self) -> Connection {
        match self.0 {}
    }
}

#[allow(clippy::unused_async, reason = "as where there are sockets")]
impl Connection {
    pub async fn request(&mut self) -> Option<Request> {
        match self.0 {}
    }

    pub async fn respond(self, _response: impl Future<Output = Response>) {
        match self.0 {}
    }
}
