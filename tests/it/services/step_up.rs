//! Step-up authentication (RFC 9470): an API that wants another sign-in, and the sign-in that it gets.

use serde_json::json;

use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::process::Finished;
use crate::support::tokenwright::Tokenwright;

/// What was said of a call that the API refused.
fn refused(said: &Finished) -> &str {
    assert_eq!(said.code, 4, "{said:?}");
    &said.stderr
}

/// The command that is told.
fn told(said: &str) -> Vec<String> {
    let command = said.split("as the API asks: `tokenwright ").nth(1).and_then(|rest| rest.split('`').next());
    command.unwrap_or_else(|| panic!("{said}")).split(' ').map(|word| word.replace('\'', "")).collect()
}

/// The practice service with these faults, and a profile `demo` of it.
fn signed_in(faults: &[&str]) -> (Tokenwright, Practice) {
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, faults);
    practice.sign_in(&program, "demo");
    (program, practice)
}

#[test]
fn an_api_that_wants_another_authentication_gets_it_by_the_command_that_is_told() {
    let (program, _practice) = signed_in(&["step-up"]);
    let said = program.run(&["call", "demo", "/resource"]);
    let said = refused(&said);
    let asked = "the person must have signed in by `practice:two-factors`, within the last 5 min";
    assert!(said.contains(asked), "{said}");
    let command = told(said);
    assert_eq!(command[..], ["sign-in", "demo", "--acr-values", "practice:two-factors", "--max-age", "300"]);
    let json = program.run(&["call", "demo", "/resource", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        told["asks_for"],
        json!({ "acr_values": ["practice:two-factors"], "max_age": 300, "scopes": [], "authorization_details": null })
    );

    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--browser", browser(), "-v"]);
    let said = program.run(&arguments);
    assert!(
        said.stderr.contains("ID token: acr passed") && said.stderr.contains("ID token: auth_time passed"),
        "{}",
        said.stderr
    );
    said.done();
    let reply = program.run(&["call", "demo", "/resource", "--json"]).json();
    assert_eq!((&reply["status"], &reply["asks_for"]), (&json!(200), &json!(null)));
    // A plain sign-in asks for the same, until the person says otherwise.
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert!(shown.to_string().contains("practice:two-factors"), "{shown}");
    program.run(&["sign-in", "demo", "--acr-values", "", "--max-age", "", "--browser", browser()]).done();
    assert!(refused(&program.run(&["call", "demo", "/resource"])).contains("practice:two-factors"));
}

#[test]
fn an_api_that_wants_more_scopes_is_told_of_with_all_of_them() {
    let (program, _practice) = signed_in(&["more-scope"]);
    let said = program.run(&["call", "demo", "/resource"]);
    let said = refused(&said);
    assert!(said.contains("403: `insufficient_scope`: the token needs the scopes `practice.write`"), "{said}");
    let command = told(said);
    assert!(command.ends_with(&["--scope".into(), "practice.write".into()]), "{command:?}");
    assert!(command.contains(&"openid".to_owned()), "{command:?}");
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--browser", browser()]);
    program.run(&arguments).done();
    program.run(&["call", "demo", "/resource"]).done();
}

#[test]
fn an_api_that_wants_authorization_details_gets_them_by_the_command_that_is_told() {
    let (program, practice) = signed_in(&["more-details"]);
    let said = program.run(&["call", "demo", "/resource"]);
    let said = refused(&said);
    let details = r#"[{"type":"practice_payment","creditor":"Grace","amount":{"currency":"EUR","value":12.5}}]"#;
    assert!(
        said.contains(&format!(
            "401: `insufficient_authorization`: the token needs the authorization details `{details}`"
        )),
        "{said}"
    );
    let command = told(said);
    assert_eq!(command[..], ["sign-in", "demo", "--authorization-details", details]);
    let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    arguments.extend(["--browser", browser()]);
    program.run(&arguments).done();
    let reply = program.run(&["call", "demo", "/resource", "--json"]).json();
    assert_eq!((&reply["status"], &reply["asks_for"]), (&json!(200), &json!(null)));
    let shown = program.run(&["show", "demo", "--json"]).json();
    assert_eq!(shown["values"]["authorization_details"], details);
    // The service judges them, too.
    let wrong = r#"[{"type":"practice_payment","creditor":"Grace"}]"#;
    let said = program.run(&["sign-in", "demo", "--authorization-details", wrong, "--browser", browser()]).failed(4);
    assert!(said.contains("`invalid_authorization_details` (a `practice_payment` needs an `amount`"), "{said}");
    drop(practice);
}

#[test]
fn a_sign_in_that_is_older_than_was_asked_for_is_refused_and_a_weaker_one_is_told_of() {
    let step = ["--max-age", "60", "--acr-values", "practice:two-factors"];
    for (fault, words) in [
        ("id-token-old-auth-time", "by its `auth_time` the person signed in 604800 s before, and `max_age` was 60 s"),
        ("id-token-no-auth-time", "it has no `auth_time`"),
    ] {
        let program = Tokenwright::with_vault();
        let practice = Practice::start_with(&program, &[fault]);
        let set = practice.set();
        let arguments = ["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser()];
        let said = program.run(&[&arguments[..], &step].concat()).failed(4);
        assert!(said.contains(&format!("nothing was saved: {words}")), "{said}");
        assert!(said.contains("it does not know `max_age`"), "{said}");
        // Without the wish there is nothing to compare.
        program.run(&[&arguments[..], &["--max-age", ""]].concat()).done();
    }
    let program = Tokenwright::with_vault();
    let practice = Practice::start_with(&program, &["id-token-other-acr"]);
    let set = practice.set();
    let arguments = ["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser()];
    let said = program.run(&[&arguments[..], &step].concat());
    let words = "warning: the person signed in by `practice:other` (`acr`), and `practice:two-factors` was asked for";
    assert!(said.stderr.contains(words), "{}", said.stderr);
    said.done();
    program.run(&["token", "demo"]).done();
}

#[test]
fn without_an_id_token_nobody_checks_and_values_that_are_none_are_refused() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    let set = practice.set();
    let arguments = ["sign-in", "demo", "--service", "practice", "--set", &set, "--browser", browser(), "--max-age"];
    let said = program.run(&[&arguments[..], &["9", "--scope", "practice.read"]].concat());
    assert!(said.stderr.contains("is not checked: that is told by an ID token"), "{}", said.stderr);
    said.done();
    for wrong in ["-1", "1m", "99999999999"] {
        program.run(&[&arguments[..], &[wrong]].concat()).failed(2);
    }
    let wrong = program.run(&["sign-in", "demo", "--acr-values", "a {client_secret}"]).failed(2);
    assert!(wrong.contains("printable ASCII"), "{wrong}");
}

#[test]
#[ignore = "needs node"]
fn a_server_that_we_did_not_write_signs_in_as_its_api_asks() {
    let server = OidcProvider::start_auto();
    let program = Tokenwright::with_vault();
    let issuer = server.issuer().to_owned();
    let client = ["--client-id", "public-native", "--redirect-uri", "http://127.0.0.1/callback"];
    let arguments = ["sign-in", "demo", "--issuer", &issuer, "--scope", "openid", "--browser", browser()];
    program.run(&[&arguments[..], &client].concat()).done();
    let api = format!("{issuer}/step-up");
    let said = program.run(&["call", "demo", &api]);
    let said = refused(&said);
    assert!(said.contains("the person must have signed in by `urn:example:strong`, within the last 5 min"), "{said}");
    let step = ["sign-in", "demo", "--acr-values", "urn:example:strong", "--max-age", "300", "--browser", browser()];
    program.run(&step).done();
    assert!(program.run(&["call", "demo", &api]).done().contains("urn:example:strong"));
    // What it cannot do is told, and the tokens are kept.
    let other = ["sign-in", "demo", "--acr-values", "urn:example:other", "--max-age", "0", "--browser", browser()];
    let said = program.run(&other);
    assert!(said.stderr.contains("the person signed in by `urn:example:weak` (`acr`)"), "{}", said.stderr);
    said.done();
}
