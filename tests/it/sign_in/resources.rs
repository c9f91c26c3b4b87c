//! Access tokens for several APIs from one sign-in (RFC 8707), at a certified server and at the practice service.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::http::{browser, get};
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::renewed::{add_preset, sign_in, spent, tokens};
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const APIS: [&str; 2] = ["https://api.example.com", "https://other.example.com"];

fn claims(token: &str) -> Value {
    let payload = token.trim().split('.').nth(1).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}

fn for_api(program: &Tokenwright, api: &str) -> String {
    program.run(&["token", "acme", "--resource", api]).done()
}

#[test]
#[ignore = "needs node"]
fn a_certified_server_gives_a_token_for_each_api_that_the_sign_in_named() {
    let provider = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let client = ["--issuer", provider.issuer(), "--client-id", "public-native", "--client-auth", "none"];
    let resources = ["--resource", APIS[0], "--resource", APIS[1]];
    let scopes = ["--scope", "openid", "--scope", "offline_access", "--scope", "read"];
    let browser = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser()];
    let consent = ["--param", "authorization.prompt=consent"];
    program.run(&[&["sign-in", "acme"], &client[..], &resources, &scopes, &browser, &consent].concat()).done();
    // The own token is for the first.
    let own = program.run(&["token", "acme"]).done();
    assert_eq!(claims(&own)["aud"], APIS[0]);
    assert_eq!(for_api(&program, APIS[0]), own, "it is not asked for twice");
    let other = for_api(&program, APIS[1]);
    assert_eq!(claims(&other)["aud"], APIS[1]);
    assert_eq!(for_api(&program, APIS[1]), other, "it is handed out until it expires");
    // A refresh of the own one leaves it, and the refresh token that the other one brought is the one that is sent.
    program.run(&["refresh", "acme"]).done();
    assert_ne!(program.run(&["token", "acme"]).done(), own);
    assert_eq!(for_api(&program, APIS[1]), other);
    let refused = program.run(&["token", "acme", "--resource", "https://third.example.com"]);
    let said = refused.failed(2);
    assert!(said.contains("the sign-in of `acme` did not ask for `https://third.example.com`"), "{said}");
    // The server would have spent the refresh token, and refused.
    program.run(&["refresh", "acme"]).done();
}

#[test]
#[ignore = "needs node"]
fn an_api_that_the_sign_in_did_not_name_is_refused_and_nothing_is_lost() {
    let provider = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let client = ["--issuer", provider.issuer(), "--client-id", "public-native", "--client-auth", "none"];
    let asked = ["--scope", "openid", "--scope", "offline_access", "--param", "authorization.prompt=consent"];
    let browser = ["--redirect-uri", "http://127.0.0.1/callback", "--browser", browser()];
    program.run(&[&["sign-in", "acme"], &client[..], &asked, &browser].concat()).done();
    let refused = program.run(&["token", "acme", "--resource", APIS[0]]);
    assert!(refused.failed(2).contains("--resource URI"));
    program.run(&["refresh", "acme"]).done();
}

/// A service that names APIs by `audience`, and answers a refresh for one so.
fn by_audience(answer: fn() -> Answer) -> (Scripted, Tokenwright) {
    let service = Scripted::start(move |asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        "/refresh" if asked.parameter("audience") == APIS[1] => answer(),
        "/refresh" => tokens("second", 3600),
        "/revoke" => Answer::json(200, &json!({})),
        _ => tokens("first", 3600),
    });
    let more = format!("[resource]\nparameter = \"audience\"\n[revocation]\nurl = \"{}/revoke\"", service.url());
    let program = Tokenwright::with_vault();
    add_preset(&program, &service, &more);
    sign_in(&program, "acme");
    (service, program)
}

#[test]
fn a_token_for_another_api_than_was_asked_for_is_told_of() {
    let (_service, program) = by_audience(|| {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let token = format!("{}.{}.c2ln", part(&json!({ "alg": "ES256" })), part(&json!({ "aud": APIS[0] })));
        Answer::json(200, &json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
    });
    for _ in 0..2 {
        let said = program.run(&["token", "acme", "--resource", APIS[1]]);
        let expected = format!("warning: the token is not for `{}`: it names `{}`", APIS[1], APIS[0]);
        assert!(said.code == 0 && said.stderr.contains(&expected), "{said:?}");
    }
}

#[test]
fn what_is_refused_for_one_api_is_not_held_against_the_refresh_token() {
    let (_service, program) = by_audience(spent);
    assert!(program.run(&["token", "acme", "--resource", APIS[1]]).failed(3).contains("invalid_grant"));
    program.run(&["refresh", "acme"]).done();
    assert_eq!(program.run(&["token", "acme"]).done(), "at-second\n");
}

#[test]
fn a_revocation_ends_the_tokens_of_all_apis() {
    let (service, program) = by_audience(|| tokens("other", 3600));
    assert_eq!(for_api(&program, APIS[1]), "at-other\n");
    program.run(&["forget", "acme", "--revoke"]).done();
    let ended: Vec<String> = service.asked("/revoke").iter().map(|asked| asked.parameter("token").to_owned()).collect();
    assert_eq!(ended, ["rt-other", "at-first", "at-other"]);
}

fn at_practice() -> (Practice, Tokenwright) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    (practice, program)
}

const ARCHIVE: &str = "urn:practice:archive";

fn archive(program: &Tokenwright, more: &[&str]) -> Finished {
    program.run(&[&["token", "demo", "--resource", ARCHIVE], more].concat())
}

#[test]
fn each_api_takes_its_own_token_only_and_each_token_has_its_own_clock() {
    let (practice, program) = at_practice();
    let own = program.run(&["token", "demo"]).done();
    let other = archive(&program, &[]).done();
    assert_ne!(own, other);
    for (path, good, bad) in [("/archive", &other, &own), ("/resource", &own, &other)] {
        let url = format!("http://127.0.0.1:{}{path}", practice.port());
        let status = |token: &str| get(&url, &[("Authorization", &format!("Bearer {}", token.trim()))]).status;
        assert_eq!((status(good), status(bad)), (200, 401), "{path}");
    }
    // One that must live longer is fetched anew, and leaves the own one as it is.
    let longer = archive(&program, &["--min-valid", "120s"]).done();
    assert_ne!(longer, other);
    assert_eq!(program.run(&["token", "demo"]).done(), own);
    let shown = program.run(&["show", "demo", "--json"]).json();
    let until = shown["resources"][ARCHIVE].as_str().expect("it is shown").to_owned();
    assert!(until.starts_with("until 20"), "{until}");
    assert_ne!(Some(until.trim_start_matches("until ")), shown["expires_at"].as_str());
    let header = archive(&program, &["--header"]).done();
    assert_eq!(header.trim(), format!("Authorization: Bearer {}", longer.trim()));
    let refused = program.run(&["token", "demo", "--resource", "urn:practice:attic"]).failed(4);
    assert!(refused.contains("`invalid_target`") && refused.contains("the service has no such API"), "{refused}");
    program.run(&["refresh", "demo"]).done();
    // A new sign-in is another grant.
    practice.sign_in(&program, "demo");
    assert_eq!(program.run(&["show", "demo", "--json"]).json()["resources"], json!({}));
}

#[test]
fn what_is_no_resource_is_refused_and_no_refresh_token_is_spent_for_it() {
    let (_practice, program) = at_practice();
    let said = program.run(&["token", "demo", "--resource", "my-api"]).failed(2);
    assert!(said.contains("`my-api` is no absolute URI") && said.contains("rfc8707"), "{said}");
    program.run(&["token", "demo", "--resource", "a b"]).failed(2);
    let said = program.run(&["token", "demo", "--resource", "https://x.example/#part"]).failed(2);
    assert!(said.contains("no fragment"), "{said}");
    let history = program.run(&["history", "demo", "--json"]).json();
    assert_eq!(history["generations"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_agent_hands_them_out_as_well() {
    let (_practice, program) = at_practice();
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    let other = archive(&program, &[]).done();
    assert_eq!(archive(&program, &["--no-agent"]).done(), other);
    assert_ne!(program.run(&["token", "demo"]).done(), other);
    program.run(&["agent", "stop"]).done();
    agent.finish();
}

#[test]
fn a_call_a_command_and_an_inspection_take_the_token_of_the_api_that_is_named() {
    const ARCHIVE: &str = "urn:practice:archive";
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let missing = program.run(&["inspect", "demo", "--resource", ARCHIVE]).failed(2);
    assert!(missing.contains("`demo` has no token for `urn:practice:archive` yet"), "{missing}");

    assert!(program.run(&["call", "demo", "/archive"]).stderr.contains("error: the API answered 401"));
    program.run(&["call", "demo", "/archive", "--resource", ARCHIVE, "--save"]).done();
    // The check that is kept has the API with it.
    assert_eq!(program.run(&["call", "demo", "--json"]).json()["status"], 200);

    let token = program.run(&["token", "demo", "--resource", ARCHIVE]).done();
    let print = ["--", "sh", "-c", "printf %s \"$OAUTH_ACCESS_TOKEN\""];
    let given = program.run(&[&["exec", "demo", "--resource", ARCHIVE], &print[..]].concat()).done();
    assert_eq!(given.trim(), token.trim());
    let own = program.run(&[&["exec", "demo"], &print[..]].concat()).done();
    assert_eq!(own.trim(), program.run(&["token", "demo"]).done().trim());
    assert_ne!(own, given);

    let found = program.run(&["inspect", "demo", "--resource", ARCHIVE, "--json"]).json();
    assert_eq!(found["introspection"]["aud"], ARCHIVE, "{found}");
    program.run(&["inspect", "demo", "--resource", ARCHIVE, "--token", "id"]).failed(2);
}
