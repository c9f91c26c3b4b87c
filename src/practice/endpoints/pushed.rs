//! The pushed authorization request endpoint (RFC 9126): takes an authorization request from its client, and hands out a reference
//! that a browser carries to the authorization endpoint, once.

use serde_json::json;

use crate::practice::checks::authorization_request::{AuthorizationRequest, AuthorizationRequestError};
use crate::practice::checks::proof::{self, ProofRefusal};
use crate::practice::checks::{caller, request_object};
use crate::practice::endpoints::token;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Request, Response};
use crate::practice::state::State;
use crate::practice::state::now::Now;
use crate::practice::state::pushed_requests::LIFE;

/// `POST /par`.
pub(crate) fn push(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Response {
    let pushed = accept(state, request, body, now)
        .map(|reference| Response::json(201, &json!({ "request_uri": reference, "expires_in": LIFE.as_secs() })));
    match pushed {
        Ok(answer) => caller::answered(request, Ok(answer)),
        Err(Rejected::Plain(refusal)) => caller::answered(request, Err(refusal)),
        Err(Rejected::Proof(refusal)) => refusal.answer(),
    }
}

/// Why a request is not kept.
enum Rejected {
    Plain(Refusal),
    Proof(ProofRefusal),
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        Self::Plain(refusal)
    }
}

fn accept(state: &mut State, request: &Request, body: &Parameters, now: &mut Now) -> Result<String, Rejected> {
    let registration = token::client(state, request, body, now)?;
    let refused = |words: String| Refusal::new(ErrorCode::InvalidRequest, words);
    if body.names().any(|name| name == "request_uri") {
        return Err(refused("`request_uri` is not for the request that is pushed".to_owned()).into());
    }
    let parsed = request_object::read(state, body, now);
    let mut parsed = parsed.map_err(|error| match error {
        AuthorizationRequestError::Untrusted(words) => refused(words),
        AuthorizationRequestError::Refused(_, refusal) => refusal,
    })?;
    if parsed.client_id != registration.id {
        return Err(refused("`client_id` is not the client that authenticated".to_owned()).into());
    }
    match proof::proved(state, request, None, now) {
        // RFC 9449 section 10.1: the proof says the same as the parameter.
        Ok(Some(jkt)) if parsed.jkt.as_ref().is_some_and(|other| *other != jkt) => {
            return Err(refused("`dpop_jkt` is another key than that of the proof".to_owned()).into());
        }
        Ok(jkt) => parsed.jkt = jkt.or(parsed.jkt),
        Err(refusal) => return Err(Rejected::Proof(refusal)),
    }
    Ok(state.pushed.keep(parsed, now))
}

/// The request behind the reference that a browser carries.
pub(crate) fn redeem(
    state: &mut State,
    reference: &str,
    parameters: &Parameters,
    now: &Now,
) -> Result<AuthorizationRequest, AuthorizationRequestError> {
    let client_id = parameters.required("client_id");
    let client_id = client_id.map_err(|refusal| AuthorizationRequestError::Untrusted(refusal.description))?;
    let redeemed = state.pushed.redeem(reference, client_id, now);
    redeemed.map_err(|words| AuthorizationRequestError::Untrusted(words.to_owned()))
}
