//! eZintegrations' five settings.

use serde_json::{Value, json};
use tokenwright::dialect::ezintegrations;
use tokenwright::dialect::{Described, Secrecy, datazen};
use tokenwright::practice::{Practice, PracticeOptions};
use tokenwright::secret::Secret;
use tokenwright::service::{Catalog, Start};

use crate::dialects::check::{only, read_text, recognises, words};
use crate::dialects::core::{Core, context};
use crate::support::scripted::{Answer, Scripted};

/// What breaks one or another way of writing a call.
const HOSTILE: &str = "a%^*&+=\"\n<é>";

/// A refresh token of the practice service, by its pages.
fn refresh_token(practice: &Practice, core: &Core) -> Secret {
    let url = practice.base_url();
    let page = format!(
        "Authorization URL: {url}/authorize\nClient ID: practice-client\nRedirect URI: http://127.0.0.1/callback\n\
         Scope: openid offline_access\nOAuth Bearer Token URL: {url}/token\nSecret: practice-secret\n\
         Grant Type: authorization_code\n"
    );
    let signed_in = core.sign_in(context(&only(read_text(datazen::read, &page).expect("the pages"))));
    signed_in.tokens.expect("tokens").refresh_token.expect("a refresh token")
}

#[test]
fn the_settings_run_to_a_token_and_a_refresh_and_out_again_in_both_forms() {
    let practice = Practice::start(PracticeOptions { auto_consent: true, ..Default::default() }).expect("a port");
    let core = Core::start();
    let mut token = refresh_token(&practice, &core);
    let settings = |body: &Value| {
        json!({
            "Refresh Token URL": format!("{}/token", practice.base_url()),
            "Refresh Token Method": "POST",
            "Refresh Token Endpoint Header": { "Content-Type": "application/x-www-form-urlencoded" },
            "Refresh Token Endpoint Params": {},
            "Refresh Token Endpoint Body": body,
        })
    };
    let object = settings(&json!({
        "grant_type": "refresh_token",
        "refresh_token": "your_refresh_token",
        "client_id": "practice-client",
        "client_secret": "practice-secret",
    }));
    let text = settings(&json!(
        "client_id=practice-client&client_secret=practice-secret&grant_type=refresh_token&refresh_token=your_refresh_token"
    ));
    let header = json!({
        "refresh_token_url": format!("{}/token", practice.base_url()),
        "refresh_token_endpoint_header": { "Authorization": "Basic cHJhY3RpY2UtY2xpZW50OnByYWN0aWNlLXNlY3JldA==" },
        "refresh_token_endpoint_body": { "grant_type": "refresh_token", "refresh_token": "{{refresh_token}}" },
    });
    for document in [object, text, header] {
        assert!(recognises(ezintegrations::recognise, &document.to_string()));
        let mut described = only(read_text(ezintegrations::read, &document.to_string()).expect("the settings"));
        assert_eq!(described.service.start, Start::RefreshToken);
        assert_eq!(described.secrets.client_secret, Secret::new("practice-secret"));
        assert_eq!(words(&described.missing)[..], ["refresh token: paste the one that the service issued, in step 3"]);
        described.secrets.refresh_token = token;
        let written = ezintegrations::write(&described, Secrecy::With).expect("writable");
        let again = only(read_text(ezintegrations::read, written.expose()).expect("our own settings"));
        assert_eq!((&again.service, &again.secrets), (&described.service, &described.secrets));
        let refreshed = core.refresh(context(&again)).outcome;
        let refreshed = refreshed.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
        assert!(refreshed.access_token.expose().starts_with("practice-at-"));
        token = refreshed.refresh_token.expect("a new one");
    }
}

#[test]
fn a_secret_with_every_special_character_arrives_in_both_forms() {
    let server = Scripted::start(|_, _| Answer::json(200, &json!({ "access_token": "at", "expires_in": 60 })));
    let core = Core::start();
    let document = json!({
        "Refresh Token URL": format!("{}/token", server.url()),
        "Refresh Token Method": "POST",
        "Refresh Token Endpoint Body": {
            "grant_type": "refresh_token", "refresh_token": HOSTILE, "client_id": "id", "client_secret": HOSTILE,
        },
    });
    let mut as_text = document.clone();
    let fields = document["Refresh Token Endpoint Body"].as_object().expect("an object").iter();
    let fields = fields.map(|(name, value)| (name, value.as_str().expect("a text")));
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    as_text["Refresh Token Endpoint Body"] = json!(body);
    for document in [&document, &as_text] {
        let described = only(read_text(ezintegrations::read, &document.to_string()).expect("the settings"));
        let written = ezintegrations::write(&described, Secrecy::With).expect("writable");
        let again = only(read_text(ezintegrations::read, written.expose()).expect("our own settings"));
        assert_eq!((&again.service, &again.secrets), (&described.service, &described.secrets), "{document}");
        core.refresh(context(&again)).outcome.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
        let asked = server.asked("/token").pop().expect("a call");
        assert_eq!((asked.parameter("client_secret"), asked.parameter("refresh_token")), (HOSTILE, HOSTILE));
    }
    // A body that is sent as JSON.
    let mut document = document;
    document["Refresh Token Endpoint Header"] = json!({ "Content-Type": "application/json" });
    let described = only(read_text(ezintegrations::read, &document.to_string()).expect("the settings"));
    core.refresh(context(&described)).outcome.unwrap_or_else(|failure| panic!("{}", failure.diagnosis));
    let asked = server.asked("/token").pop().expect("a call");
    let (_, body) = asked.raw.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!((&body["client_secret"], &body["grant_type"]), (&json!(HOSTILE), &json!("refresh_token")));
}

#[test]
fn the_page_itself_can_be_pasted_with_its_typographic_quotes() {
    let page = "Settings of the refresh:\n\
        Refresh Token URL :\nwhere to send it, such as\nExample: https://as.example.test/oauth2/v4/token\n\
        Refresh Token Method :\nmost servers want a POST request\n\
        Refresh Token Endpoint Header:\n\
        {“Authorization”: “Basic base64-encoded(client_id:client_secret)”}\nand\n\
        {“Content-Type”:”application/x-www-form-urlencoded”}\n\
        Refresh Token Endpoint Params :\n{\n\"params1\": \"your_params1\"\n}\n\
        Refresh Token Endpoint Body:\n\
        {\n\"grant_type\": \"refresh_token\",\n\"refresh_token\": \"your_refresh_token\",\n\
        \"client_id\": \"your_client_id\",\n\"client_secret\": \"your_client_secret\"\n}\n";
    assert!(recognises(ezintegrations::recognise, page));
    let described = only(read_text(ezintegrations::read, page).expect("the page"));
    let refresh = described.service.refresh_request.as_ref().expect("a refresh request");
    assert_eq!(refresh.url.source(), "https://as.example.test/oauth2/v4/token");
    assert_eq!(
        words(&described.missing),
        [
            "refresh request › query › params1: a value for `your_params1`",
            "client id: the service issues one when you register a client",
            "client secret: the service issues one when you register a client",
            "refresh token: paste the one that the service issued, in step 3",
        ]
    );
    let written = ezintegrations::write(&described, Secrecy::Without).expect("writable");
    let written: Value = serde_json::from_str(written.expose()).expect("JSON");
    assert_eq!(
        written,
        json!({
            "Refresh Token URL": "https://as.example.test/oauth2/v4/token",
            "Refresh Token Method": "POST",
            "Refresh Token Endpoint Header": {
                "Authorization": "Basic base64-encoded(client_id:client_secret)",
                "Content-Type": "application/x-www-form-urlencoded",
            },
            "Refresh Token Endpoint Params": { "params1": "{{your_params1}}" },
            "Refresh Token Endpoint Body": {
                "grant_type": "refresh_token",
                "refresh_token": "{{refresh_token}}",
                "client_id": "{{client_id}}",
                "client_secret": "{{client_secret}}",
            },
        })
    );
}

#[test]
fn every_preset_with_a_refresh_call_is_written_or_says_why_not() {
    for service in Catalog::bundled().services() {
        let name = service.name.clone();
        let has_refresh = service.refresh_request.is_some();
        let described = Described { service, client_id: "id".into(), ..Described::default() };
        match ezintegrations::write(&described, Secrecy::Without) {
            Ok(written) if !described.service.refresh_request.as_ref().expect("one").url.is_empty() => {
                let read = read_text(ezintegrations::read, written.expose());
                assert!(read.is_ok(), "{name}: {read:?}\n{}", written.expose());
            }
            Ok(_) => {}
            Err(error) => assert!(error.to_string().contains(&name) || !has_refresh, "{error}"),
        }
    }
}

#[test]
fn a_profile_is_written_without_its_secrets_unless_they_are_wanted() {
    let service = Catalog::bundled().service("google").expect("a preset");
    let mut described = Described { service, client_id: "id".into(), ..Described::default() };
    described.secrets.client_secret = Secret::new("s%crét");
    described.secrets.refresh_token = Secret::new("1//rt");
    let body = |secrecy| {
        let written = ezintegrations::write(&described, secrecy).expect("writable");
        let json: Value = serde_json::from_str(written.expose()).expect("JSON");
        json["Refresh Token Endpoint Body"].clone()
    };
    let expected = |refresh_token: &str, client_secret: &str| {
        json!({
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": "id",
            "client_secret": client_secret,
        })
    };
    assert_eq!(body(Secrecy::Without), expected("{{refresh_token}}", "{{client_secret}}"));
    assert_eq!(body(Secrecy::With), expected("1//rt", "s%crét"));
}

#[test]
fn what_cannot_be_read_or_written_is_told() {
    let error = |text: &str| read_text(ezintegrations::read, text).expect_err("refused").to_string();
    let other = "this does not look like eZintegrations OAuth 2.0 settings: it has no Refresh Token URL";
    assert_eq!(error("{}"), other);
    assert_eq!(error("hello"), other);
    assert_eq!(
        error("{\"Refresh Token URL\": []}"),
        "eZintegrations OAuth 2.0 settings: expected a text at `Refresh Token URL`"
    );
    assert_eq!(
        error("Refresh Token URL: https://a.test\nRefresh Token Endpoint Body: {\"a\": "),
        "eZintegrations OAuth 2.0 settings: expected a JSON object that ends at `Refresh Token Endpoint Body`"
    );
    let described =
        Described { service: Catalog::bundled().service("github").expect("a preset"), ..Described::default() };
    if described.service.refresh_request.is_none() {
        let error = ezintegrations::write(&described, Secrecy::Without).expect_err("no refresh");
        assert_eq!(error.to_string(), "GitHub has no refresh token endpoint, the only one that eZintegrations calls");
    }
}
