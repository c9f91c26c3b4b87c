//! Step 3: the token request, the refresh request, their tokens, and saving them.

use std::time::Duration;

use egui::Ui;
use jiff::Timestamp;

use crate::app::{EXPIRING, FailureCode, SharedWith};
use crate::gui::draft::{Draft, TokenTab};
use crate::gui::intent::{Intent, Step};
use crate::gui::model::{Model, Stand, Visit, Work};
use crate::gui::screens::{call_form, history, intent_button, response, save, waiting_row, want};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, banner, banner_with, countdown_text, disclosure, key_values, notice, secondary_button,
    section, status_dot, tabs,
};
use crate::oauth::{Freshness, TokenSet, decode_jwt};

pub(crate) fn tokens_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    // Of each service: what was folded away for one is open for another.
    let Some(service) = draft.profile.as_ref().map(|profile| profile.service.id.clone()) else { return };
    trouble_ui(ui, model, draft);
    received_tokens_ui(ui, model, draft);
    history::history_ui(ui, model, draft);
    tabs(
        ui,
        "Calls",
        &mut draft.tokens_step.tab,
        &[(TokenTab::TokenRequest, "Token request"), (TokenTab::RefreshRequest, "Refresh request")],
    );
    // What was answered stands above what was requested: it is what the person waits for.
    match draft.tokens_step.tab.request(&model.open).stand() {
        Stand::Done(exchange) => response::exchange_ui(ui, draft, exchange),
        Stand::Failed(failure) => {
            banner(ui, Tone::Danger, &failure.diagnosis);
            if failure.code == FailureCode::OutcomeUnknown {
                intent_button(ui, ButtonKind::Danger, Intent::ResendRefresh, None);
            }
        }
        Stand::Idle | Stand::Pending(_) => {}
    }
    again_ui(ui, model, draft);
    ui.push_id(("call", draft.tokens_step.tab as u8, service), |ui| call_form::call_form_ui(ui, model, draft));
    ui.push_id(("reading", draft.tokens_step.tab as u8), |ui| response::reading_ui(ui, model, draft));
}

/// The way back to the browser where the call for the tokens failed: a code is good for one call (RFC 6749 section 4.1.2).
fn again_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let has_code = matches!(model.open.sign_in.visit, Visit::Done(_));
    let failed = match model.open.token_request.stand() {
        Stand::Failed(_) => true,
        Stand::Done(exchange) => exchange.outcome.is_err(),
        Stand::Idle | Stand::Pending(_) => false,
    };
    if has_code && failed && draft.tokens_step.tab == TokenTab::TokenRequest {
        intent_button(ui, ButtonKind::Secondary, Intent::Authorize { again: true }, None);
    }
}

/// What is wrong with the saved tokens, and the one thing that mends it.
fn trouble_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let saved = model.profiles.iter().find(|profile| Some(&profile.name) == model.open.name());
    let Some((saved, trouble)) = saved.and_then(|saved| Some((saved, saved.state.trouble(draft.clock.now)?))) else {
        return;
    };
    let tone = if saved.state.wants_sign_in() { Tone::Danger } else { Tone::Warning };
    banner_with(ui, tone, &trouble, |ui| {
        let can = draft.profile.as_ref().is_some_and(|profile| profile.client_flow);
        if can && secondary_button(ui, "Sign in again").clicked() {
            want(ui, Intent::GoTo(Step::Authorization));
        }
    });
}

/// The tokens, their account, and saving them.
fn received_tokens_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(tokens) = &model.open.tokens else { return };
    section(ui, "Tokens", |ui| {
        choosing_ui(ui, model);
        facts_ui(ui, draft, tokens, model.open.shared.as_ref());
        // How the service's tokens live.
        let policy = draft.profile.as_ref().map(|profile| &profile.service.policy.description);
        if let Some(words) = policy.filter(|words| !words.is_empty()) {
            ui.label(small(ui, words));
        }
        identity_ui(ui, model, draft);
        save::save_ui(ui, model, draft);
    });
}

/// Where the service named several values and one is needed.
fn choosing_ui(ui: &mut Ui, model: &Model) {
    for choosing in &model.open.choosing {
        notice(ui, Tone::Info, &choosing.label, "The service returned several: choose the one to use.");
        ui.horizontal_wrapped(|ui| {
            for option in &choosing.options {
                if secondary_button(ui, &option.label).clicked() {
                    want(ui, Intent::ChooseFetched(option.clone()));
                }
            }
        });
    }
}

fn facts_ui(ui: &mut Ui, draft: &mut Draft, tokens: &TokenSet, shared: Option<&SharedWith>) {
    let asked = draft.profile.as_ref().map(crate::service::ProfileDraft::scopes).unwrap_or_default();
    let is_shown = draft.tokens_step.revealed.tokens;
    key_values(ui, |rows| {
        rows.custom("Access token", |ui| {
            let (tone, text) = access_state(tokens, draft.clock.now);
            status_dot(ui, tone, &text);
        });
        rows.secret("Value", &tokens.access_token, is_shown);
        rows.text("Type", &type_words(draft, tokens));
        if let Some(at) = tokens.expires_at {
            rows.text("Expires", &draft.clock.show(at));
        }
        match &tokens.refresh_token {
            Some(token) => rows.secret("Refresh token", token, is_shown),
            None => rows.text("Refresh token", "none: sign in again when the access token expires"),
        }
        if let Some(at) = tokens.refresh_token_expires_at {
            rows.text("Refresh token expires", &format!("{}, in {}", draft.clock.show(at), left(at, draft.clock.now)));
        }
        rows.text("Scopes granted", &granted_words(tokens, &asked));
        for (name, value) in &tokens.retained {
            rows.copyable(name, value);
        }
        if let Some(SharedWith { team, members, last, refreshing }) = shared {
            rows.text("Shared with", &format!("{team}: {}", members.join(", ")));
            for (label, by) in [("Last written", last), ("Being refreshed", refreshing)] {
                if let Some((by, at)) = by {
                    rows.text(label, &format!("{}, {by}", draft.clock.show(*at)));
                }
            }
        }
    });
    let words = if draft.tokens_step.revealed.tokens { "Hide tokens" } else { "Show tokens" };
    if secondary_button(ui, words).clicked() {
        draft.tokens_step.revealed.tokens = !draft.tokens_step.revealed.tokens;
    }
    let service = draft.profile.as_ref().map(|profile| &profile.service);
    let missing = service.map(|service| service.not_granted(&asked, tokens)).unwrap_or_default();
    if !missing.is_empty() {
        notice(ui, Tone::Warning, "Requested but not granted", &missing.join(" "));
    }
    if let Some(note) = tokens.unread_life_note() {
        notice(ui, Tone::Warning, &note.summary, note.hint.as_deref().unwrap_or_default());
    }
    for (label, token) in
        [("Access token, decoded", Some(&tokens.access_token)), ("ID token, decoded", tokens.id_token.as_ref())]
    {
        let Some(jwt) = token.and_then(decode_jwt) else { continue };
        disclosure(ui, label, false, |ui| {
            ui.label(small(ui, "The signature is not verified here."));
            let text = format!("{:#}\n{:#}", jwt.header, jwt.claims);
            CodeBlock::new(label, &text).show(ui);
        });
    }
}

/// What the service calls the token, and the header that carries it where the two differ.
fn type_words(draft: &Draft, tokens: &TokenSet) -> String {
    let header = draft.profile.as_ref().map(|profile| profile.service.token_header(&tokens.token_type));
    match header {
        Some(header) if !header.is_bearer() || !tokens.token_type.eq_ignore_ascii_case("bearer") => {
            format!("{}, sent as {header}", tokens.token_type)
        }
        _ => tokens.token_type.clone(),
    }
}

fn access_state(tokens: &TokenSet, now: Timestamp) -> (Tone, String) {
    let Some(at) = tokens.expires_at else { return (Tone::Success, "valid, without a known expiry".to_owned()) };
    match tokens.freshness(now, EXPIRING) {
        Freshness::Fresh => (Tone::Success, format!("fresh, {} left", left(at, now))),
        Freshness::Expiring => (Tone::Warning, format!("expiring, {} left", left(at, now))),
        Freshness::Expired => (Tone::Danger, "expired".to_owned()),
    }
}

fn left(at: Timestamp, now: Timestamp) -> String {
    countdown_text(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

fn granted_words(tokens: &TokenSet, asked: &[String]) -> String {
    match &tokens.scopes {
        None if asked.is_empty() => "the service did not say".to_owned(),
        None => format!("as requested: {}", asked.join(" ")),
        Some(scopes) if scopes.is_empty() => "none".to_owned(),
        Some(scopes) => scopes.join(" "),
    }
}

fn identity_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    if draft.profile.as_ref().is_none_or(|profile| profile.service.identity.is_none()) {
        return;
    }
    let identity = &model.open.identity;
    if identity.is_pending() {
        return waiting_row(ui, identity, "Asking the service for the account", Work::Identity);
    }
    intent_button(ui, ButtonKind::Secondary, Intent::CheckToken, None);
    match identity.stand() {
        Stand::Done(identified) => {
            notice(ui, Tone::Success, "The service accepts the token", "");
            key_values(ui, |rows| identified.fields.iter().for_each(|(label, value)| rows.text(label, value)));
        }
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Idle | Stand::Pending(_) => {}
    }
}
