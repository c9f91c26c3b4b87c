//! Values that a preset derives from others: what is sent, what is shown, and what is left out.

use serde_json::json;

use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const SECRET: &str = "canary-client-secret";
/// `id:canary-client-secret` in base64, by coreutils.
const CREDENTIALS: &str = "aWQ6Y2FuYXJ5LWNsaWVudC1zZWNyZXQ=";
/// The HMAC of `canary-token` with `canary-client-secret`, by OpenSSL.
const PROOF: &str = "1005acea2a7cb8bc5b11d1934ca68af7c24e44fa01976d71376fc38c1f79438b";

fn preset(url: &str) -> String {
    format!(
        r#"
id = "proving"
name = "Proving"
checked = "2026-11-30"
source = ["a test"]

[[inputs]]
name = "suffix"
label = "Suffix"
optional = true

[[derived]]
name = "credentials"
function = "base64"
of = "<client_id>:<client_secret>"

[[derived]]
name = "proof"
function = "hmac-sha256-hex"
of = "<token>"
key = "<client_secret>"

[[derived]]
name = "short"
function = "base64url"
of = "<suffix>"

[[derived]]
name = "at"
function = "date-time"
of = "<now>"

[[derived]]
name = "signature"
function = "sha256-hex"
of = "<random><at><credentials>"

[token_request]
url = "{url}/token"
standard = false
headers = {{ Authorization = "ID <credentials>", X-Id = "<random>", X-Date = "<at>", X-Signature = "<signature>" }}
body = {{ grant_type = "<grant_type>", suffix = "<short>" }}

[identity]
url = "{url}/me"
query = {{ proof = "<proof>" }}
fields = {{ Name = "name" }}
"#
    )
}

#[test]
fn a_derived_value_is_sent_and_never_shown_if_a_secret_is_in_it() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/token" => Answer::json(200, &json!({ "access_token": "canary-token", "token_type": "Bearer" })),
        _ => Answer::json(200, &json!({ "name": asked.parameter("proof") })),
    });
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    program.add_preset("proving.toml", &preset(&service.url()));
    let done = program.run(&["sign-in", "demo", "--service", "proving", "--client-id", "id", "--verbose"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let [asked] = &service.asked("/token")[..] else { panic!("one request") };
    assert!(asked.raw.contains(&format!("ID {CREDENTIALS}\r\n")), "{}", asked.raw);
    assert!(asked.raw.ends_with("\r\n\r\ngrant_type=client_credentials"), "{}", asked.raw);
    let whoami = program.run(&["whoami", "demo", "--verbose"]);
    let proofs: Vec<String> = service.asked("/me").iter().map(|asked| asked.parameter("proof").to_owned()).collect();
    assert!(!proofs.is_empty() && proofs.iter().all(|proof| proof == PROOF), "{proofs:?}");
    let userinfo = program.run(&["userinfo", "demo"]).done();
    for said in [&done.stdout, &done.stderr, &whoami.stderr, &userinfo] {
        for secret in [SECRET, CREDENTIALS, PROOF] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }
}

#[test]
fn what_is_derived_is_told_and_rehearsed() {
    let program = Tokenwright::new();
    program.add_preset("proving.toml", &preset("https://as.example.test"));
    program.run(&["rehearse", "proving"]).done();
    let shown = program.run(&["service", "show", "proving"]).done();
    for line in [
        "  client secret: required\n      sent in the header Authorization\n",
        "  derived: <proof> is hmac-sha256-hex of <token>, key <client_secret>\n",
        "  derived: <signature> is sha256-hex of <random><at><credentials>\n",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    let told = program.run(&["service", "show", "proving", "--json"]).json();
    let first = json!({ "name": "credentials", "function": "base64", "of": "<client_id>:<client_secret>" });
    assert_eq!(told["derived"][0], first);
}
