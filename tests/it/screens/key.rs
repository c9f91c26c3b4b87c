//! The private key of step 2, the assertion that it signs, and the grants without a browser.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tokenwright::gui::model::{KeyDone, Requested};
use tokenwright::gui::{Draft, Intent, KeyWish, Step};
use tokenwright::oauth::{AssertionAlgorithm, GrantType, KeyPair, ReadKey, make_key_pair};
use tokenwright::secret::Secret;
use tokenwright::service::ProfileDraft;

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{at, failure, name, now, service, started};
use crate::screens::screen::{THEMES, screen};

pub fn pair() -> KeyPair {
    make_key_pair(AssertionAlgorithm::PS256, 2048, "a test", now(), Duration::from_hours(24)).expect("a key pair")
}

/// NetSuite, all but the key and what comes with it typed.
pub fn netsuite(step: Step) -> Draft {
    let mut draft = at(service("netsuite-m2m"), step);
    let profile = draft.profile.as_mut().expect("a service");
    profile.client_id = "0123abcd".into();
    profile.inputs.insert("account_id".into(), "1234567".into());
    draft
}

/// The same with the key.
pub fn keyed(step: Step, pair: &KeyPair) -> Draft {
    let mut draft = netsuite(step);
    draft.secrets.signing_key = Some(pair.clone());
    draft.profile.as_mut().expect("a service").inputs.insert("certificate_id".into(), "abc".into());
    draft
}

/// A service that takes a SAML assertion, with its key, all typed.
pub fn successfactors(step: Step, pair: &KeyPair) -> Draft {
    let mut draft = at(service("sap-successfactors"), step);
    draft.secrets.signing_key = Some(pair.clone());
    let profile = draft.profile.as_mut().expect("a service");
    profile.client_id = "EXAMPLEKEY".into();
    for (name, value) in [("api_server", "api4.successfactors.com"), ("company_id", "Acme"), ("user_id", "a<b>&c")] {
        profile.inputs.insert(name.into(), value.into());
    }
    draft
}

#[test]
fn a_saml_assertion_of_a_service_that_is_described_is_begun_here() {
    let pair = pair();
    for theme in THEMES {
        let mut draft = at(service("custom"), Step::Authorization);
        draft.secrets.signing_key = Some(pair.clone());
        let profile = draft.profile.as_mut().expect("a service");
        profile.choose_grant(Some(GrantType::Saml2Bearer));
        "https://as.test/token".clone_into(&mut profile.token_request.url);
        let mut window = screen(theme, started(), draft);
        assert!(window.reads("The signed assertion, as XML or as it is sent."), "{}", window.words());
        window.press("Write and sign the assertion here");
        assert!(!window.reads("The signed assertion, as XML or as it is sent."), "{}", window.words());
        window.press("Change the assertion");
        window.fill("Issuer of the assertion", "https://idp.test");
        let service = window.state().draft.profile.as_ref().expect("a service").customised();
        let assertion = service.assertion_of(&service.token_request).expect("an assertion");
        let saml = assertion.saml.expect("SAML");
        assert_eq!((saml.issuer.as_str(), saml.recipient.as_str()), ("https://idp.test", "https://as.test/token"));
        window.press("Write and sign the assertion here");
        assert!(window.reads("The signed assertion, as XML or as it is sent."), "{}", window.words());
    }
}

#[test]
fn a_key_that_stays_in_a_token_is_shown_with_its_place_and_without_its_pin() {
    let public = pair().signing_key().and_then(|key| key.public_key_pem()).expect("a public key");
    let stored = format!("pkcs11:token=work;object=client?pin-value=4711\n{public}");
    let pair = KeyPair { private_key: Secret::new(stored), certificate: None };
    for theme in THEMES {
        let window = screen(theme, started(), keyed(Step::Authorization, &pair));
        assert!(window.reads("the key “client” in the token “work”"), "{}", window.words());
        assert!(window.reads("an RSA key of 2048 bits; signs with PS256"), "{}", window.words());
        assert!(!window.reads("4711"), "{}", window.words());
    }
}

#[test]
fn a_saml_assertion_is_explained_changed_and_shown_before_it_is_sent() {
    let pair = pair();
    for theme in THEMES {
        let mut window = screen(theme, started(), successfactors(Step::Authorization, &pair));
        let words = "Each token request brings a SAML assertion, written here and signed with your private key.";
        assert!(window.reads(words), "{}", window.words());
        window.press("Change the assertion");
        window.fill("Issuer of the assertion", "<client_id>");
        window.fill("Attributes", "api_key=<client_id>\nuse_username=true");
        window.state_mut().draft.step = Step::Tokens;
        window.settle();
        for line in [
            "<saml2:Issuer>EXAMPLEKEY</saml2:Issuer>",
            "a&lt;b&gt;&amp;c</saml2:NameID>",
            "Recipient=\"https://api4.successfactors.com/oauth/token\"",
            "<saml2:Attribute Name=\"use_username\">",
        ] {
            assert!(window.reads(line), "{line}: {}", window.words());
        }
    }
}

#[test]
fn a_token_that_is_signed_here_is_shown_before_and_no_request_is() {
    for theme in THEMES {
        let mut draft = at(service("ghost"), Step::Tokens);
        let profile = draft.profile.as_mut().expect("a service");
        profile.client_id = "k1".into();
        profile.inputs.insert("admin_host".into(), "blog.example.test".into());
        let mut window = screen(theme, started(), draft);
        assert!(window.reads("behind the colon is not hex"), "{}", window.words());
        window.state_mut().draft.secrets.client_secret = Secret::new("00112233");
        window.settle();
        for words in ["What will be signed", "\"kid\": \"k1\"", "\"aud\": \"/admin/\"", "Sign token"] {
            assert!(window.reads(words), "{words}: {}", window.words());
        }
        // Nothing is sent, so none can be refused.
        for words in [
            "Second client secret",
            "What will be sent",
            "Refresh request",
            "Change the request",
            "How the response is read",
        ] {
            assert!(!window.reads(words), "{words}: {}", window.words());
        }
    }
}

#[test]
fn a_key_is_read_or_made_in_step_2() {
    for theme in THEMES {
        let mut window = screen(theme, started(), netsuite(Step::Authorization));
        window.press("Make a key pair");
        window.fill("Key file", "/home/alex/key.pem");
        window.press("Read key");
        window.fill("Profile name", "erp");
        window.press("Use saved key");
        assert_eq!(
            window.state().wanted,
            [Intent::Key(KeyWish::Make), Intent::Key(KeyWish::Read), Intent::Key(KeyWish::Open)]
        );
    }
}

#[test]
fn a_key_is_shown_by_its_kind_and_certificate_and_never_itself() {
    let pair = pair();
    let certificate = pair.certificate().expect("a certificate");
    let lines: Vec<&str> = pair.private_key.expose().lines().filter(|line| !line.starts_with('-')).collect();
    for theme in THEMES {
        for step in [Step::Authorization, Step::Tokens] {
            let window = screen(theme, started(), keyed(step, &pair));
            let words = window.words();
            assert!(!lines.iter().any(|line| words.contains(line)), "{words}");
        }
        let mut window = screen(theme, started(), keyed(Step::Authorization, &pair));
        assert!(window.reads("an RSA key of 2048 bits; signs with PS256"), "{}", window.words());
        assert!(window.reads(&certificate.fingerprint()) && window.reads(&certificate.sha1_fingerprint()));
        assert!(window.reads("Where to upload it: Setup, Integration, OAuth 2.0 Client Credentials (M2M) Setup"));
        window.fill("Save the certificate to", "certificate.pem");
        window.press("Save certificate");
        window.fill("Profile name", "erp");
        window.press("Save key");
        assert_eq!(window.state().wanted, [Intent::Key(KeyWish::WriteCertificate), Intent::Key(KeyWish::Save)]);
        window.press("Use another key");
        assert!(window.button("Make a key pair").is_some());
    }
}

#[test]
fn a_key_that_cannot_make_the_signature_is_told_with_both() {
    let life = Duration::from_hours(24);
    let curve = make_key_pair(AssertionAlgorithm::ES256, 2048, "a test", now(), life).expect("a key pair");
    let mut draft = at(service("google-service-account"), Step::Authorization);
    draft.secrets.signing_key = Some(curve);
    let window = screen(THEMES[0], started(), draft);
    let words = "RS256” is signed with an RSA key, and this is an EC key on P-256";
    assert!(window.reads(words), "{}", window.words());
}

#[test]
fn what_comes_with_the_certificate_is_asked_for_beside_the_key() {
    for theme in THEMES {
        let mut window = screen(theme, started(), netsuite(Step::Service));
        assert!(window.field("Certificate ID").is_none());
        let model = window.state().model.clone();
        window.state_mut().draft.go_to(Step::Authorization, &model);
        window.settle();
        assert!(window.field("Certificate ID").is_some());
        window.state_mut().draft.go_to(Step::Tokens, &model);
        window.settle();
        assert_eq!(window.state().draft.step, Step::Authorization);
        assert!(window.reads("Certificate ID is missing"), "{}", window.words());
        window.fill("Certificate ID", "abc");
        window.state_mut().draft.go_to(Step::Tokens, &model);
        window.settle();
        assert_eq!(window.state().draft.step, Step::Tokens);
        assert!(window.reads("The private key is missing"), "{}", window.words());
    }
}

#[test]
fn the_assertion_is_shown_decoded_and_its_signature_is_not() {
    for theme in THEMES {
        let window = screen(theme, started(), keyed(Step::Tokens, &pair()));
        for words in ["\"alg\": \"PS256\"", "\"kid\": \"abc\"", "\"iss\": \"0123abcd\"", "&client_assertion=••••••••"]
        {
            assert!(window.reads(words), "{words} in\n{}", window.words());
        }
        assert!(!window.reads("eyJ"), "nothing is signed yet");
    }
}

#[test]
fn the_file_of_a_service_account_fills_in_client_and_key_id() {
    let pair = pair();
    let kind = pair.signing_key().expect("a key").kind();
    let mut draft = at(service("google-service-account"), Step::Authorization);
    let (key_id, client_id) = (Some("k1".to_owned()), Some("robot@example.test".to_owned()));
    let key = ReadKey { pair, kind, key_id, client_id, token_uri: None };
    draft.authorization_step.key.text = Secret::new("the file");
    draft.take_key(&key);
    let profile: &ProfileDraft = draft.profile.as_ref().expect("a service");
    assert_eq!((profile.client_id.as_str(), profile.inputs["private_key_id"].as_str()), ("robot@example.test", "k1"));
    assert!(draft.authorization_step.key.text.is_empty(), "what was pasted does not stay in its field");
}

#[test]
fn what_became_of_a_key_is_told_at_its_place() {
    let mut model = started();
    model.open.key = Requested::going("");
    let waiting = screen(THEMES[0], model.clone(), netsuite(Step::Authorization));
    assert!(waiting.reads("Reading or making the key") && waiting.button("Cancel").is_some());
    model.open.key = Requested::ended(Err(failure("the private key is encrypted with a passphrase")));
    assert!(screen(THEMES[0], model.clone(), netsuite(Step::Authorization)).reads("encrypted with a passphrase"));
    model.open.key = Requested::ended(Ok(KeyDone::Saved(name("erp"))));
    assert!(screen(THEMES[0], model, keyed(Step::Authorization, &pair())).reads("It is stored in the vault as erp"));
}

#[test]
fn a_name_under_which_no_key_is_saved_is_told() {
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Stay);
    machine.press("Practice service (signed assertion)");
    machine.wait("Listening on http://127.0.0.1:");
    machine.press("Next");
    machine.window.fill("Profile name", "nobody");
    machine.press("Use saved key");
    machine.wait("No private key is saved under this name");
}

#[test]
fn a_service_described_by_hand_chooses_its_grant() {
    for theme in THEMES {
        let mut draft = at(service("custom"), Step::Tokens);
        let profile = draft.profile.as_mut().expect("a service");
        profile.client_id = "id".into();
        profile.token_request.url = "https://as.test/token".into();
        profile.choose_grant(Some(GrantType::Password));
        let mut window = screen(theme, started(), draft);
        assert!(window.field("Password").is_some() && window.field("User ID").is_some(), "{}", window.words());
        let profile = window.state_mut().draft.profile.as_mut().expect("a service");
        profile.choose_grant(Some(GrantType::RefreshToken));
        window.settle();
        assert!(window.field("Refresh token to use").is_some());
        let profile = window.state_mut().draft.profile.as_mut().expect("a service");
        profile.choose_grant(Some(GrantType::JwtBearer));
        window.state_mut().draft.step = Step::Authorization;
        window.settle();
        window.press("Change the assertion");
        window.fill("Audience (aud)", "https://as.test");
        window.fill("Lifetime in seconds", "soon");
        assert!(window.reads("Write a number of seconds, such as 300"), "{}", window.words());
        let typed = window.state().draft.profile.as_ref().and_then(|profile| profile.assertion.clone());
        assert_eq!(typed.expect("an assertion").audience, "https://as.test");
    }
}

#[test]
fn from_a_new_key_pair_to_tokens_without_a_browser() {
    let (mut machine, home) = Machine::new(THEMES[1], Visit::Stay);
    machine.press("Practice service (signed assertion)");
    machine.wait("Listening on http://127.0.0.1:");
    let words = machine.window.words();
    let port = words.split("Listening on http://127.0.0.1:").nth(1).and_then(|rest| rest.split(',').next());
    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
    machine.press("Next");
    machine.press("Make a key pair");
    machine.wait("Certificate to upload");
    let file = home.path().join("certificate.pem");
    machine.window.fill("Save the certificate to", file.to_str().expect("UTF-8"));
    machine.press("Save certificate");
    machine.wait("Written");
    upload(port, &std::fs::read_to_string(&file).expect("the certificate"));
    machine.press("Next");
    machine.press("Send token request");
    machine.wait("Tokens received");
    machine.window.fill("Profile name", "robot");
    machine.press("Done");
    machine.wait("tokenwright token robot");
    let first = machine.access_token();
    machine.press("Refresh");
    machine.wait("Refreshed: a new access token");
    assert_ne!(machine.access_token(), first);
}

/// As the page of the practice service does.
fn upload(port: u16, certificate: &str) {
    let form = form_urlencoded::Serializer::new(String::new()).append_pair("certificate", certificate).finish();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the practice service listens");
    let head = format!(
        "POST /keys HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        form.len()
    );
    stream.write_all((head + &form).as_bytes()).expect("it is read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
