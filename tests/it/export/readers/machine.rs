//! A profile signed in at the practice service, and the tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::peer;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::tokenwright::Tokenwright;

/// The profile of these tests.
pub const PROFILE: &str = "acme";

/// A person's machine with a profile on it.
pub struct Machine {
    pub program: Tokenwright,
    pub practice: Practice,
}

impl Machine {
    pub fn new() -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_tokenwright"));
        let folder = binary.parent().expect("a folder").display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        // A live format names the program as a person would.
        let program = Tokenwright::with_vault().with_env("PATH", format!("{folder}:{path}"));
        let practice = Practice::start(&program);
        practice.sign_in(&program, PROFILE);
        Self { program, practice }
    }

    /// Where the protected resource is.
    pub fn resource(&self) -> String {
        format!("http://127.0.0.1:{}/resource", self.practice.port())
    }

    pub fn token(&self) -> String {
        self.program.run(&["token", PROFILE]).done().trim_end().to_owned()
    }

    /// Exports into this file of the home.
    #[track_caller]
    pub fn export(&self, format: &str, file: &str, more: &[&str]) -> PathBuf {
        let mut arguments = vec!["export", PROFILE, "--format", format, "--output", file];
        arguments.extend(more);
        self.program.run(&arguments).done();
        self.program.home().join(file)
    }

    /// Spoils the token in a file that was exported: the reader must fail then, or the test proves nothing.
    pub fn spoil(&self, file: &Path) {
        let text = std::fs::read_to_string(file).expect("the export");
        let token = self.token();
        assert!(text.contains(&token), "{text}");
        std::fs::write(file, text.replace(&token, &format!("{token}x"))).expect("written");
    }

    /// Runs a tool in the home, with the environment of the program.
    pub fn run(&self, tool: impl AsRef<Path>, arguments: &[&str]) -> Finished {
        Process::start(&mut self.command(tool, arguments)).finish()
    }

    pub fn command(&self, tool: impl AsRef<Path>, arguments: &[&str]) -> Command {
        let program = self.program.command(&[]);
        let mut command = Command::new(tool.as_ref());
        command.args(arguments).current_dir(self.program.home()).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    }

    /// Runs one of the scripts in `tests/it/export/readers/python`.
    pub fn python(&self, script: &str, arguments: &[&str]) -> Finished {
        let script = python_script(script);
        let mut all = vec![script.to_str().expect("a path in UTF-8")];
        all.extend(arguments);
        self.run(python("python"), &all)
    }
}

/// A script of these tests.
pub fn python_script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/export/readers/python").join(name)
}

/// A program of the Python environment that `tests/run` makes.
pub fn python(tool: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers/bin").join(tool)
}

/// A program of the npm packages that `tests/run` installs.
pub fn node(tool: &str) -> PathBuf {
    peer("node_modules/.bin").join(tool)
}
