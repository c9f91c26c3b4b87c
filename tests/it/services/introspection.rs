//! Token introspection (RFC 7662) and account details: what the service says is shown, without a refresh.

use serde_json::json;

use crate::support::renewed::{signed_in, tokens};
use crate::support::scripted::{Answer, Scripted};

const ENDPOINT: &str = "[introspection]\nurl = \"<service>/introspect\"\n";

fn service(status: u16, body: serde_json::Value) -> Scripted {
    Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/introspect" => Answer::json(status, &body),
        _ => tokens("first", 1),
    })
}

#[test]
fn what_the_service_says_of_a_token_is_shown_and_nothing_is_refreshed_for_it() {
    let service = service(200, json!({ "active": true, "scope": "read write", "exp": 1_900_000_000, "nested": {} }));
    let program = signed_in(&service, &ENDPOINT.replace("<service>", &service.url()));
    let shown = program.run(&["introspect", "demo"]).done();
    let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines, [vec!["active", "true"], vec!["scope", "read", "write"], vec!["exp", "1900000000"]]);
    let asked = service.asked("/introspect");
    assert_eq!(asked[0].parameter("token"), "at-first", "the token as it stands, although it has expired");
    assert!(service.asked("/refresh").is_empty());
    let json = program.run(&["introspect", "demo", "--json"]).json();
    assert_eq!(json, json!({ "active": true, "scope": "read write", "exp": 1_900_000_000, "nested": {} }));
}

#[test]
fn a_token_that_is_not_active_is_no_failure_and_a_refusal_is_one() {
    let inactive = service(200, json!({ "active": false }));
    let program = signed_in(&inactive, &ENDPOINT.replace("<service>", &inactive.url()));
    assert_eq!(program.run(&["introspect", "demo", "--json"]).json()["active"], false);

    let refusing = service(401, json!({ "error": "invalid_client" }));
    let program = signed_in(&refusing, &ENDPOINT.replace("<service>", &refusing.url()));
    let words = program.run(&["introspect", "demo"]).failed(4);
    assert!(words.contains("the introspection endpoint answered 401"), "{words}");
    assert!(!words.contains("at-first"), "{words}");
}

#[test]
fn a_service_without_the_endpoint_says_so() {
    let service = service(200, json!({}));
    let program = signed_in(&service, "");
    let words = program.run(&["introspect", "demo"]).failed(2);
    assert!(words.contains("Scripted has no introspection endpoint here"), "{words}");
}

#[test]
fn all_that_the_identity_endpoint_returns_is_shown_and_a_token_in_it_is_masked() {
    let body = json!({ "sub": "ada", "address": { "country": "GB" }, "groups": ["a", "b"], "echo": "got at-first" });
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/userinfo" => Answer::json(200, &body),
        _ => tokens("first", 3600),
    });
    let program = signed_in(&service, &format!("[identity]\nurl = \"{}/userinfo\"\n", service.url()));
    let shown = program.run(&["userinfo", "demo"]).done();
    let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
    let expected = [["sub", "ada"], ["address.country", "GB"], ["groups.0", "a"], ["groups.1", "b"]];
    assert!(expected.iter().all(|row| lines.contains(&row.to_vec())), "{shown}");
    let json = program.run(&["userinfo", "demo", "--json"]).json();
    assert_eq!(json["address"]["country"], "GB");
    assert!(!shown.contains("at-first") && !json.to_string().contains("at-first"), "{shown}");
}
