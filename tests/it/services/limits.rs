//! Rate limits: no token is given up, nobody is asked to sign in, and the service is not called again at once.

use serde_json::json;

use crate::support::http::browser;
use crate::support::renewed::{add_preset, service, signed_in, tokens};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// More than the lifetime of the first tokens, so that they must be refreshed.
const RENEWED: [&str; 4] = ["token", "demo", "--min-valid", "60s"];

#[test]
fn a_limit_in_any_words_ends_with_5_after_one_call_and_the_refresh_token_stays() {
    let replies: [fn() -> Answer; 7] = [
        || Answer::text(429, "text/html", "<html><title>429</title></html>"),
        || Answer::json(429, &json!({"error": "invalid_grant"})),
        || Answer::json(403, &json!({"error": "rate_limit_exceeded", "error_description": "Rate Limit Exceeded"})),
        || Answer::json(400, &json!({"error": "slow_down"})),
        || {
            let words = "You have made too many requests continuously. Please try again after some time.";
            Answer::json(400, &json!({"error": "Access Denied", "error_description": words, "status": "failure"}))
        },
        || {
            Answer::text(
                400,
                "application/xml",
                "<Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>",
            )
        },
        || Answer::text(403, "text/plain", "Too many requests, try again later"),
    ];
    let count = replies.len();
    let service = service(30, move |asked, earlier| match replies.get(earlier) {
        Some(answer) => answer(),
        None if asked.parameter("refresh_token") == "rt-first" => tokens("second", 3600),
        None => Answer::json(400, &json!({"error": "invalid_grant"})),
    });
    let program = signed_in(&service, "");
    for call in 1..=count {
        let said = program.run(&RENEWED).failed(5);
        assert!(said.contains("hint: the service asks for fewer calls: wait a minute and try again"), "{said}");
        assert!(!said.contains("trying again") && !said.contains("sign in"), "{said}");
        assert_eq!(service.asked("/refresh").len(), call, "each call counts against the limit: {said}");
    }
    assert_eq!(program.run(&RENEWED).done(), "at-second\n");
}

#[test]
fn a_limit_at_the_exchange_of_the_code_tells_how_long_it_lasts() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(429, &json!({"error": "rate_limited"})).header("Retry-After", "90"),
    });
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, "");
    let arguments = ["sign-in", "demo", "--service", "scripted", "--client-id", "it", "--browser", browser()];
    let said = program.run(&arguments).failed(5);
    assert!(said.contains("hint: the service asks to wait 90 s: try again after that"), "{said}");
    assert_eq!(service.asked("/token").len(), 1, "a code is good for one call");
}
