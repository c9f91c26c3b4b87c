//! Keeping tokens valid, in the window: a failed save, a final refusal, tokens issued for another profile, and the
//! account of a profile.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use egui::{ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use jiff::SignedDuration;
use serde_json::json;
use tokenwright::app::{News, ProfileState, ProfileSummary};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::actions::queries::QUERIES;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Intent, Window};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{self, name, now};
use crate::screens::screen::{THEMES, screen};
use crate::support::database::Database;
use crate::support::process::Process;
use crate::support::renewed;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::{PASSPHRASE, Tokenwright};

/// A list with a profile in this state.
fn listed(state: ProfileState) -> Model {
    let mut model = scenes::started();
    let summary = ProfileSummary {
        display_name: tokenwright::service::DisplayName::default(),
        name: name("acme"),
        service_id: "practice".into(),
        service: "Practice service".into(),
        tags: tokenwright::service::Tags::default(),
        environment: String::new(),
        keep_alive: false,
        draft: false,
        shared: false,
        state,
        revision: None,
    };
    model.hear(News::Profiles(vec![summary]));
    model
}

#[test]
fn a_profile_that_needs_a_sign_in_says_why_and_has_the_button_that_mends_it() {
    let why = Diagnosis::new("the profile `acme` needs a new sign-in").hint("sign in again");
    for theme in THEMES {
        for (state, word) in [
            (ProfileState::NeedsSignIn { why: why.clone(), expires_at: None }, "needs sign-in"),
            (ProfileState::Stale(why.clone()), "stale"),
        ] {
            let mut screen = screen(theme, listed(state), scenes::draft());
            assert!(screen.reads(word), "{}", screen.words());
            screen.press("Sign in");
            assert_eq!(screen.state().wanted, [Intent::SignIn(name("acme"))]);
        }
    }
}

#[test]
fn the_end_of_a_refresh_token_is_announced_in_the_list() {
    let state = |days: i64| ProfileState::Tokens {
        expires_at: Some(now() + SignedDuration::from_hours(1)),
        refreshable: true,
        refresh_token_expires_at: Some(now() + SignedDuration::from_hours(24 * days)),
        announced_from: Some(now() + SignedDuration::from_hours(24 * (days - 7))),
        scopes: None,
    };
    let near = screen(THEMES[0], listed(state(5)), scenes::draft());
    assert!(near.reads("The refresh token expires in 5 days"), "{}", near.words());
    let far = screen(THEMES[0], listed(state(8)), scenes::draft());
    assert!(!far.reads("The refresh token ends"), "{}", far.words());
}

#[test]
fn whose_a_profile_is_stands_in_its_line_once_it_was_asked() {
    let mut model = scenes::saved("demo");
    model.known_as.insert(name("demo"), "Ada Practice".into());
    let mut screen = screen(THEMES[1], model, scenes::draft());
    assert!(screen.reads("Ada Practice"), "{}", screen.words());
    screen.press("More for demo");
    screen.press("Who am I");
    assert_eq!(screen.state().wanted, [Intent::Ask(&QUERIES[0], name("demo"))]);
}

#[test]
fn the_menu_of_a_profile_holds_what_is_done_with_it_now_and_then() {
    for theme in THEMES {
        let closed = ProfileState::Closed;
        let broken = ProfileState::Broken(Diagnosis::new("its text cannot be read"));
        for (state, kept) in [(closed, true), (broken, false)] {
            let mut screen = screen(theme, listed(state), scenes::draft());
            assert!(screen.button("Forget…").is_none() && screen.button("Keep alive").is_none(), "{}", screen.words());
            screen.press("More for acme");
            assert!(screen.button("Who am I").is_none(), "there is no token to ask with");
            assert_eq!(screen.button("Keep alive").is_some(), kept, "{}", screen.words());
            if kept {
                screen.press("Keep alive");
                assert_eq!(screen.state_mut().wanted.pop(), Some(Intent::SetKeepAlive(name("acme"), true)));
                screen.press("More for acme");
            }
            screen.press("Forget…");
            assert!(screen.reads("Forget acme?"), "{}", screen.words());
            assert_eq!(screen.focused(), "Cancel");
            screen.key_press(egui::Key::Escape);
            screen.settle();
            assert!(!screen.reads("Forget acme?"), "{}", screen.words());
            screen.press("More for acme");
            screen.press("Forget…");
            screen.press("Forget");
            assert_eq!(screen.state().wanted, [Intent::Forget(name("acme"))]);
            assert!(!screen.reads("Forget acme?"), "{}", screen.words());
        }
    }
}

#[test]
fn tokens_that_are_not_kept_are_told_until_they_are_and_asked_about_before_closing() {
    for theme in THEMES {
        let mut model = scenes::saved("demo");
        let why = Diagnosis::new("the new tokens of `demo` could not be saved: the disk is full").hint("make room");
        model.hear(News::WritePending(name("demo"), why));
        let mut draft = scenes::draft();
        draft.questions.close = true;
        let mut screen = screen(theme, model, draft);
        let words = "Make room. The tokens are in memory and saving is retried automatically. Leave the window open";
        assert!(screen.reads(words) && screen.reads("Close and lose tokens?"), "{}", screen.words());
        assert!(screen.reads("The newest tokens of demo exist only in this window."), "{}", screen.words());
        screen.press("Stay open");
        assert!(!screen.reads("Close and lose tokens?"), "{}", screen.words());
        screen.state_mut().draft.questions.close = true;
        screen.settle();
        screen.press("Close and lose tokens");
        assert_eq!(screen.state().wanted, [Intent::CloseAnyway]);
        screen.state_mut().model.hear(News::WriteDone(name("demo")));
        screen.settle();
        assert!(
            !screen.reads("Close and lose tokens?") && !screen.reads("in memory and saving is retried"),
            "{}",
            screen.words()
        );
    }
}

/// A service, a program signed in there, and what obstructs its vault from the first refresh on: a folder where the lock
/// was. Before the call, no refresh token would be spent.
fn with_vault_that_takes_nothing() -> (Scripted, Tokenwright) {
    let place = Arc::new(Mutex::new(None::<Database>));
    let refusing = Arc::clone(&place);
    let service = renewed::service(3600, move |_, _| {
        refusing.lock().expect("a place").as_ref().expect("signed in").refuse_secrets();
        renewed::tokens("second", 3600)
    });
    let program = renewed::signed_in(&service, "");
    *place.lock().expect("a place") = Some(program.database());
    (service, program)
}

#[test]
fn in_the_whole_window_tokens_outlive_a_vault_that_takes_nothing() {
    let (service, program) = with_vault_that_takes_nothing();
    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.wait("tokenwright token demo");
    let first = machine.access_token();
    machine.press("Refresh");
    machine.wait("The new tokens of “demo” could not be saved: ");
    let second = machine.access_token();
    assert_ne!(second, first);

    assert!(stays_when_closed(&mut machine.window));
    machine.wait("Close and lose tokens?");
    machine.press("Stay open");

    // The refresh token in memory is the one that is good now, and it is not spent while the next one could not be kept.
    machine.press("Refresh");
    machine.wait("“demo” was not refreshed, since its new tokens could not be saved");
    assert_eq!(service.asked("/refresh").len(), 1);
    program.database().accept_secrets();
    machine.press("Retry saving");
    machine.wait_until("nothing held", |window| !window.reads("in memory and saving is retried"));
    assert!(!stays_when_closed(&mut machine.window), "nothing is lost any more");
    drop(machine);

    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.wait("Refresh");
    assert_eq!(machine.access_token(), second, "what was in memory and saving is retried is what is kept");
}

#[test]
fn tokens_held_in_memory_are_forgotten_with_their_profile() {
    let (_service, program) = with_vault_that_takes_nothing();
    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.wait("tokenwright token demo");
    machine.press("Refresh");
    machine.wait("The new tokens of “demo” could not be saved: ");
    // What cannot be forgotten stays where it can be tried again.
    machine.press("More for demo");
    machine.press("Forget…");
    machine.press("Forget");
    machine.wait_until("the failure", |window| window.words().matches("nothing is taken").count() > 1);
    assert!(program.database().profile("demo").is_some() && program.database().has_secret("demo"));
    program.database().accept_secrets();
    machine.press("More for demo");
    machine.press("Forget…");
    machine.press("Forget");
    machine.wait("None yet. Step 3 saves a profile here");
    assert!(!machine.window.reads("in memory and saving is retried"), "{}", machine.window.words());
    drop(machine);
    assert!(program.run(&["token", "demo"]).failed(3).contains("the profile `demo` was forgotten"));
    assert!(!program.database().has("demo"));
}

#[test]
fn in_the_whole_window_a_profile_is_asked_for_revoked_and_forgotten() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Follow);
    machine.sign_in();
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("tokenwright token demo");
    machine.press("Who am I");
    machine.wait("The service accepts the token");
    machine.wait("Ada");
    machine.press("Introspect token");
    machine.wait("The access token is active");
    assert!(machine.window.reads("Expires") && machine.window.reads("practice-client"), "{}", machine.window.words());
    machine.press("Forget…");
    machine.press("Revoke and forget");
    machine.wait("None yet. Step 3 saves a profile here");
}

#[test]
fn a_refresh_that_is_cancelled_or_closed_upon_still_brings_its_token_home() {
    for cancelled in [true, false] {
        let ((arrived, wait), (release, held)) = (channel(), channel::<()>());
        let (arrived, held) = (Mutex::new(arrived), Mutex::new(held));
        let service = renewed::service(3600, move |_, _| {
            arrived.lock().expect("a sender").send(()).expect("the test waits");
            let _ = held.lock().expect("a receiver").recv();
            renewed::tokens("second", 3600)
        });
        let program = renewed::signed_in(&service, "");
        let mut machine = Machine::at(&program.data(), THEMES[0], Visit::Follow, "passphrase");
        machine.wait("The vault is locked");
        machine.window.fill("Passphrase", PASSPHRASE);
        machine.press("Open vault");
        machine.wait("Vault: passphrase");
        machine.press("Open demo");
        machine.press("Refresh");
        wait.recv().expect("the call came");
        if cancelled {
            machine.press("Cancel");
        }
        release.send(()).expect("the service waits");
        drop(machine);
        // Another process finds what the service has sent.
        assert_eq!(program.run(&["token", "demo"]).done(), "at-second\n");
        assert_eq!(service.asked("/refresh").len(), 1);
    }
}

/// A window on the data of a program, with its vault open.
fn opened(program: &Tokenwright) -> Machine {
    let mut machine = Machine::at(&program.data(), THEMES[0], Visit::Follow, "passphrase");
    machine.wait("The vault is locked");
    machine.window.fill("Passphrase", PASSPHRASE);
    machine.press("Open vault");
    machine.wait("Vault: passphrase");
    machine
}

#[test]
fn what_the_window_forgets_during_a_refresh_elsewhere_stays_forgotten() {
    let ((arrived, wait), (release, held)) = (channel(), channel::<()>());
    let (arrived, held) = (Mutex::new(arrived), Mutex::new(held));
    let service = renewed::service(3600, move |_, _| {
        arrived.lock().expect("a sender").send(()).expect("the test waits");
        let _ = held.lock().expect("a receiver").recv();
        renewed::tokens("second", 3600)
    });
    let program = renewed::signed_in(&service, "");
    let mut machine = opened(&program);
    let refresh = program.start(&["refresh", "demo"]);
    wait.recv().expect("the call came");
    machine.press("More for demo");
    machine.press("Forget…");
    machine.press("Forget");
    machine.wait("to finish its refresh of “demo”");
    release.send(()).expect("the service waits");
    machine.wait("None yet. Step 3 saves a profile here");
    assert!(!machine.window.reads("to finish its refresh"), "{}", machine.window.words());
    assert_eq!(refresh.finish().code, 0);
    assert!(program.run(&["token", "demo"]).failed(3).contains("the profile `demo` was forgotten"));
    assert!(!program.database().has("demo"));
}

#[test]
fn what_the_command_line_does_is_shown_in_a_window_that_is_open() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.wait("tokenwright token demo");
    assert_eq!(machine.access_token(), "at-first");
    renewed::sign_in(&program, "kestrel");
    machine.wait("kestrel");
    program.run(&["refresh", "demo"]).done();
    machine.press("Show tokens");
    machine.wait("at-second");
    program.run(&["forget", "kestrel"]).done();
    machine.wait_until("it is gone", |window| !window.reads("kestrel"));
}

#[test]
fn what_is_edited_elsewhere_is_shown_on_the_page_of_an_open_profile_but_not_over_what_was_typed() {
    // Tokens without a known end: nothing but their text tells them apart.
    let endless = |name: &str| {
        Answer::json(200, &json!({ "access_token": format!("at-{name}"), "refresh_token": format!("rt-{name}") }))
    };
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => endless("first"),
        _ => endless("second"),
    });
    let program = renewed::signed_in(&service, "");
    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.wait("tokenwright token demo");
    assert_eq!(machine.access_token(), "at-first");
    program.run(&["refresh", "demo"]).done();
    machine.press("Show tokens");
    machine.wait("at-second");
    let edit = |from: &str, to: &str| {
        let editor = format!("sed -i 's/{from}/{to}/'");
        Process::start(program.command(&["edit", "demo"]).env("VISUAL", editor)).finish().done();
    };
    edit("\"it\"", "\"kestrel\"");
    machine.press("Edit…");
    machine.press("Back");
    let shows = |text: &'static str| {
        move |window: &Harness<'static, Window>| {
            window.field("Client ID").is_some_and(|field| field.accesskit_node().value().as_deref() == Some(text))
        }
    };
    machine.wait_until("edited", shows("kestrel"));
    machine.window.fill("Client ID", "merlin");
    edit("\"kestrel\"", "\"osprey\"");
    program.run(&["display-name", "demo", "Falcon"]).done();
    machine.wait_until("the list is read again", |window| window.button("Open Falcon (demo)").is_some());
    machine.window.settle();
    assert!(shows("merlin")(&machine.window), "what the person typed stays");
}

#[test]
fn the_window_asks_before_a_profile_becomes_another_clients() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.wait("tokenwright token demo");
    machine.press("Edit…");
    machine.press("Back");
    machine.window.fill("Client ID", "another");
    machine.press("Step 3 of 3: Tokens, done");
    machine.press("Done");
    machine.wait("A profile “demo” exists already, of another client id: “it” there, “another” here");
    assert!(program.database().profile("demo").expect("a profile").contains("\"it\""));
    machine.press("Replace");
    machine.wait_until("replaced", |_| {
        program.database().profile("demo").is_some_and(|text| text.contains("\"another\""))
    });
}

#[test]
fn what_another_process_has_forgotten_is_not_saved_again_unasked() {
    let service = renewed::service(3600, |_, _| renewed::tokens("second", 3600));
    let program = renewed::signed_in(&service, "");
    let mut machine = opened(&program);
    machine.press("Open demo");
    machine.press("Edit…");
    program.run(&["forget", "demo"]).done();
    machine.press("Done");
    machine.wait("The profile “demo” was forgotten in the meantime");
    assert!(!program.database().has("demo"), "it came back");
    machine.press("Save it again");
    machine.wait_until("saved again", |window| !window.reads("was forgotten meanwhile"));
    assert_eq!(program.run(&["token", "demo"]).done(), "at-first\n");
}

#[test]
fn a_code_that_was_not_used_is_asked_about_before_the_window_closes() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.press("Practice service");
        machine.press("Next");
        machine.press("Review the token request before sending");
        machine.press("Start authorization");
        machine.wait("The authorization code arrived");
        assert!(stays_when_closed(&mut machine.window));
        machine.wait("Leave without getting tokens?");
        machine.press("Get tokens");
        machine.wait("Saved as draft practice-ada.");
    }
}

#[test]
fn tokens_that_nobody_saved_survive_another_service_and_another_profile() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.sign_in();
    machine.wait("Saved as draft practice-ada.");
    let first = machine.access_token();
    // Another service is chosen at once, and signed in to as well.
    machine.press("New profile");
    machine.sign_in();
    machine.wait("Saved as draft practice-ada-2.");
    let second = machine.access_token();
    assert_ne!(first, second);
    for (name, token) in [("practice-ada", &first), ("practice-ada-2", &second)] {
        machine.press(&format!("Open {name}"));
        machine.wait(&format!("Saved as draft {name}."));
        assert_eq!(machine.access_token(), *token);
    }
    assert!(!stays_when_closed(&mut machine.window), "everything is kept");
}

/// As the window system says that the person closes the window; whether the window wants to stay.
fn stays_when_closed(window: &mut Harness<'static, Window>) -> bool {
    window.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
    window.step();
    window.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
    window.output().viewport_output[&ViewportId::ROOT].commands.contains(&ViewportCommand::CancelClose)
}
