//! What is exported with its client and refresh token is imported again.

use serde_json::json;
use tokenwright::dialect::{Described, Found, read};
use tokenwright::service::Catalog;

use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;

const SECRET: &str = "made-up-$ecret";
const REFRESH_TOKEN: &str = "made-up-refresh";

/// What came back of the client, its secret, the refresh token and the token URL.
fn summary(described: &Described, url: &str) -> String {
    let service = &described.service;
    let call = Some(&service.token_request).filter(|call| !call.url.is_empty()).or(service.refresh_request.as_ref());
    let secrets = &described.secrets;
    let parts = [
        ("client", described.client_id == "app"),
        ("secret", secrets.client_secret.expose() == SECRET),
        ("refresh token", secrets.refresh_token.expose() == REFRESH_TOKEN),
        ("URL", call.is_some_and(|call| call.url.source() == format!("{url}/token"))),
    ];
    let found: Vec<&str> = parts.iter().filter(|(_, is_there)| *is_there).map(|(name, _)| *name).collect();
    found.join(", ")
}

/// The formats that hold a whole client with its refresh token.
const WHOLE: [&str; 16] = [
    "dotenv",
    "shell",
    "fish",
    "powershell",
    "envrc",
    "json",
    "yaml",
    "postman-environment",
    "bruno",
    "insomnia",
    "http-client",
    "rclone",
    "kubernetes-secret",
    "terraform",
    "aws-secret",
    "vault-kv",
];

/// Those that have no token URL by nature.
const WITHOUT_URL: [&str; 2] = ["singer", "airbyte"];

/// Those that hold an access token and no client, and why each is refused.
const WITHOUT_CLIENT: [(&str, &str); 9] = [
    ("token", "unrecognized file format"),
    ("header", "unrecognized file format"),
    ("curl", "unrecognized file format"),
    ("curl-file", "unrecognized file format"),
    ("httpie", "unrecognized file format"),
    ("exec-credential", "unrecognized file format"),
    ("systemd", "unrecognized file format"),
    ("git", "unrecognized file format"),
    (
        "postman-collection",
        "the Postman collection has no OAuth 2.0 settings and no request for tokens: it has 0 requests",
    ),
];

/// Imports a client with its refresh token as the profile `acme`.
fn with_profile(url: &str) -> Tokenwright {
    let program = Tokenwright::with_vault();
    let client = json!({"client_id": "app", "client_secret": SECRET, "refresh_token": REFRESH_TOKEN,
        "token_url": format!("{url}/token")});
    let imported = program.run_with_input(&["import", "-", "--profile", "acme", "--yes"], &client.to_string());
    assert_eq!(imported.code, 0, "{imported:?}");
    program.run(&["token", "acme"]).done();
    program
}

fn service() -> Scripted {
    Scripted::start(|_, _| Answer::json(200, &json!({"access_token": "made-up-access", "expires_in": 3600})))
}

#[test]
fn a_format_that_holds_a_client_and_its_refresh_token_brings_both_back() {
    let service = service();
    let url = service.url();
    let program = with_profile(&url);
    for id in WHOLE.into_iter().chain(WITHOUT_URL) {
        let arguments = ["export", "acme", "--format", id, "--set", "rclone_type=drive", "--with-refresh-token"];
        let text = program.run(&arguments).done();
        let Ok(Found::Import(import)) = read(text.as_bytes(), id, &Catalog::bundled(), None) else { panic!("{id}") };
        let expected = "client, secret, refresh token";
        let expected = if WITHOUT_URL.contains(&id) { expected.to_owned() } else { format!("{expected}, URL") };
        let told: Vec<String> = import.described.iter().map(|described| summary(described, &url)).collect();
        assert_eq!(told, [expected], "{id}");
    }
}

#[test]
fn a_format_that_holds_only_an_access_token_is_refused() {
    let service = service();
    let program = with_profile(&service.url());
    for (id, expected) in WITHOUT_CLIENT {
        let text = program.run(&["export", "acme", "--format", id]).done();
        let error = read(text.as_bytes(), id, &Catalog::bundled(), None).expect_err(id);
        assert_eq!(error.to_string(), expected, "{id}");
    }
}
