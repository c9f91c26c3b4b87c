//! Desktop notifications while the person looks elsewhere, received by this test on its own bus.

use std::collections::HashMap;
use std::fs;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::OwnedValue;

use crate::command_line::calendar::state_secret_expiry;
use crate::desktop::sign_in::{ACCESS_TOKEN, NAME, OtherProgram, agreeing, machine, start_sign_in, tokens, window_of};
use crate::support::PATIENCE;
use crate::support::desktop::{Desktop, until};
use crate::support::http::{browser, follow};
use crate::support::practice::Practice;
use crate::support::process::{Process, tied};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// How long to wait before concluding that no notice comes.
const SILENCE: Duration = Duration::from_secs(3);

/// A notice as the desktop was asked to show it.
#[derive(Debug)]
struct Heard {
    title: String,
    text: String,
    actions: Vec<String>,
    /// Everything in it, for what must not be.
    whole: String,
}

/// The service that shows notices.
struct Shower(Sender<Heard>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
#[allow(clippy::unused_self, reason = "asked of the object")]
impl Shower {
    fn get_capabilities(&self) -> Vec<String> {
        ["body", "body-markup", "actions"].map(str::to_owned).to_vec()
    }

    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "as the specification has it")]
    fn notify(
        &self,
        app_name: String,
        replaces: u32,
        icon: String,
        title: String,
        text: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        timeout: i32,
    ) -> u32 {
        let whole = format!("{app_name} {icon} {title} {text} {actions:?} {hints:?} {replaces} {timeout}");
        self.0.send(Heard { title, text, actions, whole }).expect("the test goes on");
        7
    }

    fn close_notification(&self, id: u32) {
        assert_eq!(id, 7, "the one that was shown");
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let [name, vendor, version, spec] = ["shower", "test", "1", "1.2"].map(str::to_owned);
        (name, vendor, version, spec)
    }
}

/// A bus, and the service on it.
struct Bus {
    _daemon: Process,
    address: String,
    connection: Connection,
    heard: Receiver<Heard>,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Process::start(tied("KILL", "dbus-daemon").args(["--session", "--nofork", "--print-address"]));
        let address = daemon.line_with("unix:");
        let (sender, heard) = channel();
        let builder = Builder::address(address.as_str()).expect("an address");
        let builder = builder.serve_at("/org/freedesktop/Notifications", Shower(sender)).expect("a path");
        let connection = builder.name("org.freedesktop.Notifications").expect("a name").build().expect("a bus");
        Self { _daemon: daemon, address, connection, heard }
    }

    fn open_window(&self, desktop: &Desktop) -> Process {
        let window = Process::start(desktop.window_command().env("DBUS_SESSION_BUS_ADDRESS", &self.address));
        desktop.display.focus("Tokenwright$");
        window
    }

    /// The person presses the notice.
    fn press(&self) {
        let path = "/org/freedesktop/Notifications";
        let signal = (7_u32, "default");
        let sent = self.connection.emit_signal(
            None::<&str>,
            path,
            path[1..].replace('/', ".").as_str(),
            "ActionInvoked",
            &signal,
        );
        sent.expect("sent");
    }
}

fn asks_for_attention(desktop: &Desktop) -> bool {
    let state = desktop.output("xprop", &["-id", &window_of(desktop), "_NET_WM_STATE"]);
    state.contains("_NET_WM_STATE_DEMANDS_ATTENTION")
}

#[test]
#[ignore = "needs a desktop"]
fn the_token_call_follows_the_code_at_once_and_the_desktop_says_so() {
    let server = Scripted::start(agreeing(3600));
    let desktop = Desktop::start(machine(&server), "light");
    let bus = Bus::start();
    let _window = bus.open_window(&desktop);
    let url = start_sign_in(&desktop);
    let other = OtherProgram::open(&desktop);
    follow(&url);
    let heard = bus.heard.recv_timeout(PATIENCE).expect("a notice");
    assert_eq!(server.asked("/token").len(), 1, "called without a press");
    assert_eq!((heard.title.as_str(), heard.text.as_str()), ("Signed in to Zenith <Cloud> & Co", "Tokens received."));
    assert_eq!(heard.actions, ["default", "Show Tokenwright"]);
    for secret in [ACCESS_TOKEN, "a-refresh-token", "a-code-of-acme", "a client of acme"] {
        assert!(!heard.whole.contains(secret), "{heard:?}");
    }
    until("the mark on the window", || asks_for_attention(&desktop).then_some(()));
    desktop.picture("desktop-signed-in-light");
    bus.press();
    let ours = window_of(&desktop);
    until("the window to have the keyboard", || {
        (desktop.output("xdotool", &["getactivewindow"]).trim() == ours).then_some(())
    });
    until("the mark to be gone", || (!asks_for_attention(&desktop)).then_some(()));
    drop(other);
    // The name has the keyboard: it is what is left to do. A name in any script is as good as a plain one.
    desktop.display.type_text("Acme & Co");
    desktop.display.key("Return");
    desktop.display.focus("^Acme & Co - Tokenwright$");
    desktop.picture("desktop-saved-light");
    let listed = desktop.program.run(&["list", "--json"]).json();
    assert_eq!((&listed[0]["name"], &listed[0]["display_name"]), (&"acme-co".into(), &"Acme & Co".into()), "{listed}");
    assert_eq!(desktop.program.run(&["token", "acme-co"]).done(), format!("{ACCESS_TOKEN}\n"));
}

#[test]
#[ignore = "needs a desktop"]
fn a_person_who_looks_at_the_window_is_not_called() {
    let server = Scripted::start(agreeing(3600));
    let desktop = Desktop::start(machine(&server), "dark");
    let bus = Bus::start();
    let _window = bus.open_window(&desktop);
    follow(&start_sign_in(&desktop));
    until("the token call", || (server.asked("/token").len() == 1).then_some(()));
    assert!(bus.heard.recv_timeout(SILENCE).is_err());
    assert!(!asks_for_attention(&desktop));
    desktop.picture("desktop-signed-in-dark");
}

#[test]
#[ignore = "needs a desktop"]
fn a_refused_sign_in_is_said_without_what_the_service_said() {
    let server = Scripted::start(|asked, _| {
        let to = asked.parameter("redirect_uri");
        let state = asked.parameter("state");
        let target = format!("{to}?error=access_denied&error_description=ada%40example.com+is+locked&state={state}");
        Answer::text(302, "text/plain", "").header("Location", &target)
    });
    let desktop = Desktop::start(machine(&server), "light");
    let bus = Bus::start();
    let _window = bus.open_window(&desktop);
    let url = start_sign_in(&desktop);
    let _other = OtherProgram::open(&desktop);
    follow(&url);
    let heard = bus.heard.recv_timeout(PATIENCE).expect("a notice");
    assert_eq!(heard.title, format!("{NAME} refused the sign-in"));
    assert!(!heard.whole.contains("ada"), "{heard:?}");
    desktop.picture("desktop-refused-light");
}

#[test]
#[ignore = "needs a desktop"]
fn who_wants_to_look_first_is_told_that_the_code_has_come() {
    let server = Scripted::start(agreeing(3600));
    let desktop = Desktop::start(machine(&server), "light");
    let settings = desktop.program.data().join("settings.toml");
    fs::write(settings, "theme = \"light\"\nstop_before_token_call = true\n").expect("our own file");
    let bus = Bus::start();
    let _window = bus.open_window(&desktop);
    let url = start_sign_in(&desktop);
    let _other = OtherProgram::open(&desktop);
    follow(&url);
    let heard = bus.heard.recv_timeout(PATIENCE).expect("a notice");
    assert_eq!(heard.title, format!("The code from {NAME} has arrived"));
    assert!(bus.heard.recv_timeout(SILENCE).is_err());
    assert_eq!(server.asked("/token").len(), 0);
    desktop.picture("desktop-stopped-light");
}

#[test]
#[ignore = "needs a desktop"]
fn without_anybody_who_shows_notices_the_sign_in_goes_on_all_the_same() {
    let server = Scripted::start(agreeing(3600));
    let desktop = Desktop::start(machine(&server), "light");
    let _window = desktop.open_window();
    let url = start_sign_in(&desktop);
    let _other = OtherProgram::open(&desktop);
    follow(&url);
    until("the token call", || (server.asked("/token").len() == 1).then_some(()));
    until("the mark on the window", || asks_for_attention(&desktop).then_some(()));
}

#[test]
#[ignore = "needs a desktop"]
fn a_profile_kept_alive_that_needs_the_person_is_told_once() {
    let server = Scripted::start(|asked, _| match (asked.path.as_str(), asked.parameter("grant_type")) {
        ("/authorize", _) => asked.grant("a-code-of-acme"),
        (_, "refresh_token") => Answer::json(400, &serde_json::json!({ "error": "invalid_grant" })),
        // Long enough for the window to have been opened.
        _ => Answer::json(200, &tokens(30)),
    });
    let program = machine(&server);
    let sign_in = ["sign-in", "acme", "--service", "zenith", "--browser", browser(), "--display-name", "Müller GmbH"];
    assert_eq!(program.run(&sign_in).done(), "");
    program.run(&["keep-alive", "acme"]).done();
    let desktop = Desktop::start(program, "light");
    let bus = Bus::start();
    let _window = bus.open_window(&desktop);
    let _other = OtherProgram::open(&desktop);
    let heard = bus.heard.recv_timeout(PATIENCE).expect("a notice");
    assert_eq!(heard.title, "Müller GmbH needs a new sign-in");
    assert!(bus.heard.recv_timeout(SILENCE).is_err());
    desktop.picture("desktop-needs-sign-in-light");
}

#[test]
#[ignore = "needs a desktop"]
fn what_ends_is_announced_once_however_often_the_agent_begins_anew() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "acme");
    let in_days = |days: i64| {
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    };
    state_secret_expiry(&program, "acme", &in_days(4));
    let bus = Bus::start();
    let start = || {
        let mut command = program.command(&["agent"]);
        let mut agent = Process::start(command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address));
        agent.line_with("The agent listens on ");
        agent
    };
    let agent = start();
    let heard = bus.heard.recv_timeout(PATIENCE).expect("a notice");
    assert_eq!(heard.title, "The client secret of acme ends in 3 days");
    assert_eq!(heard.text, "The calendar says what to do before then.");
    assert!(!heard.whole.contains("practice-"), "{heard:?}");
    drop(agent);
    let agent = start();
    assert!(bus.heard.recv_timeout(SILENCE).is_err());
    // Another date is news, to the agent that runs.
    state_secret_expiry(&program, "acme", &in_days(3));
    let heard = bus.heard.recv_timeout(PATIENCE).expect("a notice");
    assert_eq!(heard.title, "The client secret of acme ends in 2 days");
    drop(agent);
}
