//! *Save as preset…* and *Customise*: the form, what it refuses, and the file it writes.

use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{Failure, FailureCode, FailureKind};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, Intent, Step};
use tokenwright::service::{Catalog, NewPreset};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{CLIENT_SECRET, at, service, started};
use crate::screens::screen::{THEMES, screen};

/// The form is open.
pub fn customising() -> Draft {
    let mut draft = at(service("quickbooks"), Step::Service);
    draft.service_step.preset = Some(NewPreset::beside(&service("quickbooks")));
    draft
}

/// The preset was written, or not.
/// A failure that nothing can replace, whatever its words are.
const FULL: &str = "the disk is full already";

pub fn written(outcome: Result<&str, &str>) -> Model {
    let mut model = started();
    model.open.preset = Requested::ended(match outcome {
        Ok(path) => Ok(path.into()),
        Err(summary) => {
            let code = if summary == FULL { FailureCode::General } else { FailureCode::PresetExists };
            let failure = Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint("choose another id"));
            Err(failure.coded(code))
        }
    });
    model
}

#[test]
fn a_preset_is_customised_under_an_id_and_a_name_of_its_own() {
    for theme in THEMES {
        let mut window = screen(theme, started(), at(service("quickbooks"), Step::Service));
        assert!(window.button("Save as preset…").is_none(), "nothing was changed yet");
        window.press("Customise");
        assert!(window.button("Save preset").is_some() && window.reads("my-quickbooks"), "{}", window.words());
        window.fill("Preset ID", "a b");
        assert!(window.reads("An id has letters, digits, “-” and “_”, and starts with a letter"));
        assert!(window.button("Save preset").expect("there").accesskit_node().is_disabled());
        window.fill("Preset ID", "google");
        assert!(window.reads("Replaces Google on this machine."));
        window.fill("Preset ID", "acme-books");
        window.fill("Preset name", "Acme Books");
        window.press("Save preset");
        assert_eq!(window.state().wanted, [Intent::SavePreset { replace: false }]);
        let preset = window.state().draft.own_preset().expect("complete");
        assert_eq!((preset.id.as_str(), preset.checked.as_str()), ("acme-books", "2030-03-17"));
        window.press("Cancel");
        assert!(window.field("Preset ID").is_none());
    }
}

#[test]
fn a_changed_preset_and_a_service_described_by_hand_are_saved_as_a_preset() {
    let mut changed = at(service("quickbooks"), Step::Service);
    changed.profile.as_mut().expect("chosen").authorization_url = "https://other.example/authorize".into();
    for draft in [Box::new(changed), Box::new(at(service("custom"), Step::Service))] {
        let mut window = screen(THEMES[0], started(), *draft);
        assert!(window.button("Customise").is_none());
        window.press("Save as preset…");
        assert!(window.field("Preset ID").is_some());
    }
}

#[test]
fn a_secret_typed_into_a_request_is_not_written() {
    for theme in THEMES {
        let mut draft = customising();
        draft.profile.as_mut().expect("chosen").token_request.headers = format!("X-Key: {CLIENT_SECRET}");
        let window = screen(theme, started(), draft);
        assert!(window.reads("A request of this service contains one of your secrets"));
        assert!(window.button("Save preset").expect("there").accesskit_node().is_disabled());
        assert!(!window.reads(CLIENT_SECRET));
    }
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_told_so() {
    for theme in THEMES {
        let there = "the preset file `/home/a/presets/acme.toml` exists already with other content";
        let mut window = screen(theme, written(Err(there)), customising());
        assert!(window.reads("The preset file “/home/a/presets/acme.toml” exists already with other content"));
        window.press("Replace preset");
        assert_eq!(window.state().wanted, [Intent::SavePreset { replace: true }]);
        let full = screen(theme, written(Err(FULL)), customising());
        assert!(full.reads("The disk is full already") && full.button("Replace preset").is_none());
    }
}

#[test]
fn in_the_whole_window_a_customised_preset_becomes_a_file_and_a_card_that_can_be_rehearsed() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Stay);
    machine.press("QuickBooks Online");
    machine.press("Customise");
    machine.window.fill("Preset ID", "acme-books");
    machine.window.fill("Preset name", "Acme Books");
    machine.press("Save preset");
    machine.wait("Contains no secrets, so you can share it.");
    assert!(machine.window.button("Copy Preset file").is_some());
    let path = home.path().join("presets").join("acme-books.toml");
    let text = std::fs::read_to_string(&path).expect("the file that was told");
    assert!(machine.window.reads(&path.display().to_string()));
    let read = Catalog::bundled().parse("acme-books.toml", &text).expect("a preset");
    assert_eq!(read.token_request, service("quickbooks").token_request);
    machine.press("New profile");
    machine.press("Acme Books");
    machine.press("Rehearse");
    machine.wait("stages rehearsed, all passed");
}
