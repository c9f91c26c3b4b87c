//! A `curl` command for a token request.

use serde_json::json;
use tokenwright::call::{Authentication, BodyTemplate, Method};
use tokenwright::dialect::curl;
use tokenwright::secret::Secret;
use tokenwright::service::{Asks, Start};

use crate::dialects::check::{only, read_text, recognises, words};
use crate::dialects::core::{Core, context};
use crate::support::scripted::{Answer, Scripted};

#[test]
fn a_refresh_line_runs_and_its_values_arrive() {
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 60 })));
    let line = format!(
        "curl -s -X POST '{}/token?tenant=acme' \\\n  -H 'Accept: application/json' \\\n  -u 'it:a/b+c' \\\n  \
         --data-urlencode 'grant_type=refresh_token' --data-urlencode 'refresh_token=a%^*&+=\"<é>'\n",
        server.url()
    );
    assert!(recognises(curl::recognise, &line));
    let described = only(read_text(curl::read, &line).expect("a line"));
    let service = &described.service;
    assert_eq!((service.start, service.asks), (Start::RefreshToken, Asks::Secret));
    assert_eq!(service.token_request.authentication, Authentication::BasicRaw);
    assert_eq!(described.secrets.refresh_token, Secret::new("a%^*&+=\"<é>"));
    assert_eq!(words(&described.missing), [""; 0]);
    let exchange = Core::start().refresh(context(&described));
    exchange.outcome.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
    let asked = server.asked("/token").pop().expect("a call");
    assert_eq!(asked.parameter("refresh_token"), "a%^*&+=\"<é>");
    assert!(asked.raw.starts_with("POST /token?tenant=acme "), "{}", asked.raw);
    // `it:a/b+c`, as curl itself sends it.
    assert!(asked.raw.contains("Basic aXQ6YS9iK2M="), "{}", asked.raw);
}

#[test]
fn a_line_with_a_code_is_the_token_request() {
    let line = "$ curl --request POST --url https://as.example.test/token -d grant_type=authorization_code \
        -d client_id=the-id -d client_secret=$CLIENT_SECRET -d code=abc123 \
        -d redirect_uri=http://localhost:8080/callback -d code_verifier=v3r1f13r";
    let described = only(read_text(curl::read, line).expect("a line"));
    assert_eq!(
        (described.client_id.as_str(), described.redirect_uri.as_str()),
        ("the-id", "http://localhost:8080/callback")
    );
    assert_eq!(described.service.grant_type, "authorization_code");
    let BodyTemplate::Form(form) = &described.service.token_request.body else { panic!("a form") };
    let texts: Vec<&str> = form.iter().map(|p| p.value.source()).collect();
    assert_eq!(
        texts,
        ["<grant_type>", "<client_id>", "<client_secret>", "<code>", "<redirect_uri>", "<code_verifier>"]
    );
    assert_eq!(
        words(&described.ignored),
        [
            "curl › body › code: each sign-in has its own `<code>`",
            "curl › body › code_verifier: each sign-in has its own `<code_verifier>`",
        ]
    );
    assert_eq!(
        words(&described.missing),
        [
            "authorization endpoint: its URL: see the service's documentation",
            "client secret: the service issues one when you register a client",
        ]
    );
    assert!(described.service.refresh_request.is_some());
}

#[test]
fn json_and_get_and_other_shells() {
    let line = "curl.exe ^\n  --json \"{\\\"grant_type\\\":\\\"client_credentials\\\",\\\"client_id\\\":\\\"x\\\",\\\"client_secret\\\":\\\"json-secret\\\"}\" ^\n  https://as.example.test/token";
    let described = only(read_text(curl::read, line).expect("a line"));
    let BodyTemplate::Json(body) = &described.service.token_request.body else { panic!("JSON") };
    let body: serde_json::Value = serde_json::from_str(body.source()).expect("JSON");
    assert_eq!(body["client_secret"], json!("<client_secret>"));
    assert_eq!(described.secrets.client_secret, Secret::new("json-secret"));

    let line =
        "curl -G https://as.example.test/token -d grant_type=client_credentials -d 'appid=wx1' -d secret=get-secret";
    let described = only(read_text(curl::read, line).expect("a line"));
    let call = &described.service.token_request;
    assert_eq!((call.method, &call.body), (Method::Get, &BodyTemplate::None));
    assert_eq!(call.query.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["grant_type", "appid", "secret"]);
    assert_eq!(described.client_id, "wx1");

    let line = "curl https://as.example.test/token -H 'X-Api-Key: sub-key-value' -d grant_type=client_credentials -u sk_live_key:";
    let described = only(read_text(curl::read, line).expect("a line"));
    assert_eq!(described.service.token_request.authentication, Authentication::BasicSecret);
    assert_eq!(described.secrets.client_secret, Secret::new("sk_live_key"));
    assert_eq!(described.secrets.inputs["X-Api-Key"], Secret::new("sub-key-value"));
}

#[test]
fn options_that_are_not_known_and_files_do_not_hide_the_call() {
    let line = "curl --new-option value https://as.example.test/token -d @secret-file -d grant_type=client_credentials \
        -d client_id=x -F 'key=@key.pem' > out.json";
    let described = only(read_text(curl::read, line).expect("a line"));
    assert_eq!(described.service.token_request.url.source(), "https://as.example.test/token");
    let ignored = words(&described.ignored);
    for told in ["--new-option", "--data @file", "--form @file", "a further word"] {
        assert!(ignored.iter().any(|words| words.starts_with(told)), "{told}: {ignored:?}");
    }
    assert!(!ignored.join(" ").contains("secret-file"), "{ignored:?}");
}

#[test]
fn what_is_no_call_is_told_without_quoting_it() {
    let error = |text: &str| read_text(curl::read, text).expect_err("refused").to_string();
    assert_eq!(error("wget x"), "this does not look like curl command: it has no `curl` at its beginning");
    assert_eq!(error("curl -s"), "this does not look like curl command: it has no URL");
    assert_eq!(error("curl https://a.test --data"), "curl command: expected a value at `--data`");
}
