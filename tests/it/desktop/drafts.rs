//! What a person typed or received survives the window, however it closes; and the vault can be opened by keyboard
//! alone.

use serde_json::Value as Json;

use crate::support::desktop::{Desktop, until, write_program};
use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// The width of the screen in pixels.
const WIDTH: usize = 1280;

/// A desktop whose browser says yes to everything, and a service that a person has described, with one field to fill in.
struct Setup {
    desktop: Desktop,
    _service: Practice,
}

impl Setup {
    fn start(program: Tokenwright, theme: &str) -> Self {
        let service = Practice::start(&program);
        program.add_preset("zebra.toml", &PRESET.replace("PORT", service.port()));
        let desktop = Desktop::start(program, theme);
        let program = desktop.program.home().join("browser");
        let follow = browser().replace("%s", "\"$1\"");
        write_program(&program, &format!("#!/bin/sh\necho \"$1\" >> \"$HOME/visited\"\nexec {follow}\n"));
        desktop.set_browser(&program);
        Self { desktop, _service: service }
    }

    /// Waits until the services were read: then their cards stand in the lower half of the middle, where nothing is before.
    fn read(&self) {
        until("the services on the screen", || {
            let pixels = self.pixels();
            let first = pixels[(600 * WIDTH + 360) * 3..][..3].to_vec();
            is_any(&pixels, (360, 600), (1100, 760), |pixel| *pixel != first).then_some(())
        });
        self.desktop.rest();
    }

    /// What is on the screen, three bytes a pixel.
    fn pixels(&self) -> Vec<u8> {
        let file = self.desktop.program.home().join("looked.rgb");
        let target = format!("rgb:{}", file.display());
        self.desktop.output("import", &["-window", "root", "-depth", "8", &target]);
        let pixels = std::fs::read(&file).expect("a picture");
        assert_eq!(pixels.len(), WIDTH * 900 * 3);
        pixels
    }

    /// Chooses the service and fills in its field: it has the keyboard once it was missed.
    fn fill_in(&self) {
        let display = &self.desktop.display;
        self.read();
        display.type_text("zebra");
        self.desktop.rest();
        display.key("Return");
        self.desktop.rest();
        self.authorize();
        self.desktop.rest();
        display.type_text("acme");
        self.desktop.rest();
    }

    /// From the chosen service to the browser, or to what is missing for it.
    fn authorize(&self) {
        self.go_on();
        self.desktop.rest();
        self.go_on();
    }

    /// Does the next thing.
    fn go_on(&self) {
        self.desktop.display.key("ctrl+Return");
    }

    /// Waits for tokens that nobody has saved.
    fn tokens(&self) {
        self.desktop.display.focus("^zebra-acme .draft. - Tokenwright$");
        self.desktop.rest();
    }

    /// Where the browser was sent so far.
    fn visited(&self) -> String {
        std::fs::read_to_string(self.desktop.program.home().join("visited")).unwrap_or_default()
    }

    fn sign_in(&self) {
        self.fill_in();
        self.go_on();
        self.tokens();
    }

    fn profiles(&self) -> Vec<(String, bool)> {
        let listed = self.desktop.program.run(&["list", "--json"]).json();
        let profile = |profile: &Json| (profile["name"].as_str().expect("a name").to_owned(), profile["draft"] == true);
        listed.as_array().expect("a list").iter().map(profile).collect()
    }

    /// The one profile there is is this draft, and the command line hands its token out.
    #[track_caller]
    fn check_draft(&self) {
        assert_eq!(self.profiles(), [("zebra-acme".to_owned(), true)]);
        let token = self.desktop.program.run(&["token", "zebra-acme"]).done();
        assert!(!token.trim().is_empty());
        self.desktop.program.run(&["refresh", "zebra-acme"]).done();
    }
}

const PRESET: &str = r#"
id = "zebra"
name = "Zebra service"
category = "Learning"
summary = "A service that a person has described"
asks = "optional-secret"
checked = "2026-11-21"
source = ["a test"]

[defaults]
client_id = "practice-client"
client_secret = "practice-secret"

[[inputs]]
name = "company"
label = "Company"
example = "acme"

[scopes]
default = ["openid", "profile", "offline_access"]

[redirect]
default = "http://127.0.0.1/callback"
loopback = "any-port"

[authorization]
url = "http://127.0.0.1:PORT/authorize"

[token_request]
url = "http://127.0.0.1:PORT/token"
authentication = "body"

[refresh_request]
url = "http://127.0.0.1:PORT/token"
authentication = "body"
"#;

/// As the window manager asks a window to close (ICCCM 4.2.8.1).
fn close_politely(desktop: &Desktop) {
    desktop.display.key("alt+F4");
}

fn ends(mut window: Process) {
    until("the end of the window", || window.has_ended().then_some(()));
}

#[test]
#[ignore = "needs a desktop"]
fn tokens_that_nobody_saved_outlive_a_process_that_is_killed() {
    let setup = Setup::start(Tokenwright::with_vault(), "light");
    let window = setup.desktop.open_window();
    setup.sign_in();
    // SIGKILL: nothing in the process has a say any more.
    drop(window);
    setup.check_draft();
    let again = setup.desktop.open_window();
    setup.desktop.picture("draft-after-kill-light");
    drop(again);
}

#[test]
#[ignore = "needs a desktop"]
fn tokens_that_nobody_saved_outlive_the_next_profile_and_the_window() {
    let setup = Setup::start(Tokenwright::with_vault(), "dark");
    let window = setup.desktop.open_window();
    setup.sign_in();
    setup.desktop.picture("draft-arrived-dark");
    setup.desktop.display.key("ctrl+n");
    setup.desktop.display.focus("^Tokenwright$");
    setup.desktop.picture("draft-after-new-dark");
    close_politely(&setup.desktop);
    ends(window);
    setup.check_draft();
    // The command line knows it as what it is, and forgets it like any other.
    let program = &setup.desktop.program;
    assert!(program.run(&["list"]).done().contains("draft, fresh"), "{}", program.run(&["list"]).stdout);
    program.run(&["forget", "zebra-acme"]).done();
    assert_eq!(setup.profiles(), []);
    assert!(!program.database().has("zebra-acme"), "something is left");
}

#[test]
#[ignore = "needs a desktop"]
fn a_draft_that_is_saved_under_a_name_is_no_draft_any_more() {
    let setup = Setup::start(Tokenwright::with_vault(), "light");
    let _window = setup.desktop.open_window();
    setup.sign_in();
    // The proposed name stands in the field and is typed over.
    setup.desktop.display.type_text("acme");
    setup.desktop.display.key("Return");
    setup.desktop.display.focus("^acme - Tokenwright$");
    setup.desktop.picture("draft-saved-light");
    assert_eq!(setup.profiles(), [("acme".to_owned(), false)]);
    let token = setup.desktop.program.run(&["refresh", "acme"]).done();
    assert!(!token.contains("error"), "{token}");
}

#[test]
#[ignore = "needs a desktop"]
fn what_was_typed_is_asked_about_before_the_window_closes_and_kept_by_enter() {
    let setup = Setup::start(Tokenwright::with_vault(), "light");
    let window = setup.desktop.open_window();
    setup.fill_in();
    close_politely(&setup.desktop);
    setup.desktop.picture("leaving-light");
    // The keyboard is on the answer that loses nothing.
    setup.desktop.display.key("Return");
    ends(window);
    assert_eq!(setup.profiles(), [("zebra-acme".to_owned(), true)]);
    let text = setup.desktop.program.database().profile("zebra-acme").expect("a draft");
    assert!(text.contains("company = \"acme\""), "{text}");
}

#[test]
#[ignore = "needs a desktop"]
fn what_was_typed_outlives_a_session_that_ends_without_asking() {
    let setup = Setup::start(Tokenwright::with_vault(), "light");
    let window = setup.desktop.open_window();
    setup.fill_in();
    let id = window.id().to_string();
    setup.desktop.output("kill", &["-TERM", &id]);
    ends(window);
    assert_eq!(setup.profiles(), [("zebra-acme".to_owned(), true)]);
}

/// A person on the practice service's pages: signs in, allows, and follows to the end.
const PERSON: &str = r#"#!/bin/sh
ticket() { sed -n 's/.*name="ticket"[^>]*value="\([^"]*\)".*/\1/p;s/.*value="\([^"]*\)"[^>]*name="ticket".*/\1/p' | head -n 1; }
place=${1%%\?*}
first=$(curl -s "$1" | ticket)
second=$(curl -s --data-urlencode "ticket=$first" -d name=Ada -d password=practice "$place/sign-in" | ticket)
exec curl -sL -o /dev/null --data-urlencode "ticket=$second" -d decision=allow "$place/consent"
"#;

/// Whether a pixel between these corners is so.
fn is_any(
    pixels: &[u8],
    (left, top): (usize, usize),
    (right, bottom): (usize, usize),
    is_so: impl Fn(&[u8]) -> bool,
) -> bool {
    (top..bottom).any(|y| pixels[(y * WIDTH + left) * 3..(y * WIDTH + right) * 3].chunks_exact(3).any(&is_so))
}

fn is_red(pixel: &[u8]) -> bool {
    pixel[0] > 120 && pixel[0] > pixel[1].saturating_add(60) && pixel[0] > pixel[2].saturating_add(60)
}

fn is_amber(pixel: &[u8]) -> bool {
    pixel[0] > 110 && pixel[0] > pixel[1].saturating_add(20) && pixel[1] > pixel[2].saturating_add(40)
}

fn is_green(pixel: &[u8]) -> bool {
    pixel[1] > 90 && pixel[1] > pixel[0].saturating_add(50) && pixel[1] > pixel[2].saturating_add(30)
}

fn without_keyring() -> Tokenwright {
    Tokenwright::new().with_env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none")
}

/// A new passphrase, by keys alone.
fn choose_passphrase(desktop: &Desktop) {
    for _ in 0..2 {
        desktop.display.type_text("correct horse");
        desktop.display.key("Return");
        // Drawn in software: what is typed in the very frame of Enter is for the field that had the keyboard.
        desktop.rest();
    }
    until("a vault", || desktop.program.database().has_vault().then_some(()));
}

fn token(program: &Tokenwright, name: &str) -> String {
    let mut command = program.command(&["token", name]);
    Process::start(command.env("TOKENWRIGHT_PASSPHRASE", "correct horse")).finish().done()
}

#[test]
#[ignore = "needs a desktop"]
fn without_a_keyring_the_practice_service_is_tried_before_anything_is_asked() {
    for theme in ["light", "dark"] {
        let setup = Setup::start(without_keyring(), theme);
        let display = &setup.desktop.display;
        let person = setup.desktop.program.home().join("person");
        write_program(&person, PERSON);
        setup.desktop.set_browser(&person);
        let window = setup.desktop.open_window();
        setup.read();
        setup.desktop.picture(&format!("first-minute-{theme}"));
        display.type_text("practice");
        setup.desktop.rest();
        display.key("Return");
        setup.desktop.rest();
        setup.authorize();
        display.focus("^practice-ada .draft. - Tokenwright$");
        setup.desktop.picture(&format!("practice-arrived-{theme}"));
        assert!(!setup.desktop.program.database().has_vault(), "no vault was asked for");
        // The proposed name has the keyboard; saving it is what needs a vault.
        display.key("Return");
        setup.desktop.picture(&format!("practice-door-{theme}"));
        choose_passphrase(&setup.desktop);
        display.focus("^practice-ada - Tokenwright$");
        drop(window);
        assert!(!token(&setup.desktop.program, "practice-ada").trim().is_empty());
    }
}

#[test]
#[ignore = "needs a desktop"]
fn without_a_keyring_the_vault_is_asked_for_before_the_browser_opens_and_opened_by_keys_alone() {
    for theme in ["light", "dark"] {
        let setup = Setup::start(without_keyring(), theme);
        let display = &setup.desktop.display;
        let window = setup.desktop.open_window();
        setup.fill_in();
        setup.go_on();
        setup.desktop.picture(&format!("door-{theme}"));
        assert_eq!(setup.visited(), "", "what the browser brings must find its place");
        choose_passphrase(&setup.desktop);
        setup.tokens();
        assert_eq!(setup.visited().lines().count(), 1);
        display.key("ctrl+a");
        display.type_text("kept");
        display.key("Return");
        display.focus("^kept - Tokenwright$");
        setup.desktop.picture(&format!("saved-{theme}"));
        drop(window);

        let window = setup.desktop.open_window();
        until("the question", || is_any(&setup.pixels(), (106, 766), (118, 782), is_amber).then_some(()));
        setup.desktop.picture(&format!("locked-{theme}"));
        display.type_text("wrong");
        display.key("Return");
        // What was wrong is said under the field: between it and the button, in red.
        until("what was wrong", || is_any(&setup.pixels(), (450, 245), (1150, 330), is_red).then_some(()));
        setup.desktop.picture(&format!("wrong-passphrase-{theme}"));
        // The keyboard has stayed.
        display.type_text("correct horse");
        display.key("Return");
        until("an open vault", || is_any(&setup.pixels(), (106, 766), (118, 782), is_green).then_some(()));
        setup.desktop.picture(&format!("unlocked-{theme}"));
        drop(window);
        assert!(!token(&setup.desktop.program, "kept").trim().is_empty());
    }
}
