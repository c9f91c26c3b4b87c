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

/// `canary-client-secret:canary-token` in base64, by coreutils.
const PAIR: &str = "Y2FuYXJ5LWNsaWVudC1zZWNyZXQ6Y2FuYXJ5LXRva2Vu";
/// The SHA-256 of `canary-client-secret/v1/orders?open=1`, by coreutils.
const SIGNATURE: &str = "3203793b2f69c393baf03c511e3e5138d7f5e71528551ce33f8d474eb5e28ea1";

/// A service whose API takes a header that is made of the token, and a signature over the path.
fn pairing(service: &Scripted) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    let preset = preset(&service.url());
    let derived = "\n[[derived]]\nname = \"pair\"\nfunction = \"base64\"\nof = \"<client_secret>:<token>\"\n\
        [[derived]]\nname = \"signed_path\"\nfunction = \"sha256-hex\"\nof = \"<client_secret><call_path>\"\n\
        [policy]\nheader = \"Authorization: Pair <pair>\"\nheaders = { X-Signed = \"<signed_path>\" }\n";
    program.add_preset("proving.toml", &format!("{preset}{derived}"));
    program.run(&["sign-in", "demo", "--service", "proving", "--client-id", "id"]).done();
    program
}

fn api() -> Scripted {
    Scripted::start(|asked, _| match asked.path.as_str() {
        "/token" => Answer::json(200, &json!({ "access_token": "canary-token", "token_type": "Bearer" })),
        _ => Answer::json(200, &json!({ "name": "Ada" })),
    })
}

#[test]
fn the_header_of_a_call_carries_what_is_made_of_the_token_and_a_signature_over_its_path() {
    let service = api();
    let program = pairing(&service);
    let said = program.run(&["call", "demo", "/v1/orders?open=1", "--verbose"]);
    assert_eq!(said.code, 0, "{said:?}");
    let [asked] = &service.asked("/v1/orders")[..] else { panic!("one call") };
    assert!(asked.raw.contains(&format!("authorization: Pair {PAIR}\r\n")), "{}", asked.raw);
    assert!(asked.raw.contains(&format!("x-signed: {SIGNATURE}\r\n")), "{}", asked.raw);
    for secret in [SECRET, PAIR, SIGNATURE, "canary-token"] {
        assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{secret}: {said:?}");
    }
    let said = program.run(&["call", "demo", "/v1/orders", "--header", "X-Own: <client_secret>"]).failed(2);
    assert!(said.contains("`<client_secret>` is a secret, and only the access token is sent"), "{said}");
    let said = program.run(&["call", "demo", "/v1/orders", "--header", "x-signed: 1"]).failed(2);
    assert!(said.contains("`x-signed`"), "{said}");
}

#[test]
fn the_token_is_handed_out_in_the_header_that_is_made_of_it_by_the_agent_as_well() {
    let service = api();
    let program = pairing(&service);
    let header = format!("Authorization: Pair {PAIR}\n");
    let printed = |more: &[&str]| program.run(&[&["token", "demo"], more].concat()).done();
    assert_eq!(printed(&["--header"]), header);
    assert_eq!(printed(&[]), "canary-token\n");
    let json = program.run(&["token", "demo", "--json"]).json();
    assert_eq!((&json["access_token"], &json["header_line"]), (&json!("canary-token"), &json!(header.trim())));
    let given = program.run(&["exec", "demo", "--", "sh", "-c", "printf %s \"$OAUTH_HEADER_LINE\""]).done();
    assert_eq!(given.trim(), header.trim());
    assert_eq!(program.run(&["export", "demo", "--format", "header"]).done(), header);
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    assert_eq!(printed(&["--header"]), header);
    program.run(&["agent", "stop"]).done();
    agent.finish();
    assert_eq!(program.run(&["show", "demo", "--json"]).json()["header"], "Authorization: Pair <pair>");
}
