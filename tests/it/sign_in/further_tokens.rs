//! A second token in one reply, as Slack has that of the person beside the bot's.

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::renewed::{signed_in, spent};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const FURTHER: &str = "\n[[further_token]]\nname = \"user\"\nmeaning = \"the person's: ask for its scopes in `user_scope`\"\n\
    access_token = \"authed_user.access_token\"\nexpires_in = \"authed_user.expires_in\"\n\
    refresh_token = \"authed_user.refresh_token\"\nscope = \"authed_user.scope\"\n";

fn reply(name: &str) -> Value {
    let (access_token, refresh_token) = (format!("at-{name}"), format!("rt-{name}"));
    json!({ "access_token": access_token, "refresh_token": refresh_token, "expires_in": 3600, "scope": name })
}

/// A service that grants tokens to a bot, and with them what is given to the person. Each is refreshed apart.
fn service(of_person: Value) -> (Scripted, Tokenwright) {
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => {
            let mut both = reply("bot-1");
            both["authed_user"] = of_person.clone();
            Answer::json(200, &both)
        }
        "/revoke" => Answer::json(200, &json!({})),
        _ => match asked.parameter("refresh_token") {
            "rt-bot-1" => Answer::json(200, &reply("bot-2")),
            "rt-user-1" => Answer::json(200, &reply("user-2")),
            _ => spent(),
        },
    });
    let revocation = format!("[revocation]\nurl = \"{}/revoke\"", service.url());
    let program = signed_in(&service, &format!("{revocation}{FURTHER}"));
    (service, program)
}

fn of_user(program: &Tokenwright, more: &[&str]) -> String {
    program.run(&[&["token", "demo", "--resource", "user"], more].concat()).done()
}

#[test]
fn each_token_is_kept_and_refreshed_by_its_own_refresh_token() {
    let (service, program) = service(reply("user-1"));
    assert_eq!(program.run(&["token", "demo"]).done(), "at-bot-1\n");
    assert_eq!(of_user(&program, &[]), "at-user-1\n");
    assert!(service.asked("/refresh").is_empty(), "both came with the sign-in");
    // Only that of the person is renewed.
    assert_eq!(of_user(&program, &["--min-valid", "2h"]), "at-user-2\n");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-bot-1\n");
    program.run(&["refresh", "demo"]).done();
    assert_eq!(program.run(&["token", "demo"]).done(), "at-bot-2\n");
    assert_eq!(of_user(&program, &["--header"]), "Authorization: Bearer at-user-2\n");
    let sent: Vec<String> =
        service.asked("/refresh").iter().map(|asked| asked.parameter("refresh_token").to_owned()).collect();
    assert_eq!(sent, ["rt-user-1", "rt-bot-1"]);
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert!(shown["resources"]["user"].as_str().is_some_and(|until| until.starts_with("until ")), "{shown}");
    assert_eq!(program.run(&["token", "demo", "--resource", "user", "--json"]).json()["scope"], "user-2");
    program.run(&["forget", "demo", "--revoke"]).done();
    let ended: Vec<String> = service.asked("/revoke").iter().map(|asked| asked.parameter("token").to_owned()).collect();
    assert_eq!(ended, ["rt-bot-2", "at-bot-2", "rt-user-2", "at-user-2"]);
}

#[test]
fn one_without_a_refresh_token_is_never_renewed_by_another_ones() {
    let (service, program) = service(json!({ "access_token": "at-user-1" }));
    assert_eq!(of_user(&program, &[]), "at-user-1\n", "it has no end");
    let asked = ["token", "demo", "--resource", "user", "--min-valid", "2h"];
    assert_eq!(program.run(&asked).done(), "at-user-1\n");
    assert!(service.asked("/refresh").is_empty());
}

#[test]
fn one_that_did_not_come_is_told_with_how_it_is_asked_for() {
    let (service, program) = service(json!({ "id": "U1" }));
    let said = program.run(&["token", "demo", "--resource", "user"]).failed(3);
    let expected = "error: the sign-in of `demo` brought no token `user` beside its own\n\
                    hint: the person's: ask for its scopes in `user_scope`\n";
    assert_eq!(said, expected);
    assert!(service.asked("/refresh").is_empty());
}

#[test]
fn an_agent_refreshes_it_before_its_end_and_the_own_one_at_its_own_time() {
    let mut of_person = reply("user-1");
    of_person["expires_in"] = 6.into();
    let (service, program) = service(of_person);
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    program.run(&["keep-alive", "demo"]).done();
    agent.line_with("demo, its token `user`: refreshed, valid until ");
    assert_eq!(of_user(&program, &[]), "at-user-2\n");
    assert_eq!(program.run(&["token", "demo"]).done(), "at-bot-1\n");
    let sent: Vec<_> =
        service.asked("/refresh").iter().map(|asked| asked.parameter("refresh_token").to_owned()).collect();
    assert_eq!(sent, ["rt-user-1"]);
    program.run(&["agent", "stop"]).done();
}

#[test]
fn one_whose_refresh_token_is_spent_is_told_by_its_name() {
    let (service, program) =
        service(json!({ "access_token": "at-user-9", "refresh_token": "rt-user-9", "expires_in": 1 }));
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    program.run(&["keep-alive", "demo"]).done();
    agent.line_with("demo: not refreshed: its token `user`: the token endpoint refused: `invalid_grant`");
    program.run(&["refresh", "demo"]).done();
    assert_eq!(service.asked("/refresh").len(), 2);
    program.run(&["agent", "stop"]).done();
}

#[test]
fn what_came_is_masked_wherever_the_reply_is_shown() {
    let (_service, program) = service(reply("user-1"));
    for command in [["show", "demo", "--json"], ["history", "demo", "--json"], ["refresh", "demo", "--verbose"]] {
        let done = program.run(&command);
        for secret in ["at-user-1", "rt-user-1"] {
            assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret), "{command:?}: {done:?}");
        }
    }
}

#[test]
fn the_practice_service_gives_the_person_a_token_by_a_scope() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let sign_in = ["sign-in", "demo", "--service", "practice", "--set", &practice.set(), "--browser", browser()];
    program.run(&[&sign_in[..], &["--scope", "practice.person", "--scope", "offline_access"]].concat()).done();
    let of_person = || program.run(&["token", "demo", "--resource", "person", "--min-valid", "1h"]);
    let first = program.run(&["token", "demo", "--resource", "person"]).done();
    assert_ne!(first, program.run(&["token", "demo"]).done());
    let renewed = of_person();
    assert!(renewed.code == 0 && renewed.stdout != first, "{renewed:?}");
    // Its refresh token was replaced, and the new one is kept.
    assert_eq!(of_person().code, 0);
    program.run(&["refresh", "demo"]).done();
}
