//! The practice service in its own process, for several commands.

use crate::support::http::browser;
use crate::support::process::Process;
use crate::support::tokenwright::Tokenwright;

/// `tokenwright practice`, on a free port, ended when dropped.
#[derive(Debug)]
pub struct Practice {
    _process: Process,
    port: String,
}

impl Practice {
    /// Its pages answer themselves.
    pub fn start(program: &Tokenwright) -> Self {
        Self::start_with(program, &[])
    }

    /// With these faults switched on.
    pub fn start_with(program: &Tokenwright, faults: &[&str]) -> Self {
        Self::start_at(program, "0", faults)
    }

    /// On this port; `0` takes a free one.
    pub fn start_at(program: &Tokenwright, port: &str, faults: &[&str]) -> Self {
        let mut arguments = vec!["--port", port];
        arguments.extend(faults.iter().flat_map(|fault| ["--fault", fault]));
        Self::start_as(program, &arguments)
    }

    /// With these options.
    pub fn start_as(program: &Tokenwright, options: &[&str]) -> Self {
        let arguments = [&["practice", "--auto-consent"], options].concat();
        let mut process = program.start(&arguments);
        let line = process.line_with("http://127.0.0.1:");
        let port = line.rsplit(':').next().expect("an address").to_owned();
        Self { _process: process, port }
    }

    /// For `--set`.
    pub fn set(&self) -> String {
        format!("port={}", self.port)
    }

    /// A URL of the service.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn port(&self) -> &str {
        &self.port
    }

    /// Signs in as a person with a browser would. All arguments but these: `sign-in NAME --service practice`.
    pub fn sign_in(&self, program: &Tokenwright, name: &str) {
        let set = self.set();
        let arguments = ["sign-in", name, "--service", "practice", "--set", &set, "--browser", browser()];
        assert_eq!(program.run(&arguments).done(), "", "a sign-in has no result but the profile");
    }
}
