//! A service whose refresh tokens rotate, as strictly as any: each is taken once, and one that comes again ends the sign-in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::support::scripted::{Answer, Asked, Scripted};

/// How much longer each access token lives than the one before, so that whoever asks for a longer life than the present one
/// has needs a refresh, at any time.
pub const STEP: u64 = 600;
/// What every token of this service begins with. None of it may be found in a file.
pub const CANARIES: [&str; 3] = ["at-canary-", "rt-canary-", "cs-canary-"];
pub const CLIENT_SECRET: &str = "cs-canary-of-the-client";

pub struct Service {
    scripted: Scripted,
    seen: Arc<Mutex<Seen>>,
}

/// What the service has seen so far.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Sign-ins.
    pub families: usize,
    /// Refresh tokens of the newest family that were taken.
    pub taken: usize,
    /// Refreshes of all families that were answered with tokens.
    pub refreshed: usize,
    /// Refresh tokens that came again.
    pub reused: usize,
    /// Refreshes that were refused: `invalid_grant`.
    pub refused: usize,
    /// Whether the newest family was ended.
    pub is_ended: bool,
    /// Answers with tokens, of any kind.
    issued: u64,
}

impl Seen {
    /// How long the newest access token lived when it was issued, in seconds.
    fn life(&self) -> u64 {
        3600 + STEP * self.issued
    }

    /// What only a new token fulfils.
    pub fn next_life(&self) -> u64 {
        self.life() + STEP / 2
    }

    /// The newest access token.
    pub fn newest(&self) -> String {
        format!("at-canary-{}-{}", self.families, self.taken)
    }
}

impl Service {
    pub fn start() -> Self {
        let seen = Arc::<Mutex<Seen>>::default();
        let state = Arc::clone(&seen);
        let scripted = Scripted::start(move |asked, _| {
            let mut seen = state.lock().unwrap_or_else(PoisonError::into_inner);
            if asked.path == "/authorize" { asked.grant("a-code") } else { answer(&mut seen, asked) }
        });
        Self { scripted, seen }
    }

    pub fn url(&self) -> String {
        self.scripted.url()
    }

    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(seen: &mut Seen, asked: &Asked) -> Answer {
    let token = asked.parameter("refresh_token");
    if token.is_empty() {
        *seen = Seen { families: seen.families + 1, taken: 0, is_ended: false, ..*seen };
        return tokens(seen);
    }
    let parts = token.strip_prefix("rt-canary-").and_then(|rest| rest.split_once('-'));
    let numbers = parts.and_then(|(family, number)| Some((family.parse().ok()?, number.parse().ok()?)));
    let (family, number): (usize, usize) = numbers.unwrap_or_default();
    if family == seen.families && number == seen.taken && !seen.is_ended {
        seen.taken += 1;
        seen.refreshed += 1;
        return tokens(seen);
    }
    seen.refused += 1;
    if family == seen.families && number < seen.taken {
        seen.reused += 1;
        seen.is_ended = true;
    }
    Answer::json(400, &json!({ "error": "invalid_grant", "error_description": "spent" }))
}

fn tokens(seen: &mut Seen) -> Answer {
    seen.issued += 1;
    let refresh_token = format!("rt-canary-{}-{}", seen.families, seen.taken);
    let body = json!({ "access_token": seen.newest(), "refresh_token": refresh_token, "expires_in": seen.life() });
    Answer::json(200, &body)
}
