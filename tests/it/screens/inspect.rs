//! The page that inspects a token: what it shows, what it asks, and what stays of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;
use serde_json::{Value as Json, json};
use tokenwright::app::{Claims, Signature, SignatureState, TokenInspection};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Chosen, Draft, InspectDraft, Intent};
use tokenwright::oauth::{Expected, Inspected, TokenUse};
use tokenwright::secret::Secret;

use crate::screens::by_name::{ByName as _, copied};
use crate::screens::home;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{failure, name, now};
use crate::screens::screen::{THEMES, screen};

/// A token with these claims, as an issuer would make it.
fn jwt(claims: &Json) -> Secret {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = part("{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"key-of-the-issuer\"}");
    Secret::new(format!("{header}.{}.canary-signature", part(&claims.to_string())))
}

/// One with much to read.
pub fn found() -> TokenInspection {
    let now = now().as_second();
    let claims = json!({
        "iss": "https://login.example.com/realms/a-rather-long-name-of-a-realm",
        "sub": "f:8a4c2f0e-3b1d-4c6a-9f2e-1d0b7c5a6e94:ada",
        "exp": now - 200,
        "iat": now - 3800,
        "auth_time": "x",
        "realm_access": { "roles": ["offline_access", "uma_authorization", "default-roles-of-the-realm"] },
        "https://example.com/claims/a-name-that-is-an-address": true,
        "scope": "openid profile",
    });
    let inspected = Inspected::read(&jwt(&claims));
    let expected = Expected { origins: vec!["https://other.example".into()], ..Expected::default() };
    let words = Diagnosis::new("the keys of `https://login.example.com` were not fetched").hint("ask the issuer");
    TokenInspection {
        findings: inspected.findings(&expected, crate::screens::scenes::now()),
        inspected,
        profile: Some(name("demo")),
        named: Some(TokenUse::Access),
        others: vec![TokenUse::Id],
        signature: Signature { state: SignatureState::Stranger, words },
        checks: Vec::new(),
        scopes: vec![("openid".into(), Some("who signed in".into())), ("profile".into(), None)],
        introspected: Some(Ok(Claims(json!({ "active": true, "exp": now + 40 })))),
    }
}

/// The page, with the profile's access token.
pub fn page() -> Draft {
    let inspect = InspectDraft {
        profile: Some(name("demo")),
        chosen: Chosen::Saved(TokenUse::Access),
        compares: true,
        ..InspectDraft::default()
    };
    let mut draft = home::page();
    draft.inspect = Some(inspect);
    draft
}

/// The page for a token that is pasted.
pub fn pasting() -> Draft {
    let mut draft = page();
    if let Some(inspect) = &mut draft.inspect {
        inspect.chosen = Chosen::Pasted;
    }
    draft
}

/// What the window knows then.
pub fn known(found: TokenInspection) -> Model {
    let mut model = home::opened();
    model.inspection.found = Requested::ended(Ok(found));
    model.inspection.of = Some((name("demo"), TokenUse::Access));
    model
}

#[test]
fn claims_stand_in_rows_with_their_meaning_and_times_in_words() {
    for theme in THEMES {
        let mut window = screen(theme, known(found()), page());
        for text in [
            "Access token: a JSON Web Token",
            "It expired 3 min ago",
            "who issued it",
            ", 3 min ago",
            ", 63 min ago",
            "when it expires",
            "realm_access.roles",
            "offline_access, uma_authorization",
            "“auth_time” is not a time",
            "Signature not checked: the keys of “https://login.example.com” were not fetched",
            "key-of-the-issuer",
            "who signed in",
            "The preset does not explain it.",
            "whether it can be used",
            ", in 40 s",
        ] {
            assert!(window.reads(text), "{text} in\n{}", window.words());
        }
        assert!(!window.reads("canary-signature"));
        window.press("Ask the issuer");
        assert_eq!(window.state().wanted, [Intent::Inspect { asks_issuer: true }]);
        window.press("Copy exp of claims");
        assert_eq!(copied(&window.ctx.clone()), [(now().as_second() - 200).to_string()], "as it is in the token");
    }
}

#[test]
fn the_state_of_a_signature_is_told_by_more_than_its_colour() {
    for (state, words, role) in [
        (SignatureState::Valid, "Signature valid: because", Role::Status),
        (SignatureState::Invalid, "Signature invalid: because", Role::Alert),
        (SignatureState::Unchecked, "Signature not checked: because", Role::Alert),
    ] {
        let signature = Signature { state, words: Diagnosis::new("because") };
        let window = screen(THEMES[0], known(TokenInspection { signature, findings: Vec::new(), ..found() }), page());
        assert!(window.reads(words), "{}", window.words());
        assert!(window.root().children_recursive().any(|node| node.accesskit_node().role() == role), "{words}");
        assert!(window.button("Ask the issuer").is_none());
    }
    let absent = Signature { state: SignatureState::Absent, words: Diagnosis::new("because") };
    let window = screen(THEMES[0], known(TokenInspection { signature: absent, ..found() }), page());
    assert!(!window.reads("Signature"));
}

#[test]
fn another_token_of_the_profile_is_inspected_when_it_is_chosen() {
    let mut window = screen(THEMES[1], known(found()), page());
    window.press("Refresh token");
    assert_eq!(window.state().wanted, [Intent::Inspect { asks_issuer: false }]);
    let chosen = window.state().draft.inspect.as_ref().map(|inspect| inspect.chosen);
    assert_eq!(chosen, Some(Chosen::Saved(TokenUse::Refresh)));
    window.press("Paste one");
    assert!(window.field("Pasted token").is_some());
    window.key_press(egui::Key::Escape);
    window.settle();
    assert_eq!(window.state().wanted.last(), Some(&Intent::ClosePage));
}

#[test]
fn a_pasted_token_is_bullets_and_one_of_a_response_can_be_chosen() {
    for theme in THEMES {
        let mut model = home::opened();
        let mut window = screen(theme, model.clone(), pasting());
        assert!(window.button("Inspect").expect("there").accesskit_node().is_disabled());
        window.fill("Pasted token", "canary-pasted-token");
        assert!(!window.reads("canary-pasted-token"), "{}", window.words());
        window.press("Inspect");
        window.press("Compare it with demo");
        assert_eq!(window.state().wanted, [Intent::Inspect { asks_issuer: false }]);
        let inspect = window.state().draft.inspect.clone().expect("the page");
        assert_eq!((inspect.pasted.expose(), inspect.compares), ("canary-pasted-token", false));
        model.inspection.found = Requested::ended(Ok(found()));
        let mut window = screen(theme, model, pasting());
        window.press("ID token");
        assert_eq!(window.state().wanted, [Intent::Inspect { asks_issuer: false }]);
        assert_eq!(window.state().draft.inspect.as_ref().expect("the page").which, Some(TokenUse::Id));
    }
}

#[test]
fn what_is_pasted_anywhere_on_the_page_is_inspected_and_what_was_found_of_another_token_is_not_shown() {
    let mut window = screen(THEMES[0], known(found()), page());
    window.event(egui::Event::Paste("canary-pasted-token".into()));
    window.settle();
    assert_eq!(window.state().wanted, [Intent::Inspect { asks_issuer: false }]);
    let inspect = window.state().draft.inspect.clone().expect("the page");
    assert_eq!((inspect.chosen, inspect.pasted.expose()), (Chosen::Pasted, "canary-pasted-token"));
    assert!(!window.reads("realm_access.roles") && !window.reads("canary-pasted-token"), "{}", window.words());
    window.press("Access token");
    assert!(window.reads("realm_access.roles"));
}

#[test]
fn what_is_waited_for_can_be_cancelled_and_what_went_wrong_is_told() {
    let mut model = known(found());
    model.inspection.found = Requested::going("https://login.example.com");
    let mut window = screen(THEMES[0], model.clone(), page());
    assert!(window.reads("Asking https://login.example.com"));
    window.press("Cancel");
    assert_eq!(window.state().wanted, [Intent::Cancel(tokenwright::gui::model::Work::Inspection)]);
    model.inspection.found = Requested::ended(Err(failure("the text is not a token")));
    assert!(screen(THEMES[1], model, page()).reads("The text is not a token"));
}

#[test]
fn the_tokens_of_the_practice_service_are_inspected_and_what_was_pasted_is_gone_afterwards() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.sign_in();
        machine.window.fill("Profile name", "demo");
        machine.press("Done");
        machine.press("Inspect…");
        machine.wait("The service says");
        machine.press("ID token");
        machine.wait("Signature valid: ES256");
        assert!(machine.window.reads(", in "), "{}", machine.window.words());
        machine.press("Paste one");
        machine.window.fill("Pasted token", "{\"access_token\":\"canary-pasted\",\"id_token\":\"other\"}");
        machine.press("Inspect");
        machine.wait("Access token: opaque, 13 characters");
        machine.press("Close");
        machine.press("Inspect…");
        machine.wait("The service says");
        assert!(!machine.window.reads("13 characters"));
    }
}
