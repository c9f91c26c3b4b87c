//! The client certificate of step 2, for mutual TLS.

use std::time::Duration;

use tokenwright::gui::model::{KeyDone, Requested};
use tokenwright::gui::{CertificateWish, Draft, Intent, Step};
use tokenwright::oauth::{AssertionAlgorithm, KeyPair, make_key_pair};
use tokenwright::service::ClientAuthentication;

use crate::screens::by_name::ByName as _;
use crate::screens::scenes::{at, failure, name, now, service, started};
use crate::screens::screen::{THEMES, screen};

pub fn certificate() -> KeyPair {
    make_key_pair(AssertionAlgorithm::ES256, 0, "a test", now(), Duration::from_hours(24)).expect("a key pair")
}

/// ADP, whose gateway wants a certificate, all but that typed.
pub fn adp() -> Draft {
    let mut draft = at(service("adp"), Step::Authorization);
    draft.profile.as_mut().expect("a service").client_id = "0123abcd".into();
    draft
}

#[test]
fn a_certificate_is_opened_or_made_in_step_2() {
    for theme in THEMES {
        let mut window = screen(theme, started(), adp());
        assert!(window.reads("accepts connections only from clients that show a certificate"), "{}", window.words());
        window.press("Make a self-signed certificate");
        window.fill("Client certificate file", "/home/alex/client.p12");
        window.fill("Passphrase of the file", "canary passphrase");
        assert!(!window.words().contains("canary"), "{}", window.words());
        window.press("Open certificate");
        assert_eq!(
            window.state().wanted,
            [Intent::ClientCertificate(CertificateWish::Make), Intent::ClientCertificate(CertificateWish::Read)]
        );
        assert_eq!(window.state().draft.authorization_step.client_certificate.passphrase.expose(), "canary passphrase");
    }
}

#[test]
fn a_certificate_is_shown_by_whose_it_is_and_until_when_and_never_its_key() {
    let pair = certificate();
    let certificate = pair.certificate().expect("a certificate");
    let lines: Vec<&str> = pair.private_key.expose().lines().filter(|line| !line.starts_with('-')).collect();
    for theme in THEMES {
        let mut draft = adp();
        draft.take_client_certificate(pair.clone());
        let mut window = screen(theme, started(), draft);
        let words = window.words();
        assert!(!lines.iter().any(|line| words.contains(line)), "{words}");
        assert!(window.reads("CN=a test") && window.reads("itself (self-signed)"), "{words}");
        assert!(window.reads(&certificate.fingerprint()) && window.reads(&certificate.sha256_thumbprint()), "{words}");
        window.fill("Profile name", "payroll");
        window.press("Save client certificate");
        window.fill("Write the client certificate to", "client.pem");
        window.press("Write certificate");
        assert_eq!(
            window.state().wanted,
            [Intent::ClientCertificate(CertificateWish::Save), Intent::ClientCertificate(CertificateWish::Write)]
        );
        window.press("Use another certificate");
        assert!(window.button("Open certificate").is_some());
    }
}

#[test]
fn an_expired_certificate_and_one_that_cannot_be_opened_are_told() {
    let long_ago = now() - jiff::SignedDuration::from_hours(48);
    let expired = make_key_pair(AssertionAlgorithm::ES256, 0, "a test", long_ago, Duration::from_hours(24));
    let mut draft = adp();
    draft.take_client_certificate(expired.expect("a key pair"));
    let window = screen(THEMES[0], started(), draft);
    assert!(window.reads("The client certificate expired at"), "{}", window.words());
    let mut model = started();
    model.open.client_certificate = Requested::ended(Err(failure("it is locked")));
    assert!(screen(THEMES[0], model, adp()).reads("It is locked"));
    let mut model = started();
    model.open.client_certificate = Requested::ended(Ok(KeyDone::Saved(name("payroll"))));
    assert!(screen(THEMES[0], model, adp()).reads("It is stored in the vault as payroll."));
}

#[test]
fn a_service_that_is_described_by_hand_may_want_a_certificate_too() {
    let mut draft = at(service("custom"), Step::Authorization);
    let window = screen(THEMES[0], started(), draft.clone());
    assert!(!window.reads("Client certificate file"));
    let profile = draft.profile.as_mut().expect("a service");
    profile.choose_client_authentication(ClientAuthentication::Certificate);
    let window = screen(THEMES[0], started(), draft.clone());
    assert!(window.reads("instead of a secret") && window.field("Client certificate file").is_some());
    let profile = draft.profile.as_mut().expect("a service");
    profile.choose_client_authentication(ClientAuthentication::Body);
    profile.client_certificate = true;
    let window = screen(THEMES[0], started(), draft);
    assert!(window.field("Client certificate file").is_some());
}
