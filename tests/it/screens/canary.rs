//! With known secrets in every place, no screen can be read for them until the person asks, and then for that one only.

use egui_kittest::Harness;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Draft, Locking, Step, TokenTab};
use tokenwright::secret::Secret;

use crate::screens::export::{choosing, previewed, shared, sharing};
use crate::screens::hand::Hand as _;
use crate::screens::scenes::{
    ACCESS_TOKEN, CLIENT_SECRET, CODE, REFRESH_TOKEN, VERIFIER, at, authorized, called, failure, saved, service,
    token_set, visiting,
};
use crate::screens::stage::{DRESSES, Play, stage};

const PASTED: &str = "canary-pasted-6a5";
const SECRETS: [&str; 6] = [CLIENT_SECRET, ACCESS_TOKEN, REFRESH_TOKEN, CODE, VERIFIER, PASTED];

#[track_caller]
fn check(window: &Harness<'static, Play>, expected: &[&str]) {
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
    draft.tab = tab;
    draft.pasted = Secret::new(PASTED);
    draft.secrets.refresh_token = Secret::new(PASTED);
    draft.passphrase = [Secret::new(PASTED), Secret::new(PASTED)];
    draft
}

fn everywhere() -> Vec<(Model, Draft)> {
    let refused = || called(Err(failure("refused")));
    vec![
        (saved("demo"), draft(Step::Service, TokenTab::Bearer)),
        (visiting(), draft(Step::Authorization, TokenTab::Bearer)),
        (authorized(), draft(Step::Authorization, TokenTab::Bearer)),
        (saved("demo"), draft(Step::Tokens, TokenTab::Bearer)),
        (saved("demo"), draft(Step::Tokens, TokenTab::Refresh)),
        (called(Ok(token_set(ACCESS_TOKEN))), draft(Step::Tokens, TokenTab::Bearer)),
        (refused(), draft(Step::Tokens, TokenTab::Bearer)),
        (previewed(true), Draft { export: choosing(Some("json")).export, ..draft(Step::Tokens, TokenTab::Bearer) }),
        (shared(), sharing(Locking::Passphrase, PASTED)),
    ]
}

#[test]
fn no_screen_tells_a_secret_unasked() {
    for dress in DRESSES {
        for (model, draft) in everywhere() {
            check(&stage(dress, model, draft), &[]);
        }
    }
}

#[test]
fn what_is_revealed_is_the_one_value_that_was_asked_for() {
    for dress in DRESSES {
        for (word, secret) in [("client secret", CLIENT_SECRET), ("code", CODE), ("code verifier", VERIFIER)] {
            let mut window = stage(dress, authorized(), draft(Step::Tokens, TokenTab::Bearer));
            window.press(&format!("Reveal {word}"));
            check(&window, &[secret]);
            window.press(&format!("Mask {word}"));
            check(&window, &[]);
        }
        let mut window = stage(dress, saved("demo"), draft(Step::Tokens, TokenTab::Bearer));
        window.press("Show Client secret");
        check(&window, &[CLIENT_SECRET]);
        window.press("Hide Client secret");
        window.press("Show tokens");
        check(&window, &[ACCESS_TOKEN, REFRESH_TOKEN]);
    }
}

#[test]
fn what_was_revealed_is_masked_again_for_the_next_profile() {
    let mut window = stage(DRESSES[0], saved("demo"), draft(Step::Tokens, TokenTab::Bearer));
    window.press("Show tokens");
    window.press("Reveal client secret");
    window.state_mut().draft.choose(service("practice"));
    assert!(!window.state().draft.reveal_tokens && window.state().draft.reveal.is_empty());
}
