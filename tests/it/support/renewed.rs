//! A profile at a scripted service, for tests of refreshing.

use serde_json::json;

use crate::support::http::browser;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

/// A program with the profile `demo` at this service. `more` is added to its preset.
pub fn signed_in(service: &Scripted, more: &str) -> Tokenwright {
    let program = Tokenwright::with_vault();
    add_preset(&program, service, more);
    sign_in(&program, "demo");
    program
}

/// The same with refreshes at the token endpoint, `/token`.
pub fn signed_in_at_one_endpoint(service: &Scripted, name: &str, more: &str) -> Tokenwright {
    let program = Tokenwright::with_vault();
    describe(&program, service, "/token", more);
    sign_in(&program, name);
    program
}

/// Signs in at the service that was described, under this name.
pub fn sign_in(program: &Tokenwright, name: &str) {
    let arguments = ["sign-in", name, "--service", "scripted", "--client-id", "it", "--browser", browser()];
    program.run(&arguments).done();
}

/// Describes the service to the program, with refreshes at `/refresh`.
pub fn add_preset(program: &Tokenwright, service: &Scripted, more: &str) {
    describe(program, service, "/refresh", more);
}

/// Describes the service to the program, with refreshes at this path. `more` is added to the preset.
pub fn describe(program: &Tokenwright, service: &Scripted, refresh: &str, more: &str) {
    let url = service.url();
    let preset = format!(
        "id = \"scripted\"\nname = \"Scripted\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n[authorization]\nurl = \"{url}/authorize\"\n\
         [token_request]\nurl = \"{url}/token\"\n[refresh_request]\nurl = \"{url}{refresh}\"\n{more}\n"
    );
    program.add_preset("scripted.toml", &preset);
}

/// A service that issues the tokens `first`, valid for this many seconds, and answers each refresh with the function,
/// which also gets the number of earlier ones.
pub fn service(expires_in: u32, refresh: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Scripted {
    Scripted::start(move |asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/token" => tokens("first", expires_in),
        _ => refresh(asked, earlier),
    })
}

/// A reply with the tokens `at-…` and `rt-…`.
pub fn tokens(name: &str, expires_in: u32) -> Answer {
    let (access_token, refresh_token) = (format!("at-{name}"), format!("rt-{name}"));
    let body = json!({ "access_token": access_token, "refresh_token": refresh_token, "expires_in": expires_in });
    Answer::json(200, &body)
}

/// The refusal of a spent refresh token.
pub fn spent() -> Answer {
    Answer::json(400, &json!({ "error": "invalid_grant", "error_description": "spent" }))
}
