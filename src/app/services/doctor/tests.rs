//! The comparison with metadata, point by point.

use serde_json::{Value as Json, json};

use crate::app::services::doctor::open_values::OpenValues;
use crate::app::services::doctor::{Verdict, compare};
use crate::service::parse_preset;

const PRESET: &str = "id = \"acme\"\nname = \"Acme\"\nchecked = \"2026-11-30\"\nsource = [\"a test\"]\nasks = \"secret\"\n\
    [[inputs]]\nname = \"tenant\"\nlabel = \"Tenant\"\n\
    [scopes]\ndefault = [\"openid\"]\n\
    [redirect]\ndefault = \"http://127.0.0.1/callback\"\nissuer = \"https://as.test/<tenant>\"\n\
    [authorization]\nurl = \"https://as.test/<tenant>/authorize\"\n\
    [token_request]\nurl = \"https://as.test/<tenant>/token\"\nauthentication = \"body\"\n";

fn metadata() -> Json {
    json!({
        "issuer": "https://as.test/one",
        "authorization_endpoint": "https://as.test/one/authorize",
        "token_endpoint": "https://as.test/one/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "grant_types_supported": ["authorization_code"],
        "scopes_supported": ["openid"],
    })
}

/// The points that are not the same: name, verdict, the keys to change.
fn points(preset: &str, metadata: &Json) -> Vec<(String, Verdict, Vec<String>)> {
    let service = parse_preset("acme.toml", preset, &|_| None).expect("a preset");
    let mut values = OpenValues::new(&service, None, &[]).expect("no values");
    let points = compare::points(&service, &mut values, metadata);
    let others = points.into_iter().filter(|point| point.verdict != Verdict::Same);
    let keys =
        |change: Vec<(&str, toml::Value)>| change.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    others.map(|point| (point.name, point.verdict, keys(point.change))).collect()
}

/// What the metadata of a service that says nothing of its responses leaves open.
fn untold() -> (String, Verdict, Vec<String>) {
    ("issuer in the response".to_owned(), Verdict::NotTold, Vec::new())
}

#[test]
fn an_open_place_fits_what_the_service_says() {
    assert_eq!(points(PRESET, &metadata()), [untold()]);
}

#[test]
fn what_the_metadata_leaves_out_is_not_told() {
    let document = json!({ "issuer": "https://as.test/one" });
    let told: Vec<(String, Verdict)> =
        points(PRESET, &document).into_iter().map(|(name, verdict, _)| (name, verdict)).collect();
    let names = [
        "authorization URL",
        "token URL",
        "client authentication",
        "PKCE",
        "grant types",
        "default scopes",
        "issuer in the response",
    ];
    assert_eq!(told, names.map(|name| (name.to_owned(), Verdict::NotTold)));
}

#[test]
fn a_departure_names_the_keys_that_mend_it() {
    for (member, value, name, keys) in [
        ("issuer", json!("https://other.test"), "issuer", &["redirect.issuer = \"https://other.test\""][..]),
        (
            "token_endpoint",
            json!("https://as.test/one/oauth/token"),
            "token URL",
            &["token_request.url = \"https://as.test/one/oauth/token\""],
        ),
        (
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt", "client_secret_basic"]),
            "client authentication",
            &["token_request.authentication = \"basic\""],
        ),
        ("token_endpoint", json!("https://as.test/<client_secret>"), "token URL", &[]),
        ("token_endpoint", json!("https://{host}/one/token"), "token URL", &[]),
        ("token_endpoint", json!("file:///token"), "token URL", &[]),
        ("token_endpoint_auth_methods_supported", json!(["made_up"]), "client authentication", &[]),
        ("code_challenge_methods_supported", json!(["plain"]), "PKCE", &["authorization.pkce = \"plain\""]),
        ("grant_types_supported", json!(["implicit"]), "grant types", &[]),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
            "issuer in the response",
            &["redirect.sends_issuer = true"],
        ),
        ("require_signed_request_object", json!(true), "requests are signed (JAR)", &["signed_request = \"ES256\""]),
    ] {
        let mut metadata = metadata();
        metadata[member] = value;
        let mut found = points(PRESET, &metadata);
        found.retain(|point| *point != untold());
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(found, [(name.to_owned(), Verdict::Differs, keys)], "{member}");
    }
}

/// RFC 9126 section 5.
#[test]
fn a_service_that_requires_pushed_requests_is_told() {
    let mut metadata = metadata();
    metadata["require_pushed_authorization_requests"] = true.into();
    metadata["pushed_authorization_request_endpoint"] = "https://as.test/one/par".into();
    let par = "pushed_authorization.url = \"https://as.test/one/par\"".to_owned();
    let expected = [
        ("pushed authorization URL".to_owned(), Verdict::Offered, vec![]),
        untold(),
        ("requests are pushed (PAR)".to_owned(), Verdict::Differs, vec![par]),
    ];
    assert_eq!(points(PRESET, &metadata), expected);
}

/// RFC 8705 section 2.
#[test]
fn a_service_that_takes_only_certificates_is_told() {
    let mut metadata = metadata();
    metadata["token_endpoint_auth_methods_supported"] = json!(["tls_client_auth"]);
    let change = "token_request.authentication = \"tls-client-auth\"".to_owned();
    let expected = [
        ("client authentication".to_owned(), Verdict::Differs, vec![change]),
        untold(),
        ("client certificate (mTLS)".to_owned(), Verdict::Differs, vec![]),
    ];
    assert_eq!(points(PRESET, &metadata), expected);
}

/// RFC 9207 section 3: the member is `false` if it is left out.
#[test]
fn a_preset_that_demands_the_issuer_of_a_service_that_does_not_send_it_departs() {
    let preset = PRESET.replace("issuer =", "sends_issuer = true\nissuer =");
    let change = "redirect.sends_issuer = false".to_owned();
    let expected = [("issuer in the response".to_owned(), Verdict::Differs, vec![change])];
    assert_eq!(points(&preset, &metadata()), expected);
}

#[test]
fn the_account_of_another_api_is_no_departure() {
    let mut metadata = metadata();
    metadata["userinfo_endpoint"] = "https://as.test/one/userinfo".into();
    let verdict = |url: &str| {
        let found = points(&format!("{PRESET}[identity]\nurl = \"{url}\"\n"), &metadata);
        found.into_iter().find(|(name, ..)| name == "userinfo URL").map(|(_, verdict, _)| verdict)
    };
    assert_eq!(verdict("https://as.test/<tenant>/userinfo"), None);
    assert_eq!(verdict("https://api.test/me"), Some(Verdict::Offered));
    assert_eq!(verdict("https://as.test/<tenant>/me"), Some(Verdict::Differs));
}
