//! Headless Chromium that follows a plan of steps.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::peer;
use crate::support::process::Process;

/// What to do, step by step. Only this machine can be reached.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    steps: Vec<Value>,
    dark: bool,
}

/// What was on the page at the end.
#[derive(Debug)]
pub struct Seen {
    pub url: String,
    pub title: String,
    /// The words that a person reads.
    pub text: String,
    pub html: String,
    /// Every address that was asked for, the pages' own parts included.
    pub requests: Vec<String>,
    /// What the pages complained of in the console.
    pub errors: Vec<String>,
}

impl Plan {
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an address.
    pub fn open(self, url: &str) -> Self {
        self.step(json!({ "goto": url }))
    }

    /// Types into the field with this label or placeholder.
    pub fn fill(self, label: &str, text: &str) -> Self {
        self.step(json!({ "fill": label, "text": text }))
    }

    /// Presses the button or link of this name.
    pub fn click(self, name: &str) -> Self {
        self.step(json!({ "click": name }))
    }

    /// Waits for words on the page.
    pub fn wait(self, text: &str) -> Self {
        self.step(json!({ "wait": text }))
    }

    /// As a person whose system is dark.
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// Follows the plan to its end.
    #[track_caller]
    pub fn run(&self) -> Seen {
        let mut process = Process::start(Command::new("node").arg(peer("browser.mjs")));
        process.type_text(&self.to_json());
        let finished = process.finish();
        assert_eq!(finished.stderr, "", "the browser's remote control complained");
        Seen::read(&finished.stdout)
    }

    /// A browser for the program to start: a command that takes an address, opens it, and follows the plan.
    pub fn stand_in(&self, folder: &Path) -> StandIn {
        let (plan, result, command) = (folder.join("plan.json"), folder.join("seen.json"), folder.join("browser"));
        fs::write(&plan, self.to_json()).expect("a plan to write");
        let quoted = |path: &Path| format!("'{}'", path.display());
        let arguments = format!("--plan {} --result {}", quoted(&plan), quoted(&result));
        let script = format!("#!/bin/sh\nexec node {} {arguments} \"$1\"\n", quoted(&peer("browser.mjs")));
        fs::write(&command, script).expect("a script to write");
        make_executable(&command);
        StandIn { command, result }
    }

    fn step(mut self, step: Value) -> Self {
        self.steps.push(step);
        self
    }

    fn to_json(&self) -> String {
        json!({ "steps": self.steps, "dark": self.dark }).to_string()
    }
}

impl Seen {
    #[track_caller]
    fn read(report: &str) -> Self {
        let report: Value = serde_json::from_str(report).unwrap_or_else(|error| panic!("{error}: {report:?}"));
        assert_eq!(report["ok"], true, "step {}: {}\n{}", report["step"], report["error"], report["text"]);
        let text = |key: &str| report[key].as_str().unwrap_or_default().to_owned();
        let list = |key: &str| {
            report[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            url: text("url"),
            title: text("title"),
            text: text("text"),
            html: text("html"),
            requests: list("requests"),
            errors: list("errors"),
        }
    }
}

/// A command that stands in for the person's browser.
#[derive(Debug)]
pub struct StandIn {
    /// An executable that takes one address. Named `browser`; copy it as `xdg-open` to be found on `PATH`.
    pub command: PathBuf,
    result: PathBuf,
}

impl StandIn {
    /// What was on the page when the command had ended.
    #[track_caller]
    pub fn seen(&self) -> Seen {
        Seen::read(&fs::read_to_string(&self.result).expect("the browser wrote what it saw"))
    }
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("our own file");
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
