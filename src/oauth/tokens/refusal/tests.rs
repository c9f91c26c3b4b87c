//! Replies as services in the world refuse.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use crate::call::{Answers, Reading, Reply};
use crate::oauth::{ErrorHint, Meaning, ReadContext, Stage, TokenError, read_token_set};
use crate::secret::Secret;

const SENT: [&str; 4] = ["rt-canary/9+=", "cs&canary%7", "5550123456", "pw \"canary\"\n<two>  lines"];

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Secret::new(body),
        elapsed: Duration::ZERO,
        received_at: Timestamp::UNIX_EPOCH,
    }
}

fn error_of(stage: Stage, reply: &Reply) -> TokenError {
    let context = ReadContext { stage, scope_separator: " ", previous: None, origin: Some("https://x.test") };
    let sent = SENT.map(Secret::new);
    let answers = Answers::of(reply);
    read_token_set(reply, answers.as_ref(), &Reading::default(), context, sent.iter()).expect_err("no tokens")
}

fn refused(status: u16, body: &str) -> TokenError {
    error_of(Stage::RefreshRequest, &reply(status, &[], body))
}

fn meaning(status: u16, body: &str) -> Meaning {
    refused(status, body).meaning(&[])
}

/// The words after the name of the endpoint.
fn words(status: u16, body: &str) -> String {
    refused(status, body).to_string().replacen("the token endpoint ", "", 1)
}

#[test]
fn the_examples_of_the_rfcs_are_told_in_their_own_words() {
    // RFC 6749 section 5.2, RFC 9457 section 3, RFC 6750 section 3.1.
    assert_eq!(words(400, r#"{"error":"invalid_request"}"#), "refused: `invalid_request`");
    let problem = r#"{"type":"https://example.com/probs/out-of-credit","title":"You do not have enough credit.",
        "detail":"Your current balance is 30, but that costs 50.","instance":"/account/12345/msgs/abc","status":403}"#;
    let error = refused(403, problem);
    assert_eq!(
        error.to_string(),
        "the token endpoint refused with 403: Your current balance is 30, but that costs 50."
    );
    assert_eq!(error.diagnose(&[]).reference.as_deref(), Some("https://example.com/probs/out-of-credit"));
    let challenge = r#"Bearer realm="example", error="invalid_token", error_description="The access token, expired""#;
    let error = error_of(Stage::RefreshRequest, &reply(401, &[("www-authenticate", challenge)], ""));
    assert_eq!(error.to_string(), "the token endpoint refused: `invalid_token` (The access token, expired)");
}

#[test]
fn whatever_the_form_the_words_are_shown() {
    for (body, expected) in [
        (
            r#"{"errors":[{"status":"400","code":"E7","title":"Bad","detail":"The thing is wrong"}]}"#,
            "refused: `E7` (The thing is wrong)",
        ),
        (
            r#"{"fault":{"faultstring":"Wrong key","detail":{"errorcode":"keys.Wrong"}}}"#,
            "refused: `keys.Wrong` (Wrong key)",
        ),
        (r#"[{"message":"No such tenant","errorCode":"NO_TENANT"}]"#, "refused: `NO_TENANT` (No such tenant)"),
        (
            r#"{"code":40110000,"message":"request is not authorized"}"#,
            "refused: `40110000` (request is not authorized)",
        ),
        (r#"{"ErrorCode":"bad_thing","Error":"That is bad"}"#, "refused: `bad_thing` (That is bad)"),
        (
            r#"{"error":{"code":400,"message":"Not so","status":"FAILED_PRECONDITION"}}"#,
            "refused: `FAILED_PRECONDITION` (Not so)",
        ),
        (r#"{"Message":"User is not authorized to do this"}"#, "refused with 400: User is not authorized to do this"),
        (r#"{"errors":{"tenant":["is unknown"]}}"#, "refused with 400: tenant: is unknown"),
        (r#"{"errors":["No tenant"]}"#, "refused with 400: No tenant"),
        (
            "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>No &amp; no</faultstring></s:Fault></s:Body></s:Envelope>",
            "refused with 400: No & no",
        ),
        ("<error><code>E9</code><message>Not now</message></error>", "refused: `E9` (Not now)"),
        ("error=bad_thing&error_description=That is bad", "refused: `bad_thing` (That is bad)"),
        ("Error=BadAuthentication\nInfo=x y", "refused: `BadAuthentication`"),
        (r#""{\"error\":\"bad_thing\"}""#, "refused: `bad_thing`"),
        (r#"callback({"error":"bad_thing","error_description":"no"});"#, "refused: `bad_thing` (no)"),
        (
            "<br />\n<b>Warning</b>: unset in <b>/a.php</b> on line <b>3</b><br />\n{\"error\":\"bad_thing\"}",
            "refused: `bad_thing`",
        ),
        ("Tenant is gone.\nmore of it", "answered 400 with the text \"Tenant is gone.\""),
        ("<html><title>No\nentry</title></html>", "answered 400 with a web page titled \"No entry\""),
        ("", "answered 400 with an empty body"),
        (
            "\u{1f}\u{fffd}\u{8}\u{0}\u{0}",
            "answered 400 with a compressed body: it begins like gzip, and no header says so",
        ),
        (r#"{"a":1}"#, "answered 400 with a reply that gives no reason; it has `a`"),
        ("[]", "answered 400 with a reply that gives no reason; it has no named field"),
    ] {
        assert_eq!(words(400, body), expected, "{body}");
        let hint = refused(400, body).diagnose(&[]).hint.unwrap_or_default();
        assert!(!hint.contains("under another name"), "{hint}");
    }
}

#[test]
fn a_dead_grant_is_recognised_in_every_form() {
    for body in [
        r#"{"error":"invalid_grant"}"#,
        r#"{"error":"INVALID_GRANT"}"#,
        r#"{"type":"invalid_grant","title":"Bad Request","status":400}"#,
        r#"{"type":"urn:ietf:params:oauth:error:invalid_grant","detail":"gone"}"#,
        r#"{"type":"about:blank","title":"invalid_grant"}"#,
        r#"{"errors":[{"code":"invalid_grant","detail":"gone"}]}"#,
        r#"{"fault":{"faultstring":"Gone","detail":{"errorcode":"steps.oauth.v2.invalid_grant"}}}"#,
        r#"{"fault":{"faultstring":"Invalid Refresh Token","detail":{"errorcode":"keymanagement.service.refresh_token_expired"}}}"#,
        r#"[{"error":"invalid_grant"}]"#,
        r#"{"Error":"The refresh token is invalid or expired","ErrorCode":"E1"}"#,
        r#"{"status":400,"message":"Invalid refresh token"}"#,
        r#"{"error":"invalid_request","error_description":"The refresh_token has expired"}"#,
        r#"{"error":"bad_refresh_token"}"#,
        r#"{"message":"Token has been expired or revoked."}"#,
        r#"{"code":"InvalidGrantException"}"#,
        r#"{"field":"refresh_token","code":"invalid"}"#,
        "<error><code>invalid_grant</code></error>",
        "<f:Fault xmlns:f='u'><faultstring>invalid_grant: gone</faultstring></f:Fault>",
        "invalid_grant: the token is gone",
        "Unknown, invalid, or expired refresh token",
        "error=invalid_grant&error_description=it is gone",
        "<html><title>Error</title><body><h1>400</h1>invalid_grant</body></html>",
    ] {
        for status in [400, 401, 403] {
            assert_eq!(meaning(status, body), Meaning::EndsGrant, "{status} {body}");
        }
        let hint = refused(400, body).diagnose(&[]).hint.unwrap_or_default();
        assert!(hint.starts_with("the refresh token is spent, expired or revoked"), "{body}: {hint}");
        assert_eq!(meaning(503, body), Meaning::Trouble, "a service in trouble is not believed: {body}");
        assert_eq!(error_of(Stage::TokenRequest, &reply(400, &[], body)).meaning(&[]), Meaning::Refused, "{body}");
    }
    for body in [
        r#"{"error":"bad_refresh_token"}"#,
        r#"{"errors":[{"code":"invalid_grant"}]}"#,
        r#"{"ok":false,"error":"token_revoked"}"#,
    ] {
        assert_eq!(meaning(200, body), Meaning::EndsGrant, "{body}");
    }
}

#[test]
fn a_limit_of_calls_ends_nothing_whatever_stands_beside_it() {
    for (status, body) in [
        (429, ""),
        (429, r#"{"error":"invalid_grant"}"#),
        (403, r#"{"error":"rate_limit_exceeded"}"#),
        (400, r#"{"error":"slow_down"}"#),
        (400, r#"{"error":"Access Denied","error_description":"You have made too many requests continuously."}"#),
        (400, r#"{"error":"invalid_grant","error_description":"login rate exceeded"}"#),
        (400, r#"{"error":"app_quota_reached"}"#),
        (403, r#"{"error":{"code":403,"message":"x","errors":[{"reason":"userRateLimitExceeded"}]}}"#),
        (400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
        (403, r#"{"title":"Too Many Requests"}"#),
        (400, "<Error><Code>TooManyRequests</Code></Error>"),
        (403, "You have exceeded your API quota"),
        (403, "<html><title>429 Too Many Requests</title></html>"),
        (200, r#"{"ok":false,"error":"ratelimited"}"#),
        (503, r#"{"message":"Request was throttled."}"#),
    ] {
        assert_eq!(meaning(status, body), Meaning::Limit, "{status} {body}");
    }
}

#[test]
fn what_no_sign_in_mends_asks_for_none() {
    for body in [
        r#"{"error":"invalid_scope"}"#,
        r#"{"error":"use_dpop_nonce"}"#,
        r#"{"error":"invalid_dpop_proof"}"#,
        r#"{"error":"invalid_grant","error_description":"DPoP proof JWT not provided"}"#,
        r#"{"error":"invalid_request"}"#,
        r#"{"error":"invalid_request","error_description":"refresh_token is required"}"#,
        r#"{"error":"invalid_request","error_description":"Invalid request: refresh_token missing"}"#,
        r#"{"error":"invalid_client","error_description":"refresh token expired"}"#,
        r#"{"error":"unsupported_grant_type"}"#,
        r#"{"message":"Invalid grant type"}"#,
        r#"{"message":"Invalid CSRF token"}"#,
        r#"{"message":"The client certificate has been revoked for this token endpoint"}"#,
        r#"{"error":"no_such_code"}"#,
        "",
        "<html><title>Forbidden</title><script>var codes = ['invalid_grant'];</script></html>",
    ] {
        for status in [400, 401, 403] {
            assert_eq!(meaning(status, body), Meaning::Refused, "{status} {body}");
        }
    }
    let hint = refused(400, r#"{"error":"use_dpop_nonce"}"#).diagnose(&[]).hint.unwrap_or_default();
    assert!(hint.contains("DPoP") && !hint.contains("spent"), "{hint}");
    let hint = refused(400, r#"{"error":"invalid_client_metadata"}"#).diagnose(&[]).hint.unwrap_or_default();
    assert!(hint.contains("the client's registration") && !hint.contains("secret"), "{hint}");
}

#[test]
fn a_challenge_says_what_a_client_is_to_do() {
    for body in ["", "<html><title>401 Authorization Required</title></html>"] {
        let error = error_of(
            Stage::TokenRequest,
            &reply(401, &[("www-authenticate", "Basic realm=\"a, b\", charset=\"UTF-8\"")], body),
        );
        let hint = error.diagnose(&[]).hint.unwrap_or_default();
        assert!(hint.starts_with("client id or secret is wrong") && hint.contains("it asks for Basic"), "{hint}");
        let bare = error_of(Stage::TokenRequest, &reply(401, &[], body)).diagnose(&[]).hint.unwrap_or_default();
        assert!(bare.starts_with("client id or secret is wrong"), "{bare}");
    }
}

#[test]
fn the_keys_of_a_hint_decide_and_its_words_do_not() {
    let hint = |say: &str, ends_grant, temporary| {
        [ErrorHint { when: "lapsed".into(), say: say.into(), ends_grant, temporary }]
    };
    let body = r#"{"error":"odd","error_description":"the grant has lapsed"}"#;
    for say in ["sign in again", "wait an hour", ""] {
        assert_eq!(refused(400, body).meaning(&hint(say, false, false)), Meaning::Refused);
        assert_eq!(refused(400, body).meaning(&hint(say, true, false)), Meaning::EndsGrant);
        assert_eq!(refused(400, body).meaning(&hint(say, false, true)), Meaning::Limit);
        assert_eq!(refused(503, body).meaning(&hint(say, true, false)), Meaning::Trouble);
    }
    // Our own words for a reply are not the service's.
    let ours = [ErrorHint { when: "empty body".into(), say: "no".into(), ends_grant: true, temporary: false }];
    assert_eq!(refused(400, "").meaning(&ours), Meaning::Refused);
}

#[test]
fn only_an_address_of_the_web_is_passed_on() {
    let see = |uri: &str| {
        let body = serde_json::json!({"error": "invalid_grant", "error_uri": uri}).to_string();
        refused(400, &body).diagnose(&[]).reference
    };
    assert_eq!(see("javascript:alert(1)"), None);
    assert_eq!(see("https://x.test/e").as_deref(), Some("https://x.test/e"));
}

fn shape(secret: &str, shape: usize, name: &str) -> String {
    let json = serde_json::Value::from(secret).to_string();
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;");
    match shape {
        0 => format!("{{{json}:1}}"),
        1 => format!("{{\"{name}\":{json}}}"),
        2 => format!("{{\"errors\":[{{\"{name}\":{json},{json}:[{json}]}}]}}"),
        3 => format!("{{\"a\":{{{json}:{{\"access_token\":\"x\"}}}}}}"),
        4 => format!("<f><{name}>{xml}</{name}></f>"),
        5 => format!("<html><title>{xml}</title><body>{xml}</body></html>"),
        6 => format!("{name}={secret}&x={secret}"),
        7 => format!("cb({{\"{name}\":\"bad {}\"}})", &json[1..json.len() - 1]),
        8 => serde_json::Value::from(format!("{{\"{name}\":{json}}}")).to_string(),
        9 => format!("{{\"grant_type=refresh_token&refresh_token={secret}\":\"\"}}"),
        10 => format!("{{\"{name}\":5550123456}}"),
        _ => format!("{secret} is wrong"),
    }
}

proptest! {
    #[test]
    fn no_secret_that_was_sent_is_in_any_words(
        status in prop::sample::select(vec![200_u16, 302, 400, 401, 403, 404, 429, 500]),
        secret in prop::sample::select(SENT.to_vec()),
        form in 0_usize..12,
        name in prop::sample::select(vec!["error", "message", "detail", "code", "type", "title", "moreinfo", "x"]),
    ) {
        let body = shape(secret, form, name);
        let location = format!("https://y.test/{secret}?a={secret}");
        let challenge = format!("Bearer error=\"{secret}\", error_description=\"no {secret}\"");
        let reply = reply(status, &[("location", &location), ("www-authenticate", &challenge)], &body);
        let answers = Answers::of(&reply);
        let context = ReadContext { stage: Stage::RefreshRequest, scope_separator: " ", previous: None, origin: None };
        let sent = SENT.map(Secret::new);
        if let Err(error) = read_token_set(&reply, answers.as_ref(), &Reading::default(), context, sent.iter()) {
            let told = format!("{} {:?} {:?}", error.diagnose(&[]), error.code(), error);
            for secret in SENT {
                let shown = secret.split_whitespace().collect::<Vec<_>>().join(" ");
                let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
                prop_assert!(!told.contains(&shown), "{told}");
            }
        }
    }

    #[test]
    fn no_reply_breaks_the_reader(status in 100_u16..600, body in "\\PC{0,80}", header in "\\PC{0,40}") {
        let reply = reply(status, &[("www-authenticate", &header), ("location", &header)], &body);
        let answers = Answers::of(&reply);
        let context = ReadContext { stage: Stage::RefreshRequest, scope_separator: " ", previous: None, origin: None };
        if let Err(error) = read_token_set(&reply, answers.as_ref(), &Reading::default(), context, [].iter()) {
            let _ = (error.diagnose(&[]), error.meaning(&[]));
        }
    }
}

#[test]
fn the_pages_of_a_gateway_about_a_client_certificate_are_told_apart() {
    for (title, words) in [
        ("400 No required SSL certificate was sent", "it wants a client certificate: give the profile one"),
        ("400 The SSL certificate error", "the server does not accept the client certificate: it is expired"),
    ] {
        let page =
            format!("<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>400 Bad Request</h1></body></html>");
        let hint = refused(400, &page).diagnose(&[]).hint.expect("a hint");
        assert!(hint.starts_with(words), "{hint}");
    }
}

#[test]
fn a_url_that_takes_no_post_is_mostly_another_page() {
    let hint = |headers: &[(&str, &str)]| {
        let told = error_of(Stage::TokenRequest, &reply(405, headers, "<html><title>Not allowed</title></html>"));
        told.diagnose(&[]).hint.expect("a hint")
    };
    assert!(hint(&[]).starts_with("the URL does not take this method: it is mostly that of another page"));
    assert!(hint(&[("allow", "GET, HEAD")]).starts_with("the URL takes `GET, HEAD` and no POST"));
    assert_eq!(hint(&[("allow", "OPTIONS, POST")]), "the URL takes `OPTIONS, POST`: change the method of this request");
}
