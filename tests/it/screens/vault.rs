//! The vault in the window: a passphrase is chosen, entered wrongly, entered correctly.

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::screen::THEMES;
use crate::support::database::Database;
use crate::support::temp_home;

#[test]
fn a_new_passphrase_is_typed_twice_and_opens_the_vault_the_next_time() {
    for theme in THEMES {
        let home = temp_home();
        let mut machine = with_profile(home.path(), theme, "correct horse");
        let token = machine.access_token();
        drop(machine);

        let mut machine = Machine::at(home.path(), theme, Visit::Follow, "passphrase");
        machine.wait("The vault is locked");
        machine.wait("vault closed");
        machine.window.fill("Passphrase", "wrong");
        machine.press("Open vault");
        machine.wait("The passphrase does not open the vault");
        machine.window.settle();
        assert_eq!(machine.window.focused(), "Passphrase");
        machine.window.fill("Passphrase", "correct horse");
        machine.press("Open vault");
        machine.wait("Vault: passphrase");
        machine.press("Open kept");
        machine.wait("Refresh");
        assert_eq!(machine.access_token(), token);
    }
}

/// A machine whose vault is locked with a passphrase, with a profile kept as `kept` and open.
pub fn with_profile(home: &std::path::Path, theme: egui::Theme, passphrase: &str) -> Machine {
    let mut machine = Machine::at(home, theme, Visit::Follow, "passphrase");
    machine.press("Choose…");
    machine.wait("Set a vault passphrase");
    machine.window.fill("Passphrase", passphrase);
    machine.window.fill("Repeat passphrase", passphrase);
    machine.press("Open vault");
    machine.wait("Vault: passphrase");
    machine.sign_in();
    machine.window.fill("Profile name", "kept");
    machine.press("Done");
    machine.wait("tokenwright token kept");
    machine
}

#[test]
fn the_history_shows_what_came_of_each_generation_and_leads_back() {
    let theme = THEMES[0];
    let home = temp_home();
    let mut machine = with_profile(home.path(), theme, "correct horse");
    let first = machine.access_token();
    machine.press("History");
    machine.wait("signed in");
    machine.press("Who am I");
    machine.wait("worked");
    machine.press("Refresh");
    machine.wait("Refreshed: a new access token");
    assert_ne!(machine.access_token(), first);
    machine.press("Restore…");
    machine.press("Cancel");
    machine.press("Restore…");
    machine.press("Restore anyway");
    machine.wait("restored 1");
    assert_eq!(machine.access_token(), first);
    machine.press("Restore");
    machine.wait("restored 2");
    assert_ne!(machine.access_token(), first);
}

#[test]
fn the_vault_is_moved_to_another_passphrase() {
    let theme = THEMES[1];
    let home = temp_home();
    let mut machine = with_profile(home.path(), theme, "correct horse");
    machine.press("Settings…");
    machine.press("Move…");
    machine.wait("Where should the vault key be stored?");
    machine.press("Cancel");
    machine.press("Move…");
    machine.window.fill("Passphrase", "battery staple");
    machine.window.fill("Repeat passphrase", "battery staple");
    machine.press("Use this passphrase");
    machine.wait_until("the question is gone", |window| !window.reads("Where should the vault key be stored?"));
    drop(machine);

    let mut machine = Machine::at(home.path(), theme, Visit::Follow, "passphrase");
    machine.wait("The vault is locked");
    machine.window.fill("Passphrase", "correct horse");
    machine.press("Open vault");
    machine.wait("The passphrase does not open the vault");
    machine.window.fill("Passphrase", "battery staple");
    machine.press("Open vault");
    machine.wait("Vault: passphrase");
    machine.press("Open kept");
    machine.wait("Refresh");
}

/// Types a passphrase where the keyboard is, and Enter.
fn enter(machine: &mut Machine, passphrase: &str) {
    assert_eq!(machine.window.focused(), "Passphrase", "{}", machine.window.words());
    machine.window.event(egui::Event::Text(passphrase.to_owned()));
    machine.window.settle();
    machine.window.key_press(egui::Key::Enter);
    machine.window.settle();
}

#[test]
fn a_passphrase_that_is_wrong_leaves_the_keyboard_where_the_right_one_opens() {
    let home = temp_home();
    drop(with_profile(home.path(), THEMES[0], "correct horse"));
    for theme in THEMES {
        let mut machine = Machine::at(home.path(), theme, Visit::Follow, "passphrase");
        machine.wait("The vault is locked");
        for _ in 0..2 {
            enter(&mut machine, "wrong");
            assert_eq!(machine.window.focused(), "Passphrase", "while it is tried");
            machine.wait("The passphrase does not open the vault");
        }
        enter(&mut machine, "correct horse");
        machine.wait("Vault: passphrase");
    }
}

#[test]
fn tokens_of_the_practice_service_ask_for_no_vault_until_they_are_saved() {
    for theme in THEMES {
        let home = temp_home();
        let mut machine = Machine::at(home.path(), theme, Visit::Follow, "passphrase");
        machine.sign_in();
        machine.wait("The tokens of practice-ada are in this window only");
        for asked in ["Set a vault passphrase", "nobody has said yet", "Retry saving"] {
            assert!(!machine.window.reads(asked), "{asked} in\n{}", machine.window.words());
        }
        assert!(!Database::of(home.path()).has_vault());
        machine.press("Done");
        machine.wait("Set a vault passphrase");
        for _ in 0..2 {
            machine.window.event(egui::Event::Text("correct horse".to_owned()));
            machine.window.settle();
            machine.window.key_press(egui::Key::Enter);
            machine.window.settle();
        }
        machine.wait("tokenwright token practice-ada");
        assert!(!machine.window.reads("in this window only"), "{}", machine.window.words());
    }
}
