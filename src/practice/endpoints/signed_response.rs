//! The authorization response as a signed JWT (JARM), and what can be wrong with one: each fault is a check that a client must
//! make.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::oauth::{AssertionAlgorithm, SigningKey, UnsignedJwt};
use crate::practice::checks::authorization_request::RedirectTarget;
use crate::practice::fault::Fault;
use crate::practice::state::State;
use crate::practice::state::now::Now;
use crate::secret::Secret;

/// JARM section 2.1 recommends ten minutes at most.
const LIFE: Duration = Duration::from_mins(10);

/// The parameter that carries these ones.
pub(crate) fn signed(
    state: &mut State,
    target: &RedirectTarget,
    parameters: Vec<(&str, String)>,
    now: &Now,
) -> (&'static str, String) {
    if state.has(Fault::JarmNewKey) {
        state.id_token_keys.replace();
    }
    let mut claims: Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    claims.insert("aud".into(), target.client_id.as_str().into());
    claims.insert("exp".into(), now.after(LIFE).as_second().into());
    for fault in &state.options.faults {
        spoil(*fault, &mut claims, now);
    }
    // It is a secret while it is on its way; a redirect is the way.
    ("response", sign(state, target, claims).map(|token| token.expose().to_owned()).unwrap_or_default())
}

fn sign(state: &State, target: &RedirectTarget, claims: Map<String, Value>) -> Option<Secret> {
    let on = |fault: Fault| state.has(fault);
    if on(Fault::JarmAlgNone) {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        return Some(Secret::new(format!("{}.{}.", part(&json!({ "alg": "none" })), part(&Value::Object(claims)))));
    }
    let keys = &state.id_token_keys;
    let named = if on(Fault::JarmUnknownKey) { &keys.other } else { &keys.own };
    let by = if on(Fault::JarmUnknownKey) || on(Fault::JarmWrongSignature) { &keys.other } else { &keys.own };
    let mut jwt = UnsignedJwt { header: Map::new(), claims };
    if on(Fault::JarmHs256) {
        let secret = state.clients.find(&target.client_id)?.secret.unwrap_or_default();
        return jwt.sign(&SigningKey::shared(&Secret::new(secret)), AssertionAlgorithm::HS256).ok();
    }
    jwt.header.insert("kid".into(), named.id().into());
    jwt.sign(&by.pair, AssertionAlgorithm::ES256).ok()
}

/// What a fault does to the claims.
fn spoil(fault: Fault, claims: &mut Map<String, Value>, now: &Now) {
    let (name, value) = match fault {
        Fault::JarmWrongIss => ("iss", Some(json!("https://issuer.invalid"))),
        Fault::JarmNoIss => ("iss", None),
        Fault::JarmWrongAud => ("aud", Some(json!("another-client"))),
        Fault::JarmNoAud => ("aud", None),
        Fault::JarmExpired => ("exp", Some(json!(now.time.as_second().saturating_sub(3600)))),
        Fault::JarmNoExp => ("exp", None),
        _ => return,
    };
    match value {
        Some(value) => claims.insert(name.into(), value),
        None => claims.shift_remove(name),
    };
}
