//! How the reply is read: expressions beside the last reply, and their results while typing.

use serde_json::json;
use tokenwright::app::{FieldRead, ReplyValue, TriedReading};
use tokenwright::call::{Expression, Lifetime};
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Intent, Step, TokenTab};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{ACCESS_TOKEN, at, authorized, called, service, token_set};
use crate::screens::screen::{THEMES, screen};
use crate::support::scripted::{Answer, Scripted};

const OPENED: &str = "How the response is read";

/// The last reply was read so.
pub fn read(mut model: Model, access_token: FieldRead) -> Model {
    let expires_in = FieldRead::Text("3600".into());
    let tried = TriedReading { access_token, refresh_token: FieldRead::Nothing, expires_in, values: Vec::new() };
    model.open.tried = Requested::ended(Ok(tried));
    model
}

#[test]
fn what_each_expression_comes_to_stands_below_it_and_no_token_does() {
    for theme in THEMES {
        let model = read(called(Ok(token_set(ACCESS_TOKEN))), FieldRead::Token(24));
        let mut window = screen(theme, model, at(service("practice"), Step::Tokens));
        assert!(!window.reads("Access token expression"));
        window.press(OPENED);
        for words in ["•••••••• 24 characters", "not in the last response", "3600 seconds", "Last response"]
        {
            assert!(window.reads(words), "{words} in\n{}", window.words());
        }
        assert!(!window.reads(ACCESS_TOKEN));
        assert!(window.state().wanted.contains(&Intent::TryReading), "it was never asked for this reading");
    }
}

#[test]
fn an_expression_that_is_wrong_says_so_at_its_field() {
    let wrong = Expression::new("data.(").check().expect_err("it is not finished");
    let words = tokenwright::gui::display_text::sentence(&wrong.to_string());
    let failed = FieldRead::Failed(tokenwright::diagnosis::Diagnose::diagnose(&wrong));
    let mut window = screen(THEMES[0], read(called(Ok(token_set("a"))), failed), at(service("practice"), Step::Tokens));
    window.press(OPENED);
    let field = window.field("Access token expression").expect("the field");
    let described = egui_kittest::kittest::NodeT::accesskit_node(&field).data().description().map(str::to_owned);
    assert_eq!(described, Some(words));
}

#[test]
fn what_is_typed_becomes_the_first_expression_of_this_tab_and_the_others_stay() {
    let mut draft = at(service("practice"), Step::Tokens);
    let fields = |draft: &tokenwright::gui::Draft| {
        let profile = draft.profile.as_ref().expect("a service");
        let texts = |list: &[Expression]| list.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>();
        (texts(&profile.token_request.reading.access_token), texts(&profile.refresh_request.reading.access_token))
    };
    if let Some(profile) = &mut draft.profile {
        profile.refresh_request.reading.access_token.push(Expression::new("token"));
    }
    draft.tokens_step.tab = TokenTab::RefreshRequest;
    let mut window = screen(THEMES[1], authorized(), draft);
    window.press(OPENED);
    assert!(window.reads("Send the request once"), "{}", window.words());
    assert!(window.reads("Fallbacks: token"), "{}", window.words());
    window.fill("Access token expression", "$split(result, ' ')[1]");
    let both = vec!["$split(result, ' ')[1]".to_owned(), "token".to_owned()];
    assert_eq!(fields(&window.state().draft), (vec!["access_token".to_owned()], both));
    window.fill("Refresh token expression", "");
    let profile = window.state().draft.profile.as_ref().expect("a service");
    assert_eq!(profile.refresh_request.reading.refresh_token, []);
    assert_eq!(window.state().wanted, [], "without a reply there is nothing to try");
}

/// A value of a reply, as it is listed.
fn value(place: &str, shown: &str) -> ReplyValue {
    ReplyValue { place: Expression::new(place), shown: shown.to_owned(), is_secret: shown.contains('•') }
}

/// A reply that is like no other, read by the standard's names.
pub fn pointed() -> Model {
    let mut model = read(called(Ok(token_set(ACCESS_TOKEN))), FieldRead::Nothing);
    let mut tried = model.open.tried.last().cloned().expect("it was tried");
    tried.values = vec![
        value("data.session.key", "••••••••"),
        value("data.session.until", "2030-01-01T00:00:00Z"),
        value("data.tenants[0].id", "acme-7"),
        value("$.`api domain`", "https://eu.example"),
    ];
    model.open.tried = Requested::ended(Ok(tried));
    model
}

#[test]
fn pointing_at_a_value_writes_its_path_into_the_reading() {
    for theme in THEMES {
        let mut window = screen(theme, pointed(), at(service("practice"), Step::Tokens));
        window.press(OPENED);
        window.press("Use data.session.key");
        assert!(window.button("Keep as key").is_none(), "what is kept is shown: not a secret");
        window.press("Access token");
        window.press("Use data.session.until");
        window.press("Lifetime");
        window.press("Use data.tenants[0].id");
        window.press("Keep as id");
        window.press("Use $.`api domain`");
        window.press("Keep as domain");
        assert!(window.reads("is the access token") && window.reads("is the value <id>"), "{}", window.words());
        let reading = |window: &egui_kittest::Harness<'static, crate::screens::screen::Screen>| {
            window.state().draft.profile.as_ref().expect("a service").token_request.reading.clone()
        };
        let written = reading(&window);
        assert_eq!(written.access_token, [Expression::new("data.session.key")]);
        assert_eq!(written.expires_in, [Expression::new("data.session.until")]);
        assert_eq!(written.lifetime, Lifetime::Date);
        let kept = [("id", "data.tenants[0].id"), ("domain", "$.`api domain`")];
        assert_eq!(written.retain, kept.map(|(name, place)| (name.to_owned(), Expression::new(place))));
        window.press("Drop id");
        assert_eq!(reading(&window).retain.len(), 1);
    }
}

#[test]
fn a_reply_that_is_like_no_other_is_read_by_pointing() {
    let service = Scripted::start(|asked, _| match asked.path.as_str() {
        "/authorize" => asked.grant("a-code"),
        _ => Answer::json(200, &json!({ "data": { "key": "at-secret-1", "ttl": 1800, "tenant": { "id": "acme-7" } } })),
    });
    let (mut machine, _home) = Machine::new(THEMES[0], Visit::Follow);
    machine.press("Custom service");
    machine.press("Next");
    machine.window.fill("Authorization URL", &format!("{}/authorize", service.url()));
    machine.window.fill("Token URL", &format!("{}/token", service.url()));
    machine.window.fill("Client ID", "mine");
    machine.window.fill("Redirect URI", "http://127.0.0.1/callback");
    machine.window.fill("Client secret", "s3cret");
    machine.press("Start authorization");
    machine.wait("without an access token");
    machine.press(OPENED);
    machine.press("Use data.key");
    machine.press("Access token");
    machine.wait("•••••••• 11 characters");
    machine.wait_until("the token is masked", |window| !window.reads("at-secret-1 is the access token"));
    machine.press("Use data.ttl");
    machine.press("Lifetime");
    machine.wait("1800 seconds");
    machine.press("Use data.tenant.id");
    machine.press("Keep as id");
    machine.press("Back");
    machine.press("Authorize again");
    machine.wait("Tokens received");
    assert_eq!(machine.access_token(), "at-secret-1");
    assert!(machine.window.reads("acme-7"), "{}", machine.window.words());
}

#[test]
fn the_result_follows_what_is_typed() {
    for theme in THEMES {
        let (mut machine, _home) = Machine::new(theme, Visit::Follow);
        machine.sign_in();
        let token = machine.access_token();
        machine.press(OPENED);
        machine.wait(&format!("•••••••• {} characters", token.chars().count()));
        machine.window.fill("Access token expression", "'Bearer ' & access_token");
        machine.wait(&format!("•••••••• {} characters", token.chars().count() + "Bearer ".len()));
        machine.window.fill("Lifetime expression", "expires_in * 30");
        machine.wait("3600 seconds");
        machine.window.fill("Access token expression", "($f := function($n) { 1 + $f($n) }; $f(1))");
        machine.wait("failed: the recursion is too deep (D1011)");
        machine.window.fill("Access token expression", "access_token)");
        machine.wait("cannot be read at line 1, column 13: this is not expected here");
        machine.window.fill("Access token expression", "$substringAfter(token_type & ' ' & access_token, ' ')");
        machine.wait(&format!("•••••••• {} characters", token.chars().count()));

        // What is typed is what the next call is read by.
        machine.press("Refresh request");
        machine.press(OPENED);
        machine.window.fill("Access token expression", "'mine-' & access_token");
        machine.press("Refresh");
        machine.wait("Tokens received");
        assert!(machine.access_token().starts_with("mine-"));
    }
}
