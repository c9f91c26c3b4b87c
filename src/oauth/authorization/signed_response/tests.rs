use serde_json::{Map, json};

use super::*;
use crate::oauth::{
    AssertionAlgorithm, ExpectedResponse, KeyPair, RefusalNames, SigningKey, UnsignedJwt, make_proof_key,
};

const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

fn key(algorithm: AssertionAlgorithm) -> SigningKey {
    make_proof_key(algorithm).as_ref().ok().and_then(KeyPair::signing_key).expect("a key")
}

fn keys(key: &SigningKey, id: &str) -> KeySet {
    let mut jwk = key.public_jwk().expect("a public key");
    jwk["kid"] = id.into();
    KeySet::parse(&json!({ "keys": [jwk] }).to_string()).expect("a key set")
}

fn expected() -> ExpectedSignature {
    let (issuer, client_id) = ("https://as.test".to_owned(), "mine".to_owned());
    ExpectedSignature { issuer, client_id, is_fapi: false, decryption_key: None }
}

fn claims() -> Map<String, Json> {
    let claims = json!({
        "iss": "https://as.test", "aud": "mine", "exp": NOW + 600, "state": "xyz", "code": "c-1", "realmId": 46,
    });
    claims.as_object().expect("an object").clone()
}

fn response(token: &Secret) -> Parameters {
    vec![("response".to_owned(), token.expose().to_owned())]
}

/// What is said of a response with these claims, which the right key signed.
fn refused(change: impl FnOnce(&mut Map<String, Json>)) -> String {
    let mut claims = claims();
    change(&mut claims);
    let token =
        UnsignedJwt { header: Map::new(), claims }.sign(&key(AssertionAlgorithm::ES256), AssertionAlgorithm::ES256);
    let read = expected().read(&response(&token.expect("signed")), "xyz", now());
    let error = read.expect_err("refused");
    assert!(!error.is_final(), "what is not believed ends no sign-in");
    let told = error.diagnose();
    assert!(told.hint.is_some(), "{}", told.summary);
    assert!(!format!("{told:?}").contains("c-1"), "the code is told");
    told.summary
}

#[test]
fn a_signed_response_is_its_parameters() {
    let own = key(AssertionAlgorithm::PS256);
    let jwt = UnsignedJwt { header: json!({ "kid": "k" }).as_object().expect("an object").clone(), claims: claims() };
    let token = jwt.sign(&own, AssertionAlgorithm::PS256).expect("signed");
    let read = || expected().read(&response(&token), "xyz", now()).expect("read");
    assert_eq!(read().key_id(), Some("k"));
    let parameters = read().verified(&keys(&own, "k")).expect("verified");
    let plain = ExpectedResponse {
        state: "xyz".into(),
        issuer: Some("https://as.test".into()),
        sends_issuer: true,
        code_parameter: "code".into(),
        refusal: RefusalNames::default(),
        hmac_secret: None,
    };
    let response = plain.read(&parameters).expect("believed");
    assert_eq!((response.code.expose(), response.extras), ("c-1", vec![("realmId".into(), "46".into())]));

    // Another key of the same name, then one of another name.
    assert_eq!(read().verified(&keys(&key(AssertionAlgorithm::PS256), "k")), Err(SignedResponseError::WrongSignature));
    let unknown = read().verified(&keys(&own, "other")).expect_err("unknown");
    let words = "the response is signed with a key that its issuer does not publish (`k`)";
    assert_eq!(unknown.to_string(), words);
}

#[test]
fn each_claim_is_checked_before_the_signature() {
    let remove = |name: &'static str| move |claims: &mut Map<String, Json>| drop(claims.remove(name));
    let set =
        |name: &'static str, value: Json| move |claims: &mut Map<String, Json>| drop(claims.insert(name.into(), value));
    assert_eq!(refused(remove("state")), "the response has no `state`, so it cannot be told from a forged one");
    assert_eq!(refused(set("state", json!("abc"))), "the response has another `state` than the one that was sent");
    let issuer = "the response does not name its issuer (`iss`), which should be `https://as.test`";
    assert_eq!(refused(remove("iss")), issuer);
    assert_eq!(refused(set("iss", json!(""))), issuer);
    assert_eq!(
        refused(set("iss", json!("https://as.test/"))),
        "the response comes from `https://as.test/`, not from `https://as.test`"
    );
    let audience = "the response names no audience (`aud`), and should name the client `mine`";
    for none in [json!([]), json!(7), json!(null)] {
        assert_eq!(refused(set("aud", none)), audience);
    }
    assert_eq!(refused(remove("aud")), audience);
    let other = "the response is for `other` (`aud`), not for the client `mine`";
    assert_eq!(refused(set("aud", json!(["other"]))), other);
    assert_eq!(refused(remove("exp")), "the response does not say when it expires (`exp`)");
    assert_eq!(refused(set("exp", json!("soon"))), "the response does not say when it expires (`exp`)");
    let expired = "the response expired 2 min ago (`exp`), by the clock of this machine";
    assert_eq!(refused(set("exp", json!(NOW - 120))), expired);
}

#[test]
fn a_refusal_that_is_not_believed_is_told_all_the_same() {
    let told = refused(|claims| {
        claims.insert("error".into(), json!("access_denied"));
        claims.insert("state".into(), json!("abc"));
    });
    assert_eq!(told, "the response has another `state` than the one that was sent; it says `access_denied`");
}

#[test]
fn what_nobody_signed_is_refused_by_what_it_says_of_itself() {
    let told = |expected: &ExpectedSignature, token: &str| {
        let read = expected.read(&response(&Secret::new(token)), "xyz", now());
        read.expect_err("refused").to_string()
    };
    let part = |json: Json| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, json.to_string());
    let claims = part(Json::Object(claims()));
    for algorithm in [json!({ "alg": "none" }), json!({ "alg": "NoNe" }), json!({ "typ": "JWT" })] {
        let words = "the response has no signature (its `alg` is `none`), so anybody can have written it";
        assert_eq!(told(&expected(), &format!("{}.{claims}.", part(algorithm))), words);
    }
    let words =
        "the response is signed with a shared secret (`HS256`), and should be with a key that its issuer publishes";
    assert_eq!(told(&expected(), &format!("{}.{claims}.c2ln", part(json!({ "alg": "HS256" })))), words);
    for text in ["", "c-1", "a.b.c"] {
        assert_eq!(told(&expected(), text), "the response is no signed JSON Web Token");
    }
    let strict = ExpectedSignature { is_fapi: true, ..expected() };
    let words = "the response is signed by `RS256`, which is not accepted here";
    assert_eq!(told(&strict, &format!("{}.{claims}.c2ln", part(json!({ "alg": "RS256" })))), words);

    // What the library does not know, or is demanded of it, is found with the keys.
    let verified = |header: Json| {
        let token = Secret::new(format!("{}.{claims}.c2ln", part(header)));
        let read = expected().read(&response(&token), "xyz", now()).expect("read");
        read.verified(&keys(&key(AssertionAlgorithm::ES256), "k")).expect_err("refused")
    };
    assert_eq!(verified(json!({ "alg": "ES256K" })), SignedResponseError::Algorithm("ES256K".into()));
    let demanding = json!({ "alg": "ES256", "crit": ["b64"], "b64": false });
    assert_eq!(verified(demanding), SignedResponseError::UnknownExtension);
}

#[test]
fn a_plain_response_and_a_repeated_one_are_refused() {
    let read = |parameters: &[(&str, &str)]| {
        let parameters: Parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        expected().read(&parameters, "xyz", now()).expect_err("refused")
    };
    let plain = read(&[("code", "c-1"), ("state", "xyz"), ("iss", "https://as.test")]);
    assert_eq!(plain.to_string(), "the response is not signed, and a signed one was asked for");
    let denied = read(&[("error", "access_denied"), ("state", "xyz")]).diagnose();
    assert!(denied.summary.ends_with("; it says `access_denied`"), "{denied:?}");
    assert!(denied.hint.is_some_and(|hint| hint.starts_with("if you declined")));
    let twice = read(&[("response", "a.b.c"), ("response", "d.e.f")]);
    assert_eq!(twice, AuthorizationError::Duplicate("response".into()));
    // A claim that occurs twice: which one counts depends on the reader.
    let part = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
    let token = format!("{}.{}.c2ln", part("{\"alg\":\"ES256\"}"), part("{\"state\":\"abc\",\"state\":\"xyz\"}"));
    assert_eq!(read(&[("response", &token)]), AuthorizationError::Duplicate("state".into()));
}

#[test]
fn an_encrypted_response_is_decrypted_first_and_then_checked_like_any_other() {
    let pair = make_proof_key(AssertionAlgorithm::ES256).expect("a key");
    let encrypted = Secret::new("eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSJ9.AA.AA.AA.AA");
    let read = |decryption_key: Option<KeyPair>| {
        let expected = ExpectedSignature { decryption_key, ..expected() };
        expected.read(&response(&encrypted), "xyz", now()).expect_err("refused").to_string()
    };
    let words = "the response cannot be read: it is encrypted, and the profile has no private key to decrypt it with";
    assert_eq!(read(None), words);
    assert!(read(Some(pair)).starts_with("the response cannot be read: it cannot be decrypted with the key"));
}
