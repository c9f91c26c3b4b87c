//! The formats of other tools end to end: import a document, get and refresh tokens at the practice service, and export
//! the same format. The documents follow each tool's own example, with the practice service's values.

use crate::support::http::browser;
use crate::support::practice::Practice;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::{Value as Json, json};

/// A refresh token of the practice service, as a person would have one at hand.
fn refresh_token(program: &Tokenwright, practice: &Practice) -> String {
    practice.sign_in(program, "source");
    // The practice service replaces it at each refresh: it leaves for good or not at all.
    let given = program.run(&["export", "source", "--format", "json", "--hand-over"]).json();
    given["refresh_token"].as_str().expect("a refresh token").to_owned()
}

/// Imports the document as the profile `x`; what was told of it.
#[track_caller]
fn import(program: &Tokenwright, document: &str) -> String {
    let done = program.run_with_input(&["import", "-", "--profile", "x", "--yes"], document);
    assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.stderr);
    done.stderr
}

/// The profile `x` hands out a token, and a refresh brings another one.
#[track_caller]
fn token_and_refresh(program: &Tokenwright) {
    let first = program.run(&["token", "x"]).done();
    assert!(first.trim().len() > 8, "{first:?}");
    assert_eq!(program.run(&["token", "x"]).done(), first, "it is kept");
    program.run(&["refresh", "x"]).done();
    assert_ne!(program.run(&["token", "x"]).done(), first, "it was renewed");
}

fn export(program: &Tokenwright, format: &str, with_secrets: bool) -> String {
    let mut arguments = vec!["service", "export", "--profile", "x", "--format", format];
    arguments.extend(with_secrets.then_some("--with-secrets"));
    program.run(&arguments).done()
}

#[test]
fn settings_of_ezintegrations_bring_a_token_and_go_out_as_they_came() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let token = refresh_token(&program, &practice);
    let settings = |refresh_token: &str, client_secret: &str| {
        json!({
            "Refresh Token URL": format!("http://127.0.0.1:{}/token", practice.port()),
            "Refresh Token Method": "POST",
            "Refresh Token Endpoint Header": {"Content-Type": "application/x-www-form-urlencoded"},
            "Refresh Token Endpoint Params": {},
            "Refresh Token Endpoint Body": {
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "client_id": "practice-client",
                "client_secret": client_secret,
            },
        })
    };
    let told = import(&program, &settings(&token, "practice-secret").to_string());
    assert!(told.starts_with("standard input: eZintegrations OAuth 2.0 settings\n"), "{told}");
    assert!(told.ends_with("Saved as the profile `x`. Next: tokenwright token x\n"), "{told}");
    assert!(!told.contains(&token) && !told.contains("practice-secret"), "{told}");
    token_and_refresh(&program);
    let out: Json = serde_json::from_str(&export(&program, "ezintegrations", true)).expect("JSON");
    // It has been seen to be replaced: it stays here.
    assert_eq!(out, settings("{{refresh_token}}", "practice-secret"));
    let blank: Json = serde_json::from_str(&export(&program, "ezintegrations", false)).expect("JSON");
    assert_eq!(blank, settings("{{refresh_token}}", "{{client_secret}}"));
}

#[test]
fn settings_of_evolutionx_bring_a_token_and_go_out_as_they_came() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let token = refresh_token(&program, &practice);
    let settings = |refresh_token: &str| {
        json!({
            "OAuth Endpoint": format!("http://127.0.0.1:{}/token", practice.port()),
            "OAuth Token life": "100",
            "OAuth Grant Type": "refresh_token",
            "OAuth Client ID": "practice-client",
            "OAuth Client Secret": "practice-secret",
            "Refresh token": refresh_token,
        })
    };
    let told = import(&program, &settings(&token).to_string());
    assert!(told.starts_with("standard input: Evolutionx settings\n"), "{told}");
    token_and_refresh(&program);
    let out: Json = serde_json::from_str(&export(&program, "evolutionx", true)).expect("JSON");
    // It has been seen to be replaced: it stays here.
    let mut expected = settings("");
    expected.as_object_mut().expect("an object").remove("Refresh token");
    assert_eq!(out, expected);
}

#[test]
fn pages_of_datazen_are_signed_in_with_and_go_out_as_they_came() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let port = practice.port();
    let pages = format!(
        "This service requires client-flow authorization: Yes\n\
         Authorization URL: http://127.0.0.1:{port}/authorize\n\
         Client ID: practice-client\n\
         Redirect URI: http://127.0.0.1/callback\n\
         Scope: openid offline_access\n\
         User Id and/or Secret: Secret\n\
         Secret: practice-secret\n\
         OAuth Bearer Token URL: http://127.0.0.1:{port}/token\n\
         Grant Type: authorization_code\n\
         Body: grant_type={{grant_type}}&code={{code}}&redirect_uri={{redirect_uri}}&client_id={{client_id}}&client_secret={{client_secret}}\n\
         Refresh Token Settings\n\
         OAuth Bearer Token URL: http://127.0.0.1:{port}/token\n\
         Grant Type: refresh_token\n\
         Body: grant_type=refresh_token&refresh_token={{refresh_token}}&client_id={{client_id}}&client_secret={{client_secret}}\n"
    );
    let told = import(&program, &pages);
    assert!(told.ends_with("Saved as the profile `x`. Next: tokenwright sign-in x\n"), "{told}");
    program.run(&["sign-in", "x", "--browser", browser()]).done();
    token_and_refresh(&program);
    let out = export(&program, "datazen", true);
    for line in pages.lines() {
        assert!(out.lines().any(|other| other == line), "no {line:?} in\n{out}");
    }
    assert!(!export(&program, "datazen", false).contains("practice-secret"));
}

#[test]
fn a_curl_line_brings_a_token() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let token = refresh_token(&program, &practice);
    let line = format!(
        "curl http://127.0.0.1:{}/token \\\n  -u practice-client:practice-secret \\\n  \
         -d grant_type=refresh_token --data-urlencode 'refresh_token={token}'\n",
        practice.port()
    );
    let told = import(&program, &line);
    assert!(told.starts_with("standard input: curl command\n") && !told.contains(&token), "{told}");
    token_and_refresh(&program);
}

#[test]
fn an_issuer_is_fetched_and_signed_in_with() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let issuer = format!("http://127.0.0.1:{}", practice.port());
    let done = program.run(&["import", &issuer, "--profile", "x", "--yes"]);
    assert!(
        done.stderr.starts_with(&format!("Fetching {issuer}/.well-known/openid-configuration\n")),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains(": OAuth 2.0 server metadata\n"), "{}", done.stderr);
    done.done();
    let sign_in = ["sign-in", "x", "--client-id", "practice-client", "--redirect-uri", "http://127.0.0.1/callback"];
    let scopes = ["--scope", "openid", "--scope", "offline_access", "--browser", browser()];
    let command = [&sign_in[..], &scopes[..]].concat();
    let program = program.with_env("TOKENWRIGHT_CLIENT_SECRET", "practice-secret");
    program.run(&command).done();
    token_and_refresh(&program);
}

/// A service as the ZSPEC document describes it: it takes its parameters in the query, also in a POST.
fn travel(asked: &Asked, earlier: usize) -> Answer {
    match (asked.path.as_str(), asked.parameter("grant_type")) {
        ("/oauth/v2.0/auth", _) => asked.grant("a-code"),
        ("/oauth/v2.0/token", "authorization_code") if asked.parameter("code") == "a-code" => {
            let reply = json!({"access_token": "first-token", "refresh_token": "again", "expires_in": 3600});
            Answer::json(200, &reply)
        }
        ("/oauth/v2.0/token", "refresh_token") if asked.parameter("refresh_token") == "again" => {
            Answer::json(200, &json!({"access_token": format!("later-token-{earlier}"), "expires_in": 3600}))
        }
        _ => Answer::json(400, &json!({"error": "invalid_request"})),
    }
}

#[test]
fn a_zspec_document_is_signed_in_with_and_goes_out_as_it_means() {
    let server = Scripted::start(travel);
    let document = include_str!("travel.xml").replace("https://accounts.travel.example", &server.url());
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "a%^*&+=secret");
    let told = import(&program, &document);
    assert!(told.starts_with("standard input: ZSPEC <oauth2>\n"), "{told}");
    let sign_in = ["sign-in", "x", "--client-id", "c", "--redirect-uri", "http://127.0.0.1/callback"];
    program.run(&[&sign_in[..], &["--browser", browser()]].concat()).done();
    token_and_refresh(&program);
    assert_eq!(server.asked("/oauth/v2.0/token")[0].parameter("client_secret"), "a%^*&+=secret");
    let out = export(&program, "zspec", true);
    assert!(!out.contains("a%^*&+=secret") && !out.contains("again"), "{out}");
    let other = Tokenwright::with_vault();
    import(&other, &out);
    let means =
        |program: &Tokenwright| program.run(&["service", "export", "--profile", "x", "--format", "zspec"]).done();
    assert_eq!(means(&other), means(&program));
}
