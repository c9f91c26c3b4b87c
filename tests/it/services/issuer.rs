//! The issuer in the response of the authorization endpoint (RFC 9207).

use serde_json::json;

use crate::services::scripted::{reply, service};
use crate::support::http::{browser, follow};
use crate::support::process::Process;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

const CODE: &str = "a-code";

/// The redirect with these parameters; `{state}` is the state that was sent.
fn back(asked: &Asked, query: &str) -> Answer {
    let target = format!("{}?{}", asked.parameter("redirect_uri"), query.replace("{state}", asked.parameter("state")));
    Answer::text(302, "text/plain", "").header("Location", &target)
}

/// A server whose metadata announces the parameter, or does not; its redirect has these parameters.
fn server(announced: bool, query: &'static str) -> (Scripted, Tokenwright) {
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => back(asked, query),
        _ => Answer::json(200, &reply(&json!({}))),
    });
    let url = service.url();
    let mut metadata = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
    });
    if announced {
        metadata["authorization_response_iss_parameter_supported"] = true.into();
    }
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "made-up");
    let file = program.home().join("metadata.json");
    std::fs::write(&file, metadata.to_string()).expect("a file of our own");
    program.run(&["import", &file.display().to_string(), "--preset", "described", "--yes"]).done();
    (service, program)
}

fn signing_in(program: &Tokenwright, more: &[&str]) -> Process {
    let start = ["sign-in", "demo", "--service", "described", "--client-id", "x"];
    let redirect = ["--redirect-uri", "http://127.0.0.1/callback"];
    program.start(&[&start[..], &redirect, more].concat())
}

#[test]
fn an_issuer_that_was_announced_must_come() {
    for query in ["code=a-code&state={state}", "error=access_denied&state={state}"] {
        let (service, program) = server(true, query);
        let mut process = signing_in(&program, &["--browser", browser()]);
        let words = process.line_with("warning: the response does not name its issuer");
        assert!(words.contains(&service.url()), "{words}");
        assert_eq!(words.contains("it says `access_denied`"), query.starts_with("error"), "{words}");
        drop(process);
        assert_eq!(service.asked("/token").len(), 0, "the code was sent all the same");
    }
}

#[test]
fn an_issuer_that_was_not_announced_may_be_left_out() {
    let (service, program) = server(false, "code=a-code&state={state}");
    signing_in(&program, &["--browser", browser()]).finish().done();
    assert_eq!(service.asked("/token").len(), 1);
}

#[test]
fn what_is_pasted_must_name_the_issuer_too() {
    let (service, program) = server(true, "code=a-code&state={state}");
    let mut process = signing_in(&program, &["--no-browser", "--paste"]);
    let url = process.line_with(&format!("{}/authorize", service.url()));
    let parameters: Vec<(String, String)> = url::Url::parse(&url).expect("a URL").query_pairs().into_owned().collect();
    let sent = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).expect(name);
    let landed = format!("{}?code={CODE}&state={}", sent("redirect_uri"), sent("state"));
    for pasted in [landed.as_str(), CODE] {
        process.type_text(&format!("{pasted}\n"));
        process.line_with("warning: the response does not name its issuer");
        process.line_with("Paste the code");
    }
    assert_eq!(service.asked("/token").len(), 0);
    process.type_text(&format!("{landed}&iss={}\n", service.url()));
    process.finish().done();
    assert_eq!(service.asked("/token").len(), 1);
}

#[test]
fn the_announcement_is_kept_in_the_preset() {
    let (service, program) = server(true, "code=a-code&state={state}");
    let preset = std::fs::read_to_string(program.data().join("presets/described.toml")).expect("a preset");
    assert!(preset.contains("sends_issuer = true"), "{preset}");
    let checked =
        program.run(&["service", "check", &program.data().join("presets/described.toml").display().to_string()]);
    checked.done();
    drop(service);
}

#[test]
fn a_refusal_without_state_is_told_and_not_believed() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => back(asked, "error=access_denied&error_description=User+cancelled"),
        _ => Answer::json(200, &reply(&json!({}))),
    });
    let program = crate::services::scripted::program(&service, "");
    let start = ["sign-in", "demo", "--service", "scripted", "--client-id", "x", "--no-browser"];
    let mut process = program.start(&start);
    let page = follow(&process.line_with("/authorize?")).body;
    let words = process.line_with("warning: the response has no `state`");
    assert!(words.ends_with("; it says `access_denied` (User cancelled)"), "{words}");
    let hint = process.line_with("hint: ");
    assert!(hint.contains("Ctrl-C") && hint.contains("start again"), "{hint}");
    assert!(page.contains("User cancelled"), "{page}");
}

#[test]
fn a_flood_of_forged_responses_fills_no_terminal() {
    let service = service(vec![reply(&json!({}))]);
    let program = crate::services::scripted::program(&service, "");
    let start = ["sign-in", "demo", "--service", "scripted", "--client-id", "x", "--no-browser"];
    let mut process = program.start(&start);
    let url = process.line_with("/authorize?");
    let parameters: Vec<(String, String)> = url::Url::parse(&url).expect("a URL").query_pairs().into_owned().collect();
    let sent = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).expect(name);
    let redirect = sent("redirect_uri");
    for number in 0..60 {
        follow(&format!("{redirect}?code=x&state=wrong"));
        follow(&format!("{redirect}?error=e{number}&state=wrong"));
    }
    follow(&format!("{redirect}?code=a-code&state={}", sent("state")));
    let finished = process.finish();
    let warnings = finished.stderr.matches("warning:").count();
    assert!(finished.code == 0 && (2..=8).contains(&warnings), "{warnings} warnings\n{}", finished.stderr);
}
