//! Signing in on another device, in the window.

use jiff::SignedDuration;
use tokenwright::app::DeviceWaiting;
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Model, Requested, Visit as Shown};
use tokenwright::gui::{Intent, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{at, now, service, started};
use crate::screens::screen::{SMALL, THEMES, sized};

pub fn waiting() -> DeviceWaiting {
    DeviceWaiting {
        user_code: "WDJB-MJHT".into(),
        verification_uri: "https://example.com/device".into(),
        verification_uri_complete: Some("https://example.com/device?user_code=WDJB-MJHT".into()),
        message: String::new(),
        until: now() + SignedDuration::from_secs(545),
        is_taken_up: false,
    }
}

/// Another device is waited for.
pub fn shown(waiting: DeviceWaiting) -> Model {
    let mut model = started();
    let trouble = Diagnosis::new("the token endpoint answered 502 with a web page").hint("it is asked for again");
    model.open.sign_in.work = Requested::going("");
    model.open.sign_in.visit = Shown::Device(Box::new(waiting), Some(trouble));
    model
}

#[test]
fn the_code_is_shown_with_where_to_enter_it_and_the_way_out() {
    for theme in THEMES {
        let mut window = sized(theme, SMALL, 1.0, shown(waiting()), at(service("practice"), Step::Authorization));
        for text in [
            "Open https://example.com/device there, or scan the QR code, and enter this code:",
            "WDJB-MJHT",
            "QR code of the address",
            "9 min left",
            "Never enter a code that somebody sent you, and send this one to nobody.",
            "The token endpoint answered 502 with a web page",
        ] {
            assert!(window.reads(text), "no {text:?} in\n{}", window.words());
        }
        assert!(!window.reads("Another device"), "it is not offered twice");
        window.press("Cancel");
        let cancelled = matches!(window.state().wanted.as_slice(), [Intent::Cancel(_)]);
        assert!(cancelled, "{:?}", window.state().wanted);
    }
}

#[test]
fn it_is_offered_where_the_service_has_it() {
    for (id, offered) in [("github", true), ("practice", true), ("notion", false)] {
        let window = sized(THEMES[0], SMALL, 1.0, started(), at(service(id), Step::Authorization));
        assert_eq!(window.reads("Sign in on another device"), offered, "{id}");
    }
}

#[test]
fn what_is_allowed_elsewhere_becomes_tokens_here() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Panic);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Sign in on another device");
    machine.wait("Waiting for you to allow it there");
    machine.wait("Tokens received");
    assert!(machine.access_token().starts_with("practice-at-"));
    machine.window.fill("Profile name", "demo");
    machine.press("Done");
    machine.wait("Refresh");
}

#[test]
fn a_code_that_was_cancelled_is_not_waited_for_again() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Panic);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Sign in on another device");
    machine.wait("Waiting for you to allow it there");
    machine.press("Cancel");
    machine.wait("Another device");
    machine.press("Sign in on another device");
    machine.wait("Waiting for you to allow it there");
    assert!(!machine.window.words().contains("The code from before"), "{}", machine.window.words());
    machine.wait("Tokens received");
}
