//! A preset for the code grant, and a sign-in there that waits for its browser.

use std::process::Command;

use serde_json::json;

use crate::support::http::follow;
use crate::support::process::{Finished, Process};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A preset of the code grant at this origin; `extra` is added at its end.
pub fn preset(origin: &str, authentication: &str, extra: &str) -> String {
    format!(
        "id = \"own\"\nname = \"Own\"\ncategory = \"Custom\"\nsummary = \"made up\"\nasks = \"optional-secret\"\n\
         checked = \"2026-11-28\"\nsource = [\"https://www.rfc-editor.org/rfc/rfc6749\"]\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{origin}/authorize\"\n\
         [token_request]\nurl = \"{origin}/token\"\nauthentication = \"{authentication}\"\n\
         [refresh_request]\nurl = \"{origin}/token\"\nauthentication = \"{authentication}\"\n{extra}"
    )
}

/// A preset of client credentials at this token endpoint.
pub fn call_preset(url: &str, authentication: &str) -> String {
    format!(
        "id = \"own\"\nname = \"Own\"\ncategory = \"Custom\"\nsummary = \"made up\"\nasks = \"optional-secret\"\n\
         checked = \"2026-11-28\"\nsource = [\"https://www.rfc-editor.org/rfc/rfc6749\"]\n\
         [token_request]\nurl = \"{url}\"\nauthentication = \"{authentication}\"\n"
    )
}

/// A server that grants everything.
pub fn granting() -> Scripted {
    Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("c0de"),
        _ => Answer::json(200, &json!({ "access_token": "AT-1", "token_type": "Bearer", "expires_in": 3600 })),
    })
}

/// A sign-in that waits for its browser.
pub struct Waiting {
    pub process: Process,
    /// Where the browser is to come back to.
    pub redirect_uri: String,
    pub state: String,
}

impl Waiting {
    pub fn start(program: &Tokenwright, extra: &[&str]) -> Self {
        let client: &[&str] = if extra.contains(&"--client-id") { &[] } else { &["--client-id", "made-up"] };
        let arguments = [&["sign-in", "p", "--service", "own"], client, extra].concat();
        let mut process = program.start(&arguments);
        let url = process.line_with("/authorize?");
        process.line_with("Waiting on ");
        let url = url::Url::parse(&url).expect("the authorization URL");
        let value = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        Self { redirect_uri: value("redirect_uri"), state: value("state"), process }
    }

    /// The response that is waited for.
    pub fn response(&self) -> String {
        format!("{}?code=c0de&state={}", self.redirect_uri, self.state)
    }

    /// Ends the sign-in well, and gives all that was said.
    pub fn succeed(self) -> Finished {
        assert_eq!(follow(&self.response()).status, 200);
        let finished = self.process.finish();
        assert_eq!(finished.code, 0, "{}", finished.stderr);
        assert!(!finished.stderr.contains("\\u{a}"), "our own line breaks are none of outside: {}", finished.stderr);
        finished
    }
}

/// The program with a preset at this server.
pub fn program_at(server: &Scripted) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up-secret");
    program.add_preset("own.toml", &preset(&server.url(), "body", ""));
    program
}

/// A visit of curl: the status, or what failed (`exit 7`).
pub fn curl(arguments: &[&str]) -> String {
    let mut command = Command::new("curl");
    command.args([
        "--silent",
        "--noproxy",
        "*",
        "--max-time",
        "20",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    ]);
    let output = command.args(arguments).output().expect("curl");
    match output.status.code() {
        Some(0) => String::from_utf8_lossy(&output.stdout).into_owned(),
        code => format!("exit {}", code.unwrap_or(-1)),
    }
}
