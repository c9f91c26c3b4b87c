//! The hints of presets: their keys decide what a refusal means, never their text.

use serde_json::json;
use tokenwright::call::{Answers, Reading, Reply};
use tokenwright::oauth::{ReadContext, Stage, read_token_set};
use tokenwright::secret::Secret;
use tokenwright::service::Catalog;

use crate::support::renewed::{service, signed_in, tokens};
use crate::support::scripted::Answer;
use crate::support::tokenwright::Tokenwright;

/// More than the lifetime of the first tokens, so that they must be refreshed.
const RENEWED: [&str; 4] = ["token", "demo", "--min-valid", "60s"];

#[test]
fn the_same_refusal_ends_the_same_whatever_its_hint_says() {
    for (keys, code, calls) in [("", 4, 2), ("ends_grant = true", 3, 1), ("temporary = true", 5, 2)] {
        for say in ["wait an hour", "wait an hour, then sign in again if it persists"] {
            let service = service(30, |_, earlier| match earlier {
                0 => Answer::json(400, &json!({ "error": "app_state_7" })),
                _ => tokens("second", 3600),
            });
            let program = signed_in(&service, &format!("[[hints]]\nwhen = \"app_state_7\"\nsay = \"{say}\"\n{keys}\n"));
            let said = program.run(&RENEWED).failed(code);
            assert!(said.ends_with(&format!("`app_state_7`\nhint: {say}\n")), "{said}");
            assert_eq!(program.run(&RENEWED).code, if keys.starts_with("ends") { 3 } else { 0 }, "{keys}: {say}");
            assert_eq!(service.asked("/refresh").len(), calls, "{keys}: {say}");
        }
    }
}

#[test]
fn other_words_in_every_hint_of_every_preset_change_nothing() {
    let mut seen = 0;
    for service in Catalog::bundled().services() {
        let mut others = service.hints.clone();
        for hint in &mut others {
            hint.say = "sign in again, wait, the refresh token ended".to_owned();
        }
        for hint in &service.hints {
            for status in [200, 400, 401, 403, 429, 503] {
                let body = json!({ "error": "odd_one", "error_description": hint.when });
                let reply = Reply {
                    status,
                    headers: vec![("content-type".into(), "application/json".into())],
                    body: Secret::new(body.to_string()),
                    elapsed: std::time::Duration::ZERO,
                    received_at: jiff::Timestamp::UNIX_EPOCH,
                };
                let context =
                    ReadContext { stage: Stage::RefreshRequest, scope_separator: " ", previous: None, origin: None };
                let answers = Answers::of(&reply);
                let error = read_token_set(&reply, answers.as_ref(), &Reading::default(), context, [].iter());
                let error = error.expect_err("a refusal");
                assert_eq!(error.meaning(&service.hints), error.meaning(&others), "{}: {}", service.id, hint.when);
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn a_hint_that_contradicts_itself_is_refused_with_its_place() {
    let program = Tokenwright::with_vault();
    let preset = "id = \"odd\"\nname = \"Odd\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
                  grant_type = \"client_credentials\"\n[token_request]\nurl = \"https://x.test/t\"\n\
                  [[hints]]\nwhen = \"gone\"\nsay = \"a\"\nends_grant = true\ntemporary = true\n";
    program.add_preset("odd.toml", preset);
    let file = program.data().join("presets/odd.toml");
    let said = program.run(&["service", "check", file.to_str().expect("UTF-8")]);
    assert_ne!(said.code, 0);
    assert!(said.stderr.contains("the hint for `gone` both ends the grant and is temporary"), "{}", said.stderr);
}
