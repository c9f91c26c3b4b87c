//! The command palette, the sheet of keys, and keys that work wherever the person is.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tokenwright::gui::drafts::palette::Palette;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Draft, Intent, Locking, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::export::{choosing, exporting, sharing};
use crate::screens::import::importing;
use crate::screens::scenes::{at, authorized, draft, name, saved, service, started};
use crate::screens::screen::{Screen, THEMES, screen};
use crate::screens::team;

fn press(window: &mut Harness<'static, Screen>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.settle();
}

fn open(theme: egui::Theme, model: Model, mut draft: Draft) -> Harness<'static, Screen> {
    draft.palette = Some(Palette::default());
    let mut window = screen(theme, model, draft);
    window.settle();
    window
}

fn type_text(window: &mut Harness<'static, Screen>, text: &str) {
    window.event(egui::Event::Text(text.to_owned()));
    window.settle();
}

/// A key, with what it is called.
type Pressed = (&'static str, Modifiers, Key, Intent);

fn everywhere() -> Vec<Pressed> {
    let command = Modifiers::COMMAND;
    vec![
        ("Ctrl+K", command, Key::K, Intent::OpenPalette),
        ("Ctrl+F", command, Key::F, Intent::FindProfile),
        ("Ctrl+N", command, Key::N, Intent::NewProfile),
        ("Ctrl+I", command, Key::I, Intent::OpenImport),
        ("Ctrl+B", command, Key::B, Intent::ToggleList),
        ("F1", Modifiers::NONE, Key::F1, Intent::ShowKeys),
    ]
}

#[test]
fn the_keys_of_the_window_work_on_every_screen_and_once() {
    let scenes: Vec<(Model, Draft)> = vec![
        (started(), draft()),
        (started(), at(service("practice"), Step::Service)),
        (started(), at(service("practice"), Step::Authorization)),
        (authorized(), at(service("practice"), Step::Tokens)),
        (saved("demo"), at(service("practice"), Step::Tokens)),
        (started(), importing()),
        (exporting(), choosing(None)),
        (started(), sharing(Locking::WithoutSecrets, "")),
        (team::none(), team::page()),
    ];
    for (model, draft) in scenes {
        for (what, modifiers, key, wanted) in everywhere() {
            let mut window = screen(THEMES[0], model.clone(), draft.clone());
            press(&mut window, modifiers, key);
            assert_eq!(window.state().wanted, [wanted], "{what}");
        }
    }
}

#[test]
fn the_keys_of_the_window_work_from_a_field_too_and_not_behind_a_question() {
    for (what, modifiers, key, wanted) in everywhere() {
        let mut window = screen(THEMES[0], started(), draft());
        window.fill("Search services", "acme");
        press(&mut window, modifiers, key);
        assert_eq!(window.state().wanted, [wanted], "{what}");
        assert_eq!(window.state().draft.service_step.search, "acme", "{what}");

        let mut asked = at(service("practice"), Step::Tokens);
        asked.questions.forget = Some(name("demo"));
        let mut window = screen(THEMES[0], saved("demo"), asked);
        press(&mut window, modifiers, key);
        assert_eq!(window.state().wanted, [], "{what}");
    }
}

#[test]
fn a_key_whose_button_is_not_on_the_screen_does_its_work_or_says_why_not() {
    let mut on_step_1 = at(service("practice"), Step::Service);
    on_step_1.tokens_step.name = "demo".to_owned();
    let mut window = screen(THEMES[0], saved("demo"), on_step_1);
    press(&mut window, Modifiers::COMMAND, Key::S);
    assert_eq!(window.state().wanted, [Intent::Save { replace: false }]);

    let check = |key, draft, why| {
        let mut window = screen(THEMES[0], started(), draft);
        press(&mut window, Modifiers::COMMAND, key);
        assert_eq!(window.state().wanted, []);
        assert!(window.reads(why), "{}", window.words());
    };
    check(Key::S, at(service("practice"), Step::Service), "There are no tokens yet");
    check(Key::Enter, draft(), "Choose a service first");
}

#[test]
fn a_command_a_profile_and_a_service_are_found_by_name_and_taken_with_enter() {
    for theme in THEMES {
        for (typed, wanted) in [
            ("impo", Intent::OpenImport),
            ("ACMÉ", Intent::Open(name("acme"))),
            ("custom", Intent::Choose("custom".to_owned())),
            ("exp", Intent::OpenExport(name("demo"))),
        ] {
            let mut window = open(theme, saved("demo"), at(service("practice"), Step::Tokens));
            type_text(&mut window, typed);
            press(&mut window, Modifiers::NONE, Key::Enter);
            assert_eq!(window.state().wanted, [wanted], "{typed}");
            assert!(window.state().draft.palette.is_none(), "{typed}");
        }
    }
}

#[test]
fn the_arrows_move_in_it_and_escape_closes_it_and_nothing_else() {
    let mut window = open(THEMES[0], saved("demo"), draft());
    type_text(&mut window, "o");
    let count = window.state().draft.palette.as_ref().expect("open").found.len();
    for (key, at) in [
        (Key::ArrowDown, 1),
        (Key::ArrowDown, 2),
        (Key::ArrowUp, 1),
        (Key::PageUp, 0),
        (Key::PageDown, 8.min(count - 1)),
    ] {
        press(&mut window, Modifiers::NONE, key);
        assert_eq!(window.state().draft.palette.as_ref().expect("open").at, at, "{key:?}");
    }
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.state().draft.palette.is_none());
    assert_eq!(window.state().wanted, []);
}

#[test]
fn what_cannot_be_done_now_says_why_and_is_not_done() {
    let mut window = open(THEMES[0], started(), draft());
    type_text(&mut window, "continue to authorization");
    assert!(window.reads("Choose a service first"), "{}", window.words());
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().wanted, []);
    assert!(window.state().draft.palette.is_some());
    press(&mut window, Modifiers::COMMAND, Key::A);
    type_text(&mut window, "no such thing");
    assert!(window.reads("Nothing matches."), "{}", window.words());
}

#[test]
fn a_screen_reader_hears_the_line_that_enter_takes() {
    let mut window = open(THEMES[0], saved("demo"), draft());
    type_text(&mut window, "new profile");
    assert_eq!(window.focused(), "New profile");
    let results = window.get_by_role_and_label(Role::ListBox, "Results");
    let count = window.state().draft.palette.as_ref().map(|palette| palette.found.len());
    assert_eq!(results.accesskit_node().data().size_of_set(), count);
    let line = window
        .query_all_by(|node| node.role() == Role::ListBoxOption)
        .find(|node| node.accesskit_node().label().as_deref() == Some("New profile"));
    let node = line.expect("a line").accesskit_node();
    assert_eq!((node.data().position_in_set(), node.data().is_selected()), (Some(0), Some(true)));
    assert_eq!(node.data().description(), Some("Start by choosing a service Ctrl+N"));
}

#[test]
fn the_sheet_lists_each_key_with_all_that_it_does() {
    for theme in THEMES {
        let mut window = screen(theme, started(), draft());
        window.press("Keys");
        assert_eq!(window.state().wanted, [Intent::ShowKeys]);
        window.state_mut().draft.keys_are_shown = true;
        window.settle();
        for words in ["Ctrl+K", "Commands", "F1", "Next, Start authorization, Send token request, Refresh, Use it"] {
            assert!(window.reads(words), "{words} in\n{}", window.words());
        }
        press(&mut window, Modifiers::NONE, Key::Escape);
        assert!(!window.state().draft.keys_are_shown);
    }
}
