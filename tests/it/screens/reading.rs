//! How the reply is read: expressions beside the last reply, and their results while typing.

use tokenwright::app::{FieldRead, TriedReading};
use tokenwright::call::Expression;
use tokenwright::gui::model::{Model, Requested};
use tokenwright::gui::{Intent, Step, TokenTab};

use crate::screens::by_name::ByName as _;
use crate::screens::machine::{Machine, Visit};
use crate::screens::scenes::{ACCESS_TOKEN, at, authorized, called, service, token_set};
use crate::screens::screen::{THEMES, screen};

const OPENED: &str = "How the response is read";

/// The last reply was read so.
pub fn read(mut model: Model, access_token: FieldRead) -> Model {
    let expires_in = FieldRead::Text("3600".into());
    let tried = TriedReading { access_token, refresh_token: FieldRead::Nothing, expires_in };
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
    let words = tokenwright::gui::display_text::quoted(&wrong.to_string());
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
