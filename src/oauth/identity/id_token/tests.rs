use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::*;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://op.example";
/// The example of OpenID Connect Core 1.0 appendix A.4: this access token and code have these hashes.
const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
const ACCESS_TOKEN_HASH: &str = "77QmUPtjPfzWtF2AnpK9RQ";
const CODE: &str = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
const CODE_HASH: &str = "LDktKdoQak3Pk0cnXxCltA";

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

fn good() -> Json {
    json!({
        "iss": ISSUER, "sub": "ada", "aud": "it", "azp": "it", "exp": NOW + 60, "iat": NOW - 5, "nonce": "n-0S6",
        "at_hash": ACCESS_TOKEN_HASH, "c_hash": CODE_HASH,
    })
}

fn token(header: &Json, claims: &Json) -> Inspected {
    let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    Inspected::read(&Secret::new(format!("{}.{}.c2ln", part(header), part(claims))))
}

fn checks_of(token: &Inspected) -> Vec<IdTokenCheck> {
    checks_asking(token, Answered::default())
}

fn checks_asking(token: &Inspected, asked: Answered<'_>) -> Vec<IdTokenCheck> {
    let (access_token, code) = (Secret::new(ACCESS_TOKEN), Secret::new(CODE));
    let expected = ExpectedIdToken {
        issuer: Some(ISSUER),
        is_own_issuer: true,
        is_fapi: false,
        client_id: "it",
        signature: Verdict::Passed,
        access_token: Some(&access_token),
        answers: Some(Answered { nonce: Some("n-0S6"), state: Some("xyz"), code: Some(&code), ..asked }),
    };
    check_id_token(token, &expected, now())
}

/// The words of the names of what fails of the good token with these claims; `null` takes one out.
fn failing(changes: &Json) -> Vec<&'static str> {
    let mut claims = good();
    for (name, value) in changes.as_object().expect("an object") {
        claims[name] = value.clone();
    }
    claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    let failed = |check: &IdTokenCheck| matches!(check.verdict, Verdict::Failed(_)).then(|| check.checked.word());
    checks_of(&token(&json!({ "alg": "RS256" }), &claims)).iter().filter_map(failed).collect()
}

#[test]
fn a_good_token_passes_every_check_that_can_be_made() {
    let checks = checks_of(&token(&json!({ "alg": "RS256" }), &good()));
    let passed = checks.iter().filter(|check| check.verdict == Verdict::Passed).count();
    assert_eq!((checks.len(), passed, failed_words(&checks)), (14, 11, None), "{checks:?}");
    assert_eq!(id_token_words(&checks), "Signed by its issuer and meant for this client: 11 checks passed");
}

#[test]
fn when_a_person_signed_in_is_counted_by_the_clock_of_the_issuer() {
    let verdict = |claims: Json, asked: Option<(u64, i64)>| {
        let mut all = good();
        all.as_object_mut().expect("an object").extend(claims.as_object().expect("an object").clone());
        let at = |second| Timestamp::from_second(second).expect("a time");
        let max_age = asked.map(|(seconds, asked_at)| (seconds, at(asked_at)));
        let asked = Answered { max_age, ..Answered::default() };
        let checks = checks_asking(&token(&json!({ "alg": "RS256" }), &all), asked);
        checks.into_iter().find(|check| check.checked == Checked::AuthenticationTime).expect("made").verdict
    };
    // The token was issued at NOW - 5; the browser was sent off at NOW - 30.
    for (auth_time, max_age) in [(NOW - 35, 0), (NOW - 37, 0), (NOW - 335, 300), (NOW, 0)] {
        assert_eq!(
            verdict(json!({ "auth_time": auth_time }), Some((max_age, NOW - 30))),
            Verdict::Passed,
            "{auth_time}"
        );
    }
    let words = "by its `auth_time` the person signed in 40 s before, and `max_age` was 0 s";
    let early = verdict(json!({ "auth_time": NOW - 45 }), Some((0, NOW - 30)));
    assert_eq!(early, Verdict::Failed(words.to_owned()));
    assert_eq!(verdict(json!({}), Some((9, NOW))), Verdict::Failed("it has no `auth_time`".to_owned()));
    let text = verdict(json!({ "auth_time": "now" }), Some((9, NOW)));
    assert_eq!(text, Verdict::Failed("its `auth_time` is not a number of seconds since 1970".to_owned()));
    // An issuer whose clock is an hour behind is as good.
    let behind = json!({ "iat": NOW - 3605, "auth_time": NOW - 3605, "exp": NOW + 60 });
    assert_eq!(verdict(behind, Some((0, NOW - 30))), Verdict::Passed);
    assert!(matches!(verdict(json!({ "auth_time": 1 }), None), Verdict::NotChecked(_)));
}

#[test]
fn a_kind_of_authentication_that_is_wished_for_and_not_given_is_told_and_fails_nothing() {
    let verdict = |acr: &Json, acr_values: &str| {
        let mut claims = good();
        claims["acr"] = acr.clone();
        let asked = Answered { acr_values, ..Answered::default() };
        let checks = checks_asking(&token(&json!({ "alg": "RS256" }), &claims), asked);
        assert_eq!(failed_words(&checks), None);
        let unmet = unmet_words(&checks);
        let check = checks.into_iter().find(|check| check.checked == Checked::AuthenticationContext);
        (check.expect("made").verdict.word(), unmet)
    };
    assert_eq!(verdict(&json!("b"), "a b"), ("passed", None));
    let words = "the person signed in by `c` (`acr`), and `a b` was asked for";
    assert_eq!(verdict(&json!("c"), "a b"), ("unmet", Some(words.to_owned())));
    assert_eq!(verdict(&json!(null), "a").0, "unmet");
    assert_eq!(verdict(&json!("c"), ""), ("not-checked", None));
}

#[test]
fn each_wrong_or_missing_claim_fails_the_check_of_its_name_alone() {
    let check = |changes: Json, name: &str| assert_eq!(failing(&changes), [name], "{changes}");
    check(json!({ "iss": "https://other.example" }), "iss");
    check(json!({ "iss": null }), "iss");
    check(json!({ "iss": "" }), "iss");
    check(json!({ "aud": "other" }), "aud");
    check(json!({ "aud": null }), "aud");
    check(json!({ "aud": [] }), "aud");
    check(json!({ "aud": ["it", "other"], "azp": null }), "aud");
    check(json!({ "azp": "other" }), "azp");
    check(json!({ "azp": 7 }), "azp");
    check(json!({ "exp": NOW - 3600 }), "exp");
    check(json!({ "exp": null }), "exp");
    check(json!({ "exp": "soon" }), "exp");
    check(json!({ "iat": NOW - 7 * 24 * 3600 }), "iat");
    check(json!({ "iat": NOW + 7 * 24 * 3600 }), "iat");
    check(json!({ "iat": null }), "iat");
    check(json!({ "sub": null }), "sub");
    check(json!({ "sub": "" }), "sub");
    check(json!({ "sub": 7 }), "sub");
    check(json!({ "sub": "a".repeat(256) }), "sub");
    check(json!({ "nonce": "another" }), "nonce");
    check(json!({ "nonce": null }), "nonce");
    check(json!({ "at_hash": CODE_HASH }), "at_hash");
    check(json!({ "at_hash": 7 }), "at_hash");
    check(json!({ "c_hash": ACCESS_TOKEN_HASH }), "c_hash");
    check(json!({ "s_hash": ACCESS_TOKEN_HASH }), "s_hash");
}

#[test]
fn what_real_services_write_otherwise_is_no_fault() {
    let check = |changes: Json| assert_eq!(failing(&changes), [""; 0], "{changes}");
    check(json!({ "iss": "op.example" }));
    check(json!({ "iss": "https://op.example/" }));
    check(json!({ "aud": ["it"], "azp": null, "at_hash": null, "c_hash": null }));
    check(json!({ "aud": ["it", "other"] }));
    check(json!({ "exp": NOW - 299 }));
    check(json!({ "iat": NOW + 3000, "exp": 1_800_003_600.5 }));
    check(json!({ "at_hash": format!("{ACCESS_TOKEN_HASH}==") }));
}

#[test]
fn an_unsigned_token_fails_whatever_its_spelling_of_none() {
    for header in [json!({ "alg": "none" }), json!({ "alg": "NoNe" }), json!({}), json!({ "alg": 7 })] {
        let checks = checks_of(&token(&header, &good()));
        assert!(matches!(checks[0].verdict, Verdict::Failed(_)), "{header}");
    }
}

#[test]
fn a_hash_is_by_the_algorithm_of_the_signature() {
    let half = |algorithm, length: usize| BASE64_URL_SAFE_NO_PAD.encode(&digest(algorithm, b"at").as_ref()[..length]);
    let check = |name: &str, hash: String, expected: &str| {
        let token = token(&json!({ "alg": name }), &json!({ "at_hash": hash }));
        let verdict = hash_verdict(&token, Checked::AccessTokenHash, Some("at"), "access token");
        assert_eq!(verdict.word(), expected, "{name}");
    };
    for name in ["RS256", "ES256", "PS256", "HS256"] {
        check(name, half(&SHA256, 16), "passed");
    }
    check("ES384", half(&SHA384, 24), "passed");
    check("EdDSA", half(&SHA512, 32), "passed");
    check("RS512", half(&SHA512, 32), "passed");
    check("RS512", half(&SHA256, 16), "failed");
    check("of tomorrow", half(&SHA256, 16), "not-checked");
}

#[test]
fn a_kept_token_is_not_judged_by_what_only_its_sign_in_knew() {
    let (later, token) = (Secret::new("a later one"), token(&json!({ "alg": "RS256" }), &good()));
    let expected = ExpectedIdToken {
        issuer: None,
        is_own_issuer: false,
        is_fapi: false,
        client_id: "it",
        signature: Verdict::NotChecked("offline".into()),
        access_token: Some(&later),
        answers: None,
    };
    let checks = check_id_token(&token, &expected, now() + SignedDuration::from_secs(30));
    let unchecked: Vec<&str> = checks
        .iter()
        .filter(|check| matches!(check.verdict, Verdict::NotChecked(_)))
        .map(|check| check.checked.word())
        .collect();
    assert_eq!(unchecked, ["signature", "iss", "nonce", "auth_time", "acr", "at_hash", "c_hash", "s_hash"]);
    assert_eq!(id_token_words(&checks), "As it should be: 6 checks passed; its signature could not be checked");
}

#[test]
fn a_pattern_in_metadata_is_no_issuer_and_a_uuid_may_be_in_capitals() {
    let client = "A1B2C3D4-0000-1111-2222-333344445555";
    let claims = json!({ "iss": "https://login.example/tenant/v2.0", "aud": client.to_lowercase() });
    let token = token(&json!({ "alg": "RS256" }), &claims);
    let expected = ExpectedIdToken {
        issuer: Some("https://login.example/{tenantid}/v2.0"),
        is_own_issuer: true,
        is_fapi: false,
        client_id: client,
        signature: Verdict::Passed,
        access_token: None,
        answers: None,
    };
    assert_eq!(issuer(&token, &expected), Verdict::Passed);
    assert_eq!(audience(&token, client), Verdict::Passed);
}

#[test]
fn the_token_of_a_refresh_is_about_the_same_person_from_and_for_the_same() {
    let of = |changes: Json| {
        let mut claims = good();
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        token(&json!({ "alg": "RS256" }), &claims)
    };
    let check = |changes: Json, expected: Option<&str>| {
        assert_eq!(departure_of_renewed(&of(json!({})), &of(changes)).as_deref(), expected);
    };
    check(json!({ "iat": NOW + 60, "exp": NOW + 120, "at_hash": "new" }), None);
    check(json!({ "nonce": null }), None);
    check(json!({ "iss": "op.example" }), None);
    let local = |port: u16| of(json!({ "iss": format!("http://127.0.0.1:{port}") }));
    assert_eq!(departure_of_renewed(&local(1), &local(2)), None);
    check(json!({ "sub": "eve" }), Some("its `sub` is `eve`, and was `ada` at the sign-in"));
    check(json!({ "sub": null }), Some("its `sub` is none, and was `ada` at the sign-in"));
    check(
        json!({ "iss": "https://x.example" }),
        Some("its `iss` is `https://x.example`, and was `https://op.example` at the sign-in"),
    );
    check(json!({ "aud": ["it", "b"] }), Some("its `aud` is `[\"it\",\"b\"]`, and was `it` at the sign-in"));
    check(json!({ "nonce": "other" }), Some("its `nonce` is another than at the sign-in"));
    let opaque = Inspected::read(&Secret::new("opaque"));
    assert_eq!(departure_of_renewed(&opaque, &of(json!({}))), None);
}
