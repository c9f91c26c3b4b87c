//! Everything can be reached and used by keyboard in reading order, and is visible when focused.

use std::collections::BTreeSet;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tokenwright::gui::model::Model;
use tokenwright::gui::{Draft, Intent, Locking, Step};

use crate::screens::by_name::{ByName as _, PRESSED, TYPED};
use crate::screens::export::{choosing, exporting, previewed, shared, sharing};
use crate::screens::fit::check_widgets;
use crate::screens::home;
use crate::screens::import::{imported, importing, issuer_found};
use crate::screens::scenes::{
    ACCESS_TOKEN, at, authorized, called, draft, saved, service, started, token_set, visiting,
};
use crate::screens::screen::{Screen, THEMES, screen, sized};
use crate::screens::{calendar, call, calls, inspect, reading, redirects, settings, team};

/// What the Tab key reaches first.
const FIRST: &str = "Keys";
/// More stops than any screen has.
const MANY: usize = 120;

/// Where the Tab key leads, until it is where it began.
#[track_caller]
fn walk(window: &mut Harness<'static, Screen>) -> Vec<String> {
    let room = window.ctx.content_rect();
    let mut stops: Vec<String> = Vec::new();
    let mut ids = BTreeSet::new();
    for _ in 0..MANY {
        window.key_press(Key::Tab);
        window.settle();
        let focused = window.root().children_recursive().find(|node| node.accesskit_node().is_focused());
        let Some(node) = focused else { continue };
        let name = node.accesskit_node().label().unwrap_or_default();
        if !ids.insert(format!("{:?}", node.accesskit_node().locate())) {
            return stops;
        }
        let rect = node.rect();
        let is_tall = rect.height() > room.height() / 2.0;
        let fits = is_tall || (rect.top() >= 0.0 && rect.bottom() <= room.bottom());
        let is_seen = fits && rect.left() >= -1.0 && rect.right() <= room.right() + 1.0;
        assert!(is_seen, "{name:?} is out of sight: {rect:?} in {room:?}");
        stops.push(name);
    }
    panic!("the Tab key never comes back: {stops:?}");
}

/// The names of what can be worked now.
fn worked(window: &Harness<'static, Screen>) -> BTreeSet<String> {
    let nodes = window.root().children_recursive().map(|node| node.accesskit_node());
    let nodes = nodes.filter(|node| PRESSED.contains(&node.role()) || TYPED.contains(&node.role()));
    nodes.filter(|node| !node.is_disabled()).filter_map(|node| node.label()).collect()
}

#[test]
fn the_tab_key_reads_step_1_from_the_left_and_from_the_top() {
    let mut window = screen(THEMES[0], started(), draft());
    let mut stops = walk(&mut window);
    let first = stops.iter().position(|stop| stop == FIRST).expect("the first button");
    stops.rotate_left(first);
    let expected = [
        FIRST,
        "Hide the list of profiles",
        "New profile",
        "Team",
        "Settings…",
        "Search services",
        "Import…",
        "Practice service",
        "Google",
        "QuickBooks Online",
        "NetSuite",
        "Microsoft",
        "Zoho CRM",
        "Dayforce",
        "NetSuite (machine to machine)",
        "Slack",
        "Custom service",
    ];
    assert_eq!(stops, expected);
}

#[test]
fn the_tab_key_reaches_everything_on_every_step_and_the_next_thing_to_do_last() {
    for theme in THEMES {
        let scenes = vec![
            (started(), at(service("practice"), Step::Service), "Next"),
            (started(), at(service("netsuite"), Step::Service), "Next"),
            (started(), at(service("practice"), Step::Authorization), "Start authorization"),
            (visiting(), at(service("practice"), Step::Authorization), "Back"),
            (authorized(), at(service("practice"), Step::Tokens), "Send token request"),
            (called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens), "Back"),
            (saved("demo"), at(service("practice"), Step::Tokens), "Back"),
        ];
        for (model, draft, last) in scenes {
            check_reach(theme, model, draft, last);
        }
    }
}

#[test]
fn the_tab_key_reaches_everything_on_every_page_and_the_next_thing_to_do_last() {
    for theme in THEMES {
        let scenes = vec![
            (home::opened(), home::page(), "History"),
            (started(), importing(), "Back to the services"),
            (issuer_found(), importing(), "Back to the services"),
            (imported(&["quickbooks", "google"]), importing(), "Use it"),
            (exporting(), at(service("practice"), Step::Tokens), "Back"),
            (exporting(), choosing(None), "Close"),
            (previewed(true), choosing(Some("json")), "Save"),
            (shared(), sharing(Locking::Passphrase, "correct horse"), "Share"),
        ];
        for (model, draft, last) in scenes {
            check_reach(theme, model, draft, last);
        }
    }
}

#[test]
fn the_tab_key_reaches_everything_on_the_page_of_the_team() {
    for theme in THEMES {
        check_reach(theme, team::none(), team::page(), "Close");
        check_reach(theme, settings::known(), settings::page(), "Close");
        check_reach(theme, calls::made(), calls::page(), "Close");
        check_reach(theme, team::asking(), team::page(), "Check again");
        check_reach(theme, team::member(), team::page(), "Check again");
    }
}

/// What a screen of 1920x1080 or 1440x900 pixels shows at 200 %, in points.
const DOUBLED: [egui::Vec2; 2] = [egui::vec2(960.0, 540.0), egui::vec2(720.0, 450.0)];

#[test]
fn the_tab_key_brings_everything_into_sight_on_a_small_screen_at_200_percent() {
    for (place, page) in PAGES {
        for size in DOUBLED {
            let (model, draft) = page();
            let mut window = sized(THEMES[1], size, 2.0, model, draft);
            let place = format!("{place} at {size:?}");
            check_widgets(&place, &window, size.x);
            if size != DOUBLED[1] {
                continue;
            }
            let reached: BTreeSet<String> = walk(&mut window).into_iter().collect();
            let missed: Vec<_> = worked(&window).difference(&reached).cloned().collect();
            let missed: Vec<_> = missed.iter().filter(|name| !is_no_stop(name)).collect();
            assert!(missed.is_empty(), "{place}: {missed:?} are not reached");
        }
    }
}

/// What a page is called, and how it is made.
type Page = (&'static str, fn() -> (Model, Draft));

/// Each page there is.
const PAGES: [Page; 19] = [
    ("step 1", || (started(), at(service("practice"), Step::Service))),
    ("step 2", || (started(), at(service("practice"), Step::Authorization))),
    ("a custom service", || (started(), at(service("custom"), Step::Authorization))),
    ("waiting", || (visiting(), at(service("practice"), Step::Authorization))),
    ("redirect URIs", || (redirects::tried(), redirects::registering("http://localhost:8081/callback"))),
    ("step 3", || (called(Ok(token_set(ACCESS_TOKEN))), at(service("practice"), Step::Tokens))),
    ("reply values", || (reading::pointed(), at(service("practice"), Step::Tokens))),
    ("a profile", || (home::opened(), home::page())),
    ("import", || (started(), importing())),
    ("what was imported", || (imported(&["quickbooks"]), importing())),
    ("formats", || (exporting(), choosing(None))),
    ("export", || (previewed(true), choosing(Some("json")))),
    ("share", || (shared(), sharing(Locking::Passphrase, "correct horse"))),
    ("team", || (team::member(), team::page())),
    ("inspector", || (inspect::known(inspect::found()), inspect::page())),
    ("a call", || (call::answered(200), call::page())),
    ("calls", || (calls::made(), calls::page())),
    ("settings and about", || (settings::known(), settings::page())),
    ("calendar", calendar::busy),
];

/// The step on the screen is no way to go; in the list the arrow keys lead on, and the Tab key to one menu.
fn is_no_stop(name: &str) -> bool {
    let is_listed = ["Open ", "More for ", "Sign in"].iter().any(|start| name.starts_with(start));
    is_listed || name.contains(", current")
}

#[track_caller]
fn check_reach(theme: egui::Theme, model: Model, draft: Draft, last: &str) {
    let mut window = screen(theme, model, draft);
    let mut stops = walk(&mut window);
    let first = stops.iter().position(|stop| stop == FIRST).expect("the first button");
    stops.rotate_left(first);
    assert_eq!(stops.last().map(String::as_str), Some(last), "{stops:?}");
    let reached: BTreeSet<String> = stops.into_iter().collect();
    let missed: Vec<_> = worked(&window).difference(&reached).cloned().collect();
    let missed: Vec<_> = missed.iter().filter(|name| !is_no_stop(name)).collect();
    assert!(missed.is_empty(), "{missed:?} are not reached in {last}");
}

#[test]
fn enter_and_space_press_what_has_the_keyboard() {
    for theme in THEMES {
        for key in [Key::Enter, Key::Space] {
            let mut window = screen(theme, started(), at(service("practice"), Step::Service));
            window.button("Show all 10 services").expect("a button").focus();
            window.settle();
            window.key_press(key);
            window.settle();
            window.button("Google").expect("a card").focus();
            window.settle();
            window.key_press(key);
            window.settle();
            assert_eq!(window.state().wanted, [Intent::Choose("google".into())], "{key:?}");
            window.state_mut().draft.step = Step::Authorization;
            window.settle();
            window.press("More about the authorization");
            window.button("This service requires client-flow authorization").expect("a tick box").focus();
            window.settle();
            window.key_press(key);
            window.settle();
            assert!(!window.state().draft.profile.as_ref().expect("chosen").client_flow, "{key:?}");
        }
    }
}

#[test]
fn one_key_leads_through_the_steps() {
    for theme in THEMES {
        let scenes = vec![
            (started(), at(service("practice"), Step::Service), Intent::GoTo(Step::Authorization)),
            (started(), at(service("practice"), Step::Authorization), Intent::Authorize { again: false }),
            (authorized(), at(service("practice"), Step::Authorization), Intent::GoTo(Step::Tokens)),
            (authorized(), at(service("practice"), Step::Tokens), Intent::RequestTokens),
        ];
        for (model, draft, wanted) in scenes {
            let mut window = screen(theme, model, draft);
            window.key_press_modifiers(egui::Modifiers::COMMAND, Key::Enter);
            window.settle();
            assert_eq!(window.state().wanted, [wanted]);
        }
    }
}

#[test]
fn the_key_of_the_next_step_presses_nothing_else() {
    let mut window = screen(THEMES[0], started(), at(service("practice"), Step::Service));
    window.button("Settings…").expect("there").focus();
    window.settle();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    assert_eq!(window.state().wanted, [Intent::GoTo(Step::Authorization)]);
}

#[test]
fn a_chosen_service_leads_on_by_the_keyboard() {
    let window = screen(THEMES[0], started(), at(service("practice"), Step::Service));
    assert_eq!(window.focused(), "Next");
}

#[test]
fn a_page_scrolls_by_keys() {
    let mut window = screen(THEMES[0], started(), at(service("practice"), Step::Authorization));
    let top = |window: &Harness<'static, Screen>| window.get_by_label("Register your client").rect().top();
    let before = top(&window);
    window.key_press(Key::PageDown);
    window.settle();
    assert!(top(&window) < before - 100.0, "{} after {before}", top(&window));
    window.key_press(Key::PageUp);
    window.settle();
    assert!((top(&window) - before).abs() < 1.0);
}

#[test]
fn enter_in_the_search_takes_the_first_service_even_where_the_presets_come_later() {
    let mut window = screen(THEMES[0], Model::default(), draft());
    window.fill("Search services", "practice");
    window.key_press(Key::Enter);
    window.settle();
    assert_eq!((window.focused().as_str(), &window.state().wanted[..]), ("Search services", &[][..]));
    window.state_mut().model = started();
    window.settle();
    assert_eq!(window.state().wanted, [Intent::Choose("practice".into())]);
    // Who goes on typing has not chosen yet.
    let mut window = screen(THEMES[0], Model::default(), draft());
    window.fill("Search services", "goo");
    window.key_press(Key::Enter);
    window.settle();
    window.fill("Search services", "google");
    window.state_mut().model = started();
    window.settle();
    assert_eq!(window.state().wanted, []);
}
