//! What a profile is held to, where it departs from that, and secrets that are read from elsewhere.

use egui_kittest::Harness;
use tokenwright::call::BodyTemplate;
use tokenwright::gui::{Intent, KeyWish};
use tokenwright::oauth::{AssertionAlgorithm, GrantType, Pkce, ResponseMode};
use tokenwright::service::SecurityProfile;

use crate::screens::by_name::ByName as _;
use crate::screens::described::describing;
use crate::screens::home::{opened, page};
use crate::screens::key::pair;
use crate::screens::scenes::started;
use crate::screens::screen::{Screen, THEMES, screen};

#[test]
fn fapi_is_one_choice_that_sets_the_others_and_tells_what_is_left() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        window.press("More about the authorization");
        window.press("Security profile");
        window.press("FAPI 2.0, for banks");
        let profile = window.state().draft.profile.clone().expect("a service");
        assert_eq!(profile.service.security_profile, Some(SecurityProfile::Fapi2));
        assert_eq!((profile.pkce, profile.service.dpop), (Pkce::S256, Some(AssertionAlgorithm::ES256)));
        // The endpoint and the issuer are not known here.
        for left in
            ["the authorization request is not pushed", "the issuer of the authorization response is not checked"]
        {
            assert!(window.reads(left), "{left}: {}", window.words());
        }
        assert!(!window.reads("Access tokens are bound to no key"));
    }
}

#[test]
fn a_signed_response_is_one_choice() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        window.press("More about the authorization");
        assert!(window.reads("A signed response (JARM) is believed only if"), "{}", window.words());
        window.press("Authorization response");
        window.press("Signed (jwt)");
        let profile = window.state().draft.profile.clone().expect("a service");
        assert_eq!(profile.customised().response_mode(), Some(ResponseMode::Jwt));
    }
}

#[test]
fn a_request_is_encrypted_only_where_it_is_signed() {
    for theme in THEMES {
        let mut draft = describing();
        draft.secrets.signing_key = Some(pair());
        let profile = draft.profile.as_mut().expect("a service");
        profile.service.redirect.issuer = Some("https://as.example".to_owned());
        let mut window = screen(theme, started(), draft);
        window.press("More about the authorization");
        assert!(!window.reads("Encryption of the request"), "{}", window.words());
        window.press("Authorization request");
        window.press("Signed, PS256");
        window.press("Encryption of the request");
        window.press("Encrypted, RSA-OAEP-256");
        let service = |window: &Harness<Screen>| window.state().draft.profile.clone().expect("a service").customised();
        let wanted = service(&window).request_encryption().map(|wanted| wanted.to_string());
        assert_eq!(wanted.as_deref(), Some("RSA-OAEP-256"));
        window.press("Decoded authorization request");
        let words = "Signed, then encrypted to a key of the service, when the authorization starts";
        assert!(window.reads(words) && window.reads("oauth-authz-req+jwt"), "{}", window.words());
        window.press("Authorization request");
        window.press("Not signed");
        assert_eq!(service(&window).encrypted_request, None);
    }
}

#[test]
fn a_key_is_asked_for_where_the_service_encrypts_to_it_although_nothing_is_signed() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        assert!(window.button("Make a key pair").is_none());
        window.press("More about the authorization");
        window.press("The service encrypts to my key");
        assert!(window.reads("your private key decrypts it"), "{}", window.words());
        window.fill("Key file", "/home/alex/key.pem");
        window.press("Read key");
        window.press("Make a key pair");
        assert_eq!(window.state().wanted, [Intent::Key(KeyWish::Read), Intent::Key(KeyWish::Make)]);
        let mut draft = window.state().draft.clone();
        draft.secrets.signing_key = Some(pair());
        let window = screen(theme, started(), draft);
        assert!(window.reads("an RSA key of 2048 bits; decrypts"), "{}", window.words());
    }
}

#[test]
fn authorization_details_are_checked_while_they_are_typed() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        window.press("More about the authorization");
        window.fill("Authorization details", "[{}]");
        assert!(window.reads("The authorization details at 1 have no"), "{}", window.words());
        let asked = r#"[{"type":"account_information"}]"#;
        window.fill("Authorization details", asked);
        assert!(!window.reads("The authorization details at"), "{}", window.words());
        let profile = window.state().draft.profile.clone().expect("a service");
        assert_eq!(profile.customised().authorization_details(), Some(asked));
        let one = r#"[{"type":"account_information","actions":["read"]}]"#;
        window.fill("Details of the token", "{");
        assert!(window.reads("The authorization details are not JSON"), "{}", window.words());
        window.fill("Details of the token", one);
        let service = window.state().draft.profile.as_ref().expect("a service").customised();
        let BodyTemplate::Form(refresh) = service.refresh_request.clone().expect("a refresh request").body else {
            panic!("a form")
        };
        let sent = refresh.iter().find(|parameter| parameter.name == "authorization_details").expect("sent");
        assert_eq!((service.token_details(), sent.value.source()), (Some(one), one));
        window.fill("Details of the token", "");
        window.fill("Authorization details", "");
        let service = window.state().draft.profile.as_ref().expect("a service").customised();
        assert_eq!((service.authorization_details(), service.token_details()), (None, None));
        assert!(!window.reads("Details of the token"), "{}", window.words());
    }
}

#[test]
fn the_page_of_a_profile_reports_where_it_departs() {
    for theme in THEMES {
        let mut window = screen(theme, opened(), page());
        window.press("Strict report");
        for said in ["OAuth 2.1: departs in nothing that can be seen here.", "access tokens are bound to no key"] {
            assert!(window.reads(said), "{said}: {}", window.words());
        }
    }
}

#[test]
fn the_subject_of_an_exchange_is_read_from_another_profile() {
    for theme in THEMES {
        let mut draft = describing();
        draft.profile.as_mut().expect("a service").choose_grant(Some(GrantType::TokenExchange));
        let mut window = screen(theme, started(), draft);
        assert!(window.field("Subject token").is_some());
        window.fill("Subject token is read from", "acme");
        assert!(window.reads("is no source of a value"), "{}", window.words());
        window.fill("Subject token is read from", "profile:acme");
        assert!(!window.reads("is no source of a value") && window.field("Subject token").is_none());
        let sources = window.state().draft.profile.as_ref().expect("a service").read_sources().collect::<Vec<_>>();
        assert_eq!(sources, [("subject_token".to_owned(), "profile:acme".parse().expect("a source"))]);
    }
}
