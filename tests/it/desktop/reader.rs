//! The window as a screen reader has it, over the bus that real ones use: names, roles, values and order on each page, what is
//! told by itself, a sign-in without pointer and keyboard, and secrets that stay hidden.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use crate::desktop::open_window::Window;
use crate::support::PATIENCE;
use crate::support::accessibility::{Heard, Item};
use crate::support::desktop::{until, write_program};
use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

/// Roles by their numbers in AT-SPI 2.46 (`AtspiRole`).
mod role {
    pub const CHECK_BOX: u32 = 7;
    pub const COMBO_BOX: u32 = 11;
    pub const DIALOG: u32 = 16;
    pub const FRAME: u32 = 23;
    pub const LIST: u32 = 31;
    pub const LIST_ITEM: u32 = 32;
    pub const MENU: u32 = 33;
    pub const MENU_ITEM: u32 = 35;
    pub const PAGE_TAB: u32 = 37;
    pub const PASSWORD: u32 = 40;
    pub const BUTTON: u32 = 43;
    pub const RADIO_BUTTON: u32 = 44;
    pub const SCROLL_BAR: u32 = 48;
    pub const STATUS: u32 = 54;
    pub const TABLE: u32 = 55;
    pub const TOGGLE_BUTTON: u32 = 62;
    pub const ENTRY: u32 = 79;
    pub const HEADING: u32 = 83;
    pub const LINK: u32 = 88;
    pub const LIST_BOX: u32 = 98;
    pub const ALERT: u32 = 101;
    pub const TABLE_ROW: u32 = 90;
    pub const LANDMARK: u32 = 110;
}

/// States by their numbers (`AtspiStateType`).
mod state {
    pub const CHECKED: u32 = 4;
    pub const FOCUSABLE: u32 = 11;
    pub const MODAL: u32 = 16;
    pub const PRESSED: u32 = 20;
    pub const CHECKABLE: u32 = 41;
}

/// What can be worked, and with which word a person asks for it.
const CONTROLS: [u32; 12] = [
    role::CHECK_BOX,
    role::COMBO_BOX,
    role::LIST_ITEM,
    role::MENU_ITEM,
    role::PAGE_TAB,
    role::PASSWORD,
    role::BUTTON,
    role::RADIO_BUTTON,
    role::TOGGLE_BUTTON,
    role::ENTRY,
    role::LINK,
    role::LIST_BOX,
];

/// Two profiles, signed in, on a window whose browser agrees to everything.
fn two() -> (Window, Practice) {
    let program = Tokenwright::with_vault();
    let service = Practice::start(&program);
    for name in ["alpha", "beta"] {
        service.sign_in(&program, name);
    }
    let window = Window::of(program, "light");
    agree(&window);
    // They are read after the window is there.
    window.reader.wait("Open beta");
    // What the pointer lies on tells more of itself beside it, in no order with the rest.
    window.desktop.display.xdotool(&["mousemove", "0", "0"]);
    (window, service)
}

fn agree(window: &Window) {
    let program = window.desktop.program.home().join("agreeing");
    write_program(&program, &format!("#!/bin/sh\nexec {}\n", browser().replace("%s", "\"$1\"")));
    window.desktop.set_browser(&program);
}

/// The page that is shown once this has been told, with what holds on every page.
#[track_caller]
fn page(window: &Window, heading: &str) -> Vec<Item> {
    window.reader.wait(heading);
    let mut before = Vec::new();
    // What counts down changes its words, but not its place.
    let items = until(heading, || {
        let items = window.reader.items();
        let places: Vec<_> = items.iter().map(|item| (item.role, item.place)).collect();
        let is_there = items.iter().any(|item| item.role == role::HEADING && item.name == heading);
        let is_at_rest = std::mem::replace(&mut before, places.clone()) == places;
        (is_there && is_at_rest).then_some(items)
    });
    check_controls(heading, &items);
    check_order(heading, &items);
    items
}

/// Whatever has the keyboard, or can be pressed, has a name and says what it is; of a group one is chosen.
#[track_caller]
fn check_controls(page: &str, items: &[Item]) {
    for item in items {
        let is_control = CONTROLS.contains(&item.role);
        if item.is(state::FOCUSABLE) && item.role != role::FRAME {
            assert!(is_control, "{page}: {item:?} is no control, and has the keyboard");
        }
        if is_control {
            assert!(!item.name.trim().is_empty(), "{page}: {item:?} has no name");
            let is_pressed = item.can_be_pressed || item.role == role::LIST_BOX || !item.is(state::FOCUSABLE);
            assert!(is_pressed, "{page}: {item:?} cannot be pressed");
        }
        if matches!(item.role, role::CHECK_BOX | role::RADIO_BUTTON) {
            assert!(item.is(state::CHECKABLE), "{page}: {item:?} does not say whether it is checked");
        }
        if matches!(item.role, role::ENTRY | role::PASSWORD) {
            assert!(item.text.is_some(), "{page}: {item:?} does not say what it holds");
        }
        if item.role == role::PASSWORD {
            let text = item.text.as_deref().unwrap_or_default();
            assert!(text.chars().all(|letter| letter == '•'), "{page}: {item:?} tells its secret");
        }
        if matches!(item.role, role::DIALOG | role::MENU | role::TABLE | role::LIST | role::LANDMARK | role::FRAME) {
            assert!(!item.name.is_empty(), "{page}: {item:?} has no name");
        }
    }
    let count = |wanted: u32| items.iter().filter(|item| item.role == wanted).count();
    assert!(count(role::HEADING) > 0 && count(role::LANDMARK) == 2, "{page}: {items:?}");
}

/// What follows stands to the right or below, in each of the parts that scroll or stand apart.
#[track_caller]
fn check_order(page: &str, items: &[Item]) {
    let mut before: Option<&Item> = None;
    for item in items {
        match item.role {
            role::SCROLL_BAR | role::LANDMARK | role::DIALOG | role::MENU | role::LIST_BOX => before = None,
            _ => {
                let Some((left, top, width, height)) = item.place.filter(|place| place.2 > 0) else { continue };
                if let Some((other, (x, y, w, h))) = before.and_then(|other| Some((other, other.place?))) {
                    let is_beside = top < y + h && y < top + height;
                    let is_in_order = if is_beside { left + width > x } else { top >= y || left >= x + w };
                    assert!(is_in_order, "{page}: {item:?}\nis told after\n{other:?}");
                }
                before = Some(item);
            }
        }
    }
}

/// There is something of this role that is called this.
#[track_caller]
fn has(items: &[Item], wanted: u32, name: &str) {
    let found: Vec<_> = items.iter().filter(|item| item.name == name).map(|item| item.role).collect();
    assert!(found.contains(&wanted), "{name:?} is {found:?} and not {wanted}");
}

#[track_caller]
fn item<'a>(items: &'a [Item], wanted: u32, name: &str) -> &'a Item {
    let found = items.iter().find(|item| item.role == wanted && item.name == name);
    found.unwrap_or_else(|| panic!("no {name:?} of role {wanted} in {items:?}"))
}

/// The name of a line of a list or table that holds this: one thing tells all of it.
#[track_caller]
fn told_once<'a>(items: &'a [Item], wanted: u32, part: &str) -> &'a str {
    let found = items.iter().find(|item| item.role == wanted && item.name.contains(part));
    &found.unwrap_or_else(|| panic!("no {part:?} of role {wanted} in {items:?}")).name
}

/// The next news of this kind that holds this.
#[track_caller]
fn heard(news: &Receiver<Heard>, member: &str, part: &str) -> Heard {
    let mut others = Vec::new();
    let end = Instant::now() + PATIENCE;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let Ok(one) = news.recv_timeout(left) else { panic!("no {member} with {part:?} in {others:?}") };
        if one.member == member && one.whole.contains(part) {
            return one;
        }
        others.push(one);
    }
}

/// Presses Tab until the keyboard is where it began, and hears where it goes: as it is told, each thing once. In the list of
/// profiles it goes to the line that was chosen last, and to its menu.
#[track_caller]
fn check_tab(window: &Window, page: &str) {
    let items = window.reader.items();
    let is_told = |item: &&Item| item.is(state::FOCUSABLE) && item.role != role::FRAME && item.name != "More for alpha";
    let told = items.iter().filter(is_told);
    let told: Vec<&str> = told
        .flat_map(|item| match item.role {
            role::LIST_BOX => vec!["Open alpha", "More for alpha"],
            _ => vec![item.name.as_str()],
        })
        .collect();
    let names: BTreeMap<&str, &str> = items.iter().map(|item| (item.node.1.as_str(), item.name.as_str())).collect();
    window.reader.focus(told[0]);
    let news = window.reader.listen();
    let mut stops = vec![told[0]];
    for _ in 1..told.len() {
        window.desktop.display.key("Tab");
        let focused = loop {
            let one = heard(&news, "StateChanged", "focused");
            // What has it now, not what has lost it.
            if one.whole.contains("I32(1)") {
                break one;
            }
        };
        stops.push(names.get(focused.path.as_str()).copied().unwrap_or("what was not there before"));
    }
    assert_eq!(stops, told, "{page}");
}

#[test]
#[ignore = "needs a desktop"]
fn each_step_and_the_page_of_a_profile_are_told_in_the_order_of_reading_and_of_the_tab_key() {
    let (window, _service) = two();
    let services = page(&window, "Tokenwright");
    item(&services, role::FRAME, "Tokenwright");
    has(&services, role::LANDMARK, "Profiles");
    has(&services, role::LIST_BOX, "Saved profiles");
    has(&services, role::LIST_ITEM, "Open alpha");
    has(&services, role::TOGGLE_BUTTON, "Practice service");
    assert!(!item(&services, role::TOGGLE_BUTTON, "Practice service").is(state::PRESSED));
    assert!(item(&services, role::TOGGLE_BUTTON, "Step 1 of 3: Service, current").is(state::PRESSED));
    window.choose("Practice service");
    check_tab(&window, "step 1");
    window.reader.press("Next");
    let authorization = page(&window, "Register your client");
    has(&authorization, role::HEADING, "Client");
    has(&authorization, role::PASSWORD, "Client secret");
    assert_eq!(item(&authorization, role::ENTRY, "Client ID").text.as_deref(), Some("practice-client"));
    assert!(item(&authorization, role::CHECK_BOX, "openid").is(state::CHECKED));
    assert!(!item(&authorization, role::CHECK_BOX, "email").is(state::CHECKED));
    window.reader.press("More about the authorization");
    let opened = page(&window, "Register your client");
    assert!(item(&opened, role::TOGGLE_BUTTON, "More about the authorization").is(state::PRESSED));
    check_tab(&window, "step 2");

    window.reader.press("Open alpha");
    let home = page(&window, "alpha");
    item(&home, role::FRAME, "alpha - Tokenwright");
    has(&home, role::LINK, "Rename…");
    has(&home, role::BUTTON, "Refresh");
    has(&home, role::CHECK_BOX, "Keep alive");
    assert!(item(&home, role::RADIO_BUTTON, "Never").is(state::CHECKED));
    check_tab(&window, "the page of a profile");
    window.reader.press("History");
    window.reader.wait("signed in");
    let history = page(&window, "alpha");
    has(&history, role::TABLE, "History");
    let row = told_once(&history, role::TABLE_ROW, "signed in, ");
    assert!(row.starts_with("1, ") && row.ends_with(", in use"), "{row}");
    window.reader.press("More for alpha");
    window.reader.wait("Export alpha");
    let menu = window.reader.items();
    has(&menu, role::MENU, "alpha");
    has(&menu, role::MENU_ITEM, "Export alpha");
    window.desktop.display.key("Escape");
    window.reader.press("Edit…");
    let tokens = page(&window, "Tokenwright");
    has(&tokens, role::TOGGLE_BUTTON, "Step 3 of 3: Tokens, current, done");
}

#[test]
#[ignore = "needs a desktop"]
fn each_other_page_and_dialog_is_told_with_its_parts() {
    let (window, _service) = two();
    window.reader.press("Open alpha");
    page(&window, "alpha");
    window.reader.press("Inspect…");
    window.reader.wait("The service says");
    let inspector = page(&window, "Inspect a token of alpha");
    has(&inspector, role::TABLE, "The service says");
    has(&inspector, role::STATUS, "");
    window.reader.press("Close");
    window.reader.press("Try the API…");
    let call = page(&window, "Try the API with alpha");
    assert!(item(&call, role::RADIO_BUTTON, "GET").is(state::CHECKED));
    window.reader.press("Close");
    window.reader.press("Export…");
    page(&window, "Export alpha");
    window.reader.press("JSON");
    window.reader.wait("What will be written");
    let export = page(&window, "Export alpha");
    has(&export, role::ALERT, "");
    has(&export, role::ENTRY, "Preview");
    window.reader.press("Close");
    for (button, heading) in
        [("Calendar…", "Calendar"), ("Settings…", "Settings"), ("Share profiles", "Share profiles"), ("Team", "Team")]
    {
        window.reader.press(button);
        let items = page(&window, heading);
        if heading == "Settings" {
            has(&items, role::HEADING, "About");
            check_tab(&window, heading);
        }
        window.reader.press("Close");
    }
    let display = &window.desktop.display;
    display.key("ctrl+i");
    page(&window, "Import a service");
    display.key("Escape");
    display.key("F1");
    let keys = page(&window, "Keys");
    assert!(item(&keys, role::DIALOG, "Keys").is(state::MODAL));
    display.key("Escape");
    let is_closed = || window.reader.items().iter().all(|item| item.role != role::DIALOG);
    until("the keys to be gone", || is_closed().then_some(()));
    display.key("ctrl+k");
    window.reader.wait("Results");
    display.type_text("calls");
    window.desktop.rest();
    let palette = window.reader.items();
    check_controls("palette", &palette);
    has(&palette, role::DIALOG, "Commands");
    has(&palette, role::LIST_ITEM, "Calls…");
    display.key("Return");
    let calls = page(&window, "Calls");
    has(&calls, role::LIST, "Calls");
    let row = told_once(&calls, role::TOGGLE_BUTTON, "/token, 200 after ");
    assert!(row.ends_with(", by sign-in for beta") || row.ends_with(", by sign-in for alpha"), "{row}");
    let apart = calls.iter().find(|item| item.name.starts_with("by sign-in"));
    assert!(apart.is_none(), "{apart:?}");
    window.reader.press("New profile");
    window.choose("Custom service");
    window.reader.press("Next");
    let described = page(&window, "Service");
    has(&described, role::COMBO_BOX, "Grant");
}

#[test]
#[ignore = "needs a desktop"]
fn a_screen_reader_alone_signs_in_saves_and_refreshes_and_hears_what_came_of_it() {
    let program = Tokenwright::with_vault();
    let service = Practice::start(&program);
    let window = Window::of(program, "dark");
    agree(&window);
    let news = window.reader.listen();
    for button in ["Practice service", "Next"] {
        window.reader.press(button);
    }
    window.reader.write("Port", service.port());
    heard(&news, "Announcement", "Step 2 of 3: Authorization, current");
    window.reader.press("Start authorization");
    heard(&news, "Announcement", "Tokens received");
    window.reader.write("Profile name", "by-ear");
    window.reader.press("Done");
    heard(&news, "Announcement", "by-ear");
    let home = page(&window, "by-ear");
    item(&home, role::FRAME, "by-ear - Tokenwright");
    window.reader.press("Refresh");
    heard(&news, "Announcement", "Refreshed: a new access token");
    window.reader.press("Who am I");
    heard(&news, "Announcement", "The service accepts the token");
    window.desktop.picture("desktop-reader-signed-in-dark");
    window.desktop.program.run(&["token", "by-ear"]).done();
}

#[test]
#[ignore = "needs a desktop"]
fn a_secret_is_told_to_nobody_until_it_is_shown() {
    const SECRET: &str = "s3cret-of-acme";
    let (window, _service) = two();
    let news = window.reader.listen();
    window.choose("Practice service");
    window.reader.press("Next");
    page(&window, "Register your client");
    window.paste("Client secret", "ctrl+v", SECRET);
    window.desktop.display.key("BackSpace");
    window.desktop.display.type_text("e");
    window.desktop.rest();
    let is_told = |items: &[Item], secret: &str| {
        let all = |item: &Item| format!("{} {} {:?}", item.name, item.description, item.text);
        items.iter().any(|item| all(item).contains(secret))
    };
    let items = page(&window, "Register your client");
    assert_eq!(item(&items, role::PASSWORD, "Client secret").text, Some("•".repeat(SECRET.len())));
    assert!(!is_told(&items, SECRET));
    let while_hidden: Vec<Heard> = news.try_iter().collect();
    assert!(while_hidden.len() > 10, "{while_hidden:?}");
    let parts = [SECRET, "s3cret", "acme"];
    let told = while_hidden.iter().find(|one| parts.iter().any(|part| one.whole.contains(part)));
    assert!(told.is_none(), "{told:?}");
    window.reader.press("Show Client secret");
    let shown =
        || window.reader.items().into_iter().find(|item| item.name == "Client secret" && item.role == role::ENTRY);
    assert_eq!(until("the secret to be shown", shown).text.as_deref(), Some(SECRET));
    window.reader.press("Hide Client secret");
    until("the secret to be hidden", || shown().is_none().then_some(()));

    window.reader.press("Open alpha");
    window.reader.press("Discard");
    page(&window, "alpha");
    let token = window.desktop.program.run(&["token", "alpha"]).done();
    assert!(!is_told(&page(&window, "alpha"), token.trim()));
    window.reader.press("Show tokens");
    until("the token to be shown", || is_told(&window.reader.items(), token.trim()).then_some(()));
    window.reader.press("Hide tokens");
    until("the token to be hidden", || (!is_told(&window.reader.items(), token.trim())).then_some(()));
}
