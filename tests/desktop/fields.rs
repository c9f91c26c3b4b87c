//! Copy and paste both ways in the fields that take a secret, a code or a document.

use std::fs;

use crate::hand::Window;
use crate::support::desktop::{Selection, until};
use crate::support::tokenwright::Tokenwright;

#[test]
fn every_field_of_the_three_steps_pastes_from_another_program_and_copies_to_it() {
    let window = Window::open("light");
    window.takes("Search services", false, "ctrl+v", "practice");
    window.desktop.display.key("Return");
    window.reader.press("Next");
    window.reader.wait("Redirect URI");
    window.takes("Client ID", false, "ctrl+v", "practice-client");
    window.reader.press("I have a refresh token already");
    window.reader.press("Refresh token");
    for (field, keys) in [("Client secret", "shift+Insert"), ("Refresh token to use", "ctrl+v")] {
        window.takes(field, true, keys, "s3cret/with+signs=&\u{e4}\u{6771}");
    }
    assert_eq!(window.desktop.opened(), [""; 0]);
}

#[test]
fn the_response_is_pasted_by_hand_and_used() {
    let window = Window::open("dark");
    window.choose("practice");
    window.reader.press("Next");
    window.reader.press("Start authorization");
    window.reader.wait("Response pasted by hand");
    window.takes("Response pasted by hand", true, "ctrl+v", "http://127.0.0.1/?code=abc&state=of-another-sign-in");
}

#[test]
fn the_passphrase_is_pasted_and_a_masked_one_is_neither_copied_nor_cut() {
    let window = Window::of(Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "passphrase"), "light");
    window.takes("Passphrase", true, "ctrl+v", "open sesame");
    window.reader.focus("Passphrase");
    window.desktop.rest();
    let _other = window.desktop.copy(Selection::Clipboard, "something else");
    window.desktop.display.key("ctrl+a");
    window.desktop.display.key("ctrl+x");
    window.reader.wait("Masked: show it to copy or cut it");
    assert_eq!(window.desktop.pasted(Selection::Clipboard), "something else");
    window.reader.press("Show Passphrase");
    window.reader.focus("Passphrase");
    window.copied_by_keys("Passphrase", "open sesame");
}

#[test]
fn a_document_is_pasted_whatever_its_length_and_costs_no_more_than_it_is_long() {
    let window = Window::open("light");
    window.reader.press("Import…");
    window.reader.wait("Pasted text");
    let before = private_kilobytes(window.process.id());
    let long = format!("{{ \"what\": \"{}\"\n", "x".repeat(1_000_000));
    let outside = window.desktop.copy(Selection::Clipboard, &long);
    window.reader.focus("Pasted text");
    window.desktop.rest();
    window.desktop.display.key("ctrl+v");
    window.reader.wait("bytes in");
    window.desktop.picture("desktop-import-long");
    drop(outside);
    let grown = private_kilobytes(window.process.id()).saturating_sub(before);
    assert!(grown < 60_000, "a megabyte pasted costs {grown} kB");
    window.reader.press("Take it out");
    window.takes("Pasted text", false, "shift+Insert", "no document at all");
}

#[test]
fn a_megabyte_is_refused_by_a_field_in_words_and_costs_little() {
    let window = Window::open("dark");
    window.choose("practice");
    window.reader.press("Next");
    window.reader.press("I have a refresh token already");
    window.reader.wait("Client secret");
    window.reader.focus("Client secret");
    window.desktop.rest();
    let before = private_kilobytes(window.process.id());
    let _outside = window.desktop.copy(Selection::Clipboard, &"x".repeat(1_000_000));
    window.desktop.display.key("ctrl+v");
    window.reader.wait("Not taken: 1000000 characters, and this field takes 16384. Nothing of it was put in");
    window.desktop.picture("desktop-refused");
    let grown = private_kilobytes(window.process.id()).saturating_sub(before);
    assert!(grown < 30_000, "a megabyte pasted costs {grown} kB");
}

#[test]
fn a_middle_click_pastes_what_is_marked_in_another_program() {
    let window = Window::open("light");
    let _marked = window.desktop.copy(Selection::Primary, "practice");
    window.reader.focus("Search services");
    window.desktop.rest();
    let (x, y) = window.reader.middle_of("Search services");
    window.desktop.display.xdotool(&["mousemove", "--sync", &x.to_string(), &y.to_string(), "click", "2"]);
    window.desktop.rest();
    window.copied_by_keys("Search services", "practice");
}

/// Memory that is the process's own.
fn private_kilobytes(process: u32) -> u64 {
    let text = until("the figures of the memory", || fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok());
    let lines = text.lines().filter(|line| line.starts_with("Private_"));
    lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum()
}
