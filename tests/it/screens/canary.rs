//! Known secrets in every place are on no screen until the person reveals one, and then only that one.

use egui_kittest::Harness;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Draft, Locking, Step, TokenTab};
use tokenwright::secret::Secret;

use crate::screens::by_name::ByName as _;
use crate::screens::call;
use crate::screens::export::{choosing, previewed, shared, sharing};
use crate::screens::home;
use crate::screens::inspect;
use crate::screens::scenes::{
    ACCESS_TOKEN, CLIENT_SECRET, CODE, REFRESH_TOKEN, VERIFIER, at, authorized, called, failure, saved, service,
    token_set, visiting,
};
use crate::screens::screen::{Screen, THEMES, screen};

const PASTED: &str = "canary-pasted-6a5";
const SECRETS: [&str; 6] = [CLIENT_SECRET, ACCESS_TOKEN, REFRESH_TOKEN, CODE, VERIFIER, PASTED];

#[track_caller]
fn check(window: &Harness<'static, Screen>, expected: &[&str]) {
    let words = window.words();
    let found: Vec<&str> = SECRETS.into_iter().filter(|secret| words.contains(secret)).collect();
    assert_eq!(found, expected, "in\n{words}");
    // What is painted is no less telling than what is read.
    let painted: String = window.output().shapes.iter().flat_map(|clipped| texts(&clipped.shape)).collect();
    let found: Vec<&str> = SECRETS.into_iter().filter(|secret| painted.contains(secret)).collect();
    assert!(found.iter().all(|secret| expected.contains(secret)), "{found:?} is painted");
}

fn texts(shape: &egui::Shape) -> Vec<String> {
    match shape {
        egui::Shape::Text(text) => vec![text.galley.text().to_owned()],
        egui::Shape::Vec(shapes) => shapes.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn draft(step: Step, tab: TokenTab) -> Draft {
    let mut draft = at(service("practice"), step);
    draft.tokens_step.tab = tab;
    draft.authorization_step.pasted = Secret::new(PASTED);
    draft.secrets.refresh_token = Secret::new(PASTED);
    draft.questions.vault_passphrase = [Secret::new(PASTED), Secret::new(PASTED)];
    draft
}

fn pasting() -> Draft {
    let mut draft = inspect::pasting();
    if let Some(inspect) = &mut draft.inspect {
        inspect.pasted = Secret::new(PASTED);
    }
    draft
}

/// Where a token is looked into, and tried.
fn tools() -> Vec<(Model, Draft)> {
    vec![
        (inspect::known(inspect::found()), inspect::page()),
        (home::opened(), pasting()),
        (call::answered(200), call::page()),
    ]
}

/// The steps. Each list is made in a function of its own: all of them at once are more than a test's stack holds.
fn steps() -> Vec<(Model, Draft)> {
    vec![
        (saved("demo"), draft(Step::Service, TokenTab::TokenRequest)),
        (visiting(), draft(Step::Authorization, TokenTab::TokenRequest)),
        (authorized(), draft(Step::Authorization, TokenTab::TokenRequest)),
        (saved("demo"), draft(Step::Tokens, TokenTab::TokenRequest)),
    ]
}

/// What came of the requests, and the pages of what is saved.
fn results() -> Vec<(Model, Draft)> {
    let refused = || called(Err(failure("refused")));
    let mut exporting = draft(Step::Tokens, TokenTab::TokenRequest);
    exporting.export = choosing(Some("json")).export;
    vec![
        (saved("demo"), draft(Step::Tokens, TokenTab::RefreshRequest)),
        (called(Ok(token_set(ACCESS_TOKEN))), draft(Step::Tokens, TokenTab::TokenRequest)),
        (refused(), draft(Step::Tokens, TokenTab::TokenRequest)),
        (home::opened(), home::page()),
        (previewed(true), exporting),
        (shared(), sharing(Locking::Passphrase, PASTED)),
    ]
}

#[test]
fn no_screen_tells_a_secret_unasked() {
    for theme in THEMES {
        for scenes in [steps, results, tools] {
            for (model, draft) in scenes() {
                check(&screen(theme, model, draft), &[]);
            }
        }
    }
}

#[test]
fn what_is_revealed_is_the_one_value_that_was_asked_for() {
    for theme in THEMES {
        for (word, secret) in [("client secret", CLIENT_SECRET), ("code", CODE), ("code verifier", VERIFIER)] {
            let mut window = screen(theme, authorized(), draft(Step::Tokens, TokenTab::TokenRequest));
            window.press(&format!("Reveal {word}"));
            check(&window, &[secret]);
            window.press(&format!("Mask {word}"));
            check(&window, &[]);
        }
        let mut window = screen(theme, saved("demo"), draft(Step::Tokens, TokenTab::TokenRequest));
        window.press("Show Client secret");
        check(&window, &[CLIENT_SECRET]);
        window.press("Hide Client secret");
        window.press("Show tokens");
        check(&window, &[ACCESS_TOKEN, REFRESH_TOKEN]);
    }
}

#[test]
fn what_was_revealed_is_masked_again_for_the_next_profile() {
    let mut window = screen(THEMES[0], saved("demo"), draft(Step::Tokens, TokenTab::TokenRequest));
    window.press("Show tokens");
    window.press("Reveal client secret");
    window.state_mut().draft.choose(service("practice"));
    assert!(
        !window.state().draft.tokens_step.revealed.tokens
            && window.state().draft.tokens_step.revealed.request.is_empty()
    );
}
