//! What a refusal means for the refresh token: by the codes of the RFCs, by codes of services, and without a code by the
//! service's words.

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The refresh token, or the grant behind it, is dead (`invalid_grant` of RFC 6749 section 5.2).
    Grant,
    /// Rate limit (RFC 6585 section 4): the same request succeeds later; each earlier one counts against the limit.
    Limit,
    /// The service is in trouble: the same request may succeed soon.
    Trouble,
    /// The client was not accepted.
    Client,
    /// The request must be changed.
    Other,
}

/// The known codes as words, most specific first: `invalid_grant`, `InvalidGrant`, `INVALID-GRANT` and
/// `service.invalid_grant` are the same.
const CODES: &[(Cause, &str)] = &[
    (
        Cause::Other,
        "use dpop nonce, invalid dpop proof, unsupported grant type, invalid grant type, invalid token type",
    ),
    // Limits (RFC 8628 section 3.5 for `slow_down`).
    (
        Cause::Limit,
        "slow down, rate limit, rate limited, ratelimit, ratelimited, rate exceeded, too many requests, \
        too many calls, toomanyrequests, throttled, throttling, throttle, over query limit, \
        request limit exceeded, daily limit exceeded, limit exceeded, limit reached, quota exceeded, \
        quota reached, quota exhausted, resource exhausted",
    ),
    // RFC 6749 section 5.2, and what services say in place of `invalid_grant`.
    (
        Cause::Grant,
        "invalid grant, bad refresh token, invalid refresh token, refresh token invalid, \
        refresh token expired, expired refresh token, refresh token revoked, revoked refresh token, \
        refresh token reused, refresh token not found, unknown refresh token, invalid token, expired token, \
        token expired, token revoked, grant expired, grant revoked, consent revoked, interaction required, \
        consent required, login required",
    ),
    (Cause::Client, "invalid client, unauthorized client"),
    (Cause::Other, "invalid scope, insufficient scope, invalid target, redirect uri mismatch"),
    (
        Cause::Trouble,
        "temporarily unavailable, service unavailable, server error, internal error, internal server error, \
        backend error, gateway timeout",
    ),
    (Cause::Other, "invalid request"),
    (Cause::Grant, "invalid code"),
];

/// Codes that count in running text as well: those of RFC 6749 section 5.2 and equals.
const IN_TEXT: &str = "use dpop nonce, invalid dpop proof, unsupported grant type, invalid grant type, invalid grant, \
        invalid client, unauthorized client, invalid scope, invalid request";

/// Phrases that always mean a rate limit. They count beside any code: services send `invalid_grant` with a rate limit as
/// its description.
const LIMITS: &str = "rate limit, rate limits, rate limited, rate limiting, ratelimit, rate exceeded, slow down, \
        throttled, throttling, request limit, requests limit, resource exhausted";

/// Phrases that mean a temporary error, if no code says otherwise.
const LATER: &str = "try again later, try again after, try again in, retry later, retry after, temporarily unavailable, \
        service unavailable, under maintenance, down for maintenance";

fn codes() -> impl Iterator<Item = (&'static str, Cause)> {
    CODES.iter().flat_map(|(cause, phrases)| phrases.split(", ").map(|phrase| (phrase, *cause)))
}

/// Whether a word is one of a list that is separated by blanks.
pub(super) fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// The cause of a code, and its spelling in the table.
pub(super) fn of_code(code: &str) -> Option<(&'static str, Cause)> {
    /// Tokens of other kinds than the one that was sent.
    const OTHER_TOKENS: &str = "access csrf id assertion client device";
    let words = Words::of(code);
    let other = words.has_one_of(OTHER_TOKENS) && !words.has_word("refresh");
    let fits = |phrase: &str| words.have(phrase) && !(other && phrase.contains("token"));
    codes().find(|(phrase, _)| fits(phrase))
}

/// The first code in running text.
pub(super) fn of_code_in(text: &Words) -> Option<(&'static str, Cause)> {
    let found = IN_TEXT.split(", ").filter_map(|phrase| Some((text.place(phrase)?, phrase)));
    // Of two at one place the longer one counts, which is earlier in the table.
    let (_, phrase) = found.min_by_key(|(place, _)| *place)?;
    codes().find(|(known, _)| *known == phrase)
}

/// Whether it reports a rate limit.
pub(super) fn speaks_of_limit(text: &Words) -> bool {
    const CALLS: &str = "requests request calls logins refreshes retries tries attempts times";
    const OVER: &str = "exceeded exceeds reached exhausted exceed over used";
    const LIMITED: &str = "requests request calls call api login logins usage daily hourly";
    let many = || text.near("too many", 3).any(|word| is_in(CALLS, word));
    let is_over = |what: &str| text.has_word(what) && text.has_one_of(OVER);
    LIMITS.split(", ").any(|phrase| text.have(phrase))
        || many()
        || is_over("quota")
        || is_over("limit") && text.has_one_of(LIMITED)
}

/// Whether it reports a temporary error.
pub(super) fn speaks_of_later(text: &Words) -> bool {
    LATER.split(", ").any(|phrase| text.have(phrase))
}

/// Whether it reports a dead refresh token or grant.
pub(super) fn speaks_of_dead_grant(text: &Words) -> bool {
    const DEAD: &str = "expired invalid revoked inactive unknown rotated reused withdrawn deleted consumed spent lapsed bad stale superseded blacklisted";
    /// What may stand between such a word and the refresh token.
    const BETWEEN: &str = "or and the a an your this that provided given missing used access oauth already its";
    /// What makes it another thing than the refresh token.
    const OF_IT: &str = "request parameter grant endpoint flow type header field";
    const PHRASES: &str = "not found, not valid, not active, not recognized, not recognised, not exist, t exist, been used, \
        already used, used before, no longer, be found";
    let before = |at: usize| {
        let back = text.list[..at].iter().rev().take(6);
        let mut back = back.skip_while(|word| is_in(BETWEEN, word));
        back.next().is_some_and(|word| is_in(DEAD, word))
    };
    let after = |at: usize| {
        let rest = &text.list[at..];
        let rest = &rest[..rest.len().min(9)];
        if rest.first().is_some_and(|word| is_in(OF_IT, word)) {
            return false;
        }
        let dead = rest
            .iter()
            .enumerate()
            .any(|(place, word)| is_in(DEAD, word) && !(place > 0 && matches!(rest[place - 1].as_str(), "not" | "t")));
        let line = Words { list: rest.to_vec() };
        dead || PHRASES.split(", ").any(|phrase| line.have(phrase))
    };
    let of_token = text.places("refresh token").chain(text.places("refresh tokens"));
    of_token.into_iter().any(|at| before(at) || after(at + 2)) || speaks_of_revoked_grant(text)
}

/// `Token has been expired or revoked`, `the user revoked access`; not a revoked client or key.
fn speaks_of_revoked_grant(text: &Words) -> bool {
    const GRANT: &str = "token tokens grant consent authorization access";
    const OTHER: &str = "client certificate key secret assertion csrf app application";
    text.has_one_of("revoked withdrawn") && text.has_one_of(GRANT) && !text.has_one_of(OTHER)
}

/// Whether it requires a proof of possession (RFC 9449), which is not supported.
pub(super) fn wants_proof(text: &str) -> bool {
    text.to_ascii_lowercase().contains("dpop")
}

/// A text as the list of its words in lower case, however they are joined: `invalid_grant`, `invalidGrant` and `Invalid
/// grant` are the same two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    list: Vec<String>,
}

/// The part of a text that is examined; longer ones are pages.
const MOST_WORDS: usize = 400;

impl Words {
    pub fn of(text: &str) -> Self {
        let mut list: Vec<String> = Vec::new();
        let mut word = String::new();
        let mut was_lower = false;
        for c in text.chars() {
            if !c.is_alphanumeric() || (was_lower && c.is_uppercase()) {
                if !word.is_empty() {
                    list.push(std::mem::take(&mut word));
                }
                if list.len() >= MOST_WORDS {
                    return Self { list };
                }
            }
            if c.is_alphanumeric() {
                word.extend(c.to_lowercase());
            }
            was_lower = c.is_lowercase();
        }
        if !word.is_empty() {
            list.push(word);
        }
        Self { list }
    }

    /// Where a phrase stands, words separated by a blank.
    pub fn places<'a>(&'a self, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
        let count = phrase.split(' ').count();
        let is_it = move |window: &[String]| window.iter().map(String::as_str).eq(phrase.split(' '));
        self.list.windows(count).enumerate().filter(move |(_, window)| is_it(window)).map(|(at, _)| at)
    }

    pub fn place(&self, phrase: &str) -> Option<usize> {
        self.places(phrase).next()
    }

    pub fn have(&self, phrase: &str) -> bool {
        self.place(phrase).is_some()
    }

    pub fn has_word(&self, word: &str) -> bool {
        self.list.iter().any(|known| known == word)
    }

    /// Whether it has one of these words, which are separated by blanks.
    pub fn has_one_of(&self, words: &str) -> bool {
        self.list.iter().any(|word| is_in(words, word))
    }

    /// The next few words after each place of a phrase.
    pub fn near<'a>(&'a self, phrase: &'a str, count: usize) -> impl Iterator<Item = &'a str> + 'a {
        let length = phrase.split(' ').count();
        self.places(phrase).flat_map(move |at| self.list.iter().skip(at + length).take(count).map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_code_is_the_same_words_however_it_is_joined() {
        for text in
            ["invalid_grant", "invalidGrant", "InvalidGrant", "INVALID-GRANT", " Invalid grant.", "invalid.grant"]
        {
            assert_eq!(Words::of(text).list, ["invalid", "grant"], "{text}");
        }
    }
}
