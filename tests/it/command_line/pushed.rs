//! Pushed authorization requests (RFC 9126): the request is sent by the program, and the browser carries a reference to it.

use serde_json::json;

use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

/// Signs in to the provider as this client.
fn sign_in(program: &Tokenwright, provider: &OidcProvider, client: &str, more: &[&str]) -> Finished {
    let whole = ["sign-in", "p", "--issuer", provider.issuer(), "--client-id", client, "--client-secret-stdin"];
    let redirect = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser(), "--overwrite"];
    let scopes = ["--scope", "openid", "--scope", "offline_access", "--param", "authorization.prompt=consent"];
    program.run_with_input(&[&whole[..], &redirect, &scopes, more].concat(), "secret\n")
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_takes_the_request_and_the_browser_carries_nothing_else() {
    let provider = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let said = sign_in(&program, &provider, "must-push", &["--par"]);
    let url = said.stderr.lines().find(|line| line.contains("/auth?")).expect("the URL").to_owned();
    said.done();
    let url = url::Url::parse(&url).expect("a URL");
    let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    program.run(&["refresh", "p"]).done();

    let words = sign_in(&program, &provider, "must-push", &["--try"]).failed(4);
    assert!(words.contains("the service refused: `invalid_request`"), "{words}");
}

#[test]
#[ignore = "needs node"]
fn a_request_that_is_refused_when_it_is_pushed_opens_no_browser() {
    let provider = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let wrong = ["--par", "--param", "authorization.resource=not a URL"];
    let words = sign_in(&program, &provider, "must-push", &wrong).failed(4);
    assert!(words.contains("the pushed authorization request endpoint refused: `invalid_target`"), "{words}");
    assert!(!words.contains("Sign in at:"), "{words}");
    let whole =
        ["sign-in", "q", "--issuer", provider.issuer(), "--client-id", "must-push", "--client-secret-stdin", "--par"];
    let redirect = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser()];
    let words = program.run_with_input(&[&whole[..], &redirect].concat(), "wrong\n").failed(4);
    assert!(words.contains("the pushed authorization request endpoint refused: `invalid_client`"), "{words}");
}

#[test]
fn the_practice_service_takes_pushed_requests_and_a_reference_is_good_once() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let url = format!("http://127.0.0.1:{}/par", practice.port());
    let arguments = ["sign-in", "p", "--service", "practice", "--set", &practice.set(), "--par-url", &url];
    let said = program.run(&[&arguments[..], &["--browser", browser()]].concat());
    let carried = said.stderr.lines().find(|line| line.contains("request_uri=")).expect("the URL").to_owned();
    said.done();
    let again = crate::support::http::get(&carried, &[]).body;
    assert!(again.contains("unknown, or was used before"), "{again}");
    program.run(&["refresh", "p"]).done();
}

#[test]
fn a_reply_without_a_reference_and_one_that_is_no_json_are_told() {
    for (answer, code, words) in [
        (Answer::json(201, &json!({ "expires_in": 60 })), 4, "the pushed authorization request endpoint answered 201"),
        (
            Answer::text(502, "text/html", "<h1>Bad gateway</h1>"),
            5,
            "the pushed authorization request endpoint answered 502",
        ),
    ] {
        let server = Scripted::start(move |asked, _| match asked.path.as_str() {
            "/par" => answer.clone(),
            _ => Answer::json(200, &json!({ "access_token": "at" })),
        });
        let url = |path: &str| format!("{}/{path}", server.url());
        let endpoints =
            ["--authorization-url", &url("authorize"), "--token-url", &url("token"), "--par-url", &url("par")];
        let program = Tokenwright::with_vault();
        let client = ["--client-id", "mine", "--client-auth", "none", "--browser", browser()];
        let redirect = ["--redirect-uri", "http://127.0.0.1/callback"];
        let said = program.run(&[&["sign-in", "p"][..], &endpoints, &client, &redirect].concat());
        assert!(said.failed(code).contains(words));
        assert_eq!(server.asked("/authorize").len(), 0);
    }
}

#[test]
fn a_preset_whose_requests_are_pushed_is_rehearsed() {
    let program = Tokenwright::with_vault();
    let preset = "id = \"pushing\"\nname = \"Pushing\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
        [redirect]\ndefault = \"http://127.0.0.1:8080/callback\"\n\
        [authorization]\nurl = \"https://as.test/authorize\"\nquery = { audience = \"api\" }\n\
        [pushed_authorization]\nurl = \"https://as.test/par\"\nauthentication = \"body\"\n\
        [token_request]\nurl = \"https://as.test/token\"\nauthentication = \"body\"\n\
        [refresh_request]\nurl = \"https://as.test/token\"\nauthentication = \"body\"\n";
    program.add_preset("pushing.toml", preset);
    let lines = program.run(&["rehearse", "pushing"]).done();
    assert!(lines.contains("authorization") && !lines.contains("failed"), "{lines}");
}
