//! The page that tries a service's API.

use std::time::Duration;

use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{ApiReply, Failure, FailureCode, FailureKind};
use tokenwright::call::Method;
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Model, Requested, Work};
use tokenwright::gui::{CallDraft, Draft, Intent};
use tokenwright::oauth::StepUp;
use tokenwright::service::ApiCall;

use crate::screens::by_name::ByName as _;
use crate::screens::home;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{name, now};
use crate::screens::screen::{THEMES, screen};

/// The page, with a call typed.
pub fn page() -> Draft {
    let mut draft = home::page();
    draft.call = Some(CallDraft {
        profile: name("demo"),
        method: Method::Get,
        url: "/v1/items".into(),
        headers: "Accept: text/csv".into(),
        body: String::new(),
        resource: String::new(),
    });
    draft
}

pub fn reply(status: u16) -> ApiReply {
    let refusal = Failure::new(FailureKind::Refused, Diagnosis::new("the API answered 401").hint("sign in again"));
    ApiReply {
        call: "GET https://api.example.com/v1/items?with=a-rather-long-query&and=more-of-it".into(),
        status,
        headers: vec![("x-ratelimit-remaining".into(), "7".repeat(90))],
        body: format!("{{\n  \"items\": \"{}\"\n}}", "long ".repeat(60)),
        is_cut: true,
        elapsed: Duration::from_millis(12),
        at: now(),
        refusal: (status != 200).then_some(refusal),
        step_up: None,
    }
}

/// What the window knows once the call that is typed was answered.
pub fn answered(status: u16) -> Model {
    let mut model = home::opened();
    model.call.reply = Requested::ended(Ok(reply(status)));
    model.call.sent = page().call.map(|call| ApiCall {
        method: call.method,
        url: call.url,
        headers: tokenwright::call::parse_headers(&call.headers),
        body: call.body,
        resource: None,
    });
    model
}

#[test]
fn an_api_that_wants_another_sign_in_has_a_button_for_it() {
    for theme in THEMES {
        let mut refused = reply(401);
        assert!(!screen(theme, answered(401), page()).reads("Sign in again as this API asks"));
        refused.step_up = Some(StepUp { max_age: Some(0), is_authentication: true, ..StepUp::default() });
        let mut model = answered(401);
        model.call.reply = Requested::ended(Ok(refused));
        let mut window = screen(theme, model, page());
        window.press("Sign in again as this API asks");
        assert_eq!(window.state().wanted, [Intent::StepUp]);
    }
}

#[test]
fn a_call_is_sent_and_its_reply_shown() {
    for theme in THEMES {
        let mut window = screen(theme, answered(200), page());
        for text in
            ["Status 200 after 12 ms", "\"items\"", "The response is longer: this is its beginning.", "identity call"]
        {
            assert!(window.reads(text), "{text} in\n{}", window.words());
        }
        window.press("Headers (1)");
        assert!(window.reads("x-ratelimit-remaining"));
        window.press("Save as check");
        window.press("DELETE");
        window.press("Send");
        assert_eq!(window.state().wanted, [Intent::KeepCall(true), Intent::SendCall { allows_host: false }]);
        assert_eq!(window.state().draft.call.as_ref().expect("the page").method, Method::Delete);
        window.fill("URL", "");
        assert!(window.button("Send").expect("there").accesskit_node().is_disabled());
    }
}

#[test]
fn a_refusal_stands_above_the_reply_and_is_no_check() {
    let window = screen(THEMES[0], answered(401), page());
    assert!(window.reads("The API answered 401") && window.reads("Sign in again"));
    assert!(window.button("Save as check").expect("there").accesskit_node().is_disabled());
}

#[test]
fn a_strange_host_is_refused_and_can_be_allowed() {
    let mut model = home::opened();
    let failure = Failure::new(FailureKind::Usage, Diagnosis::new("it is not a host of the service"));
    model.call.reply = Requested::ended(Err(failure.coded(FailureCode::StrangeHost)));
    let mut window = screen(THEMES[1], model.clone(), page());
    window.press("Allow this host");
    assert_eq!(window.state().wanted, [Intent::SendCall { allows_host: true }]);
    model.call.reply = Requested::going("https://api.example.com");
    let mut window = screen(THEMES[1], model, page());
    assert!(window.reads("Calling https://api.example.com"));
    window.press("Cancel");
    assert_eq!(window.state().wanted, [Intent::Cancel(Work::Call)]);
}

#[test]
fn the_check_that_is_kept_is_named_and_can_be_removed() {
    let mut draft = page();
    let model = answered(200);
    draft.profile.as_mut().expect("a profile").api_check.clone_from(&model.call.sent);
    let mut window = screen(THEMES[0], model, draft);
    assert!(window.reads("is checked by GET /v1/items"), "{}", window.words());
    assert!(window.button("Save as check").is_none(), "it is kept already");
    window.press("Remove check");
    assert_eq!(window.state().wanted, [Intent::KeepCall(false)]);
}

#[test]
fn the_practice_services_api_is_called_and_the_call_kept() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.sign_in();
        machine.window.fill("Profile name", "demo");
        machine.press("Done");
        machine.press("Try the API…");
        machine.press("Send");
        machine.wait("Status 200 after");
        machine.window.fill("URL", "https://api.example.com/v1");
        machine.press("Send");
        machine.wait("is not a host of Practice service, and the token was not sent there");
        machine.window.fill("URL", "/userinfo?again");
        machine.press("Send");
        machine.wait("Status 200 after");
        machine.press("Save as check");
        machine.wait("is checked by GET /userinfo?again");
        machine.press("Close");
        machine.wait("Refresh");
        machine.press("Try the API…");
        machine.wait("is checked by GET /userinfo?again");
        assert_eq!(
            machine.window.field("URL").and_then(|field| field.accesskit_node().value()).as_deref(),
            Some("/userinfo?again")
        );
    }
}
