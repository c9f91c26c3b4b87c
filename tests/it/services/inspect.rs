//! Inspecting a token: what is written in it, whether its issuer signed it, and who is asked for that.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value as Json, json};
use tokenwright::app::{Inspect, Reach, SignatureState, TokenSource};
use tokenwright::oauth::{AssertionAlgorithm, KeyPair, UnsignedJwt, make_key_pair};
use tokenwright::secret::Secret;

use crate::dialects::core::Core;
use crate::support::http::browser;
use crate::support::oidc_provider::OidcProvider;
use crate::support::practice::Practice;
use crate::support::renewed::signed_in;
use crate::support::scripted::{Answer, Asked, Scripted};
use crate::support::tokenwright::Tokenwright;

const DISCOVERY: &str = "/.well-known/openid-configuration";

type Answering = fn() -> Answer;

/// A key of an issuer.
#[derive(Clone)]
struct Key {
    pair: KeyPair,
    id: &'static str,
}

impl Key {
    fn made(id: &'static str) -> Self {
        let day = Duration::from_hours(24);
        let pair = make_key_pair(AssertionAlgorithm::ES256, 0, "a test", Timestamp::now(), day).expect("a key");
        Self { pair, id }
    }

    fn public(&self) -> Json {
        let key = EncodingKey::from_ec_pem(self.pair.private_key.expose().as_bytes()).expect("a key");
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("a public key");
        jwk.common.key_id = Some(self.id.to_owned());
        serde_json::to_value(jwk).expect("JSON")
    }

    fn sign(&self, claims: &Json) -> String {
        let jwt = UnsignedJwt {
            header: json!({ "typ": "at+jwt", "kid": self.id }).as_object().expect("an object").clone(),
            claims: claims.as_object().expect("an object").clone(),
        };
        let key = self.pair.signing_key().expect("a key");
        jwt.sign(&key, AssertionAlgorithm::ES256).expect("signed").expose().to_owned()
    }
}

/// Where a request was sent, which is the issuer.
fn issuer(asked: &Asked) -> String {
    let host = asked.raw.lines().find_map(|line| line.to_lowercase().strip_prefix("host: ").map(str::to_owned));
    format!("http://{}", host.expect("a host"))
}

fn claims(issuer: &str) -> Json {
    let now = Timestamp::now().as_second();
    json!({ "iss": issuer, "aud": "api", "sub": "ada", "client_id": "it", "scope": "read", "iat": now, "exp": now + 600 })
}

/// A service that issues a token with these claims, signed by this key, and publishes the key.
fn service(key: &Key, keys: impl Fn() -> Answer + Send + Sync + 'static) -> Scripted {
    let key = key.clone();
    Scripted::start(move |asked, _| {
        let issuer = issuer(asked);
        match asked.path.as_str() {
            "/authorize" => asked.grant("a-code"),
            DISCOVERY => Answer::json(200, &json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") })),
            "/keys" => keys(),
            _ => Answer::json(200, &json!({ "access_token": key.sign(&claims(&issuer)), "expires_in": 600 })),
        }
    })
}

fn key_set(keys: &[&Key]) -> Answer {
    Answer::json(200, &json!({ "keys": keys.iter().map(|key| key.public()).collect::<Vec<_>>() }))
}

#[test]
fn the_token_of_a_profile_is_checked_by_the_keys_of_its_service_and_never_shown() {
    let key = Key::made("one");
    let published = key.clone();
    let service = service(&key, move || key_set(&[&published]));
    let program = signed_in(&service, "[scopes]\nknown = [{ name = \"read\", meaning = \"read everything\" }]\n");
    let token = program.run(&["token", "demo"]).done();
    let shown = program.run(&["inspect", "demo"]).done();
    for words in
        ["access token: a JSON Web Token", "signature valid: ES256, by a key of `http", "`one`", "read everything"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(shown.lines().any(|line| line.starts_with("exp ") && line.contains(", in ")), "{shown}");
    let json = program.run(&["inspect", "demo", "--json"]).json();
    assert_eq!((&json["signature"]["state"], &json["findings"]), (&json!("valid"), &json!([])), "{json}");
    assert_eq!((&json["claims"]["sub"], &json["token"]), (&json!("ada"), &json!("access_token")));
    for said in [shown, json.to_string()] {
        assert!(!said.contains(token.trim()) && !said.contains(token.trim().split('.').nth(1).expect("claims")));
    }
}

#[test]
fn a_token_that_was_changed_is_told_to_be_invalid_and_offline_nobody_is_asked() {
    let key = Key::made("one");
    let published = key.clone();
    let service = service(&key, move || key_set(&[&published]));
    let program = signed_in(&service, "");
    let token = key.sign(&claims(&service.url()));
    let (rest, signature) = token.rsplit_once('.').expect("three parts");
    let (header, _) = rest.split_once('.').expect("three parts");
    let forged = format!(
        "{header}.{}.{signature}",
        Key::made("x").sign(&claims(&service.url())).split('.').nth(1).expect("claims")
    );
    let file = program.home().join("token.txt");
    fs::write(&file, format!("Authorization: Bearer {forged}x\r\n")).expect("a file of our own");
    let file = file.display().to_string();
    let offline = program.run(&["inspect", "demo", "--file", &file, "--offline", "--json"]).json();
    assert_eq!(offline["signature"]["state"], "not-checked");
    assert!(service.asked("/keys").is_empty() && service.asked(DISCOVERY).is_empty());
    let shown = program.run(&["inspect", "demo", "--file", &file]).done();
    assert!(shown.contains("signature INVALID: it was not made with a key of"), "{shown}");
}

#[test]
fn a_strangers_keys_are_fetched_only_if_the_person_asks_for_it() {
    let key = Key::made("one");
    let published = key.clone();
    let stranger = service(&key, move || key_set(&[&published]));
    let own = service(&Key::made("own"), || key_set(&[]));
    let program = signed_in(&own, "");
    let token = key.sign(&claims(&stranger.url()));
    for arguments in [&["inspect", "--json"][..], &["inspect", "demo", "--file", "-", "--json"]] {
        let json = program.run_with_input(arguments, &token).json();
        assert_eq!(json["signature"]["state"], "not-checked", "{json}");
        assert!(stranger.asked(DISCOVERY).is_empty());
    }
    let compared = program.run_with_input(&["inspect", "demo", "--file", "-"], &token).done();
    assert!(compared.contains("which is not the profile's service, were not fetched"), "{compared}");
    assert!(compared.contains("ask the issuer if you know who it is: `--ask`"), "{compared}");
    let json = program.run_with_input(&["inspect", "--ask", "--json"], &token).json();
    assert_eq!(json["signature"]["state"], "valid", "{json}");
    assert!(!stranger.asked("/keys")[0].raw.contains(&token), "the token goes nowhere");
}

#[test]
fn keys_that_cannot_be_had_are_no_failure_and_the_reason_is_told() {
    let key = Key::made("one");
    let answers: [(Answering, &str); 4] = [
        (|| Answer::text(500, "text/html", "<h1>no</h1>"), "should be, answered 500"),
        (|| Answer::text(200, "text/html", "<h1>no</h1>"), "should be, answered no key set"),
        (|| Answer::text(200, "application/json", &"x".repeat(2 << 20)), "is larger than 1048576 bytes"),
        (|| key_set(&[&Key::made("two")]), "none of the issuer's keys has the ID `one` and is for ES256"),
    ];
    for (answer, words) in answers {
        let service = service(&key, answer);
        let token = key.sign(&claims(&service.url()));
        let shown = Tokenwright::new().run_with_input(&["inspect", "--ask"], &token).done();
        assert!(shown.contains("signature not checked: ") && shown.contains(words), "{shown}");
    }
    let liar = Scripted::start(|_, _| {
        Answer::json(200, &json!({ "issuer": "https://other.test", "jwks_uri": "https://other.test" }))
    });
    let token = key.sign(&claims(&liar.url()));
    let shown = Tokenwright::new().run_with_input(&["inspect", "--ask"], &token).done();
    assert!(shown.contains("describes another issuer, `https://other.test`"), "{shown}");
}

#[test]
fn what_cannot_be_a_token_is_wrong_usage_and_what_is_missing_is_named() {
    let program = Tokenwright::new();
    for (input, words) in [
        ("", "there is no token: the text is empty"),
        ("hello world", "the text is not a token: it has several words"),
        ("{\"error\":\"x\"}", "the text has no `access_token`, `id_token` or `refresh_token`"),
    ] {
        let said = program.run_with_input(&["inspect"], input).failed(2);
        assert!(said.contains(words) && said.contains("hint: "), "{said}");
    }
    let said = program.run_with_input(&["inspect", "--token", "id"], "{\"access_token\":\"canary\"}").failed(2);
    assert!(said.contains("the text has no ID token") && !said.contains("canary"), "{said}");
    program.run(&["inspect", "--file", "/nowhere/token"]).failed(1);
    let key = Key::made("one");
    let service = service(&key, || key_set(&[]));
    let said = signed_in(&service, "").run(&["inspect", "demo", "--token", "refresh"]).failed(2);
    assert!(said.contains("`demo` has no refresh token"), "{said}");
}

#[test]
fn an_opaque_token_is_introspected_and_a_pasted_one_only_if_the_person_asks_for_it() {
    let program = Tokenwright::with_vault();
    let practice = Practice::start(&program);
    practice.sign_in(&program, "demo");
    let json = program.run(&["inspect", "demo", "--json"]).json();
    assert_eq!((&json["form"], &json["introspection"]["active"]), (&json!("opaque"), &json!(true)), "{json}");
    assert_eq!(program.run(&["inspect", "demo", "--offline", "--json"]).json()["introspection"], Json::Null);
    let id = program.run(&["inspect", "demo", "--token", "id", "--offline", "--json"]).json();
    assert_eq!(id["signature"]["summary"], "the issuer's keys are not fetched offline", "{id}");
    let token = program.run(&["token", "demo"]).done();
    let pasted = |more: &[&str]| {
        let arguments = [&["inspect", "demo", "--file", "-", "--json"], more].concat();
        program.run_with_input(&arguments, &token).json()["introspection"].clone()
    };
    assert_eq!(pasted(&[]), Json::Null);
    assert_eq!(pasted(&["--ask"])["active"], true);
}

#[test]
fn keys_are_kept_and_fetched_anew_once_for_one_that_is_not_among_them() {
    let (old, new) = (Key::made("old"), Key::made("new"));
    let current = Arc::new(Mutex::new(old.clone()));
    let published = Arc::clone(&current);
    let service = service(&old, move || key_set(&[&published.lock().expect("a key")]));
    let core = Core::start();
    let state = |key: &Key| {
        let token = TokenSource::Text(Secret::new(key.sign(&claims(&service.url()))));
        core.inspect(Inspect { token, profile: None, which: None, resource: None, reach: Reach::Anybody })
            .signature
            .state
    };
    let fetched = || service.asked("/keys").len();
    assert_eq!((state(&old), state(&old), fetched()), (SignatureState::Valid, SignatureState::Valid, 1));
    *current.lock().expect("a key") = new.clone();
    assert_eq!((state(&new), state(&new), fetched()), (SignatureState::Valid, SignatureState::Valid, 2));
    assert_eq!((state(&Key::made("other")), fetched()), (SignatureState::Unchecked, 3));
}

#[test]
#[ignore = "needs node"]
fn the_id_token_of_a_certified_server_is_valid_by_the_keys_that_it_publishes() {
    let server = OidcProvider::start_auto();
    let program = Tokenwright::with_vault().with_env("TOKENWRIGHT_CLIENT_SECRET", "secret");
    program.add_preset(
        "certified.toml",
        &format!(
            "id = \"certified\"\nname = \"Certified\"\nchecked = \"2026-11-21\"\nsource = [\"a test\"]\n\
             [scopes]\ndefault = [\"openid\", \"email\"]\n[redirect]\ndefault = \"http://127.0.0.1/callback\"\n\
             [authorization]\nurl = \"{}\"\n[token_request]\nurl = \"{}\"\nauthentication = \"basic\"\n\
             [introspection]\nurl = \"{}\"\nauthentication = \"basic\"\n",
            server.authorization_endpoint(),
            server.token_endpoint(),
            server.introspection_endpoint(),
        ),
    );
    let client = "confidential-basic";
    let sign_in = ["sign-in", "demo", "--service", "certified", "--client-id", client, "--browser", browser()];
    program.run(&sign_in).done();
    let id = program.run(&["inspect", "demo", "--token", "id", "--json"]).json();
    assert_eq!((&id["signature"]["state"], &id["findings"]), (&json!("valid"), &json!([])), "{id}");
    assert_eq!((&id["header"]["alg"], &id["claims"]["iss"]), (&json!("RS256"), &json!(server.issuer())));
    let access = program.run(&["inspect", "demo", "--json"]).json();
    assert_eq!((&access["form"], &access["introspection"]["active"]), (&json!("opaque"), &json!(true)), "{access}");
}
