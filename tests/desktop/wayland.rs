//! The same on Wayland, in a compositor without a screen: copy, paste, the mark of a secret, text of other scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::accessibility::Reader;
use crate::support::desktop::until;
use crate::support::process::{Finished, Process};
use crate::support::temp_home;
use crate::support::tokenwright::Tokenwright;

const CONFIGURATION: &str = "output HEADLESS-1 resolution 1280x900\ndefault_border none\n";
/// Whoever runs the compositor: it refuses to run for root.
const NOBODY: &str = "65534";

struct Compositor {
    folder: tempfile::TempDir,
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
        let compositor = Self { folder, _sway: sway };
        until("the compositor", || compositor.socket().exists().then_some(()));
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

    /// The first key of a new keyboard is lost.
    fn keys(&self, keys: &[&str]) {
        let all = [&["-s", "300", "-k", "Shift_L", "-s", "100"], keys].concat();
        let pressed = self.run("wtype", &all);
        assert_eq!(pressed.code, 0, "{}", pressed.stderr);
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

#[test]
fn on_wayland_text_comes_in_and_goes_out_and_a_secret_is_marked_and_taken_back() {
    let compositor = Compositor::start();
    let program = Tokenwright::new().with_env("TOKENWRIGHT_VAULT", "passphrase").with_env("LIBGL_ALWAYS_SOFTWARE", "1");
    let reader = Reader::start("", program.home());
    let mut command = program.command(&[]);
    compositor.enter(&mut command);
    let window = Process::start(command.env("DBUS_SESSION_BUS_ADDRESS", reader.address()));
    reader.wait("Search services");
    let file = program.home().join("screen.ppm");
    let empty = compositor.picture(&file);

    for (text, paste) in [("東京 株式会社", ["-M", "ctrl", "v"]), ("שלום ไทย", ["-M", "shift", "-k"])] {
        let outside = compositor.copy(text);
        reader.focus("Search services");
        let paste = if paste[1] == "shift" { ["-M", "shift", "-k", "Insert"].to_vec() } else { paste.to_vec() };
        compositor.keys(&["-M", "ctrl", "a", "-m", "ctrl"]);
        compositor.keys(&paste);
        assert_ne!(compositor.picture(&file), empty, "{text} is not drawn");
        drop(outside);
        let _other = compositor.copy("something else");
        until(text, || {
            compositor.keys(&["-M", "ctrl", "a", "-s", "200", "c"]);
            (compositor.pasted() == text).then_some(())
        });
    }
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screens");
    fs::create_dir_all(&pictures).expect("our own folder");
    compositor.run("grim", &[pictures.join("desktop-wayland.png").to_str().expect("a path that is text")]);

    let outside = compositor.copy("open sesame");
    reader.press("Show Passphrase");
    reader.focus("Passphrase");
    compositor.keys(&["-M", "ctrl", "v"]);
    compositor.picture(&file);
    drop(outside);
    let _other = compositor.copy("something else");
    until("the passphrase", || {
        compositor.keys(&["-M", "ctrl", "a", "-s", "200", "c"]);
        (compositor.pasted() == "open sesame").then_some(())
    });
    let types = compositor.run("wl-paste", &["--list-types"]).stdout;
    assert!(types.contains("x-kde-passwordManagerHint"), "{types}");
    compositor.run("swaymsg", &["-s", &ipc_socket(&compositor), "kill"]);
    window.finish();
    assert_eq!(compositor.pasted(), "");
}

fn ipc_socket(compositor: &Compositor) -> String {
    let files = fs::read_dir(compositor.folder.path()).expect("our own folder").flatten();
    let mut sockets = files.map(|file| file.path().display().to_string()).filter(|path| path.contains("sway-ipc"));
    sockets.next().expect("the compositor's own socket")
}
