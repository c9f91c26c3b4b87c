//! The text of the main screens as a screen reader gives it, one line per item, as snapshots. `INSTA_UPDATE=always
//! cargo test --test it screens::texts` rewrites them; review the difference before you commit it.

use std::fmt::Write as _;

use egui::accesskit::Role;
use egui_kittest::Node;
use egui_kittest::kittest::NodeT as _;
use tokenwright::app::{News, VaultState};
use tokenwright::diagnosis::Diagnosis;
use tokenwright::gui::model::Model;
use tokenwright::gui::{Draft, Locking, Step, TokenTab};

use crate::screens::export::{choosing, exporting, previewed, shared, sharing};
use crate::screens::home;
use crate::screens::import::{imported, importing};
use crate::screens::scenes::{
    ACCESS_TOKEN, at, authorized, called, draft, failure, saved, service, started, token_set, visiting,
};
use crate::screens::screen::{THEMES, screen};
use crate::screens::{calls, settings, team};

#[track_caller]
fn check(name: &str, model: Model, draft: Draft) {
    let window = screen(THEMES[0], model, draft);
    let mut text = String::new();
    outline(window.root(), 0, &mut text);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.replace(", ", "-").replace(' ', "-"), text));
}

/// A line for each node that says something, indented below those that hold it.
fn outline(node: Node<'_>, depth: usize, text: &mut String) {
    let (access, mut below) = (node.accesskit_node(), depth);
    let data = access.data();
    let role = access.role();
    // A run of letters repeats the label or the field that it is part of.
    if role == Role::TextRun || access.is_hidden() {
        return;
    }
    let is_label = role == Role::Label;
    let value = access.value().map(|value| if is_label { value } else { format!("= {value}") });
    let said = [access.label(), value];
    let more = [data.description(), data.placeholder()].map(|more| more.map(|more| format!("({more})")));
    let mut said: Vec<String> = said.into_iter().chain(more).flatten().filter(|said| !said.is_empty()).collect();
    if !said.is_empty() {
        said.extend(access.is_disabled().then(|| "[disabled]".to_owned()));
        said.extend(access.is_selected().filter(|is_on| *is_on).map(|_| "[selected]".to_owned()));
        said.extend(access.toggled().map(|toggled| format!("[{toggled:?}]").to_lowercase()));
        let kind = if is_label { String::new() } else { format!("{role:?}: ") };
        let said = without_times(&said.join(" ").replace('\n', " / "));
        writeln!(text, "{}{kind}{said}", "  ".repeat(depth)).expect("a text");
        below += 1;
    }
    for child in node.children() {
        outline(child, below, text);
    }
}

/// Dates and times are those of this machine's time zone.
fn without_times(text: &str) -> String {
    const SHAPE: &str = "0000-00-00 00:00:00";
    let digits: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(at) = digits.find(SHAPE) else { return text.to_owned() };
    format!("{}<time>{}", &text[..at], without_times(&text[at + SHAPE.len()..]))
}

#[test]
fn step_1_says() {
    check("step 1, nothing chosen", started(), draft());
    check("step 1, NetSuite", started(), at(service("netsuite"), Step::Service));
    let mut wrong = at(service("netsuite"), Step::Service);
    wrong.insist();
    check("step 1, values missing", started(), wrong);
}

#[test]
fn step_2_says() {
    check("step 2, to begin", started(), at(service("practice"), Step::Authorization));
    check("step 2, waiting for the browser", visiting(), at(service("practice"), Step::Authorization));
    check("step 2, the code arrived", authorized(), at(service("practice"), Step::Authorization));
}

#[test]
fn step_3_says() {
    let tokens = || at(service("practice"), Step::Tokens);
    check("step 3, to be sent", authorized(), tokens());
    check("step 3, tokens arrived", called(Ok(token_set(ACCESS_TOKEN))), tokens());
    check("step 3, refused", called(Err(failure("the service refused the code: invalid_grant"))), tokens());
    check("step 3, saved", saved("demo"), tokens());
    let mut refresh = tokens();
    refresh.tokens_step.tab = TokenTab::RefreshRequest;
    check("step 3, refresh", saved("demo"), refresh);
}

#[test]
fn the_page_of_a_profile_says() {
    check("profile", home::opened(), home::page());
}

#[test]
fn the_other_screens_say() {
    check("export, formats", exporting(), choosing(None));
    check("export, one format", previewed(true), choosing(Some("dotenv")));
    check("share", shared(), sharing(Locking::Passphrase, "correct horse"));
    check("settings", settings::known(), settings::page());
    check("calls", calls::made(), calls::page());
    check("team, none", team::none(), team::page());
    check("team, waiting", team::asking(), team::page());
    check("team, a member", team::member(), team::page());
    check("import", started(), importing());
    check("import, read", imported(&["quickbooks", "google"]), importing());
    let mut locked = started();
    locked.hear(News::Vault(VaultState::NeedsChoice(
        Diagnosis::new("the keyring cannot be used").hint("choose a passphrase"),
    )));
    check("vault, no keyring", locked, at(service("practice"), Step::Authorization));
}
