//! The agent where there are no unix sockets: it cannot be started, and nobody asks it.

use std::convert::Infallible;

use crate::agent::{AgentError, Answer, Ask, Door};

/// Nobody answers.
pub fn ask(_door: &Door, _ask: &Ask) -> Result<Answer, AgentError> {
    Err(AgentError::NoSockets)
}

/// There is none.
#[derive(Debug)]
pub struct Listener(Infallible);

/// There is none.
#[derive(Debug)]
pub struct Visit(Infallible);

impl Listener {
    /// It cannot be opened.
    #[allow(clippy::unused_async, reason = "as where there are sockets")]
    pub async fn open(_door: &Door) -> Result<Self, AgentError> {
        Err(AgentError::NoSockets)
    }

    /// Nobody comes.
    #[allow(clippy::unused_async, reason = "as where there are sockets")]
    pub async fn next(&self) -> Visit {
        match self.0 {}
    }
}

impl Visit {
    /// Nothing is asked.
    #[allow(clippy::unused_async, reason = "as where there are sockets")]
    pub async fn question(&mut self) -> Option<Ask> {
        match self.0 {}
    }

    /// Nothing is answered.
    #[allow(clippy::unused_async, reason = "as where there are sockets")]
    pub async fn answer(self, _answer: impl Future<Output = Answer>) {
        match self.0 {}
    }
}
