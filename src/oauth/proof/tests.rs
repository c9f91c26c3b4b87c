//! Against the examples that RFC 9449 prints.

use std::time::Duration;

use super::*;
use crate::oauth::{Inspected, KeySet, SignatureCheck, make_proof_key, thumbprint};

/// RFC 9449 section 4.1.
const OF_TOKEN_REQUEST: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0Vj\
    NoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6\
    IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2Vu\
    IiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
/// RFC 9449 section 7.1.
const OF_RESOURCE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklD\
    UkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMj\
    U2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZW\
    RyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRq\
    zhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
/// RFC 9449 section 7.1.
const ACCESS_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
/// RFC 9449 section 6.1.
const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

/// Header and claims of a proof, whose signature by the key in it is checked.
fn checked(proof: &str) -> (Json, Json) {
    let proof = Secret::new(proof);
    let jwt = decode_jwt(&proof).expect("a JWT");
    let keys = KeySet::parse(&json!({ "keys": [jwt.header["jwk"]] }).to_string()).expect("a key set");
    let inspected = Inspected::read(&proof);
    assert!(matches!(keys.check(&proof, &inspected), SignatureCheck::Valid { .. }));
    (jwt.header, jwt.claims)
}

#[test]
fn the_proofs_that_the_rfc_prints_are_valid_and_of_the_key_that_it_names() {
    for proof in [OF_TOKEN_REQUEST, OF_RESOURCE] {
        let (header, _) = checked(proof);
        assert_eq!(thumbprint(&header["jwk"]).as_deref(), Some(THUMBPRINT));
    }
}

#[test]
fn the_claims_are_those_that_the_rfc_prints() {
    let at = |second| Timestamp::from_second(second).expect("a time");
    let token = Secret::new(ACCESS_TOKEN);
    let of_token =
        ProvedRequest { method: "POST", url: "https://server.example.com/token", access_token: None, nonce: None };
    let of_resource = ProvedRequest {
        method: "GET",
        url: "https://resource.example.org/protectedresource",
        access_token: Some(&token),
        nonce: None,
    };
    for (proof, request, id, now) in [
        (OF_TOKEN_REQUEST, of_token, "-BwC3ESc6acc2lTc", 1_562_262_616),
        (OF_RESOURCE, of_resource, "e1j3V_bKic8-LAEB", 1_562_262_618),
    ] {
        let (header, claims) = checked(proof);
        let ours = request.proof(header["jwk"].clone(), at(now), id);
        assert_eq!(Json::Object(ours.claims.clone()), claims);
        assert_eq!(ours.whole_header(AssertionAlgorithm::ES256), header);
    }
}

#[test]
fn a_proof_is_signed_by_each_kind_of_key_and_verified_by_what_it_carries() {
    for algorithm in [
        AssertionAlgorithm::ES256,
        AssertionAlgorithm::ES384,
        AssertionAlgorithm::ES512,
        AssertionAlgorithm::PS256,
        AssertionAlgorithm::EdDSA,
    ] {
        let key = make_proof_key(algorithm).expect("a key").signing_key().expect("usable");
        let request = ProvedRequest { method: "GET", url: "https://a.test/x", access_token: None, nonce: Some("n-1") };
        let jwt = request.proof(key.public_jwk().expect("public"), Timestamp::UNIX_EPOCH, "1");
        let used = proof_algorithm(&key, Some(algorithm));
        let (header, claims) = checked(jwt.sign(&key, used).expect("signed").expose());
        assert_eq!((header["alg"].as_str(), &claims["nonce"]), (Some(algorithm.as_str()), &json!("n-1")));
        assert!(header["jwk"].get("d").is_none());
    }
}

#[test]
fn the_url_of_a_proof_has_no_query_and_no_fragment() {
    for (url, expected) in [
        ("https://a.test/x?y=z&a=b#c", "https://a.test/x"),
        ("https://A.test:443?q", "https://a.test/"),
        ("http://127.0.0.1:8080/a%20b/../c", "http://127.0.0.1:8080/c"),
        ("https://user:word@a.test/x", "https://a.test/x"),
    ] {
        assert_eq!(htu(url), expected, "{url}");
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Secret::new(body),
        elapsed: Duration::ZERO,
        received_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn a_nonce_is_taken_from_any_reply_if_it_is_one() {
    for status in [200, 204, 400, 401, 500] {
        let reply = reply(status, &[("dpop-nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v")], "");
        assert_eq!(proof_nonce(&reply), Some("eyJ7S_zG.eyJH0-Z.HX4w-7v"));
    }
}

#[test]
fn what_is_no_nonce_is_never_given_back() {
    let long = "n".repeat(LONGEST_NONCE + 1);
    for value in ["", " ", "a b", "a\"b", "a\\b", "é", "a\r\nX: y", "\u{7f}", &long] {
        assert_eq!(proof_nonce(&reply(400, &[("dpop-nonce", value)], "")), None, "{value:?}");
    }
    let twice = reply(400, &[("dpop-nonce", "a"), ("dpop-nonce", "b")], "");
    assert_eq!(proof_nonce(&twice), None, "nobody can say which of two");
    assert_eq!(proof_nonce(&reply(400, &[], "")), None);
}

#[test]
fn only_the_code_in_its_own_place_asks_for_a_nonce() {
    let body = r#"{"error":"use_dpop_nonce"}"#;
    let wants = |status, headers: &[(&str, &str)], body: &str| {
        let reply = reply(status, headers, body);
        [ProofFor::AuthorizationServer, ProofFor::ResourceServer].map(|by| wants_proof_nonce(&reply, by))
    };
    let json = [("content-type", "application/json")];
    assert_eq!(wants(400, &json, body), [true, false]);
    assert_eq!(wants(200, &json, body), [false, false], "a success was acted upon");
    assert_eq!(wants(500, &json, body), [false, false]);
    let described = r#"{"error":"invalid_grant","error_description":"use_dpop_nonce"}"#;
    assert_eq!(wants(400, &json, described), [false, false]);
    let challenge = |value| wants(401, &[("www-authenticate", value)], "");
    assert_eq!(challenge(r#"DPoP error="use_dpop_nonce", algs="ES256""#), [false, true]);
    assert_eq!(challenge(r#"dpop algs="ES256 PS256", error=use_dpop_nonce"#), [false, true]);
    assert_eq!(challenge(r#"Bearer realm="a", DPoP error="use_dpop_nonce""#), [false, true]);
    assert_eq!(challenge(r#"DPoP algs="ES256", Bearer error="use_dpop_nonce""#), [false, false]);
    assert_eq!(challenge(r#"DPoP error="invalid_token", error_description="use_dpop_nonce""#), [false, false]);
}

#[test]
fn the_key_that_a_token_names_is_read_where_the_token_can_be() {
    let token = |claims: Json| {
        let jwt = UnsignedJwt { claims: claims.as_object().cloned().expect("an object"), ..UnsignedJwt::default() };
        bound_to(&jwt.unsigned(AssertionAlgorithm::ES256))
    };
    assert_eq!(token(json!({ "cnf": { "jkt": THUMBPRINT } })).as_deref(), Some(THUMBPRINT));
    for other in
        [json!({}), json!({ "cnf": "x" }), json!({ "cnf": { "x5t#S256": "x" } }), json!({ "cnf": { "jkt": 7 } })]
    {
        assert_eq!(token(other), None);
    }
    assert_eq!(bound_to(&Secret::new(ACCESS_TOKEN)), None);
}
