//! What services write on the redirect under other names than those of RFC 6749: a refusal, and the granted scopes.

use serde_json::json;

use crate::support::http::{browser, follow};
use crate::support::practice::Practice;
use crate::support::tokenwright::Tokenwright;

const TOLD: &str = "error: the service refused: `access_denied` (the practice service is told to deny every request)\n";

/// The program with the practice service under other names, and its arguments for a sign-in.
fn named(redirect: &str, fault: &str) -> (Tokenwright, Practice) {
    let program = Tokenwright::with_vault();
    let preset = format!("extends = \"practice\"\nid = \"named\"\nname = \"Named\"\n[redirect]\n{redirect}\n");
    program.add_preset("named.toml", &preset);
    let practice = Practice::start_with(&program, &[fault]);
    (program, practice)
}

const REFUSAL: &str = "error = [\"invalid\"]\nerror_description = [\"reason\"]";

#[test]
fn a_refusal_under_the_names_of_the_service_is_told_and_a_case_of_it_is_replayed() {
    let (program, practice) = named(REFUSAL, "own-refusal");
    let (file, set) = (program.home().join("case.json"), practice.set());
    let path = file.to_str().expect("UTF-8");
    let arguments = ["sign-in", "p", "--service", "named", "--set", &set, "--browser", browser(), "--case", path];
    let said = program.run(&arguments).failed(4);
    assert!(said.contains(TOLD), "{said}");
    let replayed = program.run(&["replay", path]).done();
    assert!(replayed.starts_with("The same: ") && replayed.contains("access_denied"), "{replayed}");
}

#[test]
fn a_pasted_address_is_read_by_the_same_names_and_its_state_is_checked() {
    let (program, practice) = named(REFUSAL, "own-refusal");
    let set = practice.set();
    let mut process = program.start(&[
        "sign-in",
        "p",
        "--service",
        "named",
        "--set",
        &set,
        "--redirect-uri",
        "https://example.test/callback",
        "--no-browser",
        "--paste",
    ]);
    process.line_with("Sign in at:");
    process.line_with("http");
    process.line_with("Paste the code");
    process.type_text("https://example.test/callback?invalid=denied&reason=no&state=forged\n");
    process.line_with("another `state` than the one that was sent; it says `denied` (no)");
    process.type_text("");
    drop(process);
    // Without the names it is no refusal.
    let (program, practice) = named("", "own-refusal");
    let mut process =
        program.start(&["sign-in", "p", "--service", "named", "--set", &practice.set(), "--no-browser", "--paste"]);
    process.line_with("Sign in at:");
    let url = process.line_with("http");
    process.line_with("Paste the code");
    let page = follow(&url);
    assert_eq!(page.status, 400);
    assert!(process.line_with("warning: ").contains("the response has no `code`"), "{}", process.stderr());
}

#[test]
fn scopes_that_only_the_redirect_names_are_those_that_were_granted() {
    for (redirect, granted) in
        [("scope = \"scope\"", json!(["openid", "profile", "offline_access"])), ("", json!(null))]
    {
        let (program, practice) = named(redirect, "no-scope");
        let arguments = ["sign-in", "p", "--service", "named", "--set", &practice.set(), "--browser", browser()];
        let said = program.run(&arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(program.run(&["show", "p", "--json"]).json()["scopes_granted"], granted, "{redirect}");
        program.run(&["refresh", "p"]).done();
        assert_eq!(program.run(&["show", "p", "--json"]).json()["scopes_granted"], granted, "{redirect}, refreshed");
    }
}
