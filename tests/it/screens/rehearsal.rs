//! *Rehearse* in step 1: progress stage by stage, gone when another service is chosen.

use egui::Key;
use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{StageLine, StageOutcome};
use tokenwright::gui::model::{Model, Rehearsal, Requested, Work};
use tokenwright::gui::{Intent, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{at, failure, service, started};
use crate::screens::screen::{THEMES, screen};

pub fn line(stage: &str, outcome: StageOutcome) -> StageLine {
    StageLine { stage: stage.into(), sent: "POST https://service.example/token, form code".into(), outcome }
}

/// A rehearsal of QuickBooks that goes on.
pub fn rehearsing() -> Model {
    let mut model = started();
    let lines = vec![line("authorization", StageOutcome::Passed("code, realmId".into()))];
    model.open.rehearsal = Some(Rehearsal { service: "quickbooks".into(), lines, work: Requested::going("") });
    model
}

/// It is over; one stage failed.
pub fn rehearsed() -> Model {
    let mut model = rehearsing();
    let rehearsal = model.open.rehearsal.as_mut().expect("it goes on");
    let failed = StageOutcome::Failed("the access token was not read".into());
    rehearsal.lines.push(line("token request", failed));
    rehearsal.lines.push(line("device authorization", StageOutcome::NotRehearsed("there is none".into())));
    rehearsal.work = Requested::ended(Ok(()));
    model
}

#[test]
fn a_rehearsal_is_asked_for_waited_for_and_can_be_ended() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("quickbooks"), Step::Service));
        window.press("Rehearse");
        assert_eq!(window.state().wanted, [Intent::Rehearse("quickbooks".into())]);
        window.state_mut().model = rehearsing();
        window.settle();
        assert!(window.reads("Rehearsing against a local server"), "{}", window.words());
        assert!(window.reads("authorization: ok") && window.reads("code, realmId"));
        assert!(window.button("Rehearse").expect("there").accesskit_node().is_disabled());
        window.press("Cancel");
        window.key_press(Key::Escape);
        window.settle();
        assert_eq!(window.state().wanted[1..], vec![Intent::Cancel(Work::Rehearsal); 2]);
    }
}

#[test]
fn its_stages_are_told_with_what_was_sent_and_that_nothing_left_this_machine() {
    for theme in THEMES {
        let window = screen(theme, rehearsed(), at(service("quickbooks"), Step::Service));
        for text in [
            "1 of 2 failed; 1 skipped",
            "token request: failed",
            "the access token was not read",
            "device authorization: not rehearsed",
            "POST https://service.example/token, form code",
            "Nothing left this machine",
        ] {
            assert!(window.reads(text), "{text} in\n{}", window.words());
        }
        assert!(!window.reads("without your changes"), "a preset as it came is not changed");
    }
}

#[test]
fn a_rehearsal_is_shown_for_its_own_service_only() {
    for theme in THEMES {
        let window = screen(theme, rehearsed(), at(service("google"), Step::Service));
        assert!(!window.reads("Rehearsal") && !window.reads("token request: failed"));
    }
}

#[test]
fn what_was_changed_in_the_fields_is_said_to_be_no_part_of_it() {
    let mut draft = at(service("quickbooks"), Step::Service);
    draft.profile.as_mut().expect("chosen").token_request.query = "more=1".into();
    let window = screen(THEMES[0], rehearsed(), draft);
    assert!(window.reads("without your changes"));
}

#[test]
fn a_rehearsal_that_cannot_be_held_says_why() {
    for theme in THEMES {
        let mut model = started();
        let work = Requested::ended(Err(failure("no port is free")));
        model.open.rehearsal = Some(Rehearsal { service: "google".into(), lines: Vec::new(), work });
        let window = screen(theme, model, at(service("google"), Step::Service));
        assert!(window.reads("No port is free") && window.reads("Do it again"));
    }
}

#[test]
fn a_service_described_by_hand_is_rehearsed_once_it_is_a_preset() {
    let window = screen(THEMES[0], started(), at(service("custom"), Step::Service));
    assert!(window.button("Rehearse").expect("there").accesskit_node().is_disabled());
}

#[test]
fn in_the_whole_window_every_stage_is_rehearsed_and_another_choice_forgets_it() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Stay);
    machine.press("QuickBooks Online");
    machine.press("Rehearse");
    machine.wait("stages rehearsed, all passed");
    assert!(
        machine.window.reads("token request: ok") && machine.window.reads("refresh request: ok"),
        "{}",
        machine.window.words()
    );
    assert!(machine.sent.lock().expect("no panic holds it").is_empty(), "no browser is opened for it");
    machine.press("New profile");
    machine.press("QuickBooks Online");
    assert!(!machine.window.reads("Rehearsal"));
}

#[test]
fn every_card_has_a_menu_to_rehearse_it_from() {
    let (mut machine, _home) = Machine::new(THEMES[1], Visit::Stay);
    machine.wait("QuickBooks Online");
    machine.window.button("QuickBooks Online").expect("a card").click_secondary();
    machine.window.settle();
    machine.press("Rehearse");
    machine.wait("stages rehearsed, all passed");
}
