//! Tests of the harness: the certified server answers as the flows need it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::support::browser::Plan;
use crate::support::http::{get, post};
use crate::support::oidc_provider::OidcProvider;
use serde_json::Value;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Of the verifier: RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

#[test]
#[ignore = "needs node"]
fn the_server_publishes_its_metadata() {
    let server = OidcProvider::start();
    let metadata = get(&format!("{}/.well-known/openid-configuration", server.issuer()), &[]).json();
    assert_eq!(metadata["issuer"], server.issuer());
    assert_eq!(metadata["authorization_endpoint"], server.authorization_endpoint());
    assert_eq!(metadata["token_endpoint"], server.token_endpoint());
    assert_eq!(metadata["userinfo_endpoint"], server.userinfo_endpoint());
    assert_eq!(metadata["revocation_endpoint"], server.revocation_endpoint());
    assert_eq!(metadata["introspection_endpoint"], server.introspection_endpoint());
    assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
}

#[test]
#[ignore = "needs node"]
fn without_pages_the_code_comes_at_once_and_refresh_tokens_rotate() {
    let mut server = OidcProvider::start_auto();
    let first = tokens(
        &server,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code(&server)),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ],
    );
    assert_eq!(first["expires_in"], 60);
    let spent = first["refresh_token"].as_str().expect("a refresh token");
    let second = tokens(&server, &[("grant_type", "refresh_token"), ("refresh_token", spent)]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let refused = tokens(&server, &[("grant_type", "refresh_token"), ("refresh_token", spent)]);
    assert_eq!(refused["error"], "invalid_grant");
    assert_eq!(server.refusal("grant.error"), "grant.error: refresh token already used");
}

#[test]
#[ignore = "needs node"]
fn a_code_without_its_verifier_is_refused() {
    let mut server = OidcProvider::start_auto();
    let wrong = "a".repeat(43);
    let refused = tokens(
        &server,
        &[
            ("grant_type", "authorization_code"),
            ("code", &code(&server)),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &wrong),
        ],
    );
    assert_eq!(refused["error"], "invalid_grant");
    server.refusal("grant.error");
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_signs_in_and_consents() {
    let server = OidcProvider::start();
    let landing = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let redirect_uri = format!("http://{}/callback", landing.local_addr().expect("a bound socket"));
    let waiting = thread::spawn(move || answer_once(&landing));
    let seen = Plan::new()
        .open(&authorization_url(&server, &redirect_uri))
        .fill("Enter any login", "alex")
        .fill("and password", "any")
        .click("Sign-in")
        .wait("the client is asking to have offline access")
        .click("Continue")
        .wait("You can close this window")
        .run();
    assert!(waiting.join().expect("the landing page was served").starts_with("GET /callback?code="));
    assert_eq!(seen.title, "Landed");
    assert!(seen.url.starts_with(&redirect_uri), "{}", seen.url);
}

fn authorization_url(server: &OidcProvider, redirect_uri: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("response_type", "code"), ("client_id", "public-native"), ("redirect_uri", redirect_uri)])
        .extend_pairs([("scope", "openid email offline_access"), ("prompt", "consent"), ("state", "a state")])
        .extend_pairs([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")])
        .finish();
    format!("{}?{query}", server.authorization_endpoint())
}

fn code(server: &OidcProvider) -> String {
    let url = authorization_url(server, REDIRECT_URI);
    let location = url::Url::parse(&get(&url, &[]).location.expect("a redirect")).expect("a redirect to an address");
    let parameters: BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(parameters["state"], "a state");
    assert_eq!(parameters["iss"], server.issuer());
    parameters["code"].clone()
}

fn tokens(server: &OidcProvider, parameters: &[(&str, &str)]) -> Value {
    let form = [&[("client_id", "public-native")], parameters].concat();
    post(&server.token_endpoint(), &form).json()
}

/// Serves one page, and returns the request line it was asked with.
fn answer_once(listener: &TcpListener) -> String {
    let page = "<!doctype html><title>Landed</title><p>You can close this window.";
    let (mut stream, _) = listener.accept().expect("the browser comes");
    let mut buffer = [0; 4096];
    let length = stream.read(&mut buffer).expect("the browser asks");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        page.len()
    );
    stream.write_all(format!("{head}{page}").as_bytes()).expect("the browser reads");
    String::from_utf8_lossy(&buffer[..length]).lines().next().unwrap_or_default().to_owned()
}
