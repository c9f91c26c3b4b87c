//! Copy and paste in the fields for secrets, codes and documents.

use crate::desktop::open_window::{Holds, Window};
use crate::support::desktop::{Selection, until};
use crate::support::tokenwright::Tokenwright;

const SECRET: &str = "s3cret/with+signs=&\u{e4}\u{6771}";

#[test]
#[ignore = "needs a desktop"]
fn the_search_a_client_its_secret_and_a_refresh_token_are_pasted_and_copied() {
    let window = Window::open("light");
    window.takes_and_gives("Search services", Holds::Text, "Practice service");
    window.reader.press("Practice service");
    window.reader.press("Next");
    window.takes_and_gives("Client ID", Holds::Text, "practice-client");
    window.reader.press("I already have a refresh token");
    window.reader.press("Refresh request");
    for field in ["Client secret", "Refresh token to use"] {
        window.takes_and_gives(field, Holds::Masked, SECRET);
    }
    window.desktop.picture("desktop-fields-light");
    assert_eq!(window.desktop.opened(), [""; 0]);
}

#[test]
#[ignore = "needs a desktop"]
fn a_response_is_pasted_by_hand_and_copied() {
    let window = Window::open("dark");
    window.choose("Practice service");
    window.reader.press("Next");
    window.reader.press("Start authorization");
    window.takes_and_gives("Pasted response", Holds::Masked, "http://127.0.0.1/?code=abc&state=another");
    window.desktop.picture("desktop-response-dark");
}

#[test]
#[ignore = "needs a desktop"]
fn a_passphrase_is_pasted_and_copied() {
    let window = Window::of(Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "passphrase"), "light");
    window.reader.press("Choose…");
    window.takes_and_gives("Passphrase", Holds::Masked, "open sesame");
    window.desktop.picture("desktop-passphrase-light");
}

#[test]
#[ignore = "needs a desktop"]
fn a_document_is_pasted_whatever_its_length_and_costs_no_more_than_it_is_long() {
    let window = Window::open("light");
    window.reader.press("Import…");
    window.reader.wait("Pasted text");
    let before = window.private_kilobytes();
    let long = format!("{{ \"what\": \"{}\"\n", "x".repeat(1_000_000));
    window.paste("Pasted text", "ctrl+v", &long);
    window.reader.wait("All of it is read");
    window.desktop.picture("desktop-import-long");
    let grown = window.private_kilobytes().saturating_sub(before);
    eprintln!("import: {before} kB before, {grown} kB more after a megabyte");
    assert!(grown < 60_000, "a megabyte pasted costs {grown} kB");
    window.reader.press("Clear");
    window.takes_and_gives("Pasted text", Holds::Secret, "no document at all");
}

#[test]
#[ignore = "needs a desktop"]
fn a_megabyte_is_refused_by_a_field_in_words_and_costs_little() {
    let window = Window::open("dark");
    window.choose("Practice service");
    window.reader.press("Next");
    window.reader.press("I already have a refresh token");
    window.reader.focus("Client secret");
    let before = window.private_kilobytes();
    window.paste("Client secret", "ctrl+v", &"x".repeat(1_000_000));
    window.reader.wait("Not pasted: 1000000 characters, but this field holds at most 16384");
    window.desktop.picture("desktop-refused");
    let grown = window.private_kilobytes().saturating_sub(before);
    eprintln!("field: {before} kB before, {grown} kB more after a megabyte");
    // A field that lays a megabyte out takes three hundred. What else is drawn meanwhile takes some ten.
    assert!(grown < 100_000, "a megabyte pasted costs {grown} kB");
}

#[test]
#[ignore = "needs a desktop"]
fn a_middle_click_pastes_what_is_marked_in_another_program() {
    let window = Window::open("light");
    let _marked = window.desktop.copy(Selection::Primary, "practice");
    let (x, y) = window.reader.middle_of("Search services");
    window.desktop.display.xdotool(&["mousemove", "--sync", &x.to_string(), &y.to_string(), "click", "2"]);
    window.desktop.rest();
    window.copy("Search services");
    assert_eq!(window.desktop.pasted(Selection::Clipboard), "practice");
}

#[test]
#[ignore = "needs a desktop"]
fn a_secret_is_taken_back_when_the_window_closes_and_what_another_program_copied_is_left() {
    for other in [None, Some("a shopping list")] {
        let mut window = Window::of(Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "passphrase"), "dark");
        window.reader.press("Choose…");
        window.paste("Passphrase", "ctrl+v", "open sesame");
        window.reader.press("Show Passphrase");
        until("the passphrase to be copied", || {
            window.copy("Passphrase");
            (window.desktop.pasted(Selection::Clipboard) == "open sesame").then_some(())
        });
        let _other = other.map(|text| window.desktop.copy(Selection::Clipboard, text));
        window.desktop.display.key("alt+F4");
        until("the end of the window", || window.process.has_ended().then_some(()));
        assert_eq!(window.desktop.pasted(Selection::Clipboard), other.unwrap_or_default());
    }
}
