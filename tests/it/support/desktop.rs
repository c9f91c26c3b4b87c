//! A desktop for tests: a screen with a window manager, other programs that copy and paste, and a browser that records
//! what it was asked to open. It shows what the person gets, not what the window asked its toolkit for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::PATIENCE;
use crate::support::display::Display;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

const SCREEN: (u32, u32) = (1280, 900);

/// What the X server keeps of what was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Copied by a command.
    Clipboard,
    /// Selected with the pointer.
    Primary,
}

/// The desktop, closed when it is dropped.
pub struct Desktop {
    pub display: Display,
    pub program: Tokenwright,
    _manager: Process,
    programs: PathBuf,
    opened: PathBuf,
}

impl Desktop {
    /// Starts a desktop for this program, in light or dark (`theme` of the settings).
    pub fn start(program: Tokenwright, theme: &str) -> Self {
        let display = Display::start(SCREEN.0, SCREEN.1);
        let program = program.with_env("LIBGL_ALWAYS_SOFTWARE", "1").with_env("DISPLAY", display.name());
        let programs = program.home().join("bin");
        let opened = program.home().join("opened");
        fs::create_dir_all(&programs).expect("our own folder");
        fs::create_dir_all(program.data()).expect("our own folder");
        fs::write(program.data().join("settings.toml"), format!("theme = \"{theme}\"\n")).expect("our own file");
        let note = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", opened.display());
        write_program(&programs.join("xdg-open"), &note);
        // On a busy machine its first look for the screen may be too early.
        let mut manager = Command::new("sh");
        manager.args(["-c", "until openbox; do sleep 0.2; done"]);
        manager.env("DISPLAY", display.name()).env("HOME", program.home());
        let manager = Process::start(&mut manager);
        let desktop = Self { display, program, _manager: manager, programs, opened };
        until("the window manager", || {
            let root = desktop.output("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"]);
            root.contains("window id").then_some(())
        });
        desktop
    }

    /// Puts another program in the place of the browser; it is started with the address as its argument.
    pub fn set_browser(&self, program: &Path) {
        fs::copy(program, self.programs.join("xdg-open")).expect("a browser to be found");
    }

    /// The command that opens the window on this desktop, for a test that adds to it.
    pub fn window_command(&self) -> Command {
        let mut command = self.program.command(&[]);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.programs.display()));
        command
    }

    /// Opens the window and gives it the keyboard.
    pub fn open_window(&self) -> Process {
        let window = Process::start(&mut self.window_command());
        self.display.focus("Tokenwright$");
        window
    }

    /// The addresses that the browser was asked to open so far.
    pub fn opened(&self) -> Vec<String> {
        fs::read_to_string(&self.opened).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// What another program pastes now; empty where there is nothing.
    pub fn pasted(&self, selection: Selection) -> String {
        self.output("xclip", &["-out", "-selection", selection.name()])
    }

    /// Copies text in another program, which holds it as long as the returned process lives.
    #[must_use = "the text is there as long as the program that copied it"]
    pub fn copy(&self, selection: Selection, text: &str) -> Process {
        let mut xclip = Command::new("xclip");
        xclip.args(["-in", "-quiet", "-selection", selection.name()]).env("DISPLAY", self.display.name());
        let mut xclip = Process::start(&mut xclip);
        xclip.type_text(text);
        xclip.end_input();
        until("the copied text", || (self.pasted(selection) == text).then_some(()));
        xclip
    }

    /// Waits until the picture on the screen no longer changes. Two pictures may well be equal where the processor is busy
    /// elsewhere, so it takes three.
    pub fn rest(&self) {
        let file = self.program.home().join("screen.ppm");
        let (mut before, mut equal) = (Vec::new(), 0);
        until("the screen at rest", || {
            self.display.screenshot(&file);
            let now = fs::read(&file).expect("a picture");
            equal = if now == before { equal + 1 } else { 0 };
            before = now;
            (equal == 2).then_some(())
        });
    }

    /// Keeps a picture of the screen in `target/screens`, to be looked at.
    pub fn picture(&self, name: &str) {
        self.rest();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screens");
        fs::create_dir_all(&folder).expect("our own folder");
        self.display.screenshot(&folder.join(format!("{name}.png")));
    }

    /// What a program of this desktop prints; empty where it fails.
    pub fn output(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        Process::start(command.args(arguments).env("DISPLAY", self.display.name())).finish().stdout
    }
}

impl Selection {
    fn name(self) -> &'static str {
        match self {
            Self::Clipboard => "clipboard",
            Self::Primary => "primary",
        }
    }
}

/// Writes a script that can be run.
pub fn write_program(file: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(file, text).expect("our own file");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("our own file");
}

/// Waits until something is so; `what` is named when it never is.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        // waits: another program's screen, file or clipboard gives no sign
        std::thread::sleep(Duration::from_millis(30));
    }
}
