//! Services whose access token is a JWT that the program signs: no call brings it, and each renewal signs another.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A service that takes tokens signed with a shared key, for this many seconds.
fn blog(service: &Scripted, life: u32) -> String {
    let host = service.url();
    format!(
        "id = \"blog\"\nname = \"Blog\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\n\
         [assertion]\naccess_token = true\nalgorithm = \"HS256\"\nsecret_encoding = \"hex\"\nkey_id = \"<client_id>\"\n\
         audience = \"/admin/\"\nunique = true\nlife = {life}\n\
         [identity]\nurl = \"{host}/posts\"\nheaders = {{ Authorization = \"Ghost <token>\" }}\n\
         fields = {{ Posts = \"total\" }}\n[policy]\nheader = \"Authorization: Ghost <token>\"\n"
    )
}

fn counting() -> Scripted {
    Scripted::start(|_, _| Answer::json(200, &json!({ "total": 12 })))
}

fn signed_in(service: &Scripted, life: u32) -> Tokenwright {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    program.add_preset("blog.toml", &blog(service, life));
    let done = program.run(&["sign-in", "blog", "--service", "blog", "--client-id", "k1", "-v"]);
    assert!(done.stderr.starts_with("> nothing is sent: the access token is signed here\n"), "{}", done.stderr);
    let words = "There is no refresh token: the next access token is signed here.\n";
    assert!(done.stderr.contains(words), "{}", done.stderr);
    done.done();
    program
}

/// Header and claims, not verified.
fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.trim().split('.').map(|part| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url");
        serde_json::from_slice(&bytes).unwrap_or_default()
    });
    [parts.next().expect("a header"), parts.next().expect("claims")]
}

#[test]
fn a_token_is_signed_without_a_call_and_goes_into_the_header_of_the_service() {
    let service = counting();
    let program = signed_in(&service, 300);
    let token = program.run(&["token", "blog"]).done();
    let [header, claims] = parts(&token);
    assert_eq!(header, json!({ "alg": "HS256", "typ": "JWT", "kid": "k1" }));
    let at = claims["iat"].as_i64().expect("a time");
    assert_eq!((&claims["aud"], &claims["exp"]), (&json!("/admin/"), &json!(at + 300)));
    let header = program.run(&["token", "blog", "--header"]).done();
    assert_eq!(header, format!("Authorization: Ghost {token}"));
    assert_eq!(program.run(&["list", "--json"]).json()[0]["state"], "fresh");
    // It is verified with the bytes that the digits stand for.
    let inspected = program.run(&["inspect", "blog", "--json"]).json();
    assert_eq!(inspected["signature"]["state"], "valid", "{inspected}");
    assert!(service.asked("/posts").is_empty(), "nothing was sent so far");
    assert!(program.run(&["whoami", "blog"]).done().contains("12"));
    assert_eq!(service.asked("/posts").len(), 1);
}

#[test]
fn a_token_that_is_over_or_not_wanted_any_more_is_followed_by_another() {
    let program = signed_in(&counting(), 300);
    let first = program.run(&["token", "blog"]).done();
    assert_eq!(program.run(&["token", "blog"]).done(), first);
    let second = program.run(&["token", "blog", "--min-valid", "10m"]).done();
    assert_ne!(first, second, "it lives too short for the wish, so it is signed anew");
    let said = program.run(&["refresh", "blog"]).done();
    assert!(said.starts_with("blog: refreshed, valid until "), "{said}");
    assert_ne!(program.run(&["token", "blog"]).done(), second);
}

#[cfg(unix)]
#[test]
fn the_agent_signs_the_next_token_before_the_last_one_ends() {
    let program = signed_in(&counting(), 6);
    program.run(&["keep-alive", "blog"]).done();
    let first = program.run(&["token", "blog", "--no-agent", "--min-valid", "0s"]).done();
    let mut agent = program.start(&["agent"]);
    agent.line_with("The agent listens on ");
    agent.line_with("blog: refreshed, valid until ");
    let kept = Process::start(program.command(&["token", "blog"]).env_remove("TOKENWRIGHT_PASSPHRASE")).finish();
    assert_ne!(kept.done(), first);
    program.run(&["agent", "stop"]).done();
    assert_eq!(agent.finish().code, 0);
}

#[test]
fn what_cannot_be_signed_is_refused_in_words() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", format!("k1:{SECRET}"));
    let site = ["sign-in", "blog", "--service", "ghost", "--client-id", "k1", "--set", "admin_host=blog.example.test"];
    let words = "error: Secret, the part of the Admin API key behind the colon is not hex, and the assertion is signed with its \
                 bytes\nhint: enter an even number of the digits 0-9 and a-f, and nothing else\n";
    let said = program.run(&site).failed(2);
    assert!(said.ends_with(words), "{said}");
    let store = ["sign-in", "store", "--service", "app-store-connect", "--client-id", "i1", "--set", "key_id=K1"];
    let words = "error: App Store Connect requires a private key, and there is none named `store`\n\
                 hint: add `--key-file FILE`, or generate one: `tokenwright key generate store --service app-store-connect`\n";
    assert_eq!(program.run(&store).failed(2), words);
    // Made for another service, and kept under the name of the profile.
    program.run(&["key", "generate", "store", "--service", "google-self-signed", "--bits", "2048"]).done();
    let said = program.run(&store).failed(2);
    let words = "error: `ES256` is signed with an EC key on P-256, and this is an RSA key of 2048 bits\n\
                 hint: make a key pair here, or choose the key that the service knows\n";
    assert!(said.ends_with(words), "{said}");
}

/// Header and claims of the token of a profile, verified by jose.
fn verified(program: &Tokenwright, name: &str, algorithm: &str, key: &str) -> Value {
    let token = program.run(&["token", name]).done();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/verify_token.mjs");
    let mut node = Command::new("node");
    Process::start(node.arg(script).args([algorithm, key, token.trim()])).finish().json()
}

/// Makes a key for the service, kept under its ID, and signs in. Returns the file of the public key.
fn sign_in_with_key(program: &Tokenwright, service: &str, client_id: &str, inputs: &[&str]) -> PathBuf {
    let file = program.home().join(format!("{service}.public.pem"));
    let path = file.to_str().expect("a path in UTF-8");
    program
        .run(&["key", "generate", service, "--service", service, "--bits", "2048", "--public-key-file", path])
        .done();
    let set = inputs.iter().flat_map(|input| ["--set", *input]);
    let sign_in = ["sign-in", service, "--service", service, "--client-id", client_id];
    program.run(&sign_in.into_iter().chain(set).collect::<Vec<_>>()).done();
    file
}

#[test]
#[ignore = "needs node"]
fn another_library_verifies_what_is_signed_for_each_kind_of_key() {
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", SECRET);
    let inputs = ["account_host=acme-prod.snowflakecomputing.com", "account=acme-prod"];
    let key = sign_in_with_key(&program, "snowflake-jwt", "ADA", &inputs);
    let signed = verified(&program, "snowflake-jwt", "RS256", key.to_str().expect("UTF-8"));
    let pem = std::fs::read_to_string(&key).expect("a public key");
    let der = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let hash = BASE64_STANDARD.encode(Sha256::digest(BASE64_STANDARD.decode(der).expect("base64")));
    assert_eq!(signed["claims"]["iss"], format!("ACME-PROD.ADA.SHA256:{hash}"));
    assert_eq!(signed["claims"]["sub"], "ACME-PROD.ADA");

    let key = sign_in_with_key(&program, "app-store-connect", "issuer-1", &["key_id=K1"]);
    let signed = verified(&program, "app-store-connect", "ES256", key.to_str().expect("UTF-8"));
    assert_eq!(signed["header"], json!({ "alg": "ES256", "typ": "JWT", "kid": "K1" }));
    assert_eq!(
        (&signed["claims"]["iss"], &signed["claims"]["aud"]),
        (&json!("issuer-1"), &json!("appstoreconnect-v1"))
    );

    let host = "admin_host=blog.example.test";
    program.run(&["sign-in", "ghost", "--service", "ghost", "--client-id", "k1", "--set", host]).done();
    let signed = verified(&program, "ghost", "HS256", SECRET);
    assert_eq!(signed["header"], json!({ "alg": "HS256", "typ": "JWT", "kid": "k1" }));
    assert_eq!(signed["claims"]["aud"], "/admin/");
}
