//! What of a document is not taken over is told: fragments, grants that no request can begin, empty variables, services that
//! keep a secret in plain text.

use serde_json::{Value as Json, json};
use tokenwright::diagnosis::Diagnose;
use tokenwright::dialect::{Described, Found, ImportError, Note, read};
use tokenwright::service::Catalog;

const FRAGMENT: &str = "what follows its `#` is not sent: if the page needs it, enter the URL by hand";

fn read_text(name: &str, text: &str) -> Result<Vec<Described>, ImportError> {
    match read(text.as_bytes(), name, &Catalog::bundled(), None)? {
        Found::Import(import) => Ok(import.described),
        Found::Issuer(issuer) => panic!("{name}: {issuer:?}"),
    }
}

#[track_caller]
fn described(name: &str, text: &str) -> Vec<Described> {
    read_text(name, text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn lines(notes: &[Note]) -> Vec<String> {
    notes.iter().map(|note| format!("{}: {}", note.place, note.words)).collect()
}

/// A Postman collection with these token requests: a name, and the fields of the body.
fn collection(requests: &[(&str, &[(&str, &str)])]) -> String {
    let field = |(key, value): &(&str, &str)| json!({"key": key, "value": value});
    let item = |(name, fields): &(&str, &[(&str, &str)])| {
        let body: Vec<Json> = fields.iter().map(field).collect();
        json!({"name": name, "request": {"method": "POST", "url": "https://sso.example.test/token",
            "body": {"mode": "urlencoded", "urlencoded": body}}})
    };
    let items: Vec<Json> = requests.iter().map(item).collect();
    json!({"info": {"name": "Demo", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/"}, "item": items})
        .to_string()
}

#[test]
fn the_fragment_of_an_authorization_url_is_told_by_each_reader() {
    let url = "https://app.example.test/#/authorize";
    let curl = "curl 'https://sso.example.test/token#x' -d grant_type=client_credentials -d client_id=app";
    let postman = json!({"info": {"name": "Demo"}, "item": [], "auth": {"type": "oauth2", "oauth2": [
        {"key": "authUrl", "value": url}, {"key": "accessTokenUrl", "value": "https://sso.example.test/token"}]}});
    let openapi = json!({"openapi": "3.0.3", "info": {"title": "Demo", "version": "1"}, "components": {"securitySchemes": {
        "o": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": url,
        "tokenUrl": "https://sso.example.test/token", "scopes": {}}}}}}});
    let settings = format!("client_id = app\nauth_url = {url}\ntoken_url = https://sso.example.test/token\n");
    for (name, text, place) in [
        ("curl", curl.to_owned(), "curl › URL"),
        ("postman", postman.to_string(), "auth.oauth2.authUrl"),
        ("openapi", openapi.to_string(), "o › authorizationCode › authorizationUrl"),
        ("settings", settings, "auth_url"),
    ] {
        let all = described(name, &text);
        assert!(all[0].ignored.contains(&Note::new(place, FRAGMENT)), "{name}: {:?}", all[0].ignored);
    }
}

#[test]
fn the_requests_of_a_device_code_grant_are_told_and_alone_they_are_refused() {
    let device: (&str, &[(&str, &str)]) = (
        "Poll",
        &[("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "x"), ("client_id", "app")],
    );
    let client: (&str, &[(&str, &str)]) = ("Get", &[("grant_type", "client_credentials"), ("client_id", "app")]);
    let both = described("postman", &collection(&[device, client]));
    assert_eq!(both.len(), 1);
    assert_eq!(
        lines(&both[0].ignored),
        ["Poll: the device code grant: import the metadata of the server, which has its endpoint"]
    );
    let error = read_text("postman", &collection(&[device])).expect_err("refused");
    assert_eq!(
        error.diagnose().to_string(),
        "the Postman collection describes no service: it has no request for tokens but those of the device code grant\n\
         hint: import another description of the service, such as the URL of its issuer"
    );
}

#[test]
fn a_grant_with_an_assertion_gets_no_refresh_request() {
    let jwt: (&str, &[(&str, &str)]) = (
        "Assert",
        &[
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", "{{jwt}}"),
            ("client_id", "app"),
        ],
    );
    let refresh: (&str, &[(&str, &str)]) =
        ("Refresh", &[("grant_type", "refresh_token"), ("refresh_token", "{{refresh_token}}"), ("client_id", "app")]);
    let all = described("postman", &collection(&[jwt, refresh]));
    let found: Vec<(&str, bool)> =
        all.iter().map(|one| (one.service.grant_type.as_str(), one.service.refresh_request.is_some())).collect();
    assert_eq!(found, [("urn:ietf:params:oauth:grant-type:jwt-bearer", false), ("refresh_token", true)]);
}

#[test]
fn a_variable_that_the_document_leaves_empty_is_open_and_named_so() {
    let mut text: Json = serde_json::from_str(&collection(&[(
        "Get",
        &[("grant_type", "client_credentials"), ("client_id", "{{client_id}}"), ("tenant", "{{tenant}}")],
    )]))
    .expect("JSON");
    text["variable"] = json!([{"key": "client_id", "value": ""}, {"key": "tenant", "value": ""}]);
    let all = described("postman", &text.to_string());
    assert!(
        lines(&all[0].missing)
            .contains(&"Get › body › tenant: a value for `tenant`: the variable is empty in the document".to_owned())
    );
    assert_eq!(all[0].client_id, "");
    let environment = json!({"name": "Demo", "_postman_variable_scope": "environment", "values": [
        {"key": "client_id", "value": ""}, {"key": "client_secret", "value": ""},
        {"key": "token_url", "value": "https://sso.example.test/token"}]});
    let all = described("environment", &environment.to_string());
    let told = lines(&all[0].understood);
    for line in [
        "values.clientId: `<client_id>`: the variable is empty in the document",
        "values.clientSecret: `<client_secret>`: the variable is empty in the document",
    ] {
        assert!(told.iter().any(|told| told == line), "{line} in {told:?}");
    }
    assert!(lines(&all[0].missing).iter().any(|line| line.starts_with("client secret: ")), "{:?}", all[0].missing);
}

#[test]
fn of_several_services_the_one_that_keeps_a_secret_in_plain_text_is_refused() {
    let good: (&str, &[(&str, &str)]) = ("Good", &[("grant_type", "client_credentials"), ("client_id", "one")]);
    let leaking: (&str, &[(&str, &str)]) = (
        "Leaking",
        &[
            ("grant_type", "client_credentials"),
            ("client_id", "two"),
            ("client_secret", "made-up-secret-1"),
            ("note", "it is made-up-secret-1"),
        ],
    );
    let all = described("postman", &collection(&[good, leaking]));
    let ids: Vec<&str> = all.iter().map(|one| one.client_id.as_str()).collect();
    assert_eq!(ids, ["one"]);
    assert_eq!(
        lines(&all[0].ignored),
        [
            "Demo: Leaking: another service, which is refused: one of its secrets is plain text in `token_request`, body \
          parameter `note`"
        ]
    );
    let error = read_text("postman", &collection(&[leaking])).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "Postman collection or environment: one of its secrets is plain text in `token_request`, body parameter `note`"
    );
}

#[test]
fn metadata_without_the_grant_of_its_authorization_endpoint_says_so() {
    let metadata = json!({"issuer": "https://sso.example.test", "authorization_endpoint": "https://sso.example.test/a",
        "token_endpoint": "https://sso.example.test/token", "grant_types_supported": ["client_credentials"]});
    let all = described("metadata", &metadata.to_string());
    assert_eq!(
        lines(&all[0].ignored),
        ["grant_types_supported: without `authorization_code`; there is an authorization endpoint, which is used \
          nevertheless"]
    );
}
