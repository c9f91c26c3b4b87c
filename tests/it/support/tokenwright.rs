//! The program in its own home, isolated from this machine.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::database::Database;
use crate::support::process::{Finished, Process};
use crate::support::temp_home;

/// What the vault of the tests is locked with.
pub const PASSPHRASE: &str = "open sesame";

/// A person's machine with the program on it. Each command is a new process; the home stays until this is dropped.
#[derive(Debug)]
pub struct Tokenwright {
    home: TempDir,
    environment: Vec<(OsString, OsString)>,
}

impl Tokenwright {
    pub fn new() -> Self {
        Self { home: temp_home(), environment: Vec::new() }
    }

    /// As `new`, with a vault that needs no keyring.
    pub fn with_vault() -> Self {
        Self::new().with_env("TOKENWRIGHT_VAULT", "passphrase").with_env("TOKENWRIGHT_PASSPHRASE", PASSPHRASE)
    }

    /// Adds to what every later command finds in its environment.
    pub fn with_env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// `HOME` of the program, for files that a test puts beside it.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// `TOKENWRIGHT_HOME`: where the program keeps everything.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("tokenwright")
    }

    /// Its profiles and sealed secrets.
    pub fn database(&self) -> Database {
        Database::of(&self.data())
    }

    /// Writes a file that the person may edit.
    pub fn set(&self, file: &str, text: &str) {
        fs::create_dir_all(self.data()).expect("a folder of our own");
        fs::write(self.data().join(file), text).expect("a file of our own");
    }

    /// Puts a preset of the person's own where the program finds it.
    pub fn add_preset(&self, file: &str, text: &str) {
        let folder = self.data().join("presets");
        fs::create_dir_all(&folder).expect("a folder of our own");
        fs::write(folder.join(file), text).expect("a file of our own");
    }

    /// The command, for a test that adds to it. Only `PATH` comes from outside: no display, no keyring, no proxy.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_tokenwright"), arguments)
    }

    /// The same for `tokenwright-token`.
    pub fn token_command(&self, arguments: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_tokenwright-token"), arguments)
    }

    /// The same for `tokenwright-agent`.
    pub fn agent_command(&self, arguments: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_tokenwright-agent"), arguments)
    }

    fn command_of(&self, path: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(path);
        command.args(arguments).current_dir(self.home()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home()).env("TOKENWRIGHT_HOME", self.data()).env("LANG", "C.UTF-8");
        command.envs(self.environment.iter().cloned());
        command
    }

    /// Runs a command to its end, without input.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.start(arguments).finish()
    }

    /// Runs a command to its end, with this on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Finished {
        let mut process = self.start(arguments);
        process.type_text(input);
        process.finish()
    }

    /// Starts a command that goes on while the test does something else.
    pub fn start(&self, arguments: &[&str]) -> Process {
        Process::start(&mut self.command(arguments))
    }
}

/// A `PATH` on which `tokenwright` is this program.
pub fn path_with_program() -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_tokenwright")).parent().expect("a folder");
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default())
}
