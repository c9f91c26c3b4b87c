//! The ID token (OpenID Connect Core 1.0 section 2), signed with a key that the service publishes, and what can be wrong with
//! one: each fault is a check that a client must make.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::oauth::{AssertionAlgorithm, SigningKey, UnsignedJwt};
use crate::practice::contract::Registration;
use crate::practice::fault::Fault;
use crate::practice::identity;
use crate::practice::state::State;
use crate::practice::state::grants::TokenPair;
use crate::practice::state::now::Now;
use crate::secret::Secret;

/// How long ago the token of `id-token-old-iat` was issued.
const WEEK: Duration = Duration::from_hours(24 * 7);
/// A text where a hash or a nonce should be.
const WRONG: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const ELSEWHERE: &str = "https://issuer.invalid";

/// `GET /jwks` (RFC 7517 section 5).
pub(crate) fn key_set(state: &State) -> Value {
    let mut keys = vec![state.id_token_keys.own.published()];
    if state.has(Fault::IdTokenNoKidOfSeveral) {
        keys.push(state.id_token_keys.other.published());
    }
    if state.has(Fault::IdTokenOtherAlg) {
        keys.push(state.id_token_keys.rsa().published());
    }
    keys.push(state.id_token_keys.published_for_encryption());
    json!({ "keys": keys })
}

/// The ID token that comes with these tokens; none where it would be signed with a secret that the client does not have.
pub(crate) fn issue(
    state: &State,
    registration: &Registration,
    issued: &TokenPair,
    is_refresh: bool,
    now: &Now,
) -> Option<Secret> {
    let claims = claims(state, issued, is_refresh, now);
    let on = |fault: Fault| state.has(fault);
    let keys = &state.id_token_keys;
    let mut jwt = UnsignedJwt { header: Map::new(), claims };
    if on(Fault::IdTokenAlgNone) {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&Value::Object(jwt.claims)));
        return Some(Secret::new(unsigned));
    }
    if on(Fault::IdTokenRsa15) {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "RSA1_5", "enc": "A128CBC-HS256" }).to_string());
        return Some(Secret::new(format!("{header}.{WRONG}.{WRONG}.{WRONG}.{WRONG}")));
    }
    let by_secret = |secret: &str| jwt.sign(&SigningKey::shared(&Secret::new(secret)), AssertionAlgorithm::HS256).ok();
    if on(Fault::IdTokenHs256) {
        return by_secret(registration.secret.as_deref()?);
    }
    if on(Fault::IdTokenConfusedAlg) {
        return by_secret(&keys.own.pair.public_key_pem()?);
    }
    if !on(Fault::IdTokenNoKid) && !on(Fault::IdTokenNoKidOfSeveral) {
        jwt.header.insert("kid".into(), keys.own.id().into());
    }
    if on(Fault::IdTokenOtherAlg) {
        let key = keys.rsa();
        jwt.header.insert("kid".into(), key.id().into());
        return jwt.sign(&key.pair, AssertionAlgorithm::RS256).ok();
    }
    let by = if on(Fault::IdTokenWrongSignature) { &keys.other } else { &keys.own };
    jwt.sign(&by.pair, AssertionAlgorithm::ES256).ok()
}

fn claims(state: &State, issued: &TokenPair, is_refresh: bool, now: &Now) -> Map<String, Value> {
    let TokenPair { access_token, grant, .. } = issued;
    let mut claims = identity::claims(grant);
    let life = (now.time, now.after(state.terms().access_token_life));
    claims.insert("iss".into(), state.issuer.as_str().into());
    claims.insert("aud".into(), grant.client_id.as_str().into());
    claims.insert("iat".into(), life.0.as_second().into());
    claims.insert("exp".into(), life.1.as_second().into());
    claims.insert(
        "at_hash".into(),
        URL_SAFE_NO_PAD.encode(&digest(&SHA256, access_token.expose().as_bytes()).as_ref()[..16]).into(),
    );
    if let Some(nonce) = grant.nonce.as_deref().filter(|_| !is_refresh) {
        claims.insert("nonce".into(), nonce.into());
    }
    if let Some(signed_in) = &grant.signed_in {
        claims.insert("auth_time".into(), signed_in.at.into());
        claims.insert("acr".into(), signed_in.acr.as_str().into());
    }
    for fault in &state.options.faults {
        spoil(*fault, &mut claims, is_refresh, now);
    }
    claims
}

/// What a fault does to the claims.
fn spoil(fault: Fault, claims: &mut Map<String, Value>, is_refresh: bool, now: &Now) {
    let ago = |life: Duration| now.time.as_second().saturating_sub_unsigned(life.as_secs());
    let (name, value) = match fault {
        Fault::IdTokenWrongIss => ("iss", Some(json!(ELSEWHERE))),
        Fault::IdTokenNoIss => ("iss", None),
        Fault::IdTokenWrongAud => ("aud", Some(json!("another-client"))),
        Fault::IdTokenNoAud => ("aud", None),
        Fault::IdTokenAudList => ("aud", Some(json!([claims.get("aud")]))),
        Fault::IdTokenMoreAud => ("aud", Some(json!([claims.get("aud"), "another-client"]))),
        Fault::IdTokenWrongAzp => ("azp", Some(json!("another-client"))),
        Fault::IdTokenExpired => ("exp", Some(json!(ago(Duration::from_hours(1))))),
        Fault::IdTokenNoExp => ("exp", None),
        Fault::IdTokenOldIat => ("iat", Some(json!(ago(WEEK)))),
        Fault::IdTokenNoIat => ("iat", None),
        Fault::IdTokenNoSub => ("sub", None),
        Fault::IdTokenWrongNonce if !is_refresh => ("nonce", Some(json!(WRONG))),
        Fault::IdTokenNoNonce => ("nonce", None),
        Fault::IdTokenOldAuthTime => ("auth_time", Some(json!(ago(WEEK)))),
        Fault::IdTokenNoAuthTime => ("auth_time", None),
        Fault::IdTokenOtherAcr => ("acr", Some(json!("practice:other"))),
        Fault::IdTokenWrongAtHash => ("at_hash", Some(json!(WRONG))),
        Fault::IdTokenWrongCHash => ("c_hash", Some(json!(WRONG))),
        Fault::IdTokenWrongSHash => ("s_hash", Some(json!(WRONG))),
        Fault::RefreshOtherSub if is_refresh => ("sub", Some(json!("practice-somebody-else"))),
        _ => return,
    };
    match value {
        Some(value) => claims.insert(name.into(), value),
        None => claims.shift_remove(name),
    };
}
