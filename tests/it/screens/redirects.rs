//! The redirect URI, compared and tried before the browser opens.

use std::net::TcpListener;

use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{Failure, FailureCode, FailureKind, RedirectState};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::{Model, Requested, Visit};
use tokenwright::gui::{Draft, Intent, Step};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{self, Machine};
use crate::screens::scenes::{at, service, started};
use crate::screens::screen::{THEMES, screen};

const OWN: &str = "http://localhost:8080/callback";

/// Step 2 of a service that compares ports, with these registered.
pub fn registering(registered: &str) -> Draft {
    let mut draft = at(service("quickbooks"), Step::Authorization);
    let profile = draft.profile.as_mut().expect("a service");
    OWN.clone_into(&mut profile.redirect_uri);
    registered.clone_into(&mut profile.registered);
    draft
}

/// What the window knows once the ports were tried.
pub fn tried() -> Model {
    let mut model = started();
    let taken = Diagnosis::new("port 8080 on 127.0.0.1 is taken by `nginx`").hint("stop that program");
    let state = |uri: &str, problem, is_next, is_elsewhere| RedirectState {
        uri: uri.to_owned(),
        is_next,
        problem,
        is_elsewhere,
    };
    model.open.redirects = Requested::ended(Ok(vec![
        state(OWN, Some(taken), false, false),
        state("http://localhost:8081/callback", None, true, false),
        state("https://app.example/callback", None, false, true),
    ]));
    model
}

#[test]
fn what_differs_from_the_registered_one_is_said_as_it_is_typed_with_the_way_out() {
    for theme in THEMES {
        let mut window = screen(theme, started(), registering(""));
        assert!(!window.reads("not registered"));
        window.press("Check the redirect URI");
        window.fill("Registered redirect URIs", "http://localhost:8080/callback/");
        assert!(window.reads("not registered: the slash at the end differs"), "{}", window.words());
        window.press("Use http://localhost:8080/callback/");
        assert_eq!(window.state().wanted, [Intent::UseRedirect("http://localhost:8080/callback/".into())]);
        window.fill("Registered redirect URIs", OWN);
        assert!(!window.reads("not registered"), "{}", window.words());
        window.fill("Registered redirect URIs", "localhost");
        assert!(window.reads("“localhost” is not an absolute URI"), "{}", window.words());
    }
}

#[test]
fn the_holder_of_a_port_is_named_and_the_next_one_is_offered() {
    for theme in THEMES {
        let mut window =
            screen(theme, tried(), registering("http://localhost:8080/callback\nhttp://localhost:8081/callback"));
        assert!(
            window.reads("taken by “nginx”") && window.reads("free; the next sign-in uses it"),
            "{}",
            window.words()
        );
        window.press("Use http://localhost:8081/callback");
        window.press("Check ports");
        let expected = [Intent::UseRedirect("http://localhost:8081/callback".into()), Intent::CheckRedirects];
        assert_eq!(window.state().wanted, expected);
    }
}

#[test]
fn a_sign_in_whose_port_is_taken_offers_to_paste() {
    let mut model = started();
    let why = Failure::new(FailureKind::Machine, Diagnosis::new("port 8080 on 127.0.0.1 is taken"));
    model.open.sign_in.visit = Visit::Failed(why.coded(FailureCode::NoListener));
    let mut window = screen(THEMES[0], model, registering(""));
    assert!(!window.button("Start authorization").expect("there").accesskit_node().is_disabled());
    window.press("Sign in and paste");
    assert_eq!(window.state().wanted, [Intent::AuthorizeByHand]);
}

#[test]
fn the_browser_opens_only_once_its_answer_can_be_taken() {
    let (mut machine, _home) = Machine::new(THEMES[0], machine::Visit::Follow);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = |listener: &TcpListener| listener.local_addr().expect("bound").port();
    let [first, second] = [&taken, &free].map(|listener| format!("http://127.0.0.1:{}/callback", port(listener)));
    drop(free);
    machine.press("Practice service");
    machine.press("Next");
    machine.window.fill("Redirect URI", &first);
    machine.press("Start authorization");
    machine.wait(&format!("Port {} on 127.0.0.1 is taken", port(&taken)));
    assert_eq!(machine.sent.lock().expect("no panic holds it").len(), 0, "the browser is left alone");
    machine.press("Check the redirect URI");
    machine.window.fill("Registered redirect URIs", &format!("{first}\n{second}"));
    machine.press("Check ports");
    machine.wait("free; the next sign-in uses it");
    machine.press("Start authorization");
    machine.wait("Tokens received");
    let sent = machine.sent.lock().expect("no panic holds it").clone();
    let used = url::Url::parse(&sent[0]).expect("a URL");
    let used = used.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, value)| value.into_owned());
    assert_eq!(used, Some(second));
}

#[test]
fn that_a_loopback_address_is_for_development_only_is_said_where_the_environment_is_another() {
    let window = screen(THEMES[0], started(), registering(""));
    assert!(!window.reads("only while the app is in development"), "{}", window.words());
    let mut draft = registering("");
    let profile = draft.profile.as_mut().expect("a service");
    profile.inputs.insert("environment".to_owned(), "production".to_owned());
    let window = screen(THEMES[0], started(), draft);
    assert!(window.reads("only while the app is in development"), "{}", window.words());
}
