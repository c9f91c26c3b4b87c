//! The checks of an ID token (OpenID Connect Core 1.0 sections 3.1.3.6 and 3.1.3.7). Nobody is asked here: whether its issuer
//! signed it comes with what is expected of it.

mod renewed;
mod words;

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::oauth::authorization::issuer::is_issuer_of_token;
use crate::oauth::authorization::signed_response::FAPI_ALGORITHMS;
use crate::oauth::inspected::{Inspected, relative};
use crate::secret::Secret;

pub use crate::oauth::identity::id_token::renewed::departure_of_renewed;
pub use crate::oauth::identity::id_token::words::{failed_words, id_token_words, unmet_words};

/// How far the clock of this machine and the issuer's may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);
/// An ID token that was issued longer than this before it came, or after it, answers another sign-in.
const FARTHEST: SignedDuration = SignedDuration::from_hours(24);
/// Times in a token are whole seconds.
const ROUNDING: SignedDuration = SignedDuration::from_secs(2);
/// The longest subject (OpenID Connect Core 1.0 section 2).
const LONGEST_SUBJECT: usize = 255;

/// What is checked, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the claims")]
pub enum Checked {
    Algorithm,
    Signature,
    Issuer,
    Audience,
    AuthorizedParty,
    Expiry,
    IssuedAt,
    Subject,
    Nonce,
    AuthenticationTime,
    AuthenticationContext,
    AccessTokenHash,
    CodeHash,
    StateHash,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Passed,
    /// What was expected and what came, in words. Contains no token.
    Failed(String),
    /// It is good, and not all that was wished for: what was asked and what came, in words.
    Unmet(String),
    /// Why it could not be made, or need not be.
    NotChecked(String),
}

/// A check of an ID token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTokenCheck {
    /// Of what.
    pub checked: Checked,
    /// What came of it.
    pub verdict: Verdict,
}

/// What an ID token is compared with.
#[derive(Clone, Debug)]
pub struct ExpectedIdToken<'a> {
    /// The service's issuer; `None` where it is not known beforehand.
    pub issuer: Option<&'a str>,
    /// Whether the issuer that it names is one of the service's own hosts.
    pub is_own_issuer: bool,
    /// The client.
    pub client_id: &'a str,
    /// Whether only the signatures are accepted that FAPI 2.0 allows.
    pub is_fapi: bool,
    /// Whether its issuer signed it.
    pub signature: Verdict,
    /// The access token that came with it, or a later one.
    pub access_token: Option<&'a Secret>,
    /// The sign-in that it answers; `None` for one that was kept since.
    pub answers: Option<Answered<'a>>,
}

/// The sign-in that an ID token answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answered<'a> {
    /// The `nonce` that was sent, if one was.
    pub nonce: Option<&'a str>,
    /// The `state` that was sent.
    pub state: Option<&'a str>,
    /// The code that was redeemed.
    pub code: Option<&'a Secret>,
    /// The `max_age` that was sent, in seconds, and when.
    pub max_age: Option<(u64, Timestamp)>,
    /// The `acr_values` that were sent; empty if none were.
    pub acr_values: &'a str,
}

impl Checked {
    /// For programs: the claim or header parameter, or `signature`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Algorithm => "alg",
            Self::Signature => "signature",
            Self::Issuer => "iss",
            Self::Audience => "aud",
            Self::AuthorizedParty => "azp",
            Self::Expiry => "exp",
            Self::IssuedAt => "iat",
            Self::Subject => "sub",
            Self::Nonce => "nonce",
            Self::AuthenticationTime => "auth_time",
            Self::AuthenticationContext => "acr",
            Self::AccessTokenHash => "at_hash",
            Self::CodeHash => "c_hash",
            Self::StateHash => "s_hash",
        }
    }
}

impl Checked {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Algorithm => "Algorithm",
            Self::Signature => "Signature",
            Self::Issuer => "Issuer",
            Self::Audience => "Audience",
            Self::AuthorizedParty => "Authorized party",
            Self::Expiry => "Expiry",
            Self::IssuedAt => "Time of issue",
            Self::Subject => "Subject",
            Self::Nonce => "Nonce",
            Self::AuthenticationTime => "Time of authentication",
            Self::AuthenticationContext => "Kind of authentication",
            Self::AccessTokenHash => "Access token hash",
            Self::CodeHash => "Code hash",
            Self::StateHash => "State hash",
        }
    }
}

impl Verdict {
    /// For programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::Unmet(_) => "unmet",
            Self::NotChecked(_) => "not-checked",
        }
    }

    /// For people.
    pub fn words(&self) -> String {
        match self {
            Self::Passed => "passed".to_owned(),
            Self::Failed(why) => format!("failed: {why}"),
            Self::Unmet(why) => format!("not met: {why}"),
            Self::NotChecked(why) => format!("not checked: {why}"),
        }
    }

    fn of(outcome: Result<(), String>) -> Self {
        outcome.map_or_else(Self::Failed, |()| Self::Passed)
    }
}

/// Makes all checks of an ID token that can be read.
pub fn check_id_token(token: &Inspected, expected: &ExpectedIdToken<'_>, now: Timestamp) -> Vec<IdTokenCheck> {
    let answers = expected.answers.unwrap_or_default();
    let is_kept = expected.answers.is_none();
    let hash = |checked, value, what| hash_verdict(token, checked, value, what);
    let access_token_hash =
        match hash(Checked::AccessTokenHash, expected.access_token.map(Secret::expose), "access token") {
            Verdict::Failed(_) if is_kept => unchecked("the access token may be a later one than it came with"),
            verdict => verdict,
        };
    let all = [
        (Checked::Algorithm, algorithm(token, expected.is_fapi)),
        (Checked::Signature, expected.signature.clone()),
        (Checked::Issuer, issuer(token, expected)),
        (Checked::Audience, audience(token, expected.client_id)),
        (Checked::AuthorizedParty, authorized_party(token, expected.client_id)),
        (Checked::Expiry, expiry(token, now)),
        (Checked::IssuedAt, issued_at(token, is_kept, now)),
        (Checked::Subject, subject(token)),
        (Checked::Nonce, nonce(token, answers.nonce, is_kept)),
        (Checked::AuthenticationTime, authentication_time(token, answers.max_age, now)),
        (Checked::AuthenticationContext, authentication_context(token, answers.acr_values)),
        (Checked::AccessTokenHash, access_token_hash),
        (Checked::CodeHash, hash(Checked::CodeHash, answers.code.map(Secret::expose), "code")),
        (Checked::StateHash, hash(Checked::StateHash, answers.state, "`state`")),
    ];
    all.into_iter().map(|(checked, verdict)| IdTokenCheck { checked, verdict }).collect()
}

fn unchecked(why: &str) -> Verdict {
    Verdict::NotChecked(why.to_owned())
}

fn algorithm(token: &Inspected, is_fapi: bool) -> Verdict {
    Verdict::of(match token.algorithm() {
        None => Err("its header names no algorithm (`alg`)".to_owned()),
        Some(name) if name.eq_ignore_ascii_case("none") => {
            Err("its `alg` is `none`: it is not signed, so anybody can have written it".to_owned())
        }
        Some(name) if is_fapi && !FAPI_ALGORITHMS.contains(&name) => {
            Err(format!("it is signed by `{name}`, and FAPI 2.0 allows {}", FAPI_ALGORITHMS.join(", ")))
        }
        Some(_) => Ok(()),
    })
}

fn issuer(token: &Inspected, expected: &ExpectedIdToken<'_>) -> Verdict {
    let Some(named) = token.issuer() else { return Verdict::Failed("it names no issuer (`iss`)".to_owned()) };
    // Microsoft's metadata has a pattern in its place.
    match expected.issuer.filter(|issuer| !issuer.contains('{')) {
        Some(own) if is_issuer_of_token(own, named) => Verdict::Passed,
        Some(own) => Verdict::Failed(format!("its issuer (`iss`) is `{named}`, not `{own}`")),
        None if expected.is_own_issuer => Verdict::Passed,
        None => Verdict::NotChecked(format!("the service's issuer is not known here; it names `{named}`")),
    }
}

fn audience(token: &Inspected, client_id: &str) -> Verdict {
    let audiences = token.audiences();
    Verdict::of(if audiences.is_empty() {
        Err(format!("it names no audience (`aud`), and should name the client `{client_id}`"))
    } else if !audiences.iter().any(|audience| is_same_client(audience, client_id)) {
        Err(format!("it is for `{}` (`aud`), not for the client `{client_id}`", audiences.join("`, `")))
    } else if audiences.len() > 1 && text(token, "azp").is_none() {
        // Section 3.1.3.7, points 3 and 4.
        let others = audiences.iter().filter(|audience| !is_same_client(audience, client_id)).copied();
        let others = others.collect::<Vec<_>>().join("`, `");
        Err(format!("it is for `{others}` as well (`aud`), and does not say whom it was issued to (`azp`)"))
    } else {
        Ok(())
    })
}

fn authorized_party(token: &Inspected, client_id: &str) -> Verdict {
    match token.claims_json.get("azp") {
        None => unchecked("it names no authorized party"),
        Some(Json::String(party)) if is_same_client(party, client_id) => Verdict::Passed,
        Some(Json::String(party)) => {
            Verdict::Failed(format!("it was issued to `{party}` (`azp`), not to the client `{client_id}`"))
        }
        Some(_) => Verdict::Failed("its authorized party (`azp`) is not a text".to_owned()),
    }
}

/// Microsoft's clients are UUIDs, which a person may have in capitals.
fn is_same_client(one: &str, other: &str) -> bool {
    one == other || one.len() == 36 && one.matches('-').count() == 4 && one.eq_ignore_ascii_case(other)
}

/// A time in seconds, which is the only way that section 2 allows.
fn time(token: &Inspected, name: &str) -> Result<Timestamp, String> {
    let value = token.claims_json.get(name).ok_or_else(|| format!("it has no `{name}`"))?;
    #[allow(clippy::cast_possible_truncation, reason = "saturates, and is then no time")]
    let seconds = value.as_f64().map(|seconds| seconds as i64);
    let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.ok_or_else(|| format!("its `{name}` is not a number of seconds since 1970"))
}

fn expiry(token: &Inspected, now: Timestamp) -> Verdict {
    Verdict::of(time(token, "exp").and_then(|at| {
        if now.duration_since(at) < SKEW {
            return Ok(());
        }
        Err(format!("it expired {} (`exp`), by the clock of this machine", relative(at, now)))
    }))
}

fn issued_at(token: &Inspected, is_kept: bool, now: Timestamp) -> Verdict {
    Verdict::of(time(token, "iat").and_then(|at| {
        if is_kept || now.duration_since(at).abs() <= FARTHEST {
            return Ok(());
        }
        let when = relative(at, now);
        Err(format!("by its `iat` it was issued {when}, and should have been now, by the clock of this machine"))
    }))
}

fn subject(token: &Inspected) -> Verdict {
    Verdict::of(match token.claims_json.get("sub") {
        Some(Json::String(subject)) if !subject.is_empty() && subject.len() <= LONGEST_SUBJECT => Ok(()),
        Some(Json::String(subject)) if !subject.is_empty() => {
            Err(format!("its subject (`sub`) has {} bytes; {LONGEST_SUBJECT} are allowed", subject.len()))
        }
        None => Err("it names no subject (`sub`)".to_owned()),
        Some(_) => Err("its subject (`sub`) is empty or not a text".to_owned()),
    })
}

fn nonce(token: &Inspected, sent: Option<&str>, is_kept: bool) -> Verdict {
    if is_kept {
        return unchecked("only the sign-in itself knows what was sent");
    }
    let Some(sent) = sent else { return unchecked("none was sent") };
    Verdict::of(match token.claims_json.get("nonce") {
        Some(Json::String(came)) if came == sent => Ok(()),
        Some(_) => Err("its `nonce` is not the one that was sent: it answers another sign-in".to_owned()),
        None => Err("it does not repeat the `nonce` that was sent".to_owned()),
    })
}

/// When the person signed in (section 3.1.3.7, point 13). The times of the token are by the issuer's clock, so what is compared
/// is how long the sign-in lay back when the token was issued, and the time that the request took by this machine's.
fn authentication_time(token: &Inspected, max_age: Option<(u64, Timestamp)>, now: Timestamp) -> Verdict {
    let Some((max_age, asked_at)) = max_age else {
        return match time(token, "auth_time") {
            Ok(at) => Verdict::NotChecked(format!("no `max_age` was sent; the person signed in {}", relative(at, now))),
            Err(_) => unchecked("no `max_age` was sent"),
        };
    };
    Verdict::of(time(token, "auth_time").and_then(|at| {
        let age = time(token, "iat")?.duration_since(at);
        let took = now.duration_since(asked_at).max(SignedDuration::ZERO);
        let allowed = SignedDuration::from_secs(max_age.try_into().unwrap_or(i64::MAX)).saturating_add(took);
        if age <= allowed.saturating_add(ROUNDING) {
            return Ok(());
        }
        let seconds = age.as_secs();
        Err(format!("by its `auth_time` the person signed in {seconds} s before, and `max_age` was {max_age} s"))
    }))
}

/// How the person signed in. `acr_values` is a wish (section 3.1.2.1), so that a token which does not grant it is good.
fn authentication_context(token: &Inspected, acr_values: &str) -> Verdict {
    let came = text(token, "acr");
    if acr_values.trim().is_empty() {
        return came.map_or_else(
            || unchecked("no `acr_values` were sent"),
            |acr| Verdict::NotChecked(format!("no `acr_values` were sent; the person signed in by `{acr}`")),
        );
    }
    match came {
        Some(acr) if acr_values.split_whitespace().any(|wanted| wanted == acr) => Verdict::Passed,
        Some(acr) => {
            Verdict::Unmet(format!("the person signed in by `{acr}` (`acr`), and `{acr_values}` was asked for"))
        }
        None => {
            Verdict::Unmet(format!("it does not say how the person signed in (`acr`); `{acr_values}` was asked for"))
        }
    }
}

/// Of a hash of something (section 3.1.3.6; for `s_hash`, FAPI 1.0 part 2 section 5.1): the left half, in base64url.
fn hash_verdict(token: &Inspected, checked: Checked, of: Option<&str>, what: &str) -> Verdict {
    let name = checked.word();
    let Some(claim) = token.claims_json.get(name) else { return unchecked("it has none, and need not") };
    let Some(value) = of else { return Verdict::NotChecked(format!("the {what} is not known any more")) };
    let Some(algorithm) = token.algorithm().and_then(hash_of) else {
        return unchecked("its algorithm does not say how it is hashed");
    };
    let hash = digest(algorithm, value.as_bytes());
    let half = BASE64_URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2]);
    let is_it = claim.as_str().is_some_and(|claim| claim.trim_end_matches('=') == half);
    Verdict::of(if is_it { Ok(()) } else { Err(format!("its `{name}` is not that of the {what}")) })
}

/// The hash of a signature's algorithm (RFC 7518 section 3.1; for Ed25519 its own, RFC 8037 section 3.1).
fn hash_of(algorithm: &str) -> Option<&'static Algorithm> {
    match algorithm {
        "EdDSA" | "Ed25519" => Some(&SHA512),
        _ if algorithm.ends_with("256") => Some(&SHA256),
        _ if algorithm.ends_with("384") => Some(&SHA384),
        _ if algorithm.ends_with("512") => Some(&SHA512),
        _ => None,
    }
}

fn text<'a>(token: &'a Inspected, name: &str) -> Option<&'a str> {
    token.claims_json.get(name)?.as_str()
}

#[cfg(test)]
mod tests;
