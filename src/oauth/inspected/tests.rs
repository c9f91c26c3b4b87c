use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use proptest::prelude::*;
use serde_json::json;

use super::times::Written::{Milliseconds, Seconds, Text};
use super::*;

/// 2026-11-29T12:00:00Z.
const NOW: i64 = 1_795_953_600;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

fn jwt(header: &Json, claims: &str) -> Secret {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    Secret::new(format!("{}.{}.c2ln", part(&header.to_string()), part(claims)))
}

fn read(claims: &Json) -> Inspected {
    Inspected::read(&jwt(&json!({ "alg": "RS256" }), &claims.to_string()))
}

fn codes(inspected: &Inspected, expected: &Expected) -> Vec<FindingCode> {
    inspected.findings(expected, now()).into_iter().map(|finding| finding.code).collect()
}

fn rows(rows: &[TokenRow]) -> Vec<(&str, &str)> {
    rows.iter().map(|row| (row.name.as_str(), row.value.as_str())).collect()
}

#[test]
fn the_example_of_rfc_7519_section_3_1_is_read_with_its_times() {
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0\
        dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let inspected = Inspected::read(&Secret::new(token));
    assert_eq!(inspected.form, TokenForm::Signed);
    assert_eq!(rows(&inspected.header), [("typ", "JWT"), ("alg", "HS256")]);
    let expected = [("iss", "joe"), ("exp", "1300819380"), ("http://example.com/is_root", "true")];
    assert_eq!(rows(&inspected.claims), expected);
    assert_eq!(inspected.claims[1].at.map(|at| at.to_string()).as_deref(), Some("2011-03-22T18:43:00Z"));
    assert_eq!(inspected.claims[1].meaning, Some("when it expires"));
    assert_eq!(codes(&inspected, &Expected::default()), [FindingCode::Expired]);
}

/// RFC 9068 section 2.2, figure 2 and 3.
#[test]
fn the_example_of_rfc_9068_says_that_it_is_an_access_token_and_what_it_allows() {
    let header = json!({ "typ": "at+JWT", "alg": "RS256", "kid": "RjEwOwOA" });
    let claims = json!({
        "iss": "https://authorization-server.example.com/", "sub": "5ba552d67", "aud": "https://rs.example.com/",
        "exp": 1_639_528_912, "iat": 1_618_354_090, "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
        "client_id": "s6BhdRkqt3", "scope": "openid profile reademail",
    });
    let inspected = Inspected::read(&jwt(&header, &claims.to_string()));
    assert_eq!(inspected.says_it_is(), Some(TokenUse::Access));
    assert_eq!(inspected.scopes(), ["openid", "profile", "reademail"]);
    assert_eq!((inspected.key_id(), inspected.audiences()), (Some("RjEwOwOA"), vec!["https://rs.example.com/"]));
    let expected = Expected {
        purpose: Some(TokenUse::Access),
        client_id: "s6BhdRkqt3".into(),
        issuer: Some("https://authorization-server.example.com".into()),
        audience: Some("https://rs.example.com".into()),
        ..Expected::default()
    };
    assert_eq!(codes(&inspected, &expected), [FindingCode::Expired]);
    let other = Expected {
        purpose: Some(TokenUse::Id),
        client_id: "other".into(),
        issuer: Some("https://other.example.com".into()),
        ..Expected::default()
    };
    let found = [FindingCode::Expired, FindingCode::OtherUse, FindingCode::OtherIssuer, FindingCode::OtherClient];
    assert_eq!(codes(&inspected, &other), found);
}

#[test]
fn a_token_that_is_bound_to_a_key_is_compared_with_the_profiles() {
    // RFC 9449 section 6.1.
    let inspected = read(&json!({ "exp": NOW + 60, "cnf": { "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } }));
    let with = |proof_key: Option<&str>| Expected {
        client_id: "c".into(),
        proof_key: proof_key.map(str::to_owned),
        ..Expected::default()
    };
    let own = with(Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
    assert_eq!(codes(&inspected, &own), [FindingCode::BoundToKey]);
    assert_eq!(codes(&inspected, &with(Some("another"))), [FindingCode::OtherKey]);
    assert_eq!(codes(&inspected, &with(None)), [FindingCode::OtherKey]);
    assert_eq!(codes(&inspected, &Expected::default()), [], "a pasted token is compared with nothing");
}

#[test]
fn an_id_token_for_another_client_is_told() {
    let claims = json!({ "iss": "https://op.test", "aud": ["a", "b"], "exp": NOW + 60, "at_hash": "x" });
    let inspected = read(&claims);
    assert_eq!(inspected.says_it_is(), Some(TokenUse::Id));
    let expected = |client_id: &str| Expected { client_id: client_id.into(), ..Expected::default() };
    assert_eq!(codes(&inspected, &expected("b")), []);
    assert_eq!(codes(&inspected, &expected("c")), [FindingCode::OtherAudience]);
}

#[test]
fn an_issuer_is_the_service_by_its_name_or_its_host() {
    let expected = Expected { origins: vec!["https://login.test".into()], ..Expected::default() };
    for (issuer, is_it) in [
        ("https://login.test/tenant/v2.0", true),
        ("login.test", true),
        ("https://login.test.evil.test", false),
        ("https://login.test:8443", false),
        ("http://login.test", false),
        ("joe", false),
        ("", false),
    ] {
        assert_eq!(expected.is_issuer(issuer), is_it, "{issuer}");
    }
}

#[test]
fn times_are_read_as_they_are_written_and_none_is_too_strange() {
    let at = |value: Json| times::read_time(&value).map(|time| (time.at.to_string(), time.written));
    let time = |text: &str, written| Some((text.to_owned(), written));
    assert_eq!(at(json!(NOW)), time("2026-11-29T12:00:00Z", Seconds));
    assert_eq!(at(json!(1_795_953_600.5)), time("2026-11-29T12:00:00.5Z", Seconds));
    assert_eq!(at(json!(NOW * 1000)), time("2026-11-29T12:00:00Z", Milliseconds));
    assert_eq!(at(json!("1795953600")), time("2026-11-29T12:00:00Z", Text));
    assert_eq!(at(json!("2026-11-29T12:00:00.000Z")), time("2026-11-29T12:00:00Z", Text));
    assert_eq!(at(json!(-1)), time("1969-12-31T23:59:59Z", Seconds));
    for absurd in
        [json!(1e300), json!(-1e300), json!(i64::MIN), json!(u64::MAX), json!(true), json!("soon"), json!([1])]
    {
        assert_eq!(at(absurd.clone()), None, "{absurd}");
    }
    let claims = json!({ "exp": NOW * 1000 + 60_000, "nbf": NOW + 120, "iat": "x", "auth_time": NOW, "updated_at": "2026-01-01T00:00:00Z" });
    let found = [FindingCode::NotYetValid, FindingCode::NotInSeconds, FindingCode::NoTime];
    assert_eq!(codes(&read(&claims), &Expected::default()), found);
}

#[test]
fn a_time_is_told_from_now() {
    let told = |seconds: i64| relative(Timestamp::from_second(NOW + seconds).expect("a time"), now());
    assert_eq!((told(90), told(-3600), told(0)), ("in 90 s".into(), "60 min ago".into(), "now".into()));
    assert_eq!(told(7200), "in 2 h");
    assert_eq!(relative(Timestamp::MAX, Timestamp::MIN), "in 7304481 days");
}

#[test]
fn a_name_that_occurs_twice_is_told_and_the_last_one_shown() {
    let inspected = Inspected::read(&jwt(&json!({ "alg": "none" }), "{\"sub\":\"a\",\"sub\":\"b\",\"exp\":9e9}"));
    assert_eq!(rows(&inspected.claims)[0], ("sub", "b"));
    assert_eq!(codes(&inspected, &Expected::default()), [FindingCode::NotSigned, FindingCode::Duplicate]);
}

#[test]
fn members_of_an_object_have_rows_of_their_own() {
    let claims = json!({
        "realm_access": { "roles": ["a", "b"] }, "cnf": { "x5t#S256": "bwc" }, "empty": {}, "mixed": [1, { "a": 2 }],
        "act": { "sub": "svc", "act": { "sub": "gateway" } },
    });
    let inspected = read(&claims);
    let expected = [
        ("realm_access.roles", "a, b"),
        ("cnf.x5t#S256", "bwc"),
        ("empty", "{}"),
        ("mixed", "[1,{\"a\":2}]"),
        ("act.sub", "svc"),
        ("act.act.sub", "gateway"),
    ];
    assert_eq!(rows(&inspected.claims), expected);
}

#[test]
fn an_encrypted_token_shows_its_header_alone() {
    // RFC 7516 appendix A.1.
    let header = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
    let inspected = Inspected::read(&Secret::new(format!("{header}.OKOawDo.48V1_ALb6US04U3b.5eym8TW.XFBoMYUZ")));
    assert_eq!((inspected.form, inspected.claims.len()), (TokenForm::Encrypted, 0));
    assert_eq!(rows(&inspected.header), [("alg", "RSA-OAEP"), ("enc", "A256GCM")]);
    assert_eq!(codes(&inspected, &Expected::default()), [FindingCode::Encrypted]);
}

#[test]
fn anything_else_is_opaque_or_broken() {
    for (token, form) in [
        ("", TokenForm::Opaque),
        ("ya29.a0AfH6SMB", TokenForm::Opaque),
        ("v4.public.eyJzdWIiOiJhIn0", TokenForm::Opaque),
        ("a.b.c", TokenForm::Opaque),
        ("..", TokenForm::Opaque),
        ("eyJ.eyJ.x", TokenForm::Broken),
        ("eyJhbGciOiJub25lIn0.W10.x", TokenForm::Broken),
        ("eyJhbGciOiJub25lIn0.e30=.x", TokenForm::Signed),
    ] {
        assert_eq!(Inspected::read(&Secret::new(token)).form, form, "{token}");
    }
    let deep = format!("{}1{}", "{\"a\":".repeat(5000), "}".repeat(5000));
    assert_eq!(Inspected::read(&jwt(&json!({ "alg": "RS256" }), &deep)).form, TokenForm::Broken);
    let huge = "e".repeat(LONGEST_TOKEN + 1);
    assert_eq!(Inspected::read(&Secret::new(huge)).form, TokenForm::Opaque);
}

#[test]
fn many_and_long_claims_are_cut() {
    let claims = json!({
        "long": "x".repeat(10_000),
        "x".repeat(1000): 1,
        "groups": (0..3000).map(|at| (format!("g{at}"), json!(at))).collect::<Map<_, _>>(),
    });
    let inspected = read(&claims);
    assert_eq!(inspected.claims.len(), 401);
    assert_eq!(inspected.claims[0].value.chars().count(), 2001);
    assert!(inspected.claims.iter().all(|row| row.name.chars().count() <= 121));
}

#[test]
fn a_token_inside_of_a_token_is_masked() {
    let inspected =
        read(&json!({ "inner": "eyJhIjoxfQ.eyJiIjoyfQ.c2ln", "list": [{ "t": "eyJhIjoxfQ.eyJiIjoyfQ.c2ln" }] }));
    assert!(!format!("{inspected:?}").contains("eyJhIjoxfQ"));
}

fn pasted(text: &str) -> Result<(String, Option<TokenUse>), PasteError> {
    PastedToken::read(&Secret::new(text), None).map(|read| (read.token.expose().to_owned(), read.named))
}

#[test]
fn a_token_is_found_in_whatever_is_pasted() {
    const JWT: &str = "eyJhbGciOiJub25lIn0.e30.c2ln";
    let alone = Ok((JWT.to_owned(), None));
    let access = Ok((JWT.to_owned(), Some(TokenUse::Access)));
    for (text, expected) in [
        (JWT.to_owned(), &alone),
        (format!("  \"{JWT}\"\r\n"), &alone),
        (format!("`{JWT}`"), &alone),
        (JWT.replace(".e30", "\n  .e\n30"), &alone),
        (format!("Bearer {JWT}"), &access),
        (format!("bearer\t{JWT} "), &access),
        (format!("DPoP {JWT}"), &access),
        (format!("Authorization: Bearer {JWT}\n"), &access),
        (format!("GET / HTTP/1.1\r\nhost: x.test\r\nauthorization:bearer {JWT}\r\naccept: */*\r\n"), &access),
        (format!("GET / HTTP/1.1 host: x.test Authorization: bearer {JWT} accept: */*"), &access),
        (format!("curl -H 'Authorization: Bearer {JWT}' -H \"Accept: */*\" https://x.test"), &access),
        (json!({ "access_token": JWT, "token_type": "Bearer" }).to_string(), &access),
        (json!({ "data": { "access_token": JWT } }).to_string(), &access),
        (format!("https://app.test/cb#access_token={JWT}&token_type=bearer"), &access),
        (format!("access_token={JWT}"), &access),
        (json!({ "id_token": JWT }).to_string(), &Ok((JWT.to_owned(), Some(TokenUse::Id)))),
        (json!({ "refresh_token": JWT }).to_string(), &Ok((JWT.to_owned(), Some(TokenUse::Refresh)))),
        ("ya29.opaque-1//x".to_owned(), &Ok(("ya29.opaque-1//x".to_owned(), None))),
    ] {
        assert_eq!(pasted(&text), *expected, "{text}");
    }
}

#[test]
fn of_several_tokens_the_one_that_is_wanted_is_taken_and_the_others_are_named() {
    let reply = Secret::new(json!({ "access_token": "at", "id_token": "it", "refresh_token": "rt" }).to_string());
    let read = PastedToken::read(&reply, Some(TokenUse::Id)).expect("an ID token");
    assert_eq!((read.token.expose(), read.others), ("it", vec![TokenUse::Access, TokenUse::Refresh]));
    let reply = Secret::new("{\"access_token\":\"at\"}");
    assert_eq!(PastedToken::read(&reply, Some(TokenUse::Id)), Err(PasteError::NotThis(TokenUse::Id)));
}

#[test]
fn what_is_no_token_says_why() {
    assert_eq!(pasted(" \n"), Err(PasteError::Empty));
    assert_eq!(pasted("{\"a\":1}"), Err(PasteError::NoMember));
    assert_eq!(pasted("{\"access_token\":"), Err(PasteError::NoMember));
    assert_eq!(pasted("hello world"), Err(PasteError::Words));
    assert_eq!(pasted("Proxy-Authorization: Bearer x"), Err(PasteError::Words));
    assert_eq!(pasted("a\u{1b}[2Jb"), Err(PasteError::Unfit("a control character")));
    assert_eq!(pasted("tök"), Err(PasteError::Unfit("a character outside of ASCII")));
    assert_eq!(pasted(&"x".repeat(LONGEST_TOKEN + 1)), Err(PasteError::TooLong));
}

proptest! {
    #[test]
    fn any_claims_are_read_back_as_they_were_written(
        claims in proptest::collection::btree_map("[a-z]{1,8}", "[ -~é]{0,20}", 0..8),
    ) {
        let written: Json = claims.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<Map<_, _>>().into();
        let inspected = read(&written);
        prop_assert_eq!(&Json::from(inspected.claims_json.clone()), &written);
        prop_assert_eq!(inspected.claims.len(), claims.len());
        for row in &inspected.claims {
            prop_assert_eq!(claims.get(&row.name), Some(&row.value));
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "(.|\n){0,60}", seconds in any::<i64>()) {
        let inspected = Inspected::read(&Secret::new(&text));
        let _ = inspected.findings(&Expected::default(), now());
        if let Ok(pasted) = PastedToken::read(&Secret::new(text), None) {
            prop_assert!(crate::oauth::is_token_text(pasted.token.expose()));
        }
        let _ = read(&json!({ "exp": seconds, "iat": seconds, "nbf": seconds })).findings(&Expected::default(), now());
    }

    #[test]
    fn a_token_is_found_however_it_is_broken_into_lines(token in "[A-Za-z0-9_-]{10,80}", width in 1..40_usize) {
        let lines: Vec<&str> = token.as_bytes().chunks(width).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        prop_assert_eq!(pasted(&lines.join("\r\n")), Ok((token, None)));
    }
}
