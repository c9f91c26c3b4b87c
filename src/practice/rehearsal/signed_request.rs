//! The authorization request in a signed request object (JAR, RFC 9101), encrypted or not, judged as a service would, and then
//! read as if its parameters had come by themselves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::oauth::{KeyPair, decrypt};
use crate::practice::checks::assertion::{Claims, key_of, signed_claims};
use crate::practice::http::message::{Parameters, Request};
use crate::practice::rehearsal::contract::RehearsalContract;
use crate::practice::rehearsal::facts::Facts;
use crate::secret::Secret;

/// The claims that are about the object, and no parameters.
const OF_THE_OBJECT: [&str; 6] = ["iss", "aud", "iat", "nbf", "exp", "jti"];

/// The request with the parameters of its object in place of the object, and what is wrong with that.
pub(crate) fn opened(
    contract: &RehearsalContract,
    stage: &str,
    request: &Request,
    (facts, now): (&Facts, Timestamp),
) -> (Request, Vec<String>) {
    let service = &contract.service;
    let mut request = request.clone();
    let is_pushed = service.pushed_authorization.is_some();
    let signed = if is_pushed { "pushed_authorization" } else { "authorization" };
    if service.signed_request.is_none() || stage != signed {
        return (request, Vec::new());
    }
    let sent = if is_pushed { Parameters::form(request.body.expose()) } else { request.query.clone() };
    let object = sent.one("request").ok().flatten().unwrap_or_default();
    let verified = decrypted(object, contract.decryption.as_ref())
        .and_then(|object| verified(object.expose(), contract.certificate.as_deref()));
    let claims = match verified {
        Ok(claims) => claims,
        Err(complaint) => return (request, vec![complaint]),
    };
    let complaints = complaints(&claims, facts, now);
    let outside = sent.pairs().filter(|(name, _)| *name != "request" && !claims.contains_key(*name));
    let mut pairs: Vec<(String, String)> = outside.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let inside = claims.iter().filter(|(name, _)| !OF_THE_OBJECT.contains(&name.as_str()));
    pairs.extend(inside.flat_map(|(name, value)| match value {
        Json::String(text) => vec![(name.clone(), text.clone())],
        Json::Array(items) if items.iter().all(Json::is_string) => {
            items.iter().filter_map(Json::as_str).map(|item| (name.clone(), item.to_owned())).collect()
        }
        other => vec![(name.clone(), other.to_string())],
    }));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if is_pushed {
        request.body = Secret::new(form);
    } else {
        request.query = Parameters::form(&form);
    }
    (request, complaints)
}

/// The signed object; an encrypted one has five parts (RFC 7516 section 3.1).
fn decrypted(object: &str, key: Option<&KeyPair>) -> Result<Secret, String> {
    if key.is_some() && object.split('.').count() != 5 {
        return Err("the request object is not encrypted".to_owned());
    }
    match key {
        None => Ok(Secret::new(object)),
        Some(_) => {
            decrypt(&Secret::new(object), key).map_err(|error| format!("the request object is not decrypted: {error}"))
        }
    }
}

fn verified(object: &str, certificate: Option<&str>) -> Result<Claims, String> {
    let part = object.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok());
    let header = header.ok_or("the authorization request is not signed: it has no `request`")?;
    if header["typ"] != "oauth-authz-req+jwt" {
        return Err("`typ` of the request object is not `oauth-authz-req+jwt`".to_owned());
    }
    let algorithm = header["alg"].as_str().and_then(|name| name.parse().ok());
    let algorithm = algorithm.ok_or("the algorithm of the request object is not verified here")?;
    let key = certificate.and_then(|certificate| key_of(certificate, algorithm));
    let key = key.ok_or("no certificate was uploaded that fits the request object")?;
    signed_claims(object, &key, algorithm).map_err(|error| format!("the request object is not verified: {error}"))
}

fn complaints(claims: &Claims, facts: &Facts, now: Timestamp) -> Vec<String> {
    let mut complaints = Vec::new();
    let client_id = facts.value("client_id");
    for name in ["iss", "client_id"] {
        if claims.get(name).and_then(Json::as_str) != Some(client_id) {
            complaints.push(format!("`{name}` of the request object is not the client ID"));
        }
    }
    let time = |name: &str| claims.get(name).and_then(Json::as_i64);
    if time("exp").is_none_or(|at| at <= now.as_second()) || time("nbf").is_none_or(|at| at > now.as_second()) {
        complaints.push("the request object has no `exp` or `nbf`, or is not of this time".to_owned());
    }
    for name in ["aud", "jti"] {
        if claims.get(name).and_then(Json::as_str).is_none_or(str::is_empty) {
            complaints.push(format!("the request object has no `{name}`"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{AssertionAlgorithm, make_proof_key};

    #[test]
    fn an_object_that_is_only_signed_is_refused_where_it_is_to_be_encrypted() {
        let key = make_proof_key(AssertionAlgorithm::ES256).expect("a key");
        let refused = |object: &str| decrypted(object, Some(&key)).expect_err("refused");
        assert_eq!(refused("a.b.c"), "the request object is not encrypted");
        assert!(refused("a.b.c.d.e").starts_with("the request object is not decrypted: "));
        assert_eq!(decrypted("a.b.c", None).expect("as it is").expose(), "a.b.c");
    }
}
