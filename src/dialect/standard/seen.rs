//! What a collection of requests has, for a refusal.

/// The requests of a collection, counted by their authentication.
#[derive(Debug, Default)]
pub(crate) struct SeenRequests {
    requests: usize,
    kinds: Vec<(&'static str, usize)>,
}

impl SeenRequests {
    /// Counts a request with authentication of a type as its tool names it; empty for none.
    pub(crate) fn add(&mut self, kind: &str) {
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

    pub(crate) fn words(&self) -> String {
        let kinds = self.kinds.iter().map(|(name, count)| format!("{count} with {name}"));
        let requests = if self.requests == 1 { "1 request".to_owned() } else { format!("{} requests", self.requests) };
        let all: Vec<String> = [requests].into_iter().chain(kinds).collect();
        all.join(", ")
    }
}
