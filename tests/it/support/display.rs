//! A virtual screen (Xvfb) to press, type and look at.

use std::path::Path;
use std::process::Command;

use crate::support::process::{Finished, Process, tied};

/// A virtual screen, closed when dropped.
#[derive(Debug)]
pub struct Display {
    _server: Process,
    name: String,
}

impl Display {
    /// Starts a screen of this size; the server picks a free number itself.
    pub fn start(width: u32, height: u32) -> Self {
        let screen = format!("{width}x{height}x24");
        let mut server =
            Process::start(tied("KILL", "Xvfb").args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"]));
        let number = loop {
            let line = server.line_with("");
            if let Ok(number) = line.trim().parse::<u32>() {
                break number;
            }
        };
        Self { _server: server, name: format!(":{number}") }
    }

    /// What `DISPLAY` has to be, such as `:99`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Keeps a picture of the whole screen, as PNG.
    pub fn screenshot(&self, file: &Path) {
        let file = file.to_str().expect("a path that is text");
        self.must("import", &["-window", "root", file]);
    }

    /// Waits for a window with this title and gives it the keyboard; there is no window manager that would.
    pub fn focus(&self, title: &str) {
        let arguments = ["search", "--sync", "--onlyvisible", "--name", title, "windowfocus", "--sync"];
        // A window that goes while all are looked through, such as one that a program makes to ask for the clipboard, is an
        // error of the X server.
        for _ in 0..5 {
            let mut search = Command::new("xdotool");
            let finished = Process::start(search.args(arguments).env("DISPLAY", &self.name)).finish();
            if !finished.stderr.contains("BadWindow") {
                assert_eq!(finished.code, 0, "xdotool {arguments:?}: {}", finished.stderr);
                return;
            }
        }
        self.xdotool(&arguments);
    }

    /// Clicks at this point of the screen, in pixels.
    pub fn click(&self, x: u32, y: u32) {
        self.xdotool(&["mousemove", "--sync", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// Types into the focused window.
    pub fn type_text(&self, text: &str) {
        self.xdotool(&["type", "--delay", "20", "--", text]);
    }

    /// Presses a key, or several together, such as `Tab` or `ctrl+a`.
    pub fn key(&self, key: &str) {
        self.xdotool(&["key", key]);
    }

    /// Anything else that xdotool does.
    pub fn xdotool(&self, arguments: &[&str]) -> String {
        self.must("xdotool", arguments).stdout
    }

    fn must(&self, program: &str, arguments: &[&str]) -> Finished {
        let finished = Process::start(Command::new(program).args(arguments).env("DISPLAY", &self.name)).finish();
        assert_eq!(finished.code, 0, "{program} {arguments:?}: {}", finished.stderr);
        finished
    }
}
