//! The lifetime of a token, in every way that a reply tells it.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::services::scripted::{program, reply, service, sign_in};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()).expect("a time")
}

/// The first reply is given by the test, without `expires_in`; the second follows the RFC.
fn after(life: &Value) -> (crate::support::scripted::Scripted, crate::support::tokenwright::Tokenwright, String) {
    let mut first = reply(life);
    if life.get("expires_in").is_none() {
        first.as_object_mut().expect("an object").remove("expires_in");
    }
    let service = service(vec![first, reply(&json!({ "access_token": "at-2" }))]);
    let program = program(&service, "");
    let finished = sign_in(&program, "scripted", &[]);
    let words = finished.stderr.clone();
    finished.done();
    (service, program, words)
}

#[test]
fn a_token_that_is_over_is_refreshed_whatever_tells_its_end() {
    for life in [
        json!({ "expires_at": 1 }),
        json!({ "expires_at": now() - 60 }),
        json!({ "expires_on": (now() + 1).to_string() }),
        json!({ "expires": 1 }),
        json!({ "expires_in": "1s" }),
        json!({ "expiresIn": 1 }),
        json!({ "expires_in": "PT1S" }),
        json!({ "expiry_date": (now() + 1) * 1000 }),
        json!({ "expires_at": "2020-01-01T00:00:00Z" }),
        json!({ ".expires": "Wed, 01 Jan 2020 00:00:00 GMT" }),
        json!({ "expires_in": 3600, "expires_at": now() - 1 }),
        // {"exp":1577836800}
        json!({ "access_token": "eyJhbGciOiJub25lIn0.eyJleHAiOjE1Nzc4MzY4MDB9.c2ln" }),
    ] {
        let (_service, program, _) = after(&life);
        // waits: for the end of a token whose life is told in whole seconds
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert_eq!(program.run(&["token", "demo"]).done(), "at-2\n", "{life}");
    }
}

#[test]
fn a_token_that_lives_is_not_refreshed_and_its_end_is_shown() {
    for life in [
        json!({ "expires_at": now() + 7200 }),
        json!({ "expires_on": (now() + 7200).to_string() }),
        json!({ "expires_in": "2h" }),
        json!({ "expires": "7200" }),
        json!({ "expires_in": "PT2H" }),
    ] {
        let (service, program, words) = after(&life);
        assert!(words.contains("its access token is valid until "), "{life}: {words}");
        assert_eq!(program.run(&["token", "demo"]).done(), "at-1\n", "{life}");
        let shown = program.run(&["show", "demo", "--json"]).json();
        let at: jiff::Timestamp = shown["expires_at"].as_str().expect("an end").parse().expect("a time");
        assert!((at.as_second() - now() - 7200).abs() < 60, "{life}: {at}");
        assert_eq!(service.asked("/token").len(), 1);
    }
}

#[test]
fn a_life_that_is_not_understood_is_said_at_sign_in_and_later() {
    for (life, name) in [
        (json!({ "expires_in": "soon" }), "expires_in"),
        (json!({ "expires_at": { "seconds": 5 } }), "expires_at"),
        (json!({ "the_day_it_expires": 17 }), "the_day_it_expires"),
    ] {
        let (_service, program, words) = after(&life);
        let note = format!("warning: the reply tells of a life in `{name}`, which is not understood\n");
        assert!(words.contains(&note), "{life}: {words}");
        let shown = program.run(&["show", "demo"]);
        assert!(shown.stderr.contains(&note), "{life}: {}", shown.stderr);
        assert_eq!(program.run(&["token", "demo"]).done(), "at-1\n");
    }
}

#[test]
fn a_token_that_never_ends_is_told_as_one() {
    for life in
        [json!({ "expires_in": 0 }), json!({ "expires_at": "9999-12-31T23:59:59Z" }), json!({ "expires_in": -1 })]
    {
        let (_service, program, words) = after(&life);
        assert!(
            words.contains("its access token has no known expiry") && !words.contains("warning"),
            "{life}: {words}"
        );
        assert_eq!(program.run(&["token", "demo"]).done(), "at-1\n");
    }
}
