//! What a refusal means for the refresh token: by the codes of the RFCs, by the codes that services have of their own,
//! and, where there is no code, by the service's words. All of it is data; our own words are never looked into.

use crate::oauth::refusal::words::Words;

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The refresh token, or the grant behind it, is dead (`invalid_grant` of RFC 6749 section 5.2).
    Grant,
    /// Too many calls (RFC 6585 section 4): the same call succeeds later, and each one before then counts.
    Limit,
    /// The service has a problem of its own: the same call may succeed soon.
    Trouble,
    /// The client was not accepted.
    Client,
    /// Something else: the call must be changed first.
    Other,
}

/// The codes that are known, most specific first, each as the words that spell it: `invalid_grant`, `InvalidGrant`,
/// `INVALID-GRANT` and `service.invalid_grant` are one.
const CODES: [(&str, Cause); 62] = [
    ("use dpop nonce", Cause::Other),
    ("invalid dpop proof", Cause::Other),
    ("unsupported grant type", Cause::Other),
    ("invalid grant type", Cause::Other),
    ("invalid token type", Cause::Other),
    // Limits (RFC 8628 section 3.5 for `slow_down`).
    ("slow down", Cause::Limit),
    ("rate limit", Cause::Limit),
    ("rate limited", Cause::Limit),
    ("ratelimit", Cause::Limit),
    ("ratelimited", Cause::Limit),
    ("rate exceeded", Cause::Limit),
    ("too many requests", Cause::Limit),
    ("too many calls", Cause::Limit),
    ("toomanyrequests", Cause::Limit),
    ("throttled", Cause::Limit),
    ("throttling", Cause::Limit),
    ("throttle", Cause::Limit),
    ("over query limit", Cause::Limit),
    ("request limit exceeded", Cause::Limit),
    ("daily limit exceeded", Cause::Limit),
    ("limit exceeded", Cause::Limit),
    ("limit reached", Cause::Limit),
    ("quota exceeded", Cause::Limit),
    ("quota reached", Cause::Limit),
    ("quota exhausted", Cause::Limit),
    ("resource exhausted", Cause::Limit),
    // RFC 6749 section 5.2, and what services say in place of `invalid_grant`.
    ("invalid grant", Cause::Grant),
    ("bad refresh token", Cause::Grant),
    ("invalid refresh token", Cause::Grant),
    ("refresh token invalid", Cause::Grant),
    ("refresh token expired", Cause::Grant),
    ("expired refresh token", Cause::Grant),
    ("refresh token revoked", Cause::Grant),
    ("revoked refresh token", Cause::Grant),
    ("refresh token reused", Cause::Grant),
    ("refresh token not found", Cause::Grant),
    ("unknown refresh token", Cause::Grant),
    ("invalid token", Cause::Grant),
    ("expired token", Cause::Grant),
    ("token expired", Cause::Grant),
    ("token revoked", Cause::Grant),
    ("grant expired", Cause::Grant),
    ("grant revoked", Cause::Grant),
    ("consent revoked", Cause::Grant),
    ("interaction required", Cause::Grant),
    ("consent required", Cause::Grant),
    ("login required", Cause::Grant),
    ("invalid client", Cause::Client),
    ("unauthorized client", Cause::Client),
    ("invalid scope", Cause::Other),
    ("insufficient scope", Cause::Other),
    ("invalid target", Cause::Other),
    ("redirect uri mismatch", Cause::Other),
    ("temporarily unavailable", Cause::Trouble),
    ("service unavailable", Cause::Trouble),
    ("server error", Cause::Trouble),
    ("internal error", Cause::Trouble),
    ("internal server error", Cause::Trouble),
    ("backend error", Cause::Trouble),
    ("gateway timeout", Cause::Trouble),
    ("invalid request", Cause::Other),
    ("invalid code", Cause::Grant),
];

/// The codes of RFC 6749 section 5.2, which are believed in running text as well, and those that are worth the same.
const IN_TEXT: [&str; 9] = [
    "use dpop nonce",
    "invalid dpop proof",
    "unsupported grant type",
    "invalid grant type",
    "invalid grant",
    "invalid client",
    "unauthorized client",
    "invalid scope",
    "invalid request",
];

/// Words that speak of a limit of calls and of nothing else, so that they count beside any code: services answer
/// `invalid_grant` with a limit of sign-ins as its description.
const LIMITS: [&str; 12] = [
    "rate limit",
    "rate limits",
    "rate limited",
    "rate limiting",
    "ratelimit",
    "rate exceeded",
    "slow down",
    "throttled",
    "throttling",
    "request limit",
    "requests limit",
    "resource exhausted",
];

/// Words that promise that it passes, where no code says otherwise.
const LATER: [&str; 9] = [
    "try again later",
    "try again after",
    "try again in",
    "retry later",
    "retry after",
    "temporarily unavailable",
    "service unavailable",
    "under maintenance",
    "down for maintenance",
];

/// What the code in a field means, and how the RFCs or the table spell it.
pub(super) fn of_code(code: &str) -> Option<(&'static str, Cause)> {
    /// Tokens of other kinds than the one that was sent.
    const OTHER_TOKENS: [&str; 6] = ["access", "csrf", "id", "assertion", "client", "device"];
    let words = Words::of(code);
    let other = OTHER_TOKENS.iter().any(|word| words.has_word(word)) && !words.has_word("refresh");
    let fits = |phrase: &str| words.have(phrase) && !(other && phrase.contains("token"));
    CODES.iter().find(|(phrase, _)| fits(phrase)).map(|(phrase, cause)| (*phrase, *cause))
}

/// The same of a code of the RFC that stands in running text, whichever comes first.
pub(super) fn of_code_in(text: &Words) -> Option<(&'static str, Cause)> {
    let found = IN_TEXT.iter().filter_map(|phrase| Some((text.place(phrase)?, *phrase)));
    // Of two at one place the longer one is meant, and stands earlier in the table.
    let (_, phrase) = found.min_by_key(|(place, _)| *place)?;
    CODES.iter().find(|(known, _)| *known == phrase).copied()
}

/// Whether it says that there were too many calls.
pub(super) fn speaks_of_limit(text: &Words) -> bool {
    const CALLS: [&str; 9] =
        ["requests", "request", "calls", "logins", "refreshes", "retries", "tries", "attempts", "times"];
    const OVER: [&str; 7] = ["exceeded", "exceeds", "reached", "exhausted", "exceed", "over", "used"];
    let many = || text.near("too many", 3).any(|word| CALLS.contains(&word));
    let quota = || text.has_word("quota") && OVER.iter().any(|word| text.has_word(word));
    let limit = || {
        text.has_word("limit")
            && OVER.iter().any(|word| text.has_word(word))
            && ["requests", "request", "calls", "call", "api", "login", "logins", "usage", "daily", "hourly"]
                .iter()
                .any(|word| text.has_word(word))
    };
    LIMITS.iter().any(|phrase| text.have(phrase)) || many() || quota() || limit()
}

/// Whether it says that the same call may succeed later.
pub(super) fn speaks_of_later(text: &Words) -> bool {
    LATER.iter().any(|phrase| text.have(phrase))
}

/// Whether it says of the refresh token, or of the grant behind it, that it is gone.
pub(super) fn speaks_of_dead_grant(text: &Words) -> bool {
    const DEAD: [&str; 16] = [
        "expired",
        "invalid",
        "revoked",
        "inactive",
        "unknown",
        "rotated",
        "reused",
        "withdrawn",
        "deleted",
        "consumed",
        "spent",
        "lapsed",
        "bad",
        "stale",
        "superseded",
        "blacklisted",
    ];
    /// What may stand between such a word and the refresh token.
    const BETWEEN: [&str; 16] = [
        "or", "and", "the", "a", "an", "your", "this", "that", "provided", "given", "missing", "used", "access",
        "oauth", "already", "its",
    ];
    /// What makes it another thing than the refresh token.
    const OF_IT: [&str; 8] = ["request", "parameter", "grant", "endpoint", "flow", "type", "header", "field"];
    const PHRASES: [&str; 12] = [
        "not found",
        "not valid",
        "not active",
        "not recognized",
        "not recognised",
        "not exist",
        "t exist",
        "been used",
        "already used",
        "used before",
        "no longer",
        "be found",
    ];
    let before = |at: usize| {
        let back = text.list[..at].iter().rev().take(6);
        let mut back = back.skip_while(|word| BETWEEN.contains(&word.as_str()));
        back.next().is_some_and(|word| DEAD.contains(&word.as_str()))
    };
    let after = |at: usize| {
        let rest = &text.list[at..];
        let rest = &rest[..rest.len().min(9)];
        if rest.first().is_some_and(|word| OF_IT.contains(&word.as_str())) {
            return false;
        }
        let dead = rest.iter().enumerate().any(|(place, word)| {
            DEAD.contains(&word.as_str()) && !(place > 0 && matches!(rest[place - 1].as_str(), "not" | "t"))
        });
        let line = Words { list: rest.to_vec() };
        dead || PHRASES.iter().any(|phrase| line.have(phrase))
    };
    let of_token = text.places("refresh token").chain(text.places("refresh tokens"));
    of_token.into_iter().any(|at| before(at) || after(at + 2)) || speaks_of_revoked_grant(text)
}

/// `Token has been expired or revoked`, `the user revoked access`: of no other thing that can be revoked.
fn speaks_of_revoked_grant(text: &Words) -> bool {
    const GRANT: [&str; 6] = ["token", "tokens", "grant", "consent", "authorization", "access"];
    const OTHER: [&str; 8] = ["client", "certificate", "key", "secret", "assertion", "csrf", "app", "application"];
    let any = |words: &[&str]| words.iter().any(|word| text.has_word(word));
    (text.has_word("revoked") || text.has_word("withdrawn")) && any(&GRANT) && !any(&OTHER)
}

/// Whether it asks for a proof of possession (RFC 9449), which this program does not give.
pub(super) fn wants_proof(text: &str) -> bool {
    text.to_ascii_lowercase().contains("dpop")
}
