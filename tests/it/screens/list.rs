//! The list of saved profiles: found by a search, in an order, worked by keyboard alone, as wide as one likes.

use egui::accesskit::Role;
use egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tokenwright::app::{ListGroup, ListSettings, ListSort, News, ProfileState, ProfileSummary, WindowSettings};
use tokenwright::gui::model::Model;
use tokenwright::gui::{Intent, Step};
use tokenwright::service::Tags;

use crate::screens::by_name::ByName as _;
use crate::screens::import::importing;
use crate::screens::scenes::{at, draft, name, saved, service, started};
use crate::screens::screen::{Screen, THEMES, screen, sized};

const BAR: f32 = 236.0;

/// So many profiles of three services; each tenth is signed out.
fn many(count: usize) -> Model {
    let mut model = saved("demo");
    let demo = model.profiles[0].clone();
    let services = ["Google", "NetSuite", "Xero"];
    let profile = |at: usize| ProfileSummary {
        name: name(&format!("p{at:03}")),
        service: services[at % 3].to_owned(),
        tags: Tags::of(if at.is_multiple_of(2) { "even" } else { "" }),
        state: if at % 10 == 9 { ProfileState::SignedOut } else { demo.state.clone() },
        ..demo.clone()
    };
    model.hear(News::Profiles((0..count).map(profile).collect()));
    model
}

fn grouped(group: ListGroup) -> Model {
    let list = ListSettings { group, ..ListSettings::default() };
    Model { window: Some(WindowSettings { list, ..WindowSettings::default() }), ..many(30) }
}

fn press(window: &mut Harness<'static, Screen>, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.settle();
}

/// As the window does with an intent that changes only what is on the screen.
fn find(window: &mut Harness<'static, Screen>) {
    press(window, Modifiers::COMMAND, Key::F);
    assert_eq!(window.state_mut().wanted.pop(), Some(Intent::FindProfile));
    window.state_mut().draft.next_view.focus = Some(tokenwright::gui::drafts::Focus::Profiles);
    window.settle();
}

#[test]
fn the_search_is_reached_from_every_screen_and_gives_the_keyboard_back() {
    let scenes =
        vec![draft(), at(service("practice"), Step::Authorization), at(service("practice"), Step::Tokens), importing()];
    for theme in THEMES {
        for draft in scenes.clone() {
            let mut window = screen(theme, many(30), draft);
            window.button("New profile").expect("a button").focus();
            window.settle();
            find(&mut window);
            assert_eq!(window.focused(), "Search profiles");
            window.event(egui::Event::Text("NETSUITE p01".to_owned()));
            window.settle();
            assert!(window.reads("4 of 30"), "{}", window.words());
            assert!(window.button("Open p010").is_some() && window.button("Open p011").is_none());
            press(&mut window, Modifiers::NONE, Key::Escape);
            assert!(window.reads("30 saved profiles"), "{}", window.words());
            assert_eq!(window.focused(), "New profile");
            assert_eq!(window.state().wanted, [], "Escape closes nothing else");
        }
    }
}

#[test]
fn enter_in_the_search_opens_the_first_that_was_found() {
    let mut window = screen(THEMES[0], many(30), draft());
    window.fill("Search profiles", "xero");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().wanted, [Intent::Open(name("p002"))]);
}

#[test]
fn where_nothing_is_found_it_says_so_and_offers_all() {
    for theme in THEMES {
        let mut window = screen(theme, many(30), draft());
        window.fill("Search profiles", "nobody");
        assert!(window.reads("No profile matches the search.") && window.reads("0 of 30"), "{}", window.words());
        window.press("Show all profiles");
        assert!(window.button("Open p000").is_some());
    }
}

#[test]
fn those_that_need_a_person_are_counted_and_shown_alone() {
    let mut window = screen(THEMES[0], many(30), draft());
    window.press("Needs attention (3)");
    assert!(window.reads("3 of 30"), "{}", window.words());
    assert!(window.button("Open p009").is_some() && window.button("Open p008").is_none());
    // What only has expired and can be refreshed is in order.
    let window = screen(THEMES[0], saved("demo"), draft());
    assert!(window.reads("Needs attention (1)"), "{}", window.words());
}

#[test]
fn the_order_is_chosen_in_a_menu_and_remembered() {
    let mut window = screen(THEMES[0], many(30), draft());
    window.press("Sort and group the list");
    window.press("Sort by: Ends soonest");
    window.press("Group by: Tag");
    let lists: Vec<ListSettings> = window
        .state()
        .wanted
        .iter()
        .filter_map(|intent| match intent {
            Intent::ChangeSettings(settings) => Some(settings.list),
            _ => None,
        })
        .collect();
    let list = ListSettings::default();
    assert_eq!(lists, [ListSettings { sort: ListSort::Ends, ..list }, ListSettings { group: ListGroup::Tag, ..list }]);
}

#[test]
fn groups_are_closed_and_opened_by_pointer_and_by_key() {
    let mut window = screen(THEMES[0], grouped(ListGroup::Tag), draft());
    window.press("even, 15");
    assert!(window.button("Open p002").is_none() && window.button("Open p001").is_some(), "{}", window.words());
    window.field("Search profiles").expect("there").focus();
    window.settle();
    for key in [Key::ArrowDown, Key::ArrowRight, Key::ArrowDown, Key::Enter] {
        press(&mut window, Modifiers::NONE, key);
    }
    assert_eq!(window.state().wanted, [Intent::Open(name("p000"))]);
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert!(window.button("Open p002").is_none(), "{}", window.words());
}

#[test]
fn the_list_is_one_stop_of_the_tab_key_and_the_arrows_move_in_it() {
    for theme in THEMES {
        let mut window = screen(theme, many(30), draft());
        window.field("Search profiles").expect("there").focus();
        window.settle();
        press(&mut window, Modifiers::NONE, Key::ArrowDown);
        let opened = [
            (Key::Home, "p000"),
            (Key::ArrowDown, "p001"),
            (Key::ArrowUp, "p000"),
            (Key::ArrowUp, "p000"),
            (Key::End, "p029"),
            (Key::ArrowDown, "p029"),
            (Key::ArrowUp, "p028"),
        ];
        for (key, expected) in opened {
            press(&mut window, Modifiers::NONE, key);
            press(&mut window, Modifiers::NONE, Key::Enter);
            assert_eq!(window.state().wanted.last(), Some(&Intent::Open(name(expected))), "{key:?}");
            assert_eq!(window.focused(), format!("Open {expected}"));
        }
        press(&mut window, Modifiers::NONE, Key::PageUp);
        press(&mut window, Modifiers::NONE, Key::Enter);
        let Some(Intent::Open(far)) = window.state().wanted.last() else { panic!("nothing was opened") };
        assert!(*far < name("p025"), "{far}");
        press(&mut window, Modifiers::NONE, Key::End);
        press(&mut window, Modifiers::NONE, Key::Tab);
        assert_eq!(window.focused(), "More for p029");
        press(&mut window, Modifiers::NONE, Key::Tab);
        assert_eq!(window.focused(), "Calendar…");
    }
}

#[test]
fn a_screen_reader_hears_the_list_its_length_the_place_in_it_and_what_is_open() {
    let window = screen(THEMES[0], saved("demo"), draft());
    let list = window.get_by_role_and_label(Role::ListBox, "Saved profiles");
    assert_eq!(list.accesskit_node().data().size_of_set(), Some(3));
    let lines: Vec<_> = window.query_all_by(|node| node.role() == Role::ListBoxOption).collect();
    let said: Vec<_> = lines
        .iter()
        .map(|line| {
            let node = line.accesskit_node();
            (node.label().unwrap_or_default(), node.data().position_in_set(), node.data().is_selected())
        })
        .collect();
    // Places are counted from 0 here, and from 1 on the bus.
    let expected =
        [("Open acme", Some(0), Some(false)), ("Open demo", Some(1), Some(true)), ("Open old", Some(2), Some(false))];
    assert_eq!(said, expected.map(|(name, place, selected)| (name.to_owned(), place, selected)));
    let described = lines[0].accesskit_node().data().description().map(str::to_owned);
    assert_eq!(described.as_deref(), Some("expired, NetSuite"));
}

#[test]
fn the_list_is_hidden_and_shown_and_gives_way_in_a_narrow_window() {
    let mut window = screen(THEMES[0], many(30), draft());
    press(&mut window, Modifiers::COMMAND, Key::B);
    assert_eq!(window.state().wanted, [Intent::ToggleList]);
    window.state_mut().draft.listing.is_open = Some(false);
    window.settle();
    assert!(window.button("Open p000").is_none());
    window.press("Show the list of profiles");
    assert_eq!(window.state().wanted.len(), 2);

    // Narrow: first the page, then the list in its place, until something is opened.
    let mut window = sized(THEMES[1], vec2(640.0, 400.0), 1.0, many(30), draft());
    assert!(window.button("Open p000").is_none() && window.field("Search services").is_some());
    window.state_mut().draft.listing.is_open = Some(true);
    window.settle();
    assert!(window.field("Search services").is_none());
    window.press("Open p000");
    assert!(window.field("Search services").is_some(), "{}", window.words());
}

#[test]
fn the_list_is_drawn_wider_at_its_edge_and_the_width_remembered() {
    let mut window = screen(THEMES[0], many(30), draft());
    let middle = 350.0;
    window.drag_at(egui::pos2(BAR, middle));
    window.step();
    window.hover_at(egui::pos2(BAR + 80.0, middle));
    window.step();
    window.drop_at(egui::pos2(BAR + 80.0, middle));
    window.settle();
    let widths: Vec<_> = window
        .state()
        .wanted
        .iter()
        .filter_map(|intent| match intent {
            Intent::ChangeSettings(settings) => settings.list.width,
            _ => None,
        })
        .collect();
    assert_eq!(widths, [BAR + 80.0]);
}

#[test]
fn before_anything_is_saved_there_is_nothing_to_search() {
    let window = screen(THEMES[0], started(), draft());
    assert!(window.field("Search profiles").is_none() && window.reads("None yet."));
}
