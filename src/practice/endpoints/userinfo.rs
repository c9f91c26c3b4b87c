//! The userinfo endpoint (OpenID Connect Core 1.0 section 5.3): its claims, as JSON or as a signed JWT, and what can be wrong with
//! them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::oauth::{AssertionAlgorithm, USERINFO_JWT, UnsignedJwt};
use crate::practice::endpoints::resources::protected;
use crate::practice::fault::Fault;
use crate::practice::http::message::{Request, Response};
use crate::practice::identity;
use crate::practice::state::State;
use crate::practice::state::now::Now;
use crate::practice::state::signed_token::GrantedAccess;

/// With each of these the reply is a JWT.
const SIGNED: [Fault; 7] = [
    Fault::UserinfoSigned,
    Fault::UserinfoAlgNone,
    Fault::UserinfoWrongSignature,
    Fault::UserinfoWrongIss,
    Fault::UserinfoWrongAud,
    Fault::UserinfoNoSub,
    Fault::UserinfoExpired,
];

/// `GET /userinfo`.
pub(crate) fn answer(state: &mut State, request: &Request, now: &Now) -> Response {
    let is_other = state.has(Fault::UserinfoOtherSub);
    let mut told = None;
    let answer = protected(state, request, (None, now), |grant| {
        let mut claims = identity::claims(grant);
        if is_other {
            claims.insert("sub".into(), "practice-somebody-else".into());
        }
        told = Some((claims.clone(), grant.clone()));
        Value::Object(claims)
    });
    match told.filter(|_| SIGNED.into_iter().any(|fault| state.has(fault))) {
        Some((claims, grant)) => Response::text(200, USERINFO_JWT, signed(state, claims, &grant, now)),
        None => answer,
    }
}

fn signed(state: &State, mut claims: Map<String, Value>, grant: &GrantedAccess, now: &Now) -> String {
    let on = |fault: Fault| state.has(fault);
    let text = |spoiled: bool, right: &str, wrong: &str| Value::from(if spoiled { wrong } else { right });
    claims.insert("iss".into(), text(on(Fault::UserinfoWrongIss), &state.issuer, "https://issuer.invalid"));
    claims.insert("aud".into(), text(on(Fault::UserinfoWrongAud), &grant.client_id, "another-client"));
    if on(Fault::UserinfoNoSub) {
        claims.shift_remove("sub");
    }
    if on(Fault::UserinfoExpired) {
        let ago = now.time.as_second().saturating_sub_unsigned(Duration::from_hours(1).as_secs());
        claims.insert("exp".into(), ago.into());
    }
    if on(Fault::UserinfoAlgNone) {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        return format!("{}.{}.", part(&json!({ "alg": "none" })), part(&Value::Object(claims)));
    }
    let keys = &state.id_token_keys;
    let header = Map::from_iter([("kid".to_owned(), keys.own.id().into())]);
    let by = if on(Fault::UserinfoWrongSignature) { &keys.other } else { &keys.own };
    let jwt = UnsignedJwt { header, claims }.sign(&by.pair, AssertionAlgorithm::ES256);
    jwt.map(|jwt| jwt.expose().to_owned()).unwrap_or_default()
}
