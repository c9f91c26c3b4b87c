//! The page of the settings, and the lock of the vault.

use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{
    Connections, NetworkSettings, Places, ProgramSettings, Theme, VaultKind, VaultState, WindowSettings,
};
use tokenwright::config::{Config, ProxySetting};
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, Intent, SettingsDraft, Step};
use tokenwright::oauth::{AssertionAlgorithm, make_proof_key};
use tokenwright::service::Bundle;

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{at, draft, saved, service, started};
use crate::screens::screen::{THEMES, screen};
use crate::screens::vault::with_profile;
use crate::support::temp_home;

/// What the page shows, as it was read.
fn read() -> ProgramSettings {
    let places = Places { data: PathBuf::from("/home/ada/data"), settings: PathBuf::from("/home/ada/settings") };
    let network = NetworkSettings { timeout: Some(60), ..NetworkSettings::default() };
    ProgramSettings { connections: Connections { browser: None, network }, places }
}

/// The page, open.
pub fn page() -> Draft {
    let mut settings = SettingsDraft::default();
    settings.take_in(&read());
    let mut draft = draft();
    draft.settings = Some(settings);
    draft
}

/// What the window knows then.
pub fn known() -> Model {
    let vault = VaultState::Open(VaultKind::Passphrase);
    Model { program: Requested::ended(Ok(read())), window: Some(WindowSettings::default()), vault, ..saved("demo") }
}

fn config(home: &std::path::Path) -> Config {
    Config::new(Places::find(Some(home.to_owned())).expect("a home"))
}

#[test]
fn the_page_is_reached_by_its_key_from_every_screen() {
    for step in [Step::Service, Step::Authorization, Step::Tokens] {
        let mut window = screen(THEMES[0], started(), at(service("practice"), step));
        window.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
        window.settle();
        assert_eq!(window.state().wanted, [Intent::OpenSettings]);
    }
}

#[test]
fn what_is_chosen_is_wanted_at_once() {
    for theme in THEMES {
        let mut window = screen(theme, known(), page());
        window.press("Dark");
        window.press("150 %");
        window.press("15 minutes");
        window.press("Show notifications");
        window.press("Lock now");
        let usual = WindowSettings::default();
        let chosen = [
            WindowSettings { theme: Theme::Dark, ..usual },
            WindowSettings { scale: Some(1.5), ..usual },
            WindowSettings { lock_after: Some(15), ..usual },
            WindowSettings { quiet: true, ..usual },
        ];
        let [changes @ .., last] = &window.state().wanted[..] else { panic!("nothing is wanted") };
        assert_eq!(changes, chosen.map(Intent::ChangeSettings));
        assert_eq!(*last, Intent::LockVault);
    }
}

#[test]
fn a_vault_that_cannot_be_locked_says_why() {
    let model = Model { vault: VaultState::Open(VaultKind::Memory), ..known() };
    let window = screen(THEMES[0], model, page());
    let button = window.button("Lock now").expect("there");
    assert!(button.accesskit_node().is_disabled());
    let why = button.accesskit_node().data().description().map(str::to_owned);
    assert_eq!(why.as_deref(), Some("A vault in memory cannot be locked: its tokens would be lost"));
}

#[test]
fn connections_are_saved_when_a_field_is_left_and_what_is_wrong_is_told_at_its_field() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    machine.press("Settings…");
    machine.wait("settings.toml");
    machine.window.fill("Proxy", "proxy.corp:3128");
    machine.wait("A proxy has an http, https or socks5 URL");
    machine.window.fill("Seconds for a whole call", "90");
    machine.window.key_press(Key::Tab);
    machine.window.settle();
    assert_eq!(config(home.path()).load_settings().expect("read").network, NetworkSettings::default());
    machine.window.fill("Proxy", "http://proxy.corp:3128");
    machine.window.key_press(Key::Tab);
    machine.wait_until("it is saved", |_| {
        let network = config(home.path()).load_settings().expect("read").network;
        let proxy = Some(ProxySetting::Url("http://proxy.corp:3128".to_owned()));
        network == NetworkSettings { proxy, timeout: Some(90), ..NetworkSettings::default() }
    });
    // What cannot be used is told, when it is tried.
    machine.window.fill("Own certificate authority", "/no/such/file.pem");
    machine.window.key_press(Key::Tab);
    machine.wait("Cannot read the file of certificate authorities");
    machine.window.fill("Own certificate authority", "");
    machine.press("Close");
    machine.wait_until("it is saved", |_| config(home.path()).load_settings().expect("read").network.ca_file.is_none());
}

#[test]
fn presets_are_updated_from_a_bundle_whose_key_is_confirmed_and_rolled_back() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    let key = make_proof_key(AssertionAlgorithm::EdDSA).expect("a key").signing_key().expect("usable");
    let robot = "id = \"robot\"\nname = \"Robot\"\nsummary = \"A client ID\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\n\n\
                 [token_request]\nurl = \"https://robot.example/token\"\n";
    let bundle = Bundle::new("acme", 12, [("robot".to_owned(), robot.to_owned())].into()).expect("a bundle");
    let path = home.path().join("acme.jws");
    std::fs::write(&path, bundle.sign(&key).expect("signed")).expect("written");
    let is_disabled =
        |machine: &Machine, button: &str| machine.window.button(button).expect("there").accesskit_node().is_disabled();
    machine.press("Settings…");
    machine.wait("Those built in");
    assert!(machine.window.button("Check for an update").is_none(), "nothing is pinned or typed");
    machine.window.fill("Bundle of presets", &path.display().to_string());
    machine.press("Check for an update");
    machine.wait("New: Robot (robot)");
    machine.wait(&key.thumbprint().expect("a public key"));
    assert!(is_disabled(&machine, "Use these presets"), "the key is not confirmed");
    assert_eq!(config(home.path()).load_bundle().expect("read"), None);
    machine.press("This is the publisher's key");
    machine.press("Use these presets");
    machine.wait("Bundle acme 12, then those built in");
    let pin = config(home.path()).load_bundle().expect("read").expect("pinned").pin;
    assert_eq!((Some(pin.key), pin.address, pin.kept), (key.thumbprint(), path.display().to_string(), vec![12]));
    // From the pinned address.
    machine.press("Check for an update");
    machine.wait("Bundle acme 12 is in use already.");
    machine.press("Roll back");
    machine.wait("Those built in");
    assert!(config(home.path()).load_bundle().expect("read").expect("pinned").pin.kept.is_empty());
}

#[test]
fn what_is_ticked_of_a_checklist_is_ticked_at_the_next_start() {
    let (mut machine, home) = Machine::new(THEMES[0], Visit::Follow);
    let to_step_2 = |machine: &mut Machine| {
        machine.press("Practice service");
        machine.press("Next");
    };
    to_step_2(&mut machine);
    let all = service("practice").checklist;
    let first = format!("1. {}", all[0]);
    machine.press(&first);
    let ticks = || config(home.path()).load_settings().expect("read").ticks;
    machine.wait_until("it is saved", |_| ticks().get("practice").is_some_and(|places| places.len() == 1));
    drop(machine);
    let mut machine = Machine::at_as_it_is(home.path(), THEMES[0], Visit::Follow, "memory");
    to_step_2(&mut machine);
    machine.wait(&format!("1 of {} done", all.len()));
    machine.press(&first);
    machine.wait_until("nothing is kept", |_| ticks().is_empty());
}

#[test]
fn a_locked_vault_knows_nothing_until_the_passphrase_is_entered() {
    let home = temp_home();
    let mut machine = with_profile(home.path(), THEMES[1], "correct horse");
    let token = machine.access_token();
    machine.press("Settings…");
    machine.press("Lock now");
    machine.wait("The vault is locked");
    assert!(!machine.window.words().contains(&token));
    machine.press("Open kept");
    machine.wait("Cancel");
    machine.window.fill("Passphrase", "correct horse");
    machine.press("Open vault");
    machine.wait("tokenwright token kept");
    assert_eq!(machine.access_token(), token);
}

#[test]
fn the_vault_is_locked_when_nobody_has_used_the_window_for_as_long_as_the_settings_say() {
    let home = temp_home();
    let mut machine = with_profile(home.path(), THEMES[0], "correct horse");
    let mut settings = config(home.path()).load_settings().expect("read");
    settings.lock_after = Some(1);
    config(home.path()).save_settings(&settings).expect("saved");
    drop(machine);
    machine = Machine::at_as_it_is(home.path(), THEMES[0], Visit::Follow, "passphrase");
    machine.wait("The vault is locked");
    machine.window.fill("Passphrase", "correct horse");
    machine.press("Open vault");
    machine.press("Open kept");
    machine.wait("tokenwright token kept");
    // The clock of the toolkit: each frame is a quarter of a second of it.
    for _ in 0..200 {
        machine.window.step();
    }
    assert!(!machine.window.reads("The vault is locked"), "too early");
    for _ in 0..60 {
        machine.window.step();
    }
    machine.wait("The vault is locked");
}
