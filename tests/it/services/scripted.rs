//! A service with scripted answers, and the program with a preset for it.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::http::browser;
use crate::support::process::{Finished, Process};
use crate::support::renewed::describe;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A service that approves every sign-in and whose token endpoint gives these replies, the last one forever.
pub fn service(replies: Vec<Value>) -> Scripted {
    Scripted::start(move |asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => Answer::json(200, &replies[earlier.min(replies.len() - 1)]),
        _ => Answer::json(200, &json!({ "sub": "ada" })),
    })
}

/// A reply with an access token, a refresh token and whatever a test adds or replaces.
pub fn reply(more: &Value) -> Value {
    let mut reply =
        json!({ "access_token": "at-1", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "rt-1" });
    for (name, value) in more.as_object().into_iter().flatten() {
        reply[name] = value.clone();
    }
    reply
}

/// The program with a preset `scripted` for the service; `more` is appended to the file.
pub fn program(service: &Scripted, more: &str) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_AGENT", "off");
    describe(&program, service, "/token", &format!("[identity]\nurl = \"{}/me\"\n{more}", service.url()));
    program
}

/// A bundled preset with its calls redirected to the service.
pub fn bent(program: &Tokenwright, service: &Scripted, preset: &str, more: &str) {
    let url = service.url();
    let text = format!(
        "extends = \"{preset}\"\nid = \"bent\"\nname = \"Bent\"\n[redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
         loopback = \"any-port\"\n[authorization]\nurl = \"{url}/authorize\"\n[token_request]\nurl = \"{url}/token\"\n{more}"
    );
    program.add_preset("bent.toml", &text);
}

/// Signs in as `demo`.
pub fn sign_in(program: &Tokenwright, preset: &str, more: &[&str]) -> Finished {
    let start = ["sign-in", "demo", "--service", preset, "--client-id", "a-client", "--browser", browser()];
    program.run(&[&start, more].concat())
}

/// Runs a shell line as a person types it, with the program on the `PATH`.
pub fn shell(program: &Tokenwright, line: &str) -> Finished {
    let tokenwright = env!("CARGO_BIN_EXE_tokenwright");
    let folder = std::path::Path::new(tokenwright).parent().expect("a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let template = program.command(&[]);
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(program.home()).env_clear();
    command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", format!("{folder}:{path}"));
    Process::start(&mut command).finish()
}

/// The header of this name in each request to a path, as it came.
pub fn headers(service: &Scripted, path: &str, name: &str) -> Vec<String> {
    let lines =
        |raw: &str| raw.split("\r\n\r\n").next().unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    let found = |line: &String| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    service.asked(path).iter().flat_map(|asked| lines(&asked.raw)).filter_map(|line| found(&line)).collect()
}
