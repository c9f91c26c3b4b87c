//! `sign-in --try`: what can be sent without a person, and nothing saved.

use serde_json::json;

use crate::support::practice::Practice;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

#[test]
fn a_client_that_is_accepted_is_told_without_a_sign_in_and_nothing_is_saved() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let tried = program.run(&["sign-in", "p", "--service", "practice", "--set", &practice.set(), "--try"]);
    let words = tried.stderr.clone();
    tried.done();
    assert!(words.contains("Token request: The client is accepted"), "{words}");
    assert_eq!(program.run(&["list"]).done(), "", "no profile");
}

#[test]
fn a_client_that_is_unknown_is_told_at_each_request() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let tried = ["sign-in", "p", "--service", "practice", "--set", &practice.set(), "--client-id", "nobody", "--try"];
    let words = program.run(&tried).failed(4);
    assert!(words.contains("the token endpoint refused: `invalid_client`"), "{words}");
    assert!(words.contains("the authorization page answered 400"), "{words}");
}

/// A service with these answers to its authorization page and its token endpoint.
fn service(page: impl Fn(&Asked) -> Answer + Send + Sync + 'static, token: Answer) -> (Tokenwright, Scripted) {
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => page(asked),
        "/revoke" => Answer::json(200, &json!({})),
        _ => token.clone(),
    });
    let program = Tokenwright::with_vault();
    let url = service.url();
    let authorization = format!("[authorization]\nurl = \"{url}/authorize\"\n");
    let head = "checked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n";
    let redirect = "[redirect]\ndefault = \"http://127.0.0.1:8080/callback\"\n";
    let token = format!("[token_request]\nurl = \"{url}/token\"\n");
    program.add_preset("code.toml", &format!("id = \"code\"\nname = \"C\"\n{head}{redirect}{authorization}{token}"));
    let revocation = format!("[revocation]\nurl = \"{url}/revoke\"\n");
    let grant = "grant_type = \"client_credentials\"\n";
    program.add_preset("app.toml", &format!("id = \"app\"\nname = \"A\"\n{head}{grant}{token}{revocation}"));
    (program, service)
}

fn try_it(program: &Tokenwright, id: &str) -> crate::support::process::Finished {
    program.run(&["sign-in", "p", "--service", id, "--client-id", "mine", "--try"])
}

#[test]
fn what_the_authorization_page_answers_is_told() {
    let refused = || Answer::json(400, &json!({ "error": "invalid_grant" }));
    for (page, words) in [
        (Answer::json(302, &json!({})).header("location", "/login"), "leads to the page where a person signs in"),
        (Answer::json(403, &json!({})), "answered 403 to a program; only the browser shows the rest"),
        (Answer::json(200, &json!({})), "answers with a page"),
    ] {
        let (program, _service) = service(move |_| page.clone(), refused());
        let tried = try_it(&program, "code");
        assert!(tried.stderr.contains(words), "{}", tried.stderr);
        tried.done();
    }
    let redirected = |asked: &Asked| {
        let target =
            format!("{}?error=invalid_scope&state={}", asked.parameter("redirect_uri"), asked.parameter("state"));
        Answer::json(302, &json!({})).header("location", &target)
    };
    let (program, _service) = service(redirected, refused());
    let words = try_it(&program, "code").failed(4);
    assert!(words.contains("the service refused: `invalid_scope`"), "{words}");
    let (program, _service) = service(|_| Answer::json(404, &json!({})), refused());
    let words = try_it(&program, "code").failed(4);
    assert!(words.contains("check the authorization URL: nothing is there"), "{words}");
}

#[test]
fn a_token_of_a_trial_is_revoked() {
    let issued = Answer::json(200, &json!({ "access_token": "canary-token", "expires_in": 3600 }));
    let (program, service) = service(|asked| asked.grant("c"), issued);
    let tried = try_it(&program, "app");
    let words = tried.stderr.clone();
    tried.done();
    assert!(words.contains("issued an access token for 60 min. It was revoked again."), "{words}");
    assert!(!words.contains("canary"), "{words}");
    assert_eq!(service.asked("/revoke")[0].parameter("token"), "canary-token");
}

#[test]
fn a_refresh_token_at_hand_is_not_spent_by_a_trial() {
    let refused = Answer::json(400, &json!({ "error": "invalid_grant" }));
    let (program, service) = service(|asked| asked.grant("c"), refused);
    let url = service.url();
    let preset = format!(
        "id = \"held\"\nname = \"H\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         start = \"refresh-token\"\ngrant_type = \"refresh_token\"\n\
         [token_request]\nurl = \"{url}/token\"\n[token_request.body]\nrefresh_token = \"<refresh_token>\"\n\
         [refresh_request]\nurl = \"{url}/token\"\n"
    );
    program.add_preset("held.toml", &preset);
    let tried = ["sign-in", "p", "--service", "held", "--client-id", "mine", "--refresh-token-stdin", "--try"];
    program.run_with_input(&tried, "the-real-one\n").done();
    let sent = service.asked("/token");
    assert_eq!(sent.len(), 1);
    assert!(!sent[0].raw.contains("the-real-one"), "{}", sent[0].raw);
}
