//! Token exchange (RFC 8693): a token of this service for one of fewer scopes, for a named audience, without a refresh token.

use crate::practice::contract::{self, AUDIENCE, Registration};
use crate::practice::http::message::{ErrorCode, Parameters, Refusal};
use crate::practice::state::State;
use crate::practice::state::grants::{self, TokenPair};
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::GrantedAccess;

/// Its type, and the only one that is issued (section 3).
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

pub(crate) fn exchange(
    state: &State,
    registration: &Registration,
    body: &Parameters,
    now: &mut Now,
) -> Result<TokenPair, Refusal> {
    let invalid = |description: &str| Refusal::new(ErrorCode::InvalidRequest, description);
    let subject = token_of(state, body, "subject_token", now)?;
    match body.one("actor_token")? {
        Some(_) => drop(token_of(state, body, "actor_token", now)?),
        None if body.one("actor_token_type")?.is_some() => {
            return Err(invalid("`actor_token_type` is given without an `actor_token`"));
        }
        None => {}
    }
    if body.one("requested_token_type")?.is_some_and(|asked| asked != ACCESS_TOKEN) {
        return Err(invalid("only access tokens are issued here"));
    }
    if body.one("audience")?.is_some_and(|asked| asked != AUDIENCE) {
        return Err(Refusal::new(ErrorCode::InvalidTarget, format!("the only audience here is `{AUDIENCE}`")));
    }
    let scopes = match body.one("scope")? {
        None => subject.scopes.clone(),
        Some(asked) => contract::scopes(Some(asked))?,
    };
    if let Some(more) = scopes.iter().find(|scope| !subject.scopes.contains(scope)) {
        return Err(Refusal::new(ErrorCode::InvalidScope, format!("the subject token has not the scope `{more}`")));
    }
    let grant = GrantedAccess { client_id: registration.id.clone().into_owned(), scopes, nonce: None, ..subject };
    Ok(grants::issue(grant, state.terms(), false, now))
}

/// Section 2.2.2: a token that is not valid makes the request invalid.
fn token_of(state: &State, body: &Parameters, name: &str, now: &Now) -> Result<GrantedAccess, Refusal> {
    let token = body.required(name)?;
    if body.required(&format!("{name}_type"))? != ACCESS_TOKEN {
        return Err(Refusal::new(
            ErrorCode::InvalidRequest,
            format!("the `{name}` must be an access token of this service"),
        ));
    }
    match state.grants.look_up(token, now.time) {
        Some(known) if !known.is_refresh_token => Ok(known.grant),
        _ => Err(Refusal::new(ErrorCode::InvalidRequest, format!("the `{name}` is not valid"))),
    }
}
