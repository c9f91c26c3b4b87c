//! What a document of requests has of services: the blocks of its tool, the requests that ask for tokens themselves, and its
//! variables.

use crate::dialect::Import;
use crate::dialect::document::DocumentError;
use crate::dialect::standard::block::{Block, Blocks, DEEPEST_FOLDER};
use crate::dialect::standard::parts::PlainRequest;
use crate::dialect::standard::plain::PlainRequests;
use crate::dialect::standard::variables::Variables;

/// What has been collected so far.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    format: &'static str,
    /// The name of the collection.
    pub(crate) title: String,
    pub(crate) variables: Variables,
    blocks: Blocks,
    requests: PlainRequests,
    seen: Seen,
}

impl Collected {
    pub(crate) fn new(format: &'static str, variables: Variables) -> Self {
        Self { format, variables, ..Self::default() }
    }

    pub(crate) fn add_block(&mut self, block: Block) -> Result<(), DocumentError> {
        self.blocks.add(self.format, block)
    }

    /// Adds a request if it asks for tokens. `kind` is its authentication as the tool names it; empty for none.
    pub(crate) fn add(&mut self, request: PlainRequest, kind: &str) -> Result<(), DocumentError> {
        self.seen(kind);
        self.add_unseen(request)
    }

    /// The same for a request that is no entry of its own, such as one of a script.
    pub(crate) fn add_unseen(&mut self, request: PlainRequest) -> Result<(), DocumentError> {
        self.requests.add(self.format, request)
    }

    /// Counts a request that asks for no tokens.
    pub(crate) fn seen(&mut self, kind: &str) {
        self.seen.add(kind);
    }

    /// Whether it has no request.
    pub(crate) fn is_empty(&self) -> bool {
        self.seen.requests == 0
    }

    /// Refuses folders that nest too deep.
    pub(crate) fn check_depth(&self, depth: usize) -> Result<(), DocumentError> {
        if depth > DEEPEST_FOLDER {
            return Err(DocumentError::TooMany { format: self.format, what: "nested folders", limit: DEEPEST_FOLDER });
        }
        Ok(())
    }

    /// The services; an error that says what was seen in their place if there are none.
    pub(crate) fn import(self) -> Result<Import, DocumentError> {
        let Self { format, variables, blocks, requests, seen, .. } = self;
        let described = requests.described(format, blocks, &variables)?;
        if described.is_empty() {
            return Err(DocumentError::NoOauth { format, seen: seen.words() });
        }
        Ok(Import { format, described })
    }
}

/// The requests of a document, counted by their authentication.
#[derive(Debug, Default)]
struct Seen {
    requests: usize,
    kinds: Vec<(&'static str, usize)>,
}

impl Seen {
    fn add(&mut self, kind: &str) {
        self.requests += 1;
        let name = match kind.to_ascii_lowercase().as_str() {
            "bearer" => "a bearer token",
            "basic" => "Basic authentication",
            "apikey" | "api-key" => "an API key",
            "oauth1" => "OAuth 1.0",
            "awsv4" | "aws" | "iam" | "aws-signature" => "an AWS signature",
            "digest" => "Digest authentication",
            "ntlm" => "NTLM",
            "jwt" => "a JWT",
            _ => return,
        };
        match self.kinds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((name, 1)),
        }
    }

    fn words(&self) -> String {
        let kinds = self.kinds.iter().map(|(name, count)| format!("{count} with {name}"));
        let requests = if self.requests == 1 { "1 request".to_owned() } else { format!("{} requests", self.requests) };
        let all: Vec<String> = [requests].into_iter().chain(kinds).collect();
        all.join(", ")
    }
}
