//! Refusals in all kinds of words: the message, the exit code, the state of the profile, and how often the service is
//! called.

use serde_json::json;

use crate::support::http::browser;
use crate::support::renewed::{add_preset, service, signed_in, tokens};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// More than the lifetime of the first tokens, so that they must be refreshed.
const RENEWED: [&str; 4] = ["token", "demo", "--min-valid", "60s"];

/// A reply of the service.
type Reply = fn() -> Answer;

#[test]
fn a_dead_grant_is_recognised_in_any_form_and_its_token_is_sent_once() {
    let replies: [(Reply, &str); 8] = [
        (
            || {
                Answer::text(
                    401,
                    "application/problem+json",
                    r#"{"type":"invalid_grant","title":"Gone","detail":"It is spent","status":401}"#,
                )
            },
            "refused: `invalid_grant` (It is spent)",
        ),
        (
            || Answer::json(400, &json!({"errors": [{"code": "invalid_grant", "detail": "It is spent"}]})),
            "refused: `invalid_grant` (It is spent)",
        ),
        (
            || {
                Answer::json(
                    401,
                    &json!({"fault": {"faultstring": "Invalid Refresh Token", "detail": {"errorcode": "keys.refresh_token_expired"}}}),
                )
            },
            "refused: `keys.refresh_token_expired` (Invalid Refresh Token)",
        ),
        (
            || Answer::json(400, &json!([{"message": "Invalid refresh token"}])),
            "refused with 400: Invalid refresh token",
        ),
        (
            || Answer::text(400, "text/xml", "<Error><Code>invalid_grant</Code><Message>It is spent</Message></Error>"),
            "refused: `invalid_grant` (It is spent)",
        ),
        (
            || Answer::text(403, "text/plain", "invalid_grant: it is spent\nline two"),
            "answered 403 with the text \"invalid_grant: it is spent\"",
        ),
        (|| Answer::text(200, "application/json", r#""{\"error\":\"invalid_grant\"}""#), "refused: `invalid_grant`"),
        (
            || {
                Answer::text(401, "text/html", "")
                    .header("WWW-Authenticate", r#"Bearer error="invalid_grant", error_description="gone, for good""#)
            },
            "refused: `invalid_grant` (gone, for good)",
        ),
    ];
    let service = service(30, move |_, earlier| replies[earlier % replies.len()].0());
    let program = signed_in(&service, "");
    for (asked, (_, words)) in replies.iter().enumerate() {
        let said = program.run(&RENEWED).failed(3);
        assert!(said.contains(&format!("error: the token endpoint {words}\n")), "{said}");
        assert!(said.contains("hint: the refresh token is spent, expired or revoked: sign in again"), "{said}");
        let shown = program.run(&["show", "demo", "--json"]).json();
        assert!(shown["state"].as_str().is_some_and(|state| state.starts_with("needs sign-in")), "{shown}");
        program.run(&RENEWED).failed(3);
        assert_eq!(service.asked("/refresh").len(), asked + 1, "it is known to be dead: {words}");
        program.run(&["sign-in", "demo", "--browser", browser()]).done();
    }
}

#[test]
fn a_refusal_that_no_sign_in_mends_ends_with_4_and_leaves_the_profile_as_it_is() {
    let replies: [(Reply, &str, &str); 7] = [
        (|| Answer::json(400, &json!({"error": "invalid_scope"})), "refused: `invalid_scope`\n", "leave the scope out"),
        (
            || Answer::json(400, &json!({"error": "use_dpop_nonce"})).header("DPoP-Nonce", "n"),
            "refused: `use_dpop_nonce`\n",
            "DPoP",
        ),
        (|| Answer::text(400, "text/plain", ""), "answered 400 with an empty body\n", "the service gives no reason"),
        (
            || {
                Answer::text(401, "text/html", "<html><title>401 Unauthorized</title></html>")
                    .header("WWW-Authenticate", "Basic realm=\"x\"")
            },
            "answered 401 with a web page titled \"401 Unauthorized\"\n",
            "it asks for Basic, so set the client authentication to Basic if it is another; `--verbose` shows the whole reply",
        ),
        (
            || Answer::json(403, &json!({"code": 7, "msg": "No", "trace": "t1"})),
            "refused: `7` (No)\n",
            "hint: `--verbose` shows the whole reply",
        ),
        (
            || Answer::json(400, &json!({"ok": 0})),
            "a reply that gives no reason; it has `ok`\n",
            "`--verbose` shows the whole reply",
        ),
        (
            || Answer::json(422, &json!({"errors": {"tenant": ["is unknown"]}})),
            "refused with 422: tenant: is unknown\n",
            "",
        ),
    ];
    let count = replies.len();
    let service = service(30, move |_, earlier| match replies.get(earlier) {
        Some((answer, ..)) => answer(),
        None => tokens("second", 3600),
    });
    let program = signed_in(&service, "");
    for (_, words, hint) in &replies {
        let said = program.run(&RENEWED).failed(4);
        assert!(said.contains(words) && said.contains(hint), "{said}");
        assert!(!said.contains("under another name") && !said.contains("sign in again: the refresh"), "{said}");
    }
    assert_eq!(program.run(&RENEWED).done(), "at-second\n");
    assert_eq!(service.asked("/refresh").len(), count + 1);
}

#[test]
fn a_refused_code_is_told_in_the_services_words_and_verbose_is_not_named_where_it_is_on() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::text(
            400,
            "application/soap+xml",
            "<e:Envelope xmlns:e='u'><e:Body><e:Fault><faultcode>e:Client</faultcode><faultstring>No tenant</faultstring></e:Fault></e:Body></e:Envelope>",
        ),
    });
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    let said = program.run(&arguments).failed(4);
    assert!(said.contains("error: the token endpoint refused with 400: No tenant\nhint: `--verbose` shows"), "{said}");
    let said = program.run(&[&arguments[..], &["--verbose"]].concat()).failed(4);
    assert!(said.contains("< <e:Envelope") && !said.contains("`--verbose`"), "{said}");
}

#[test]
fn a_redirect_of_an_endpoint_is_told_and_not_followed() {
    for (location, words, hint) in [
        (
            "/token/?client_secret=x",
            "/token/`, which is not followed",
            "the service wants the URL with `/token/`: change the token URL",
        ),
        (
            "https://elsewhere.test:8443/t?x=1",
            "to `https://elsewhere.test:8443/t`, which is not followed",
            "secrets go to no other host",
        ),
        (
            "file:///etc/passwd",
            "to a `file:` URL, which is not a web address",
            "the URL is not that of a token endpoint",
        ),
        ("https://[", "to an address that cannot be read", "the URL is not that of a token endpoint"),
    ] {
        let service = Scripted::start(move |asked, _| match asked.path.as_str() {
            "/authorize" => asked.grant("a-code"),
            _ => Answer::text(307, "text/plain", "").header("Location", location),
        });
        let program = Tokenwright::with_vault();
        add_preset(&program, &service, "");
        let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
        let said = program.run(&arguments).failed(4);
        assert!(
            said.contains("answered with a redirect (307) to ") && said.contains(words) && said.contains(hint),
            "{said}"
        );
        assert!(!said.contains("client_secret=x"), "{said}");
        assert_eq!(service.asked("/token/").len(), 0);
    }
}

#[test]
fn a_url_that_takes_no_post_and_a_token_of_a_strange_type_are_told() {
    let service = Scripted::start(|asked, calls| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ if calls == 0 => Answer::text(405, "text/html", "<title>Sign in</title>").header("Allow", "GET"),
        _ => Answer::json(200, &json!({"access_token": "AT-1", "token_type": "mac", "expires_in": 60})),
    });
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    let said = program.run(&arguments).failed(4);
    assert!(said.contains("hint: the URL takes `GET` and no POST: it is mostly that of another page"), "{said}");
    let said = program.run(&arguments).stderr;
    let words = "warning: the access token is of the type `mac`, which is bound to a key: it is no bearer token\n";
    assert!(said.contains(words) && said.contains("Signed in: saved as the profile `demo`"), "{said}");
}
