//! Whole flows on the command line: against a certified server that we did not write, with a preset as a person would
//! write it, and against every fault of the practice service.

use crate::support::http::{browser, follow, get};
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::{Finished, Process};
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::json;
use std::sync::Mutex;

/// How the certified server knows its three clients.
#[derive(Clone, Copy)]
enum Client {
    Basic,
    Body,
    Public,
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_issues_and_renews_to_every_kind_of_client() {
    let server = OidcProvider::start_auto();
    for client in [Client::Basic, Client::Body, Client::Public] {
        let program = described(&server, client);
        sign_in(&program, client, "secret").done();
        let shown = program.run(&["show", "demo", "--json"]).json();
        let granted = shown["scopes_granted"].as_array().expect("a list");
        for scope in ["openid", "email", "offline_access"] {
            assert!(granted.contains(&json!(scope)), "{scope}: {granted:?}");
        }
        assert_eq!((&shown["token_type"], &shown["refresh_token"]), (&json!("Bearer"), &json!("kept")));

        let mut seen = vec![program.run(&["token", "demo"]).done()];
        for _ in 0..2 {
            // The second refresh proves that the rotated token of the first was kept.
            program.run(&["refresh", "demo"]).done();
            let token = program.run(&["token", "demo"]).done();
            assert!(!seen.contains(&token));
            seen.push(token);
        }
        let person = ask_who(&server, seen.last().expect("a token").trim());
        assert_eq!((&person["sub"], &person["email"]), (&json!("alex"), &json!("alex@example.com")));
    }
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_refuses_a_spent_refresh_token() {
    let mut server = OidcProvider::start_auto();
    let program = described(&server, Client::Basic);
    sign_in(&program, Client::Basic, "secret").done();
    program.run(&["refresh", "demo"]).done();
    program.run(&["restore", "demo", "--generation", "1", "--force"]).done();
    let words = program.run(&["refresh", "demo"]).failed(3);
    assert!(words.starts_with("error: the token endpoint refused: `invalid_grant` ("), "{words}");
    assert!(words.contains("hint: the refresh token is spent, expired or revoked: sign in again"), "{words}");
    assert_eq!(server.refusal("grant.error"), "grant.error: refresh token already used");

    // Signing in again is indeed the way out.
    program.run(&["sign-in", "demo", "--browser", browser()]).done();
    program.run(&["refresh", "demo"]).done();
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_refuses_a_wrong_client_secret() {
    let server = OidcProvider::start_auto();
    for client in [Client::Basic, Client::Body] {
        let program = described(&server, client);
        let words = sign_in(&program, client, "another-secret").failed(4);
        assert!(words.contains("error: the token endpoint refused: `invalid_client` ("), "{words}");
        // Only a client that came with `Basic` is asked for it (RFC 6749 section 5.2).
        let hint = match client {
            Client::Basic => "it asks for Basic, so set the client authentication to Basic if it is another",
            _ => "hint: client id or secret is wrong, or the service wants it elsewhere",
        };
        assert!(words.contains(hint), "{words}");
        assert!(!words.contains("another-secret"), "{words}");
        assert_nothing_kept(&program, "what was refused");
    }
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_refuses_at_the_authorization_endpoint() {
    let server = OidcProvider::start_auto();
    let program = described(&server, Client::Public);
    let words = run_sign_in(&program, Client::Public, "", &["--scope", "openid profile unknown"]);
    // The server ignores a scope it does not know; what was not granted is said.
    assert!(words.stderr.contains("Not granted: unknown"), "{}", words.stderr);
    words.done();
    // RFC 6749 section 4.1.2.1: the refusal comes back with the `state`, and ends the sign-in.
    let contradiction = preset(&server, Client::Public).replace("\"consent\"", "\"consent none\"");
    program.add_preset("certified.toml", &contradiction);
    let words = sign_in(&program, Client::Public, "").failed(4);
    assert!(words.contains("error: the service refused: `invalid_request` ("), "{words}");
}

#[test]
fn what_the_practice_service_does_unusually_is_understood() {
    for (fault, note) in [
        ("string-expiry", "its access token is valid until 20"),
        ("form-reply", "its access token is valid until 20"),
        ("no-expiry", "its access token has no known expiry"),
        ("no-refresh-token", "The service sent no refresh token: sign in again when it expires."),
        ("omit-refresh-token", "its access token is valid until 20"),
    ] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let signed_in = practice_sign_in(&program, &practice);
        assert!(signed_in.stderr.contains(note), "{fault}: {}", signed_in.stderr);
        signed_in.done();
        let token = program.run(&["token", "demo"]).done();
        assert!(token.starts_with("practice-at-"), "{fault}: {token}");
        if fault != "no-refresh-token" {
            program.run(&["refresh", "demo"]).done();
            // Where no new refresh token came, the old one is used again.
            program.run(&["refresh", "demo"]).done();
            assert_ne!(program.run(&["token", "demo"]).done(), token, "{fault}");
        }
    }
}

#[test]
fn a_reply_that_is_no_json_is_told_in_the_trace() {
    for (faults, is_told) in [(&["form-reply"][..], true), (&[], false)] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, faults);
        practice.sign_in(&program, "demo");
        let refreshed = program.run(&["refresh", "demo", "--verbose"]);
        assert_eq!(refreshed.stderr.contains("The reply is read as a form.\n"), is_told, "{}", refreshed.stderr);
        refreshed.done();
    }
}

#[test]
fn what_the_practice_service_does_wrong_is_named() {
    for (fault, code, words) in [
        ("access-denied", 4, "error: the service refused: `access_denied` (the practice service is told to deny"),
        ("error-200", 4, "error: the token endpoint refused: `invalid_grant` (the practice service is told"),
        ("http-500", 5, "error: the token endpoint refused: `server_error` ("),
        ("html-error", 5, "error: the token endpoint answered 502 with a web page titled \"502 Bad Gateway\""),
        ("huge-reply", 5, "` is larger than 1048576 bytes\nhint: check the URL"),
        ("nested-reply", 4, "hint: there is one at `data.access_token`: have it read from there"),
        ("redirect-token", 4, "/elsewhere`, which is not followed\nhint: enter the token URL"),
    ] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let said = practice_sign_in(&program, &practice).failed(code);
        assert!(said.contains(words), "{fault}: {said}");
        assert_nothing_kept(&program, fault);
    }
}

#[test]
fn a_response_that_is_not_believed_is_told_and_the_sign_in_goes_on() {
    for (fault, words) in [
        ("dropped-state", "the response has no `state`, so it cannot be told from a forged one"),
        ("wrong-issuer", "the response comes from `https://issuer.invalid`, not from `http://127.0.0.1:"),
    ] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let set = practice.set();
        let mut process =
            program.start(&["sign-in", "demo", "--service", "practice", "--set", &set, "--no-browser", "--paste"]);
        process.line_with("Sign in at:");
        let url = process.line_with("http");
        process.line_with("Paste the code");
        let page = follow(&url);
        assert!(page.body.contains("<h1>This response was rejected</h1>"), "{}", page.body);
        assert_eq!(page.status, 400, "{fault}");
        assert!(process.line_with("warning: ").contains(words), "{}", process.stderr());
        let code = page.url.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).expect("a code");
        process.type_text(&format!("{code}\n"));
        let finished = process.finish();
        assert!(finished.stderr.contains("Signed in: saved as the profile `demo`"), "{}", finished.stderr);
        finished.done();
    }
}

#[test]
fn secrets_do_not_follow_a_redirect_to_another_host() {
    let elsewhere = Scripted::start(|_, _| tokens());
    let there = format!("{}/token", elsewhere.url());
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::text(308, "text/plain", "").header("Location", &there),
    });
    let program = Tokenwright::with_vault();
    program.add_preset("certified.toml", &preset_at(&service.url(), "/authorize", "basic"));
    let words = sign_in(&program, Client::Basic, "secret").failed(4);
    let told = format!("answered with a redirect (308) to `{}/token`, which is not followed", elsewhere.url());
    assert!(words.contains(&told), "{words}");
    assert_eq!(service.asked("/token").len(), 1);
    assert_eq!(elsewhere.asked("/token").len(), 0);
}

#[test]
fn each_way_to_authenticate_is_sent_as_described() {
    for (authentication, id, in_header, in_body) in [
        // RFC 6749 section 2.3.1: both halves are form-encoded, then joined.
        ("basic", "it:self", Some("authorization: Basic aXQlM0FzZWxmOmElMkIlMkZiKyUyNQ=="), None),
        // As they are: an id with a colon could not be told from the secret.
        ("basic-raw", "itself", Some("authorization: Basic aXRzZWxmOmErL2IgJQ=="), None),
        ("body", "it:self", None, Some("client_secret=a%2B%2Fb+%25")),
    ] {
        let service = Scripted::start(|asked, _| match asked.path.as_str() {
            "/authorize" => asked.grant("a-code"),
            _ => tokens(),
        });
        let program = Tokenwright::with_vault();
        program.add_preset("certified.toml", &preset_at(&service.url(), "/authorize", authentication));
        let arguments = ["sign-in", "demo", "--service", "certified", "--client-id", id, "--browser", browser()];
        let mut command = program.command(&arguments);
        Process::start(command.env("TOKENWRIGHT_CLIENT_SECRET", "a+/b %")).finish().done();
        let asked = service.asked("/token").remove(0);
        let header = asked.raw.lines().find(|line| line.to_lowercase().starts_with("authorization: "));
        let header = header.map(|line| line.replacen("Authorization", "authorization", 1));
        assert_eq!(header.as_deref(), in_header, "{authentication}");
        assert_eq!(asked.raw.split('&').find(|pair| pair.contains("client_secret")), in_body, "{authentication}");
        assert_eq!(asked.parameter("grant_type"), "authorization_code");
        let verifier = asked.parameter("code_verifier");
        let sent = service.asked("/authorize").remove(0);
        assert_eq!(sent.parameter("code_challenge_method"), "S256");
        assert_eq!(sent.parameter("code_challenge"), challenge(verifier), "RFC 7636 section 4.6");
    }
}

#[test]
fn a_refusal_of_the_client_at_a_refresh_is_not_the_sign_ins_fault() {
    let service = Scripted::start(|asked, earlier| match (asked.path.as_str(), earlier) {
        ("/authorize", _) => asked.grant("a-code"),
        (_, 0) => tokens(),
        _ => Answer::json(401, &json!({ "error": "invalid_client" })),
    });
    let program = Tokenwright::with_vault();
    program.add_preset("certified.toml", &preset_at(&service.url(), "/authorize", "basic"));
    sign_in(&program, Client::Basic, "secret").done();
    let words = program.run(&["refresh", "demo"]).failed(4);
    assert!(words.contains("the token endpoint refused: `invalid_client`"), "{words}");
}

fn tokens() -> Answer {
    Answer::json(200, &json!({ "access_token": "at", "refresh_token": "rt", "expires_in": 3600 }))
}

fn challenge(verifier: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest)
}

/// A program whose person described the server in a preset of their own.
fn described(server: &OidcProvider, client: Client) -> Tokenwright {
    let program = Tokenwright::with_vault();
    program.add_preset("certified.toml", &preset(server, client));
    program
}

fn preset(server: &OidcProvider, client: Client) -> String {
    let authentication = match client {
        Client::Basic => "basic",
        Client::Body => "body",
        Client::Public => "none",
    };
    let preset = preset_at(server.issuer(), "/auth", authentication);
    preset.replace("[redirect]", &format!("[redirect]\nissuer = \"{}\"", server.issuer()))
}

fn preset_at(url: &str, authorize: &str, authentication: &str) -> String {
    let asks = if authentication == "none" { "nothing" } else { "secret" };
    format!(
        "id = \"certified\"\nname = \"Certified\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\nasks = \"{asks}\"\n\
         [scopes]\ndefault = [\"openid\", \"email\", \"offline_access\"]\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
         [authorization]\nurl = \"{url}{authorize}\"\nquery = {{ prompt = \"consent\" }}\n\
         [token_request]\nurl = \"{url}/token\"\nauthentication = \"{authentication}\"\n{client_id}\
         [refresh_request]\nurl = \"{url}/token\"\nauthentication = \"{authentication}\"\n{client_id}",
        client_id = if authentication == "none" { "body = { client_id = \"<client_id>\" }\n" } else { "" },
    )
}

fn sign_in(program: &Tokenwright, client: Client, secret: &str) -> Finished {
    run_sign_in(program, client, secret, &[])
}

fn run_sign_in(program: &Tokenwright, client: Client, secret: &str, more: &[&str]) -> Finished {
    let client_id = match client {
        Client::Basic => "confidential-basic",
        Client::Body => "confidential-post",
        Client::Public => "public-native",
    };
    let arguments = ["sign-in", "demo", "--service", "certified", "--client-id", client_id, "--browser", browser()];
    let mut command = program.command(&[&arguments[..], more].concat());
    Process::start(command.env("TOKENWRIGHT_CLIENT_SECRET", secret)).finish()
}

/// What was entered may be there, without tokens and secrets.
#[track_caller]
fn assert_nothing_kept(program: &Tokenwright, what: &str) {
    let list = program.run(&["list", "--json"]).json();
    let states: Vec<_> = list.as_array().expect("a list").iter().map(|profile| profile["state"].as_str()).collect();
    assert!(states.iter().all(|state| *state == Some("signed out")), "{what}: {list}");
    assert!(!program.database().has_secret("demo"), "{what}");
}

fn practice_sign_in(program: &Tokenwright, practice: &Practice) -> Finished {
    program.run(&["sign-in", "demo", "--service", "practice", "--set", &practice.set(), "--browser", browser()])
}

fn ask_who(server: &OidcProvider, token: &str) -> serde_json::Value {
    get(&server.userinfo_endpoint(), &[("Authorization", &format!("Bearer {token}"))]).json()
}

/// A token endpoint that takes only this client secret, in the body.
fn takes_only(secret: &'static str) -> Scripted {
    Scripted::start(move |asked, earlier| {
        if asked.parameter("client_secret") == "broken" {
            return Answer::text(503, "text/plain", "later");
        }
        if asked.parameter("client_secret") != secret {
            return Answer::json(401, &json!({ "error": "invalid_client" }));
        }
        let (access_token, refresh_token) = (format!("at-{earlier}"), format!("rt-{earlier}"));
        Answer::json(200, &json!({ "access_token": access_token, "expires_in": 300, "refresh_token": refresh_token }))
    })
}

#[test]
fn a_second_client_secret_is_tried_where_the_first_is_refused_and_it_is_said_which_one_worked() {
    let server = takes_only("new");
    let program = Tokenwright::with_vault();
    let url = format!("{}/token", server.url());
    let given = ["sign-in", "job", "--token-url", &url, "--client-id", "me", "--client-auth", "client_secret_post"];
    let secrets = ["--grant", "client-credentials", "--client-secret-stdin", "--second-secret-stdin"];
    let both = |first: &str, second: &str| {
        program.run_with_input(&[&given[..], &secrets[..]].concat(), &format!("{first}\n{second}\n"))
    };
    both("older", "old").failed(4);
    assert_eq!(server.asked("/token").len(), 2, "each was tried once");
    let unknown = both("older", "broken").failed(5);
    assert!(!unknown.contains("took the second one"), "nobody knows which is right: {unknown}");
    let done = both("old", "new");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("took the second one"), "{}", done.stderr);
    assert_eq!(server.asked("/token").len(), 6);
    program.run(&["refresh", "job"]).done();
    let asked = server.asked("/token");
    let sent: Vec<&str> = asked.iter().map(|asked| asked.parameter("client_secret")).collect();
    assert_eq!(
        sent,
        ["older", "old", "older", "broken", "old", "new", "new"],
        "what worked is tried first from then on"
    );
    assert_eq!(asked[6].parameter("refresh_token"), "rt-5", "nothing was spent by the refusal");
    let shown = format!("{}{}", done.stdout, done.stderr);
    assert!(!shown.contains("older") && !shown.contains("at-"), "{shown}");
}

#[test]
fn the_second_client_secret_is_tried_at_each_endpoint_that_refuses_the_first() {
    let pushed = Mutex::new(None::<Asked>);
    // The token endpoint and the one for pushed requests know the new secret, the other two still the old one.
    let server = Scripted::start(move |asked, _| {
        let wanted = if matches!(asked.path.as_str(), "/introspect" | "/revoke") { "old" } else { "new" };
        match asked.path.as_str() {
            "/authorize" => return pushed.lock().expect("a request").as_ref().expect("it was pushed").grant("a-code"),
            _ if asked.parameter("client_secret") != wanted => {
                return Answer::json(401, &json!({ "error": "invalid_client" }));
            }
            "/par" => *pushed.lock().expect("a request") = Some(asked.clone()),
            _ => {}
        }
        let reply = json!({ "request_uri": "urn:r", "active": true, "access_token": "at", "refresh_token": "rt" });
        Answer::json(200, &reply)
    });
    let program = Tokenwright::with_vault();
    let url = |path: &str| format!("{}/{path}", server.url());
    let endpoints = ["--authorization-url", &url("authorize"), "--token-url", &url("token"), "--par-url", &url("par")];
    let others = ["--introspection-url", &url("introspect"), "--revocation-url", &url("revoke")];
    let client = ["--client-id", "me", "--client-auth", "client_secret_post", "--browser", browser()];
    let redirect = ["--redirect-uri", "http://127.0.0.1/callback", "--client-secret-stdin", "--second-secret-stdin"];
    let arguments = [&["sign-in", "job"][..], &endpoints, &others, &client, &redirect].concat();
    let done = program.run_with_input(&arguments, "old\nnew\n");
    assert_eq!(done.code, 0, "{}", done.stderr);
    let told = "warning: the service refused the client secret; trying the second one\n";
    assert!(done.stderr.contains(told), "{}", done.stderr);
    let introspected = program.run(&["introspect", "job"]);
    assert_eq!((introspected.code, introspected.stderr.as_str()), (0, told));
    program.run(&["forget", "job", "--revoke"]).done();
    let sent = |path: &str| -> Vec<String> {
        server.asked(path).iter().map(|asked| asked.parameter("client_secret").to_owned()).collect()
    };
    assert_eq!(sent("/par"), ["old", "new"]);
    assert_eq!(sent("/token"), ["old", "new"]);
    assert_eq!(sent("/introspect"), ["new", "old"], "the one that the token endpoint took is tried first");
    assert_eq!(sent("/revoke")[..2], ["new", "old"]);
}

#[test]
fn what_a_preset_wants_made_anew_is_another_in_each_call() {
    let server = Scripted::start(|asked, earlier| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(
            200,
            &json!({ "access_token": format!("at-{earlier}"), "refresh_token": "rt", "expires_in": 300 }),
        ),
    });
    let program = Tokenwright::with_vault();
    let url = server.url();
    let fresh = "headers = { X-Request-Id = \"<random>\" }\nbody = { issued = \"<now>\" }\n";
    let preset = format!(
        "id = \"fresh\"\nname = \"Fresh\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"nothing\"\n\
         [redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
         [authorization]\nurl = \"{url}/authorize\"\nquery = {{ once = \"<random>\" }}\n\
         [token_request]\nurl = \"{url}/token\"\n{fresh}[refresh_request]\nurl = \"{url}/token\"\n{fresh}"
    );
    program.add_preset("fresh.toml", &preset);
    let before = jiff::Timestamp::now().as_second();
    program.run(&["sign-in", "demo", "--service", "fresh", "--client-id", "me", "--browser", browser()]).done();
    program.run(&["refresh", "demo"]).done();
    let after = jiff::Timestamp::now().as_second();
    let asked = server.asked("/token");
    let random = |asked: &Asked| -> String {
        let line =
            asked.raw.lines().find_map(|line| line.to_lowercase().strip_prefix("x-request-id: ").map(str::to_owned));
        line.expect("a header")
    };
    let all = [server.asked("/authorize")[0].parameter("once").to_lowercase(), random(&asked[0]), random(&asked[1])];
    assert!(all.iter().all(|text| text.len() == 43) && all[0] != all[1] && all[1] != all[2], "{all:?}");
    for asked in &asked {
        let issued: i64 = asked.parameter("issued").parse().expect("seconds");
        assert!((before..=after).contains(&issued), "{issued}");
    }
}
