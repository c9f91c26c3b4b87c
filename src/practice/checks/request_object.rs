//! Signed authorization requests at the practice service (JAR, RFC 9101): by value, or pushed, and encrypted or not. The key is
//! that of the certificate which was uploaded.

use serde_json::Value;

use crate::oauth::{REQUEST, decrypt};
use crate::practice::checks::assertion;
use crate::practice::checks::authorization_request::{AuthorizationRequest, AuthorizationRequestError};
use crate::practice::http::message::Parameters;
use crate::practice::state::State;
use crate::practice::state::now::Now;
use crate::secret::Secret;

/// What the header must say (RFC 9101 section 10.8), so that no other JWT passes for a request.
const TYPE: &str = "oauth-authz-req+jwt";
/// The allowed clock skew in seconds.
const SKEW: i64 = 60;

/// Reads an authorization request, signed or not.
pub(crate) fn read(
    state: &State,
    parameters: &Parameters,
    now: &Now,
) -> Result<AuthorizationRequest, AuthorizationRequestError> {
    let opened = opened(state, parameters, now).map_err(AuthorizationRequestError::Untrusted)?;
    AuthorizationRequest::parse(opened.as_ref().unwrap_or(parameters), &state.clients, !state.options.auto_consent)
}

/// The parameters that were signed, and nothing else that stands beside them (section 6.3); `None` if the request is not signed.
fn opened(state: &State, parameters: &Parameters, now: &Now) -> Result<Option<Parameters>, String> {
    let one = |name: &str| parameters.one(name).map_err(|refusal| refusal.description);
    let Some(token) = one(REQUEST)? else { return Ok(None) };
    let client_id = one("client_id")?.ok_or("`client_id` is missing beside the signed request")?;
    let registration = state.clients.find(client_id).ok_or("the client id is unknown")?;
    let wrong = |words: &str| format!("the signed request: {words}");
    let decrypted = match token.split('.').count() {
        5 => decrypt(&Secret::new(token), Some(&state.id_token_keys.decryption)),
        _ => Ok(Secret::new(token)),
    };
    let decrypted = decrypted.map_err(|error| wrong(&error.to_string()))?;
    let token = decrypted.expose();
    let header = jsonwebtoken::decode_header(token).map_err(|_| wrong("it is no signed JWT"))?;
    if header.typ.as_deref() != Some(TYPE) {
        return Err(wrong(&format!("`typ` must be `{TYPE}`")));
    }
    let key = assertion::key(state, &registration, header.alg).map_err(|words| wrong(&words))?;
    let claims = assertion::signed_claims(token, &key, header.alg);
    let claims = claims.map_err(|_| wrong("the signature is not of the key that is known here"))?;
    let is = |name: &str, expected: &str| claims.get(name).and_then(Value::as_str) == Some(expected);
    if !is("iss", client_id) || !is("client_id", client_id) {
        return Err(wrong("`iss` and `client_id` must be the client"));
    }
    if !is("aud", &state.issuer) {
        return Err(wrong(&format!("`aud` must be `{}`", state.issuer)));
    }
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let now = now.time.as_second();
    if time("exp").is_none_or(|end| end <= now) || time("nbf").is_some_and(|start| start > now + SKEW) {
        return Err(wrong("it has expired, has no `exp`, or is not valid yet"));
    }
    Ok(Some(Parameters::claims(&claims)))
}
