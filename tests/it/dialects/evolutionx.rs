//! Evolutionx: its settings and documented examples are read, make the right calls and are written the same; then the
//! whole program with such a service.

use crate::support::process::Process;
use crate::support::scripted::{Answer, Scripted};
use crate::support::tokenwright::Tokenwright;
use serde_json::json;
use tokenwright::app::CallContext;
use tokenwright::call::{Call, Reveal};
use tokenwright::diagnosis::Diagnose as _;
use tokenwright::dialect::evolutionx::{read, recognise, write};
use tokenwright::dialect::{self, Described, Dialect, Document};
use tokenwright::oauth::ProfileSecrets;
use tokenwright::secret::Secret;
use tokenwright::service::{Catalog, ProfileDraft, parse_preset, write_preset};

/// The bodies of the page's examples, with the commas that they have.
const CLIENT_CREDENTIALS: &str = r#"{
"grant_type": "client_credentials",
"client_id": "4157-db19-7d1e22be0b25",
"client_secret": "ka0dw1b.o32js1d",
"resource": "https://www.resource.com",
"scope": "customer order add.order change.order",
}"#;
const USER_AND_PASSWORD: &str = r#"{
"username": "username",
"password": "*******",
}"#;
const REFRESH_TOKEN: &str = r#"{
"grant_type": "refresh_token",
"client_id": "4157-db19-7d1e22be0b25",
"client_secret": "ka0dw1b.o32js1d",
"refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ...",
}"#;
const JWT_BEARER: &str = r#"{
"grant_type": "client_credentials",
"client_id": "4157-db19-7d1e22be0b25",
"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
"client_assertion": "eyJ...",
"audience": "https://www.resource.com",
}"#;

const SETTINGS: &str = r#"{
  "OAuth Endpoint": "https://login.example.test/oauth/token",
  "OAuth Token life": 1800,
  "OAuth Grant Type": "client_credentials",
  "OAuth Client ID": "4157-db19-7d1e22be0b25",
  "OAuth Client Secret": "a%^*&+=\"\\<é>",
  "OAuth Resource Body Key": "audience",
  "OAuth resource": "https://www.resource.com",
  "OAuth scope": "customer order",
  "Refresh token": "rt-1",
  "JSONata Token Response": "$split(result, ' ')[1]",
  "JSONata Refresh Token Response": "data[kind = 'refresh'].value",
}"#;

#[test]
fn each_example_of_the_page_makes_the_call_of_the_example() {
    for example in [CLIENT_CREDENTIALS, USER_AND_PASSWORD, REFRESH_TOKEN] {
        assert!(recognise(&Document::from(example)), "{example}");
        let described = with_endpoint(example);
        let call = bearer(&described);
        assert_eq!(body(&call), example.replace(",\n}", "\n}"));
        assert_eq!(call.method.as_str(), "POST");
        let headers: Vec<(String, String)> =
            call.wire_headers().into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect();
        let expected = [("Content-Type", "application/json"), ("Accept", "application/json")];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}

#[test]
fn a_refresh_token_is_renewed_by_the_call_of_the_example() {
    let mut described = with_endpoint(CLIENT_CREDENTIALS);
    described.secrets.refresh_token = Secret::new("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ...");
    let context = context(&described);
    let call = described
        .service
        .refresh_request
        .as_ref()
        .expect("a refresh request")
        .render(&context.values())
        .expect("complete");
    assert_eq!(body(&call), REFRESH_TOKEN.replace(",\n}", "\n}"));
}

#[test]
fn an_assertion_stands_in_the_place_of_the_secret() {
    let described = with_endpoint(JWT_BEARER);
    let named: Vec<&str> = described.service.token_request.placeholders().collect();
    assert_eq!(named, ["grant_type", "client_id", "assertion", "resource"]);
    let assertion = described.service.assertion.as_ref().expect("an assertion");
    assert_eq!(assertion.audience, "https://login.example.test/oauth/token");
    let missing: Vec<&str> = described.missing.iter().map(|note| note.place.as_str()).collect();
    assert_eq!(missing, ["private key"]);
}

#[test]
fn all_settings_are_understood_and_mean_the_same_when_written_and_read_again() {
    let described = only(SETTINGS);
    let labels: Vec<&str> = described.understood.iter().map(|note| note.place.as_str()).collect();
    assert_eq!(
        labels,
        [
            "OAuth Endpoint",
            "OAuth Token life",
            "OAuth Grant Type",
            "OAuth Client ID",
            "OAuth Client Secret",
            "OAuth Resource Body Key",
            "OAuth resource",
            "OAuth scope",
            "Refresh token",
            "JSONata Token Response",
            "JSONata Refresh Token Response",
        ]
    );
    assert!(described.ignored.is_empty() && described.missing.is_empty(), "{described:?}");
    assert_eq!(described.service.policy.longest_life, Some(1800));
    let written = write(&described, true).expect("written");
    assert_eq!(written.ignored, []);
    assert_eq!(only(written.text.expose()), described);
    for example in [CLIENT_CREDENTIALS, USER_AND_PASSWORD, REFRESH_TOKEN, JWT_BEARER] {
        let described = with_endpoint(example);
        let again = only(write(&described, true).expect("written").text.expose());
        assert_eq!(meaning(again), meaning(described), "{example}");
    }
}

#[test]
fn without_secrets_none_is_written() {
    let written = write(&only(SETTINGS), false).expect("written").text;
    assert!(!written.expose().contains("<é>") && !written.expose().contains("rt-1"), "{}", written.expose());
    let again = only(written.expose());
    let missing: Vec<&str> = again.missing.iter().map(|note| note.place.as_str()).collect();
    assert_eq!(missing, ["OAuth Client Secret"]);
}

#[test]
fn labelled_lines_may_have_expressions_of_several_lines() {
    let described = only(
        "  • OAuth Endpoint: https://login.example.test/token\n  • OAuth Grant Type: user_password\n\
         OAuth Client ID: alex\nOAuth scope: order\nJSONata Token Response: (\n  $t := data.token;\n  $t.value\n)\n",
    );
    assert_eq!(
        described.service.token_request.reading.access_token[0].as_str(),
        "(\n  $t := data.token;\n  $t.value\n)"
    );
    assert_eq!(described.service.labels.client_secret, "Password");
    let notes: Vec<String> = described.ignored.iter().map(|note| format!("{}: {}", note.place, note.words)).collect();
    assert_eq!(notes, ["OAuth scope: the call with user name and password does not send it"]);
}

#[test]
fn what_cannot_be_settings_is_refused_with_a_reason() {
    let check = |text: &str, expected: &str| {
        let words = read(&Document::from(text)).expect_err(text).diagnose().summary;
        assert_eq!(words, expected, "{text}");
    };
    check("", "no Evolutionx setting in the document");
    check("<oauth2/>", "no Evolutionx setting in the document");
    check("{\"OAuth Endpoint\": ", "the settings are not JSON: there is something unexpected at line 1, column 18");
    check("{\"scope\": \"a\", \"OAuth scope\": \"b\"}", "duplicate setting `OAuth scope`");
    check("{\"scope\": [\"a\"]}", "the setting `OAuth scope` is not a text");
    check(
        "OAuth Endpoint: Endpoint to retrieve tokens.",
        "the setting `OAuth Endpoint` is not a URL that starts with `https://`",
    );
    check("OAuth Token life: an hour", "the setting `OAuth Token life` is not a number of seconds");
    check(
        "OAuth Grant Type: implicit",
        "the setting `OAuth Grant Type` is not one of `client_credentials`, `user_password`, `refresh_token`, `jwt-bearer`",
    );
    check(
        "OAuth Resource Body Key: a\"b",
        "the setting `OAuth Resource Body Key` has characters other than letters, digits, `_`, `-`, `.` and `:`",
    );
    check(
        "JSONata Token Response: data.(",
        "the setting `JSONata Token Response`: the expression `data.(` cannot be read at line 1, column 7: it ends too early (S0207)",
    );
    let deep = format!("{{\"scope\": {}", "[".repeat(100_000));
    assert!(read(&Document::from(deep.as_str())).is_err());
    let large = format!("OAuth Endpoint: {}", "x".repeat(2_000_000));
    let format = Dialect::by_id("evolutionx");
    let error = dialect::read(large.as_bytes(), "x", &Catalog::bundled(), format).expect_err("too large").to_string();
    assert_eq!(error, "the document is larger than 1 MiB, the limit for Evolutionx settings");
}

#[test]
fn a_service_of_another_kind_is_written_as_far_as_it_can_be() {
    let service = tokenwright::service::Catalog::bundled().service("xero").expect("bundled");
    let described = Described { service, client_id: "id".into(), ..Described::default() };
    let written = write(&described, false).expect("it has a refresh request");
    assert_eq!(
        written.text.expose(),
        "{\n  \"OAuth Endpoint\": \"https://identity.xero.com/connect/token\",\n  \"OAuth Token life\": \"1800\",\n  \
         \"OAuth Grant Type\": \"refresh_token\",\n  \"OAuth Client ID\": \"id\"\n}"
    );
    assert!(written.ignored.iter().any(|note| note.place == "body"), "{:?}", written.ignored);
    let service = tokenwright::service::Service { refresh_request: None, name: "Xero".into(), ..described.service };
    let words = write(&Described { service, ..Described::default() }, false).expect_err("no way");
    assert!(words.to_string().starts_with("Xero needs a browser and has no refresh token endpoint"), "{words}");
}

#[test]
fn a_service_described_so_brings_a_token_and_renews_it_by_its_own_expressions() {
    let server = Scripted::start(|asked, _| {
        let (token, life) = if asked.raw.contains("\"refresh_token\",") { ("second", 60) } else { ("first", 7200) };
        Answer::json(
            200,
            &json!({
                "result": format!("Bearer {token}-token"),
                "expires_in": life,
                "data": [{"kind": "other", "value": "no"}, {"kind": "refresh", "value": format!("{token}-refresh")}],
            }),
        )
    });
    let text = SETTINGS.replace("https://login.example.test", &server.url());
    let described = only(&text);
    let program = Tokenwright::with_vault();
    program.add_preset("evolutionx.toml", &preset(&described));
    let id = described.client_id.as_str();
    let mut command = program.command(&["sign-in", "demo", "--service", "evolutionx", "--client-id", id]);
    let signed_in = Process::start(command.env("TOKENWRIGHT_CLIENT_SECRET", described.secrets.client_secret.expose()));
    signed_in.finish().done();
    assert_eq!(program.run(&["token", "demo"]).done(), "first-token\n");
    let sent = server.asked("/oauth/token").remove(0).raw;
    assert!(sent.ends_with(body(&bearer(&described)).as_str()), "{sent}");

    // The reply says two hours, the settings half an hour.
    let shown = program.run(&["show", "demo", "--json"]).json();
    let life = |shown: &serde_json::Value| {
        let time = |key: &str| shown[key].as_str().expect(key).parse::<jiff::Timestamp>().expect("a time");
        time("expires_at").duration_since(time("obtained_at")).as_secs()
    };
    assert_eq!(life(&shown), 1800, "{shown}");

    program.run(&["refresh", "demo"]).done();
    assert_eq!(program.run(&["token", "demo"]).done(), "second-token\n");
    let sent = server.asked("/oauth/token").remove(1).raw;
    assert!(sent.ends_with("\"refresh_token\": \"first-refresh\"\n}"), "{sent}");
    assert_eq!(life(&program.run(&["show", "demo", "--json"]).json()), 60);
}

#[test]
fn an_expression_that_finds_no_token_is_named_and_no_token_is_kept() {
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "result": 7 })));
    let program = Tokenwright::with_vault();
    for (expression, words) in [
        (
            "$split(result, ' ')[1]",
            "answered 200; the expression `$split(result, ' ')[1]` failed: a function has an argument of the wrong type (T0410)",
        ),
        ("[result, result]", "answered 200; the expression `[result, result]` returned a list, not a string"),
        ("result[1]", "answered 200 without an access token at `result[1]`; it has `result`"),
        (
            "($f := function($n) { $f($n + 1) }; $f(1))",
            "answered 200; the expression `($f := function($n) { $f($n + 1) }; $f(1))` took longer than 2 s and was stopped",
        ),
    ] {
        let text = SETTINGS.replace("https://login.example.test", &server.url());
        let described = only(&text.replace("$split(result, ' ')[1]", expression));
        program.add_preset("evolutionx.toml", &preset(&described));
        let mut command = program.command(&["sign-in", "demo", "--service", "evolutionx", "--client-id", "id"]);
        let said = Process::start(command.env("TOKENWRIGHT_CLIENT_SECRET", "secret")).finish().failed(4);
        assert!(said.contains(words), "{said}");
        let listed = program.run(&["list", "--json"]).json();
        assert_eq!((&listed[0]["state"], &listed[1]), (&json!("signed out"), &json!(null)), "no token is kept");
    }
}

fn only(text: &str) -> Described {
    let mut import = read(&Document::from(text)).unwrap_or_else(|error| panic!("{}: {text}", error.diagnose()));
    assert_eq!((import.format, import.described.len()), ("Evolutionx settings", 1));
    import.described.remove(0)
}

/// An example names no endpoint; the person does.
fn with_endpoint(example: &str) -> Described {
    let mut described = only(example);
    assert_eq!(described.missing.remove(0).place, "OAuth Endpoint");
    let settings = write(&described, true).expect("written");
    let all =
        settings.text.expose().replacen('{', r#"{ "OAuth Endpoint": "https://login.example.test/oauth/token","#, 1);
    only(&all)
}

/// All but the notes on where it was read.
fn meaning(described: Described) -> Described {
    Described { understood: Vec::new(), ..described }
}

fn context(described: &Described) -> CallContext {
    let mut draft = ProfileDraft::new(described.service.clone());
    draft.client_id.clone_from(&described.client_id);
    let secrets = ProfileSecrets {
        client_secret: described.secrets.client_secret.clone(),
        refresh_token: described.secrets.refresh_token.clone(),
        ..ProfileSecrets::default()
    };
    CallContext::new(draft.parse().expect("complete"), secrets)
}

fn bearer(described: &Described) -> Call {
    described.service.token_request.render(&context(described).values()).expect("complete")
}

fn body(call: &Call) -> String {
    assert!(!call.preview(&Reveal::new()).contains("ka0dw1b"), "secrets are masked");
    call.wire_body().expect("a body").expose().to_owned()
}

/// The service as a preset of the person's own.
fn preset(described: &Described) -> String {
    let mut service = described.service.clone();
    service.id = "evolutionx".to_owned();
    service.checked = "2026-11-21".to_owned();
    let text = write_preset(&service);
    assert_eq!(parse_preset("evolutionx.toml", &text, &|_| None), Ok(service), "{text}");
    text
}
