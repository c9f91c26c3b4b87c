//! Reads a successful token reply (RFC 6749 section 5.1). The result is safe in a header, in a line of a protocol and on a
//! terminal.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::call::{Answers, Expression, ExpressionError, ExpressionFault, Reading, Reply};
use crate::oauth::tokens::fit::{plain_line, token_text};
use crate::oauth::tokens::life::{Clocks, Whose, life};
use crate::oauth::tokens::token_response::ReadContext;
use crate::oauth::{AUTHORIZATION_DETAILS, Stage, TokenSet, clock_skew, split_answer};
use crate::secret::Secret;

/// `Err` if a token has a character that no token may have.
pub(crate) fn granted(
    access_token: &str,
    answers: &Answers,
    reply: &Reply,
    reading: &Reading,
    context: ReadContext<'_>,
) -> Result<TokenSet, ExpressionError> {
    let clocks = Clocks { now: reply.received_at, skew: clock_skew(reply) };
    let previous = context.previous;
    let access_token = token(access_token, answers, &reading.access_token)?;
    let other =
        |places: &[Expression]| answers.first_text(places).map(|text| token(&text, answers, places)).transpose();
    let (refresh_token, id_token) = (other(&reading.refresh_token)?, other(&reading.id_token)?);
    let access_life = life(answers, reading, Whose::Access, Some(&access_token), clocks);
    let refresh_life = life(answers, reading, Whose::Refresh, refresh_token.as_ref(), clocks);
    let default_end = || clocks.now.checked_add(std::time::Duration::from_secs(reading.default_lifetime?)).ok();
    let mut kept = previous.map(|previous| previous.retained.clone()).unwrap_or_default();
    kept.extend(read_kept(answers, reading));
    // RFC 9396 section 7: what was granted, which may differ from what was asked for.
    let details = answers.json().get(AUTHORIZATION_DETAILS).filter(|details| details.is_array());
    kept.extend(details.map(|details| (AUTHORIZATION_DETAILS.to_owned(), plain_line(&details.to_string()))));
    let mut unread_life = access_life.unread;
    unread_life.extend(refresh_life.unread);
    Ok(TokenSet {
        token_type: token_type(answers, reading),
        expires_at: access_life.end.or_else(default_end),
        // RFC 6749 section 6: without a new refresh token the old one stays valid.
        refresh_token_expires_at: match (&refresh_token, refresh_life.end) {
            (_, Some(end)) => Some(end),
            (Some(_), None) => None,
            (None, None) => previous.and_then(|previous| previous.refresh_token_expires_at),
        },
        refresh_token: refresh_token.or_else(|| previous.and_then(|previous| previous.refresh_token.clone())),
        id_token: id_token.or_else(|| previous.and_then(|previous| previous.id_token.clone())),
        scopes: answers
            .first(&reading.scope)
            .and_then(|value| scopes(value, context.scope_separator))
            .or_else(|| previous.and_then(|previous| previous.scopes.clone())),
        obtained_at: clocks.now,
        retained: kept,
        issued_for: previous.map(|previous| previous.issued_for.clone()).unwrap_or_default(),
        access_token,
        unread_life,
        for_resources: previous.map(|previous| previous.for_resources.clone()).unwrap_or_default(),
    })
}

/// A token that a reply has beside the own one, if it is there. `Err` if it has a character that no token may have.
pub fn read_further(
    answers: &Answers,
    reply: &Reply,
    reading: &Reading,
    scope_separator: &str,
) -> Result<Option<TokenSet>, ExpressionError> {
    let place = reading.access_token.iter().find(|place| answers.find(place).is_some());
    let Some(place) = place else { return Ok(None) };
    // What stands beside the own token says nothing of this one.
    let answers = &answers.only_with(place);
    let Some(access_token) = answers.first_text(&reading.access_token) else { return Ok(None) };
    let context = ReadContext { stage: Stage::TokenRequest, scope_separator, previous: None, origin: None };
    granted(&access_token, answers, reply, reading, context).map(Some)
}

/// The values to retain; of several places for one name the first that has a value counts.
pub fn read_kept(answers: &Answers, reading: &Reading) -> BTreeMap<String, String> {
    let found = reading.retain.iter().rev().filter_map(|(name, place)| {
        let text = answers.first_text(std::slice::from_ref(place))?;
        Some((name.clone(), plain_line(&text)))
    });
    found.collect()
}

/// A token as it may be sent; what is wrong with another is told of the place where it was found.
fn token(text: &str, answers: &Answers, places: &[Expression]) -> Result<Secret, ExpressionError> {
    token_text(text).map(Secret::new).map_err(|what| {
        let place = places.iter().find(|place| answers.find(place).is_some()).cloned().unwrap_or_default();
        place.error(ExpressionFault::UnfitToken(what))
    })
}

fn token_type(answers: &Answers, reading: &Reading) -> String {
    /// Longer ones are no types.
    const LONGEST: usize = 200;
    let told = answers.first_text(&reading.token_type).map(|text| plain_line(&text)).unwrap_or_default();
    if told.is_empty() { "Bearer".to_owned() } else { told.chars().take(LONGEST).collect() }
}

fn scopes(value: &Json, separator: &str) -> Option<Vec<String>> {
    match value {
        Json::String(text) => Some(split_answer(&plain_line(text), separator)),
        Json::Array(items) => {
            let scopes = items.iter().filter_map(Json::as_str).map(plain_line);
            Some(scopes.filter(|scope| !scope.is_empty()).collect())
        }
        _ => None,
    }
}
