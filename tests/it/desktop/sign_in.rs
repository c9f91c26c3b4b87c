//! A sign-in through the window at a local service, while another program has the keyboard.

use std::fs;

use serde_json::json;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, CreateWindowAux, Window, WindowClass};
use x11rb::rust_connection::RustConnection;

use crate::support::desktop::{Desktop, until};
use crate::support::process::Process;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

pub const ACCESS_TOKEN: &str = "an-access-token-of-acme";
/// A name that is markup, for notices that parse markup.
pub const NAME: &str = "Zenith <Cloud> & Co";

const PRESET: &str = r#"
id = "zenith"
name = "Zenith <Cloud> & Co"
checked = "2026-11-21"
source = ["a test"]
asks = "nothing"
[defaults]
client_id = "a client of acme"
[redirect]
default = "http://127.0.0.1/callback"
[authorization]
url = "URL/authorize"
[token_request]
url = "URL/token"
[refresh_request]
url = "URL/token"
"#;

/// Agrees to everything, and gives tokens that live this long.
pub fn agreeing(expires_in: u32) -> impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static {
    move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code-of-acme"),
        _ => Answer::json(200, &tokens(expires_in)),
    }
}

pub fn tokens(expires_in: u32) -> serde_json::Value {
    json!({ "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": expires_in, "refresh_token": "a-refresh-token" })
}

/// A machine that knows this service.
pub fn machine(server: &Scripted) -> Tokenwright {
    let program = Tokenwright::with_vault();
    program.add_preset("acme.toml", &PRESET.replace("URL", &server.url()));
    program
}

/// Opens the URL that the browser was sent to.
pub fn start_sign_in(desktop: &Desktop) -> String {
    desktop.rest();
    desktop.display.type_text("zenith");
    desktop.rest();
    // It is the first that is found.
    desktop.display.key("Return");
    desktop.rest();
    desktop.display.key("ctrl+Return");
    desktop.rest();
    desktop.display.key("ctrl+Return");
    until("the browser", || desktop.opened().first().cloned())
}

/// The number of the program's window at the window manager.
pub fn window_of(desktop: &Desktop) -> String {
    let found = desktop.output("xdotool", &["search", "--name", "Tokenwright$"]);
    found.lines().last().expect("the window").to_owned()
}

/// Another program whose window has the keyboard until this is dropped.
pub struct OtherProgram {
    _screen: RustConnection,
}

impl OtherProgram {
    pub fn open(desktop: &Desktop) -> Self {
        let (screen, number) = x11rb::connect(Some(desktop.display.name())).expect("a screen");
        let window: Window = screen.generate_id().expect("a number");
        let root = screen.setup().roots[number].root;
        let parent = x11rb::COPY_DEPTH_FROM_PARENT;
        let class = WindowClass::INPUT_OUTPUT;
        let aux = CreateWindowAux::new().background_pixel(0);
        let made = screen.create_window(parent, window, root, 900, 20, 200, 100, 0, class, 0, &aux).expect("sent");
        made.check().expect("a window");
        screen.map_window(window).expect("sent").check().expect("shown");
        let title = window.to_string();
        desktop.output("xdotool", &["windowactivate", "--sync", &title]);
        until("the other program to have the keyboard", || {
            let active = desktop.output("xdotool", &["getwindowfocus"]);
            (active.trim() == title).then_some(())
        });
        Self { _screen: screen }
    }
}

/// Ticks of processor time that a process has had: user and system (proc(5)).
pub fn ticks(process: &Process) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.id())).expect("it runs");
    let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
    let fields: Vec<&str> = fields.split_whitespace().collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}
