//! The pushed authorization request endpoint (RFC 9126): takes an authorization request from its client, and hands out a reference
//! that a browser carries to the authorization endpoint, once.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::practice::authorization_request::{AuthorizationRequest, AuthorizationRequestError};
use crate::practice::message::{ErrorCode, Parameters, Refusal, Request, Response};
use crate::practice::now::Now;
use crate::practice::state::State;
use crate::practice::{caller, token};

/// How long a reference is valid; RFC 9126 section 2.2 speaks of 5 to 600 seconds.
const LIFE: Duration = Duration::from_mins(1);

/// The form of references that RFC 9126 section 2.2 recommends.
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// A request that waits for its browser.
#[derive(Debug)]
pub(crate) struct PushedRequest {
    request: AuthorizationRequest,
    until: Timestamp,
}

/// `POST /par`.
pub(crate) fn push(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Response {
    let pushed = accept(state, request, body, now);
    caller::answered(
        request,
        pushed.map(|reference| Response::json(201, &json!({ "request_uri": reference, "expires_in": LIFE.as_secs() }))),
    )
}

fn accept(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Result<String, Refusal> {
    let registration = token::client(state, request, body, now)?;
    let refused = |words: String| Refusal::new(ErrorCode::InvalidRequest, words);
    if body.names().any(|name| name == "request_uri") {
        return Err(refused("`request_uri` is not for the request that is pushed".to_owned()));
    }
    let parsed = AuthorizationRequest::parse(body, !state.options.auto_consent);
    let parsed = parsed.map_err(|error| match error {
        AuthorizationRequestError::Untrusted(words) => refused(words),
        AuthorizationRequestError::Refused(_, refusal) => refusal,
    })?;
    if parsed.client_id != registration.id {
        return Err(refused("`client_id` is not the client that authenticated".to_owned()));
    }
    let reference = format!("{PREFIX}{}", now.mint("par-").expose());
    let until = now.after(LIFE);
    state.pushed.insert(&reference, PushedRequest { request: parsed, until });
    Ok(reference)
}

/// The request behind a reference, which is good once and for its client (RFC 9126 section 4).
pub(crate) fn redeem(
    state: &mut State,
    reference: &str,
    parameters: &Parameters,
    now: &Now,
) -> Result<AuthorizationRequest, AuthorizationRequestError> {
    let untrusted = |words: &str| AuthorizationRequestError::Untrusted(words.to_owned());
    let client_id = parameters.required("client_id").map_err(|refusal| untrusted(&refusal.description))?;
    let pushed = state.pushed.remove(reference);
    let pushed = pushed.ok_or_else(|| untrusted("the `request_uri` is unknown, or was used before"))?;
    if pushed.until <= now.time {
        return Err(untrusted("the `request_uri` has expired: push the request again"));
    }
    if pushed.request.client_id != client_id {
        return Err(untrusted("the `request_uri` belongs to another client"));
    }
    Ok(pushed.request)
}
