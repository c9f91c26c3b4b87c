//! Questions about a saved profile: the wait, the answer in rows, and failures.

use egui::Key;
use egui_kittest::Harness;
use tokenwright::gui::Intent;
use tokenwright::gui::actions::queries::{Findings, QUERIES};
use tokenwright::gui::model::{AskedQuery, Requested, Work};
use tokenwright::gui::theme::Tone;

use crate::screens::by_name::ByName as _;
use crate::screens::scenes::{draft, failure, name, saved};
use crate::screens::screen::{Screen, THEMES, screen};

/// Introspection of `demo` was asked for.
fn asked(theme: egui::Theme, answer: Requested<Findings>) -> Harness<'static, Screen> {
    let mut model = saved("demo");
    model.query = Some(AskedQuery { query: &QUERIES[2], profile: name("demo"), answer });
    screen(theme, model, draft())
}

#[test]
fn a_saved_profile_is_asked_from_its_menu() {
    let mut window = screen(THEMES[0], saved("demo"), draft());
    for query in &QUERIES {
        window.press("More for demo");
        window.press(query.text);
        assert_eq!(window.state_mut().wanted.pop(), Some(Intent::Ask(query, name("demo"))));
    }
}

#[test]
fn the_entries_of_the_menu_stand_evenly() {
    for theme in THEMES {
        let mut window = screen(theme, saved("demo"), draft());
        window.press("More for demo");
        let names = QUERIES.iter().map(|query| query.text).chain(["Keep alive", "Export demo"]);
        let rects: Vec<_> = names.map(|name| window.button(name).expect("in the menu").rect()).collect();
        for pair in rects.windows(2) {
            let gap = pair[1].top() - pair[0].bottom();
            assert!((6.0..=10.0).contains(&gap), "{gap} points between two entries: {rects:?}");
        }
    }
}

#[test]
fn the_wait_says_where_and_ends_by_button_and_key() {
    for theme in THEMES {
        let mut window = asked(theme, Requested::going("https://as.test"));
        assert!(window.reads("Introspect token: demo") && window.reads("Asking https://as.test"), "{}", window.words());
        window.press("Cancel");
        window.key_press(Key::Escape);
        window.settle();
        let cancel = Intent::Cancel(Work::Query);
        assert_eq!(window.state().wanted, [cancel.clone(), cancel]);
    }
}

#[test]
fn the_answer_has_readable_names_and_times_and_is_closed_by_enter_and_escape() {
    for theme in THEMES {
        let rows = [("exp", "1900000000"), ("client_id", "it"), ("tenant", "t-1")];
        let rows = rows.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let summary = "The access token is active";
        let mut window =
            asked(theme, Requested::ended(Ok(Findings { tone: Tone::Success, summary, rows, account: None })));
        for text in [summary, "Expires", "2030-03-17 17:46:40", "Client ID", "tenant", "t-1"] {
            assert!(window.reads(text), "no {text:?} in\n{}", window.words());
        }
        assert_eq!(window.focused(), "Close");
        window.key_press(Key::Enter);
        window.settle();
        window.key_press(Key::Escape);
        window.settle();
        let close = Intent::Cancel(Work::Query);
        assert_eq!(window.state().wanted, [close.clone(), close]);
    }
}

#[test]
fn why_there_is_no_answer_is_told_with_what_to_do() {
    let window = asked(THEMES[1], Requested::ended(Err(failure("the introspection endpoint answered 401"))));
    assert!(window.reads("The introspection endpoint answered 401") && window.reads("Do it again"));
    assert!(window.button("Close").is_some());
}
