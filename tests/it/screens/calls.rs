//! The page of the calls: what was sent and what came, and what can be handed on of it.

use std::sync::Arc;
use std::time::Duration;

use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use jiff::{SignedDuration, Timestamp};
use tokenwright::app::{DayOfCalls, LoggedCall, News};
use tokenwright::call::{TracedCall, TracedOutcome, TracedReply, Way};
use tokenwright::call_log::CallLog;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{CallsDraft, Draft, Intent};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{draft, name, now, started};
use crate::screens::screen::{THEMES, screen};
use crate::support::temp_home;

fn call(seconds: i64, url: &str, status: u16) -> TracedCall {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = "{\n  \"access_token\": \"••••••••\"\n}".to_owned();
    TracedCall {
        at: now() + SignedDuration::from_secs(seconds),
        way: Way::Sent,
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: vec![("Authorization".to_owned(), "Basic ••••••••".to_owned())],
        body: Some(("application/x-www-form-urlencoded".to_owned(), "grant_type=refresh_token".to_owned())),
        client_certificate: "CN=acme; x5t#S256 A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0".to_owned(),
        curl: "curl https://as.test/token".to_owned(),
        outcome: TracedOutcome::Reply(TracedReply { status, headers, body, elapsed: Duration::from_millis(42) }),
    }
}

fn own(call: TracedCall, profile: &str) -> Arc<LoggedCall> {
    let (face, profile) = ("window".to_owned(), profile.to_owned());
    Arc::new(LoggedCall { call, face, process: 1, profile, stage: "token_request".to_owned() })
}

/// A window that has made a few calls.
pub fn made() -> Model {
    let mut model = started();
    let long = format!("https://login.example.test/{}", "tenant/".repeat(20));
    let opened =
        TracedCall { way: Way::Browser, outcome: TracedOutcome::Unseen, ..call(1, "https://as.test/authorize", 0) };
    for call in [opened, call(2, "https://as.test/token", 200), call(3, &long, 503)] {
        model.hear(News::Called(own(call, "")));
    }
    model
}

/// The same, after the agent and a command have made some.
fn with_others() -> Model {
    let mut model = made();
    let logged = |call: &TracedCall, face: &str, profile: &str| LoggedCall {
        call: TracedCall { curl: String::new(), ..call.clone() },
        face: face.to_owned(),
        process: 7,
        profile: profile.to_owned(),
        stage: "refresh_request".to_owned(),
    };
    let calls = vec![
        logged(&model.calls[1].call, "window", ""),
        logged(&call(5, "https://as.test/refresh", 400), "agent", "acme"),
        logged(&call(6, "https://as.test/revoke", 200), "forget", "\u{202e}no name"),
    ];
    model.day = Requested::ended(Ok(DayOfCalls::new(calls, true)));
    model
}

#[test]
fn calls_of_others_are_listed_with_who_made_them() {
    let mut window = screen(THEMES[0], with_others(), page());
    let words = window.words();
    assert!(words.contains("by the agent for acme") && words.contains("by forget"), "{words}");
    assert_eq!(words.matches("as.test/token").count(), 1, "our own is there once: {words}");
    assert!(!words.contains('\u{202e}') && words.contains("What this window, the agent and commands sent"), "{words}");
    let zoned = (now() + SignedDuration::from_secs(5)).to_zoned(page().clock.zone).strftime("%H:%M:%S").to_string();
    window.press(&format!("{zoned}  POST as.test/refresh, 400 after 42 ms, by the agent for acme"));
    assert!(window.reads("Copy as curl") && window.reads("400 after 42 ms"), "{}", window.words());
}

#[test]
fn it_is_said_that_no_calls_of_others_are_kept() {
    let mut model = made();
    model.day = Requested::ended(Ok(DayOfCalls::new(Vec::new(), false)));
    let window = screen(THEMES[0], model, page());
    assert!(window.words().contains("The calls of others are not kept"), "{}", window.words());
}

/// The page, open.
pub fn page() -> Draft {
    let mut draft = draft();
    draft.calls = Some(CallsDraft { file: "/home/ada/tokenwright.har".to_owned(), ..CallsDraft::default() });
    draft
}

#[test]
fn the_newest_call_is_first_and_opens() {
    for theme in THEMES {
        let mut window = screen(theme, made(), page());
        assert!(window.reads("503 after 42 ms") && window.reads("opened in the browser"), "{}", window.words());
        assert!(!window.reads("grant_type=refresh_token"));
        let zoned = (now() + SignedDuration::from_secs(2)).to_zoned(page().clock.zone).strftime("%H:%M:%S").to_string();
        window.press(&format!("{zoned}  POST as.test/token, 200 after 42 ms"));
        assert!(window.reads("grant_type=refresh_token") && window.reads("Copy as curl"), "{}", window.words());
        window.press("Save as HAR");
        assert_eq!(window.state().wanted, [Intent::SaveHar]);
        let case = window.button("Save the case").expect("there");
        assert!(case.accesskit_node().is_disabled(), "nothing has failed");
    }
}

#[test]
fn a_call_of_another_process_appears_by_itself() {
    let home = temp_home();
    let mut machine = Machine::at(home.path(), THEMES[0], Visit::Follow, "passphrase");
    machine.window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    machine.wait("Results");
    machine.window.event(Event::Text("calls".to_owned()));
    machine.window.settle();
    machine.window.key_press(Key::Enter);
    machine.wait("Nothing yet.");
    let log = CallLog::new(home.path().join("calls"));
    for (face, told) in [("agent", "by the agent for acme"), ("refresh", "by refresh for acme")] {
        let call = TracedCall { at: Timestamp::now(), ..call(0, "https://as.test/refresh", 400) };
        let (face, profile, stage) = (face.to_owned(), "acme".to_owned(), "refresh_request".to_owned());
        log.add(&[LoggedCall { call, face, process: 7, profile, stage }], Timestamp::now()).expect("added");
        machine.wait(told);
    }
}

#[test]
fn a_failed_sign_in_is_saved_as_a_case_and_replayed() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    let token = {
        machine.sign_in();
        machine.access_token()
    };
    machine.press("New profile");
    machine.press("Practice service");
    machine.press("Faults to inject");
    machine.press("nested-reply");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("without an access token");
    machine.press("Calls…");
    machine.wait("Save to a file");
    let [har, case] = ["calls.har", "case.json"].map(|file| home.path().join(file));
    machine.window.fill("File", har.to_str().expect("UTF-8"));
    machine.press("Save as HAR");
    machine.wait_until("the archive is written", |_| har.exists());
    machine.window.fill("File", case.to_str().expect("UTF-8"));
    machine.press("Save the case");
    machine.wait_until("the case is written", |_| case.exists());
    for file in [&har, &case] {
        let text = std::fs::read_to_string(file).expect("written");
        assert!(!text.contains(&token) && text.contains("\\\"data\\\""), "{text}");
    }
    let archive: serde_json::Value = serde_json::from_slice(&std::fs::read(&har).expect("written")).expect("JSON");
    let entries = archive["log"]["entries"].as_array().expect("a list");
    assert!(!entries.is_empty() && entries.iter().all(|entry| !entry["_by"].as_str().unwrap_or_default().is_empty()));
    assert!(entries.iter().any(|entry| entry["_stage"] == "token_request"), "{archive}");
    machine.window.fill("Case file", case.to_str().expect("UTF-8"));
    machine.press("Replay");
    machine.wait("The same diagnosis");
}

#[test]
fn the_case_of_a_refresh_that_somebody_else_made_is_saved_from_the_log() {
    let mut model = with_others();
    model.open.saved_as = Some(name("beta"));
    let window = screen(THEMES[0], model.clone(), page());
    let case = window.button("Save the case").expect("there");
    assert!(case.accesskit_node().is_disabled(), "nothing of this profile has failed");
    model.open.saved_as = Some(name("acme"));
    let mut window = screen(THEMES[0], model, page());
    window.press("Save the case");
    assert_eq!(window.state().wanted, [Intent::SaveCase]);
}

#[test]
fn a_call_of_ours_says_for_which_profile_it_was_and_each_line_is_told_as_one() {
    let mut model = started();
    model.hear(News::Called(own(call(2, "https://as.test/token", 200), "acme")));
    let window = screen(THEMES[0], model, page());
    let time = (now() + SignedDuration::from_secs(2)).to_zoned(page().clock.zone).strftime("%H:%M:%S").to_string();
    assert!(window.button(&format!("{time}  POST as.test/token, 200 after 42 ms, for acme")).is_some());
    assert!(!window.words().lines().any(|line| line == "for acme"), "{}", window.words());
}
