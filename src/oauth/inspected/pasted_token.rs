//! A token out of what a person pastes: the token itself, a header with it, a token response, a form.

use serde_json::Value as Json;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::tokens::fit::unfit;
use crate::secret::Secret;

/// The longest token that is read, in bytes: with hundreds of groups in it one has some 50,000.
pub const LONGEST_TOKEN: usize = 256 * 1024;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// To call an API with.
    Access,
    /// To tell the client who signed in (OpenID Connect).
    Id,
    /// To get new access tokens with.
    Refresh,
}

/// A token that was pasted, and where in the text it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedToken {
    /// The token.
    pub token: Secret,
    /// What the text says it is for; `None` if it is the token alone.
    pub named: Option<TokenUse>,
    /// The other tokens that the text has.
    pub others: Vec<TokenUse>,
}

/// Why a pasted text has no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// There is nothing.
    #[error("there is no token: the text is empty")]
    Empty,
    /// It is longer than any token.
    #[error("the text is longer than {} KiB, which no token is", LONGEST_TOKEN / 1024)]
    TooLong,
    /// It is JSON or a form without a token.
    #[error("the text has no `access_token`, `id_token` or `refresh_token`")]
    NoMember,
    /// It lacks the token that was asked for.
    #[error("the text has no {}", .0.words())]
    NotThis(TokenUse),
    /// It is several words.
    #[error("the text is not a token: it has several words")]
    Words,
    /// It has a character that no token has.
    #[error("the text is not a token: it has {0}")]
    Unfit(&'static str),
}

impl Diagnose for PasteError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NotThis(_) => diagnosis.hint("choose one that it has"),
            _ => diagnosis.hint("paste a token, an `Authorization` header, or the reply of a token endpoint"),
        }
    }
}

impl TokenUse {
    /// In the order in which one is taken out of a token response.
    pub const ALL: [Self; 3] = [Self::Access, Self::Id, Self::Refresh];

    /// Its parameter in a token response (RFC 6749 section 5.1, OpenID Connect Core 1.0 section 3.1.3.3).
    pub fn member(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Id => "id_token",
            Self::Refresh => "refresh_token",
        }
    }

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Access => "access token",
            Self::Id => "ID token",
            Self::Refresh => "refresh token",
        }
    }
}

impl PastedToken {
    /// Finds the token; of several the one that is `wanted`, else the first.
    pub fn read(text: &Secret, wanted: Option<TokenUse>) -> Result<Self, PasteError> {
        if text.expose().len() > LONGEST_TOKEN {
            return Err(PasteError::TooLong);
        }
        let text = trimmed(text.expose());
        if text.is_empty() {
            return Err(PasteError::Empty);
        }
        if text.starts_with(['{', '[']) {
            let json: Json = serde_json::from_str(text).map_err(|_| PasteError::NoMember)?;
            return Self::choose(wanted, |member| find(&json, member).map(Secret::new));
        }
        // A form, or the fragment of a redirect.
        if TokenUse::ALL.iter().any(|one| text.contains(&format!("{}=", one.member()))) {
            let form = text.rsplit(['#', '?']).next().unwrap_or(text);
            return Self::choose(wanted, |member| {
                let mut pairs = form_urlencoded::parse(form.as_bytes());
                pairs.find(|(name, value)| name == member && !value.is_empty()).map(|(_, value)| Secret::new(value))
            });
        }
        let (text, named) = match header_value(text) {
            Some(value) => (value, Some(TokenUse::Access)),
            None => (text, None),
        };
        Ok(Self { token: joined(text)?, named, others: Vec::new() })
    }

    fn choose(wanted: Option<TokenUse>, find: impl Fn(&str) -> Option<Secret>) -> Result<Self, PasteError> {
        let found = |one: &TokenUse| find(one.member()).map(|token| (*one, token));
        let mut all: Vec<(TokenUse, Secret)> = TokenUse::ALL.iter().filter_map(found).collect();
        if all.is_empty() {
            return Err(PasteError::NoMember);
        }
        let place = match wanted {
            Some(wanted) => all.iter().position(|(one, _)| *one == wanted).ok_or(PasteError::NotThis(wanted))?,
            None => 0,
        };
        let (named, token) = all.remove(place);
        let others = all.into_iter().map(|(one, _)| one).collect();
        Ok(Self { token: joined(trimmed(token.expose()))?, named: Some(named), others })
    }
}

/// Without white space and the quotes that surround text in programs and chats.
fn trimmed(text: &str) -> &str {
    text.trim().trim_matches(['"', '\'', '`', '<', '>', ',', ';', '\u{feff}']).trim()
}

/// The first member of this name, at the top or in an object of a reply that wraps its tokens.
fn find(json: &Json, member: &str) -> Option<String> {
    let here = |json: &Json| json.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let inside = || match json {
        Json::Object(members) => members.values().find_map(here),
        Json::Array(items) => items.iter().find_map(here),
        _ => None,
    };
    here(json).or_else(inside)
}

/// The credentials of a header (RFC 9110 section 11.6.2): after its name wherever that stands, as in a `curl` command, or
/// after the scheme alone.
fn header_value(text: &str) -> Option<&str> {
    const NAME: &str = "authorization:";
    const SCHEMES: [&str; 3] = ["bearer", "dpop", "token"];
    let lower = text.to_ascii_lowercase();
    let begins =
        |at: usize| text[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\''));
    let named = lower.match_indices(NAME).find(|(at, _)| begins(*at)).map(|(at, _)| &text[at + NAME.len()..]);
    let value = named.unwrap_or(text).trim_start();
    let (scheme, rest) = value.split_once(char::is_whitespace)?;
    match named {
        Some(_) => rest.split_whitespace().next().map(trimmed),
        None => SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| trimmed(rest)),
    }
}

/// The token in one piece: mail programs and terminals break long ones into lines.
fn joined(text: &str) -> Result<Secret, PasteError> {
    let mut token = Secret::with_room(text.len());
    text.split_whitespace().for_each(|piece| token.typing().push_str(piece));
    let is_jwt = text.starts_with("ey") && matches!(text.matches('.').count(), 2 | 4);
    let is_broken_up = text.lines().all(|line| !line.trim().contains(char::is_whitespace));
    if text.contains(char::is_whitespace) && !is_jwt && !is_broken_up {
        return Err(PasteError::Words);
    }
    match unfit(token.expose()) {
        Some(what) => Err(PasteError::Unfit(what)),
        None if token.is_empty() => Err(PasteError::Empty),
        None => Ok(token),
    }
}
