//! Signed assertions at the practice service: in place of a client secret, or as a grant of their own (RFC 7523). The
//! certificate is uploaded on a page of the service, as with the real ones. What verifies a signature is a library that
//! has no part in the signing.

use std::str::FromStr as _;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::practice::contract::{BY_KEY, CERTIFICATE_PAGE, Registration, TOKEN};
use crate::practice::endpoints::pages;
use crate::practice::http::message::{ErrorCode, Parameters, Refusal, Response};
use crate::practice::state::State;
use crate::practice::state::now::Now;

/// The type of RFC 7523 section 2.2.
const CLIENT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest lifetime of an assertion in seconds, as with most services.
const LONGEST_LIFE: i64 = 3600;
/// The allowed clock skew in seconds.
const SKEW: i64 = 60;

pub(crate) type Claims = Map<String, Value>;

pub(crate) fn upload(state: &mut State, body: &Parameters) -> Response {
    let given = body.one("certificate").ok().flatten().unwrap_or_default();
    match crate::oauth::Certificate::parse(given) {
        Ok(certificate) => {
            state.certificate = Some(certificate.to_pem());
            pages::keys(Some(&certificate.fingerprint()), None)
        }
        Err(error) => pages::keys(None, Some(&error.to_string())),
    }
}

/// The client that authenticates with an assertion (RFC 7523 section 3): issuer and subject are the client.
pub(crate) fn client(state: &mut State, body: &Parameters, now: &Now) -> Result<Registration, Refusal> {
    if body.required("client_assertion_type")? != CLIENT_ASSERTION {
        let words = format!("`client_assertion_type` must be `{CLIENT_ASSERTION}`");
        return Err(Refusal::new(ErrorCode::InvalidRequest, words));
    }
    let (registration, claims) = verified(state, body.required("client_assertion")?, now)
        .map_err(|words| refused(ErrorCode::InvalidClient, words))?;
    let fits = claims.get("sub").and_then(Value::as_str) == Some(&*registration.id);
    if !fits {
        return Err(refused(ErrorCode::InvalidClient, "`sub` must be the client, as `iss` is"));
    }
    if body.one("client_id")?.is_some_and(|id| id != registration.id) {
        return Err(refused(ErrorCode::InvalidClient, "`client_id` and the assertion name different clients"));
    }
    Ok(registration)
}

/// The access that an assertion asks for: the client that issued it, and the person it names.
pub(crate) fn grant(
    state: &mut State,
    body: &Parameters,
    now: &Now,
) -> Result<(Registration, Option<String>), Refusal> {
    let assertion = body.required("assertion")?;
    let (registration, claims) =
        verified(state, assertion, now).map_err(|words| refused(ErrorCode::InvalidGrant, words))?;
    let person = claims.get("sub").and_then(Value::as_str).filter(|sub| *sub != registration.id);
    Ok((registration, person.map(str::to_owned)))
}

fn refused(code: ErrorCode, words: impl AsRef<str>) -> Refusal {
    Refusal::new(code, format!("the assertion: {}", words.as_ref()))
}

/// The client that signed it and its claims, or the problem.
fn verified(state: &mut State, token: &str, now: &Now) -> Result<(Registration, Claims), String> {
    let read = jsonwebtoken::dangerous::insecure_decode::<Claims>(token);
    let read = read.map_err(|_| "it is no signed JWT".to_owned())?;
    let issuer = read.claims.get("iss").and_then(Value::as_str).ok_or("`iss` is missing")?;
    let registration = state.clients.find(issuer).ok_or("`iss` is no client here")?;
    let algorithm = read.header.alg;
    let key = key(state, &registration, algorithm)?;
    let claims =
        signed_claims(token, &key, algorithm).map_err(|_| "the signature is not of the key that is known here")?;
    check_audience(state, &claims)?;
    check_times(&claims, now.time.as_second())?;
    take_id(state, &claims)?;
    Ok((registration, claims))
}

/// The key that verifies what a client signs by this algorithm.
pub(crate) fn key(state: &State, registration: &Registration, algorithm: Algorithm) -> Result<DecodingKey, String> {
    if let Some(secret) = &registration.secret {
        let right = algorithm == Algorithm::HS256;
        return right
            .then(|| DecodingKey::from_secret(secret.as_bytes()))
            .ok_or_else(|| "this client signs with its secret, by `HS256`".to_owned());
    }
    if !registration.signs {
        return Err("this is a public client: it signs nothing".to_owned());
    }
    if !BY_KEY.iter().any(|name| Algorithm::from_str(name).is_ok_and(|known| known == algorithm)) {
        return Err(format!("`alg` must be one of {}", BY_KEY.join(" ")));
    }
    if let Some(keys) = state.clients.keys(&registration.id) {
        let fits = |key: &Jwk| DecodingKey::from_jwk(key).ok();
        return keys.keys.iter().find_map(fits).ok_or_else(|| "the client was registered without a key".to_owned());
    }
    let certificate = state.certificate.as_ref().ok_or_else(|| {
        format!("no certificate was uploaded; open {}{CERTIFICATE_PAGE} while the practice service runs", state.issuer)
    })?;
    key_of(certificate, algorithm).ok_or_else(|| "`alg` does not fit the certificate that was uploaded".to_owned())
}

/// The key of a PEM certificate, if it can verify this algorithm.
pub(crate) fn key_of(certificate: &str, algorithm: Algorithm) -> Option<DecodingKey> {
    let pem = certificate.as_bytes();
    match algorithm {
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_pem(pem).ok(),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem).ok(),
        _ => DecodingKey::from_rsa_pem(pem).ok(),
    }
}

/// The claims of a JWT with a verified signature; the caller judges them by the server's clock.
pub(crate) fn signed_claims(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<Claims, jsonwebtoken::errors::Error> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode(token, key, &validation).map(|data| data.claims)
}

/// The issuer or its token endpoint (RFC 7523 section 3).
fn check_audience(state: &State, claims: &Claims) -> Result<(), String> {
    let endpoint = format!("{}{TOKEN}", state.issuer);
    let is_here = |value: &Value| value.as_str().is_some_and(|text| text == state.issuer || text == endpoint);
    let fits = match claims.get("aud") {
        Some(Value::Array(items)) => items.iter().any(is_here),
        Some(one) => is_here(one),
        None => false,
    };
    if fits { Ok(()) } else { Err(format!("`aud` must be `{endpoint}` or the issuer")) }
}

fn check_times(claims: &Claims, now: i64) -> Result<(), String> {
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let expires = time("exp").ok_or("`exp` is missing")?;
    if expires <= now {
        return Err("it has expired".to_owned());
    }
    let issued = time("iat").unwrap_or(now);
    if issued > now + SKEW {
        return Err("`iat` is in the future".to_owned());
    }
    if expires - issued > LONGEST_LIFE {
        return Err(format!("it lives longer than {LONGEST_LIFE} seconds"));
    }
    Ok(())
}

/// A reused assertion may be stolen.
fn take_id(state: &mut State, claims: &Claims) -> Result<(), String> {
    let Some(id) = claims.get("jti").and_then(Value::as_str) else { return Ok(()) };
    let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    let key = format!("{issuer} {id}");
    if state.assertions.get(&key).is_some() {
        return Err("its `jti` was used already".to_owned());
    }
    state.assertions.insert(&key, ());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{AssertionAlgorithm, KeyPair, make_key_pair};
    use crate::practice::contract::{CLIENT_ID, CLIENT_SECRET, KEY_CLIENT_ID};
    use crate::practice::state::PracticeOptions;
    use jiff::Timestamp;
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;
    use std::time::Duration;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "http://127.0.0.1:4321";

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).expect("a time")
    }

    fn state(certificate: Option<String>) -> State {
        State { certificate, ..State::new(PracticeOptions::default(), 4321, None) }
    }

    fn pair() -> KeyPair {
        make_key_pair(AssertionAlgorithm::ES256, 2048, "a test", now(), Duration::from_hours(24)).expect("a pair")
    }

    fn claims(change: &Value) -> Value {
        let mut claims = json!({ "iss": KEY_CLIENT_ID, "sub": KEY_CLIENT_ID, "aud": ISSUER, "iat": NOW, "exp": NOW + 60, "jti": "1" });
        for (name, value) in change.as_object().expect("an object").clone() {
            claims[name] = value;
        }
        claims
    }

    /// What the service says to a client that proves itself so.
    fn said(state: &mut State, token: &str) -> Result<String, String> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_assertion_type", CLIENT_ASSERTION)
            .append_pair("client_assertion", token)
            .finish();
        let now = Now::new(now(), [7; 32]);
        let client = client(state, &Parameters::form(&body), &now);
        client.map(|registration| registration.id.into_owned()).map_err(|refusal| refusal.description)
    }

    #[track_caller]
    fn check(change: &Value, expected: Result<&'static str, &str>) {
        let pair = pair();
        let key = EncodingKey::from_ec_pem(pair.private_key.expose().as_bytes()).expect("a key");
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims(change), &key).expect("signed");
        assert_eq!(
            said(&mut state(pair.certificate), &token),
            expected.map(str::to_owned).map_err(str::to_owned),
            "{change}"
        );
    }

    #[test]
    fn a_client_with_its_certificate_uploaded_is_believed_and_each_slip_is_told() {
        check(&json!({}), Ok(KEY_CLIENT_ID));
        check(&json!({ "aud": [format!("{ISSUER}/token"), "x"] }), Ok(KEY_CLIENT_ID));
        check(&json!({ "iss": "nobody" }), Err("the assertion: `iss` is no client here"));
        check(&json!({ "iss": "practice-public" }), Err("the assertion: this is a public client: it signs nothing"));
        check(&json!({ "sub": "Ada" }), Err("the assertion: `sub` must be the client, as `iss` is"));
        let audience = "the assertion: `aud` must be `http://127.0.0.1:4321/token` or the issuer";
        check(&json!({ "aud": "https://elsewhere.test" }), Err(audience));
        check(&json!({ "exp": NOW }), Err("the assertion: it has expired"));
        check(&json!({ "exp": null }), Err("the assertion: `exp` is missing"));
        check(&json!({ "exp": NOW + 3601 }), Err("the assertion: it lives longer than 3600 seconds"));
        check(&json!({ "iat": NOW + 90, "exp": NOW + 100 }), Err("the assertion: `iat` is in the future"));
    }

    #[test]
    fn an_assertion_is_taken_once_and_only_by_the_key_that_was_uploaded() {
        let (pair, other) = (pair(), pair());
        let key = |pair: &KeyPair| EncodingKey::from_ec_pem(pair.private_key.expose().as_bytes()).expect("a key");
        let sign = |pair: &KeyPair| {
            jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims(&json!({})), &key(pair)).expect("signed")
        };
        let mut uploaded = state(pair.certificate.clone());
        let unknown = "the assertion: the signature is not of the key that is known here";
        assert_eq!(said(&mut uploaded, &sign(&other)), Err(unknown.to_owned()));
        let token = sign(&pair);
        assert_eq!(said(&mut uploaded, &token), Ok(KEY_CLIENT_ID.to_owned()));
        assert_eq!(said(&mut uploaded, &token), Err("the assertion: its `jti` was used already".to_owned()));
        let none = "the assertion: no certificate was uploaded; open http://127.0.0.1:4321/keys while the practice service runs";
        assert_eq!(said(&mut state(None), &sign(&pair)), Err(none.to_owned()));
        assert_eq!(said(&mut state(None), "a.b.c"), Err("the assertion: it is no signed JWT".to_owned()));
    }

    #[test]
    fn a_client_with_a_secret_signs_with_it_by_hs256_only() {
        let own = claims(&json!({ "iss": CLIENT_ID, "sub": CLIENT_ID }));
        let sign = |algorithm, secret: &str| {
            let key = EncodingKey::from_secret(secret.as_bytes());
            jsonwebtoken::encode(&Header::new(algorithm), &own, &key).expect("signed")
        };
        assert_eq!(said(&mut state(None), &sign(Algorithm::HS256, CLIENT_SECRET)), Ok(CLIENT_ID.to_owned()));
        let wrong = Err("the assertion: the signature is not of the key that is known here".to_owned());
        assert_eq!(said(&mut state(None), &sign(Algorithm::HS256, "another")), wrong);
        let other = Err("the assertion: this client signs with its secret, by `HS256`".to_owned());
        assert_eq!(said(&mut state(None), &sign(Algorithm::HS384, CLIENT_SECRET)), other);
    }

    #[test]
    fn a_certificate_is_uploaded_as_pem_and_its_fingerprint_shown() {
        let mut state = state(None);
        let upload = |state: &mut State, text: &str| {
            let body = form_urlencoded::Serializer::new(String::new()).append_pair("certificate", text).finish();
            super::upload(state, &Parameters::form(&body)).status
        };
        assert_eq!(upload(&mut state, "no certificate"), 400);
        assert_eq!(state.certificate, None);
        let certificate = pair().certificate.expect("a certificate");
        assert_eq!(upload(&mut state, &certificate), 200);
        assert_eq!(state.certificate.map(|kept| kept.replace('\n', "")), Some(certificate.replace(['\r', '\n'], "")));
    }
}
