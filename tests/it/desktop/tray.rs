//! The tray icon: a real window on its own screen, with this test as the tray on its own bus. Screenshots are left in
//! `target/screens`.
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::support::PATIENCE;
use crate::support::display::Display;
use crate::support::practice::Practice;
use crate::support::process::{Process, tied};
use crate::support::tokenwright::Tokenwright;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedValue, Structure, Value};

const TITLE: &str = "^Tokenwright$";

/// The desktop's part: it takes icons in, and has a place to show them.
struct Watcher {
    registered: Sender<String>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        self.registered.send(service).expect("the test goes on");
    }

    #[zbus(property)]
    #[allow(clippy::unused_self, reason = "a property is asked of the object")]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

struct TrayDesktop {
    display: Display,
    program: Tokenwright,
    _practice: Practice,
    _bus: Process,
    address: String,
}

#[test]
#[ignore = "needs a desktop"]
fn closing_hides_the_window_and_the_tray_brings_it_back_and_ends_it() {
    let desktop = TrayDesktop::start();
    let (connection, registered) = desktop.tray();
    let window = desktop.window();
    let item = registered.recv_timeout(PATIENCE).expect("an icon");
    let menu = Proxy::new(&connection, item.clone(), "/MenuBar", "com.canonical.dbusmenu").expect("a menu");
    let labels = until("the profile in the menu", || {
        let labels = labels(&menu);
        labels.iter().any(|(_, label)| label.starts_with("demo_1: next refresh ")).then_some(labels)
    });
    let names: Vec<&str> = labels.iter().map(|(_, label)| label.split(": ").next().expect("a name")).collect();
    assert_eq!(names, ["Show Tokenwright", "demo_1", "Quit"]);
    let icon = Proxy::new(&connection, item, "/StatusNotifierItem", "org.kde.StatusNotifierItem").expect("an icon");
    assert_eq!(icon.get_property::<String>("Title").expect("a title"), "Tokenwright");
    let pixels: Vec<(i32, i32, Vec<u8>)> = icon.get_property("IconPixmap").expect("a picture");
    assert_eq!((pixels[0].0, pixels[0].1, pixels[0].2.len()), (64, 64, 64 * 64 * 4));

    desktop.rest();
    desktop.display.screenshot(&picture("tray-1-there"));
    desktop.close();
    until("the window hidden", || (!desktop.is_visible()).then_some(()));
    desktop.display.screenshot(&picture("tray-2-hidden"));
    // It goes on in there.
    press(&menu, &labels, "Show Tokenwright");
    until("the window shown", || desktop.is_visible().then_some(()));
    desktop.rest();
    desktop.close();
    until("the window hidden again", || (!desktop.is_visible()).then_some(()));
    press(&menu, &labels, "Quit");
    assert_eq!(window.finish().code, 0);
}

#[test]
#[ignore = "needs a desktop"]
fn a_tray_that_goes_away_gives_the_window_back() {
    let desktop = TrayDesktop::start();
    let (connection, registered) = desktop.tray();
    let window = desktop.window();
    registered.recv_timeout(PATIENCE).expect("an icon");
    // The icon is known to the window a moment later than to the tray: a close before that would end it.
    desktop.rest();
    desktop.close();
    until("the window hidden", || (!desktop.is_visible()).then_some(()));
    drop(connection);
    until("the window shown", || desktop.is_visible().then_some(()));
    desktop.rest();
    desktop.close();
    assert_eq!(window.finish().code, 0);
}

#[test]
#[ignore = "needs a desktop"]
fn without_a_tray_closing_ends_the_window() {
    let desktop = TrayDesktop::start();
    let window = desktop.window();
    desktop.rest();
    desktop.close();
    assert_eq!(window.finish().code, 0);
}

impl TrayDesktop {
    fn start() -> Self {
        let display = Display::start(1100, 780);
        let program =
            Tokenwright::with_vault().with_env("LIBGL_ALWAYS_SOFTWARE", "1").with_env("DISPLAY", display.name());
        let practice = Practice::start(&program);
        practice.sign_in(&program, "demo_1");
        program.run(&["keep-alive", "demo_1"]).done();
        fs::write(program.data().join("settings.toml"), "theme = \"light\"\ntray = true\n").expect("our own file");
        let mut bus = Process::start(tied("KILL", "dbus-daemon").args(["--session", "--nofork", "--print-address"]));
        let address = bus.line_with("unix:");
        Self { display, program, _practice: practice, _bus: bus, address }
    }

    /// The desktop gets a tray.
    fn tray(&self) -> (Connection, Receiver<String>) {
        let (registered, items) = channel();
        let builder = Builder::address(self.address.as_str()).expect("an address");
        let builder = builder.serve_at("/StatusNotifierWatcher", Watcher { registered }).expect("a path");
        let connection = builder.name("org.kde.StatusNotifierWatcher").expect("a name").build().expect("a bus");
        (connection, items)
    }

    fn window(&self) -> Process {
        Process::start(self.program.command(&[]).env("DBUS_SESSION_BUS_ADDRESS", &self.address))
    }

    fn search(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("xdotool");
        command.arg("search").args(arguments).env("DISPLAY", self.display.name());
        // It fails where it finds nothing.
        String::from_utf8_lossy(&command.output().expect("xdotool").stdout).trim().to_owned()
    }

    /// Waits until the window is drawn and its clock is all that moves on it.
    fn rest(&self) {
        let picture = self.program.home().join("screen.ppm");
        let pixels = || {
            self.display.screenshot(&picture);
            let mut pixels = fs::read(&picture).expect("a picture");
            // The lower half, below the clock of the profile.
            pixels.split_off(pixels.len() / 2)
        };
        let (mut last, mut same) = (pixels(), 0);
        until("a window at rest", || {
            let now = pixels();
            let is_blank = now.iter().all(|byte| *byte == now[0]);
            same = if now == last && !is_blank { same + 1 } else { 0 };
            last = now;
            (same >= 5).then_some(())
        });
    }

    fn is_visible(&self) -> bool {
        !self.search(&["--onlyvisible", "--name", TITLE]).is_empty()
    }

    /// As the button in a window's frame does.
    fn close(&self) {
        let window: u32 = self.search(&["--name", TITLE]).parse().expect("one window");
        let (screen, _) = x11rb::connect(Some(self.display.name())).expect("a screen");
        let atom = |name: &[u8]| screen.intern_atom(false, name).expect("sent").reply().expect("an atom").atom;
        let (protocols, delete) = (atom(b"WM_PROTOCOLS"), atom(b"WM_DELETE_WINDOW"));
        let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        let sent = screen.send_event(false, window, EventMask::NO_EVENT, message).expect("sent");
        // Waits until the screen has it: what stands in line when its sender goes may be lost.
        sent.check().expect("taken");
    }
}

/// Number and label of each line of the menu.
fn labels(menu: &Proxy<'_>) -> Vec<(i32, String)> {
    type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);
    let (_, (_, _, lines)): (u32, Layout) = menu.call("GetLayout", &(0, -1, Vec::<String>::new())).expect("a layout");
    let line = |line: OwnedValue| {
        let line: Structure<'_> = Value::from(line).downcast().expect("a line");
        let [Value::I32(number), Value::Dict(properties), ..] = line.fields() else { panic!("{line:?}") };
        let label: Option<String> = properties.get(&"label").expect("a text");
        Some((*number, label?.replace("__", "_")))
    };
    lines.into_iter().filter_map(line).filter(|(_, label)| !label.is_empty()).collect()
}

fn press(menu: &Proxy<'_>, labels: &[(i32, String)], label: &str) {
    let (number, _) = labels.iter().find(|(_, known)| known == label).expect("in the menu");
    menu.call::<_, _, ()>("Event", &(*number, "clicked", Value::from(0), 0_u32)).expect("pressed");
}

#[track_caller]
fn until<T>(what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = seen() {
            return found;
        }
        assert!(Instant::now() < end, "no {what}");
        // waits: a screen and a menu are looked at; neither tells of a change.
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn picture(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screens");
    fs::create_dir_all(&folder).expect("our own folder");
    folder.join(format!("{name}.png"))
}
