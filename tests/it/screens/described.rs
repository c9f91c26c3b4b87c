//! Step 2 of a service that a person describes: everything on one page, and trying it before anybody signs in.

use tokenwright::app::{Failure, FailureKind, Imported, Trial, Tried, TriedCall};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::dialect::{Document, Note, discovery};
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Draft, Intent, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{self, Machine};
use crate::screens::scenes::{at, service, started};
use crate::screens::screen::{THEMES, screen};

/// Step 2 of a service described by hand.
pub fn describing() -> Draft {
    let mut draft = at(service("custom"), Step::Authorization);
    let profile = draft.profile.as_mut().expect("a service");
    "https://as.example/authorize".clone_into(&mut profile.authorization_url);
    "https://as.example/token".clone_into(&mut profile.token_request.url);
    "https://as.example/token".clone_into(&mut profile.refresh_request.url);
    "mine".clone_into(&mut profile.client_id);
    draft
}

/// What came of trying it.
pub fn tried(draft: &mut Draft) -> Model {
    draft.authorization_step.tried = draft.typed();
    let mut model = started();
    let refused = Failure::new(FailureKind::Refused, Diagnosis::new("the token endpoint refused: `invalid_client`"));
    model.open.trial = Requested::ended(Ok(vec![
        Tried { call: TriedCall::AuthorizationPage, trial: Trial::Unclear("It answers with a page.".to_owned()) },
        Tried { call: TriedCall::TokenRequest, trial: Trial::Failed(Box::new(refused)) },
    ]));
    model
}

#[test]
fn what_metadata_contradicts_itself_in_and_what_its_server_demands_is_said_before_the_browser_opens() {
    let metadata = r#"{"issuer": "https://as.example", "token_endpoint": "https://as.example/token",
        "authorization_endpoint": "https://as.example/authorize", "require_signed_request_object": true,
        "request_object_signing_alg_values_supported": ["ES256K"], "x_own": 1}"#;
    let document = Document::from(metadata);
    let mut import = discovery::read(&document).expect("metadata");
    let words = "https://as.example/2 says `https://elsewhere.example`; `https://as.example/token` is used";
    import.described[0].ignored.push(Note::new("token_endpoint", words));
    for theme in THEMES {
        let mut model = started();
        let imported = Imported { from: "https://as.example".to_owned(), import: import.clone() };
        model.open.discovery = Requested::ended(Ok(imported));
        let window = screen(theme, model, describing());
        for said in [
            "JAR, RFC 9101",
            "token_endpoint: https://as.example/2 says “https://elsewhere.example”",
            "Not used: x_own",
        ] {
            assert!(window.reads(said), "{said}: {}", window.words());
        }
    }
}

#[test]
fn each_request_takes_parameters_of_its_own() {
    for theme in THEMES {
        let mut window = screen(theme, started(), describing());
        window.press("Extra parameters");
        window.fill("Extra parameters of the authorization request", "prompt=consent");
        window.fill("Extra parameters of the token request", "audience=https://api.example\nx=<client_id>");
        window.fill("Extra parameters of the refresh request", "audience=other");
        let profile = window.state().draft.profile.clone().expect("a service").as_typed();
        assert_eq!(profile.extra[0].name, "prompt");
        let body = |template: &tokenwright::call::CallTemplate| format!("{:?}", template.body);
        let token = body(&profile.service.token_request);
        assert!(token.contains("audience") && token.contains("<code>") && token.contains("<client_id>"), "{token}");
        let refresh = body(profile.service.refresh_request.as_ref().expect("there"));
        assert!(refresh.contains("other") && refresh.contains("<refresh_token>"), "{refresh}");
        window.fill("Extra parameters of the token request", "");
        let profile = window.state().draft.profile.clone().expect("a service").as_typed();
        assert!(!body(&profile.service.token_request).contains("audience"));
    }
}

#[test]
fn what_a_trial_showed_stands_until_something_else_is_typed() {
    let mut draft = describing();
    let model = tried(&mut draft);
    let mut window = screen(THEMES[0], model, draft);
    assert!(window.reads("It answers with a page.") && window.reads("refused: “invalid_client”"), "{}", window.words());
    window.fill("Client ID", "another");
    assert!(!window.reads("It answers with a page."), "{}", window.words());
    window.press("Try");
    assert_eq!(window.state().wanted, [Intent::TryService]);
}

#[test]
fn a_service_is_tried_without_a_browser() {
    let (mut machine, _home) = Machine::new(THEMES[0], machine::Visit::Panic);
    machine.press("Practice service");
    machine.press("Next");
    machine.press("Try");
    machine.wait("The client is accepted: only the made-up code was refused");
    machine.window.fill("Client secret", "wrong");
    machine.press("Try");
    machine.wait("“invalid_client”");
}
