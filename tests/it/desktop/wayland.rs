//! The same on Wayland, in a headless compositor: copy, paste, the mark of a secret, other scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::accessibility::Reader;
use crate::support::desktop::until;
use crate::support::display::Display;
use crate::support::process::{Finished, Process};
use crate::support::temp_home;
use crate::support::tokenwright::Tokenwright;

const CONFIGURATION: &str = "output HEADLESS-1 resolution 1280x900\ndefault_border none\n";
/// Whoever runs the compositor: it refuses to run for root.
const NOBODY: &str = "65534";

struct Compositor {
    folder: tempfile::TempDir,
    /// A keyboard at rest: without one no window has the focus, and one that comes and goes takes it along.
    keyboards: Vec<Process>,
    _sway: Process,
}

impl Compositor {
    fn start() -> Self {
        let folder = temp_home();
        let file = folder.path().join("config");
        fs::write(&file, CONFIGURATION).expect("our own file");
        let is_root = Process::start(Command::new("id").arg("-u")).finish().stdout.trim() == "0";
        let mut command = if is_root {
            let given = Process::start(Command::new("chown").arg("-R").arg(NOBODY).arg(folder.path())).finish();
            assert_eq!(given.code, 0, "{}", given.stderr);
            let mut command = Command::new("setpriv");
            command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "sway"]);
            command
        } else {
            Command::new("sway")
        };
        command.arg("-c").arg(&file).env("XDG_RUNTIME_DIR", folder.path()).env("HOME", folder.path());
        command.env("WLR_BACKENDS", "headless").env("WLR_RENDERER", "pixman").env("WLR_LIBINPUT_NO_DEVICES", "1");
        let sway = Process::start(command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY"));
        let mut compositor = Self { folder, keyboards: Vec::new(), _sway: sway };
        until("the compositor", || compositor.socket().exists().then_some(()));
        let hours = "36000000";
        let keyboard = Process::start(&mut compositor.command("wtype", &["-s", hours, "-k", "Shift_L"]));
        compositor.keyboards.push(keyboard);
        until("a keyboard", || compositor.inputs().contains("virtual_keyboard").then_some(()));
        compositor
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("wayland-1")
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        self.enter(&mut command);
        command.args(arguments);
        command
    }

    fn enter(&self, command: &mut Command) {
        command.env("XDG_RUNTIME_DIR", self.folder.path()).env("WAYLAND_DISPLAY", "wayland-1").env_remove("DISPLAY");
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Finished {
        Process::start(&mut self.command(program, arguments)).finish()
    }

    /// The input devices, as the compositor tells them.
    fn inputs(&self) -> String {
        let entries = fs::read_dir(self.folder.path()).expect("our own folder").flatten().map(|entry| entry.path());
        let is_control = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "sock");
        let Some(control) = entries.into_iter().find(is_control) else { return String::new() };
        self.run("swaymsg", &["-s", control.to_str().expect("a path that is text"), "-t", "get_inputs"]).stdout
    }

    /// Presses keys in a field.
    #[track_caller]
    fn keys(&self, reader: &Reader, field: &str, keys: &str) {
        reader.focus(field);
        let pressed = self.run("wtype", &keys.split(' ').collect::<Vec<_>>());
        assert_eq!(pressed.code, 0, "{}", pressed.stderr);
    }

    /// Pastes a text from outside into a field and copies it out again, both by keys. Keys that come while the window is busy
    /// may find the field without the keyboard, so it is done again until the text is there.
    #[track_caller]
    fn through(&self, reader: &Reader, field: &str, (text, paste): (&str, &str)) {
        until(text, || {
            let outside = self.copy(text);
            self.keys(reader, field, &format!("-M ctrl a -m ctrl -s 200 {paste}"));
            drop(outside);
            let _other = self.copy("something else");
            self.keys(reader, field, "-M ctrl a -s 200 c -m ctrl -s 400");
            (self.pasted() == text).then_some(())
        });
    }

    fn pasted(&self) -> String {
        self.run("wl-paste", &["--no-newline"]).stdout
    }

    #[must_use = "the text is there as long as the program that copied it"]
    fn copy(&self, text: &str) -> Process {
        let program =
            Process::start(&mut self.command("wl-copy", &["--foreground", "--type", "text/plain;charset=utf-8", text]));
        until("the copied text", || (self.pasted() == text).then_some(()));
        program
    }

    fn picture(&self, file: &Path) -> Vec<u8> {
        let mut before = Vec::new();
        until("the screen at rest", || {
            self.run("grim", &["-t", "ppm", file.to_str().expect("a path that is text")]);
            let now = fs::read(file).unwrap_or_default();
            (std::mem::replace(&mut before, now) == before && !before.is_empty()).then_some(())
        });
        before
    }
}

/// Keys as `wtype` takes them, with pauses in milliseconds.
const BY_CONTROL_V: &str = "-M ctrl v -m ctrl -s 200";

#[test]
#[ignore = "needs a desktop"]
fn on_wayland_text_comes_in_and_goes_out_and_a_secret_is_marked_and_taken_back() {
    let compositor = Compositor::start();
    let program = Tokenwright::with_vault().with_env("LIBGL_ALWAYS_SOFTWARE", "1");
    // What screen readers find each other by wants a screen of the old kind; the window does not know of it.
    let screen = Display::start(320, 200);
    let reader = Reader::start(screen.name(), program.home());
    let mut command = program.command(&[]);
    compositor.enter(&mut command);
    let mut window = Process::start(command.env("DBUS_SESSION_BUS_ADDRESS", reader.address()));
    reader.wait("Search services");
    let file = program.home().join("screen.ppm");
    let empty = compositor.picture(&file);

    let pastes = [("東京 株式会社", BY_CONTROL_V), ("ไทย 한국", "-M shift -k Insert -m shift -s 200")];
    for (text, paste) in pastes {
        compositor.through(&reader, "Search services", (text, paste));
        until("a drawn text", || (compositor.picture(&file) != empty).then_some(()));
    }
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screens");
    fs::create_dir_all(&pictures).expect("our own folder");
    compositor.run("grim", &[pictures.join("desktop-wayland.png").to_str().expect("a path that is text")]);

    reader.write("Search services", "");
    for name in ["Practice service", "Next", "I already have a refresh token"] {
        reader.press(name);
    }
    // Step 2 has a client secret too.
    reader.wait("Refresh token to use");
    reader.press("Show Client secret");
    reader.wait("Hide Client secret");
    compositor.through(&reader, "Client secret", ("hunter2", BY_CONTROL_V));
    let types = compositor.run("wl-paste", &["--list-types"]).stdout;
    assert!(types.contains("x-kde-passwordManagerHint"), "{types}");
    // As the session asks it at its end.
    compositor.run("kill", &["-TERM", &window.id().to_string()]);
    until("the end of the window", || window.has_ended().then_some(()));
    assert_eq!(compositor.pasted(), "");
}
