//! The whole way through the window, with the real core.

use std::path::Path;

use crate::support::database::Database;
use crate::support::renewed;
use crate::support::scripted::{Answer, Scripted};
use egui::Key;
use egui_kittest::kittest::NodeT as _;
use tokenwright::config::{Config, Places};
use tokenwright::store::{Plain, Store, StoreError};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit, ask};
use crate::screens::screen::THEMES;
use crate::support::http::follow;

#[test]
fn from_choosing_the_service_to_a_saved_profile_that_is_refreshed() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.sign_in();
        machine.press("Check token");
        machine.wait("The service accepts the token");
        machine.window.fill("Profile name", "demo");
        machine.window.field("Profile name").expect("the field").focus();
        machine.window.settle();
        machine.window.key_press(Key::Enter);
        machine.wait("tokenwright token demo");
        let first = machine.access_token();

        machine.press("New profile");
        assert!(machine.window.reads("Choose a service to continue."));
        machine.press("Open demo");
        machine.wait("Refresh");
        assert_eq!(machine.access_token(), first);
        machine.press("Refresh");
        machine.wait("Refreshed: a new access token");
        assert_ne!(machine.access_token(), first);

        machine.press("Forget…");
        machine.press("Forget");
        machine.wait("None yet. Step 3 saves a profile here");
    }
}

#[test]
fn a_sign_in_that_is_cancelled_can_be_begun_again_and_its_late_response_does_nothing() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Stay);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("Waiting on");
    machine.press("Cancel");
    machine.press("Start authorization");
    machine.wait("Waiting on");
    let sent = machine.sent.lock().expect("no panic holds it").clone();
    // The listener of the first one is gone, so its redirect finds nobody; the second one's is taken.
    let redirect = ask(&sent[0]).expect("a redirect");
    assert!(std::panic::catch_unwind(|| ask(&redirect)).is_err());
    assert!(machine.window.reads("Waiting on"));
    follow(&sent[1]);
    machine.wait("Tokens received");
}

#[test]
fn a_browser_that_comes_back_to_the_wrong_place_is_told_of_and_the_wait_goes_on() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Stay);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("Waiting on");
    let sent = machine.sent.lock().expect("no panic holds it").clone();
    let redirect = ask(&sent[0]).expect("a redirect");
    let port = url::Url::parse(&redirect).expect("a URL").port().expect("a port");
    let tls = std::net::TcpStream::connect(("localhost", port)).expect("connected");
    std::io::Write::write_all(&mut &tls, b"\x16\x03\x01\x00\x05").expect("written");
    machine.wait("The browser came back over “https”");
    drop(tls);
    let _ = ask(&redirect.replace("/callback?", "/callback/?"));
    machine.wait("The browser came back to “/callback/”, but the path of the redirect URI is “/callback”");
    follow(&sent[0]);
    machine.wait("Saved as draft practice-ada");
}

#[test]
fn a_response_pasted_by_hand_is_taken_if_it_belongs_to_this_sign_in() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Stay);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("Waiting on");
    let sent = machine.sent.lock().expect("no panic holds it")[0].clone();
    let redirect = ask(&sent).expect("a redirect");

    machine.window.fill("Pasted response", "what is this?");
    machine.press("Use pasted response");
    machine.wait("The pasted text contains neither a code nor an error");

    machine.window.fill("Pasted response", &redirect.replace("state=", "state=x"));
    machine.press("Use pasted response");
    machine.wait("“state”");
    assert!(machine.window.reads("Waiting on"));

    machine.window.fill("Pasted response", &redirect);
    machine.press("Use pasted response");
    machine.wait("Tokens received");
}

#[test]
fn a_fault_is_switched_on_seen_and_switched_off() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.press("Practice service");
    machine.press("Faults to inject");
    machine.press("access-denied");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("access_denied");
    machine.press("Back");
    machine.press("access-denied");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("Tokens received");
}

#[test]
fn a_refused_refresh_is_explained_and_the_tokens_stay() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Follow);
    machine.sign_in();
    let first = machine.access_token();
    machine.press("Refresh request");
    machine.window.fill("Refresh token to use", "not-a-refresh-token");
    machine.press("Refresh");
    machine.wait("invalid_grant");
    assert_eq!(machine.access_token(), first);
}

#[test]
fn a_typed_refresh_token_does_not_stand_in_for_the_browser() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("I already have a refresh token");
    machine.press("Refresh request");
    machine.window.fill("Refresh token to use", "a-typed-refresh-token");
    machine.press("Back");
    machine.press("Start authorization");
    machine.wait("Tokens received");
    assert_eq!(machine.sent.lock().expect("no panic holds it").len(), 1);
}

#[test]
fn what_is_typed_while_a_code_waits_becomes_a_draft_and_not_the_saved_profile() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("tokenwright token demo");
    let database = Database::of(home.path());
    let saved = database.profile("demo").expect("a profile");
    machine.press("Edit…");
    machine.press("Back");
    machine.press("Review the token request before sending");
    machine.press("Authorize again");
    machine.wait_until("the second visit", |window| window.reads("The authorization code arrived"));
    machine.press("email");
    machine.press("Next");
    machine.press("Send token request");
    machine.wait("Saved as draft practice-ada");
    assert_eq!(database.profile("demo").expect("a profile"), saved);
}

#[test]
fn a_typed_refresh_token_is_used_once() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.press("Show tokens");
    let words = machine.window.words();
    let mut lines = words.lines().skip_while(|line| *line != "Refresh token").filter(|line| *line != "Refresh token");
    let refresh_token = lines.next().expect("the value beside its name").to_owned();
    machine.press("Hide tokens");
    machine.press("Refresh request");
    machine.window.fill("Refresh token to use", &refresh_token);
    let first = machine.access_token();
    for _ in 0..2 {
        machine.press("Refresh");
        machine.wait("Tokens received");
    }
    assert_ne!(machine.access_token(), first);
}

/// The practice service runs, and a custom one is chosen; the address of the first.
fn custom_beside_practice(machine: &mut Machine) -> String {
    machine.press("Practice service");
    machine.wait("Listening on http://127.0.0.1:");
    let words = machine.window.words();
    let base = words.split("Listening on ").nth(1).and_then(|rest| rest.split(',').next()).expect("its address");
    machine.window.fill("Search services", "custom");
    machine.press("Custom service");
    machine.press("Next");
    base.to_owned()
}

#[test]
fn a_service_described_by_hand_works_like_a_preset() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    let base = custom_beside_practice(&mut machine);
    machine.window.fill("Authorization URL", &format!("{base}/authorize"));
    machine.window.fill("Token URL", &format!("{base}/token"));
    machine.window.fill("Client ID", "practice-client");
    machine.window.fill("Redirect URI", "http://127.0.0.1/callback");
    machine.window.fill("Client secret", "practice-secret");
    machine.window.fill("Scopes", "openid offline_access");
    machine.press("Start authorization");
    machine.wait("Tokens received");
    assert!(machine.window.reads("openid offline_access"));
}

#[test]
fn a_custom_service_is_filled_in_from_its_issuers_metadata() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Follow);
    let base = custom_beside_practice(&mut machine);
    machine.window.fill("Client ID", "practice-client");
    machine.window.fill("Redirect URI", "http://127.0.0.1/callback");
    machine.window.fill("Issuer", &base);
    machine.press("Discover");
    machine.wait("Filled in from the metadata");
    let value = |machine: &Machine, field: &str| {
        machine.window.field(field).and_then(|field| field.accesskit_node().value()).expect("a field")
    };
    for (field, expected) in [
        ("Authorization URL", format!("{base}/authorize")),
        ("Token URL", format!("{base}/token")),
        ("Client ID", "practice-client".to_owned()),
        ("Redirect URI", "http://127.0.0.1/callback".to_owned()),
    ] {
        assert_eq!(value(&machine, field), expected, "{field}");
    }
    machine.window.fill("Client secret", "practice-secret");
    machine.press("Start authorization");
    machine.wait("Tokens received");
}

#[test]
fn authorization_details_are_written_from_the_types_of_the_service_and_held_to_their_schema() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    let base = custom_beside_practice(&mut machine);
    machine.window.fill("Issuer", &base);
    machine.press("Discover");
    machine.wait("Filled in from the metadata");
    machine.press("More about the authorization");
    machine.wait("One payment of practice money");
    assert!(machine.window.reads("Requires amount, creditor."), "{}", machine.window.words());
    machine.press("Add practice_payment");
    let details = |machine: &Machine| {
        let field = machine.window.field("Authorization details").expect("a field");
        field.accesskit_node().value().expect("a value")
    };
    let payment = r#"{"type":"practice_payment","creditor":"Grace","amount":{"currency":"EUR","value":12.5}}"#;
    assert_eq!(details(&machine), format!("[{payment}]"));
    machine.press("Add practice_payment");
    assert_eq!(details(&machine), format!("[{payment}, {payment}]"));
    assert!(!machine.window.reads("Not as the service describes it"));
    machine.window.fill("Authorization details", &format!("[{}]", payment.replace("EUR", "CHF")));
    machine.wait("Not as the service describes it");
    assert!(machine.window.reads("object 1, /amount/currency: expected one of"), "{}", machine.window.words());
    machine.window.fill("Authorization details", &format!("[{payment}]"));
    machine.window.fill("Client ID", "practice-client");
    machine.window.fill("Redirect URI", "http://127.0.0.1/callback");
    machine.window.fill("Client secret", "practice-secret");
    machine.press("Start authorization");
    machine.wait("Tokens received");
}

#[test]
fn a_client_that_is_accepted_in_the_header_only_is_found_out_and_saved_so() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ if asked.raw.to_ascii_lowercase().contains("authorization: basic ") => renewed::tokens("first", 3600),
        _ => Answer::json(401, &serde_json::json!({ "error": "invalid_client" })),
    });
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    custom_beside_practice(&mut machine);
    machine.window.fill("Authorization URL", &format!("{}/authorize", service.url()));
    machine.window.fill("Token URL", &format!("{}/token", service.url()));
    machine.window.fill("Client ID", "it");
    machine.window.fill("Redirect URI", "http://127.0.0.1/callback");
    machine.window.fill("Client secret", "a-client-secret");
    machine.press("Start authorization");
    machine.press("Try the other place");
    machine.wait("Tokens received");
    let asked = service.asked("/token");
    assert_eq!(asked.len(), 2);
    assert_eq!([asked[0].parameter("client_secret"), asked[1].parameter("client_secret")], ["a-client-secret", ""]);
    machine.window.fill("Profile name", "header");
    machine.press("Done");
    machine.wait("tokenwright token header");
    let saved = Database::of(home.path()).profile("header").expect("a profile");
    assert!(saved.contains("basic"), "{saved}");
}

/// A profile whose text was cut.
fn add_broken_profile(home: &Path) {
    let store = Store::new(Database::of(home).folder());
    let broken = |plain: &mut Plain| -> Result<(), StoreError> {
        plain.definition = Some("service = \"prac".to_owned());
        Ok(())
    };
    store.change("old", broken).expect("our own folder");
}

#[test]
fn a_profile_whose_text_is_broken_is_told_when_it_is_chosen() {
    let (machine, home) = Machine::new(THEMES[0], Visit::Follow);
    drop(machine);
    add_broken_profile(home.path());
    let mut machine = Machine::at(home.path(), THEMES[0], Visit::Follow, "memory");
    machine.press("Open old");
    machine.wait("Dismiss");
    assert!(machine.window.reads("old"), "{}", machine.window.words());
    machine.press("Dismiss");
    assert!(machine.window.button("Dismiss").is_none());
}

#[test]
fn what_is_going_on_survives_a_profile_that_cannot_be_opened() {
    let (machine, home) = Machine::new(THEMES[0], Visit::Follow);
    drop(machine);
    add_broken_profile(home.path());
    let mut machine = Machine::at(home.path(), THEMES[0], Visit::Follow, "memory");
    machine.sign_in();
    let token = machine.access_token();
    machine.press("Open old");
    machine.wait("Dismiss");
    assert_eq!(machine.access_token(), token);
}

#[test]
fn the_dress_changes_at_once_and_is_remembered() {
    let [light, dark] = THEMES;
    let (mut machine, home) = Machine::new(dark, Visit::Follow);
    assert_eq!(machine.window.ctx.theme(), dark);
    machine.press("Settings…");
    machine.press("Light");
    machine.window.settle();
    assert_eq!(machine.window.ctx.theme(), light);
    // The worker does one thing after the other: what is asked for next is answered when the file is written.
    machine.press("Close");
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("Tokens received");
    let config = Config::new(Places::find(Some(home.path().to_owned())).expect("a home"));
    assert_eq!(config.load_settings().expect("our own file").theme, tokenwright::config::Theme::Light);
}

#[test]
fn a_run_that_panics_is_told_where_it_was_waited_for_and_the_rest_goes_on() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Panic);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Start authorization");
    machine.wait("An internal error stopped this");
    assert!(machine.window.reads("crash.txt") && !machine.window.reads("a secret in it"));
    // Nothing waits any more, and the worker still answers.
    assert!(machine.window.button("Cancel").is_none());
    machine.press("Start authorization");
    machine.press("Start authorization");
}
