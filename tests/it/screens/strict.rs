//! What a profile is held to, where it departs from that, and secrets that are read from elsewhere.

use tokenwright::oauth::{AssertionAlgorithm, GrantType, Pkce, ResponseMode};
use tokenwright::service::SecurityProfile;

use crate::screens::by_name::ByName as _;
use crate::screens::described::describing;
use crate::screens::home::{opened, page};
use crate::screens::scenes::started;
use crate::screens::screen::{THEMES, screen};

#[test]
fn fapi_is_one_choice_that_sets_the_others_and_tells_what_is_left() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        window.press("More about the authorization");
        window.press("Hold to");
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
        assert!(!window.reads("access tokens are bound to no key"));
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
fn authorization_details_are_checked_while_they_are_typed() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        window.press("More about the authorization");
        window.fill("Authorization details", "[{}]");
        assert!(window.reads("the authorization details at 1 have no"), "{}", window.words());
        let asked = r#"[{"type":"account_information"}]"#;
        window.fill("Authorization details", asked);
        assert!(!window.reads("the authorization details at"), "{}", window.words());
        let profile = window.state().draft.profile.clone().expect("a service");
        assert_eq!(profile.customised().authorization_details(), Some(asked));
        window.fill("Authorization details", "");
        let profile = window.state().draft.profile.clone().expect("a service");
        assert_eq!(profile.customised().authorization_details(), None);
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
