//! Step 3: the token request, the refresh request, their tokens, and saving them.

use egui::Ui;

use crate::app::{Failure, FailureCode};
use crate::gui::drafts::{Draft, TokenTab};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Visit, Work};
use crate::gui::screens::pages::token_table;
use crate::gui::screens::profile::token_facts;
use crate::gui::screens::steps::{call_form, response, save};
use crate::gui::screens::{intent_button, waiting_row, want};
use crate::gui::texts::{common, tokens as texts};
use crate::gui::theme::Tone;
use crate::gui::widgets::{
    ButtonKind, banner, banner_with, key_values, notice, secondary_button, section, status_dot, tabs,
};
use crate::oauth::{TokenSet, id_token_words};
use crate::service::{ClientAuthentication, ProfileDraft};

pub(crate) fn tokens_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    // Of each service: what was folded away for one is open for another.
    let Some(service) = draft.profile.as_ref().map(|profile| profile.service.id.clone()) else { return };
    trouble_ui(ui, model, draft);
    received_tokens_ui(ui, model, draft);
    let signs_tokens = draft.profile.as_ref().is_some_and(|profile| profile.service.signs_tokens());
    if signs_tokens {
        draft.tokens_step.tab = TokenTab::TokenRequest;
    } else {
        let calls =
            [(TokenTab::TokenRequest, texts::TOKEN_REQUEST), (TokenTab::RefreshRequest, texts::REFRESH_REQUEST)];
        tabs(ui, texts::REQUESTS, &mut draft.tokens_step.tab, &calls);
    }
    // What was answered stands above what was requested: it is what the person waits for.
    match draft.tokens_step.tab.request(&model.open).stand() {
        Stand::Done(exchange) => response::exchange_ui(ui, draft, exchange),
        Stand::Failed(failure) => failure_ui(ui, failure),
        Stand::Idle | Stand::Pending(_) => {}
    }
    other_authentication_ui(ui, model, draft);
    again_ui(ui, model, draft);
    ui.push_id(("call", draft.tokens_step.tab as u8, service), |ui| call_form::call_form_ui(ui, model, draft));
    if signs_tokens {
        return;
    }
    ui.push_id(("reading", draft.tokens_step.tab as u8), |ui| response::reading_ui(ui, model, draft));
}

/// Why nothing was sent, with the way to send it all the same where there is one.
pub(crate) fn failure_ui(ui: &mut Ui, failure: &Failure) {
    banner(ui, Tone::Danger, &failure.diagnosis);
    if failure.code == FailureCode::OutcomeUnknown {
        intent_button(ui, ButtonKind::Danger, Intent::ResendRefresh, None);
    }
}

/// The other way to authenticate the client, where the service did not accept the one that was tried.
fn other_authentication_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let Stand::Done(exchange) = draft.tokens_step.tab.request(&model.open).stand() else { return };
    let is_refused = exchange.outcome.as_ref().is_err_and(|failure| failure.code == FailureCode::ClientRefused);
    let tried = draft.profile.as_ref().and_then(ProfileDraft::client_authentication).filter(|_| is_refused);
    let Some(tried) = tried else { return };
    let [here, there] = match tried {
        ClientAuthentication::Header => [texts::IN_HEADER, texts::IN_BODY],
        ClientAuthentication::Body => [texts::IN_BODY, texts::IN_HEADER],
        ClientAuthentication::Certificate => return,
    };
    let words = texts::sent_in(here, there);
    notice(ui, Tone::Info, texts::WHERE_CLIENT_IS_SENT, &words);
    intent_button(ui, ButtonKind::Secondary, Intent::TryOtherAuthentication, None);
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
pub(crate) fn trouble_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let saved = model.profiles.iter().find(|profile| Some(&profile.name) == model.open.name());
    let Some((saved, trouble)) = saved.and_then(|saved| Some((saved, saved.state.trouble(draft.clock.now)?))) else {
        return;
    };
    let tone = if saved.state.wants_sign_in() { Tone::Danger } else { Tone::Warning };
    banner_with(ui, tone, &trouble, |ui| {
        let can = draft.profile.as_ref().is_some_and(|profile| profile.client_flow);
        if can {
            intent_button(ui, ButtonKind::Secondary, Intent::SignInAgain, None);
        }
    });
}

/// The tokens, their account, and saving them.
fn received_tokens_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(tokens) = &model.open.tokens else {
        // Of a saved profile without tokens, the definition can be changed and saved.
        return save::failure_ui(ui, model, save::blocked(model, draft));
    };
    section(ui, common::TOKENS, |ui| {
        choosing_ui(ui, model);
        save::save_ui(ui, model, draft);
        identity_ui(ui, model);
        ui.separator();
        facts_ui(ui, model, draft, tokens);
    });
}

/// Where the service named several values and one is needed.
pub(crate) fn choosing_ui(ui: &mut Ui, model: &Model) {
    for choosing in &model.open.choosing {
        notice(ui, Tone::Info, &choosing.label, texts::CHOOSE_VALUE);
        ui.horizontal_wrapped(|ui| {
            for option in &choosing.options {
                if secondary_button(ui, &option.label).clicked() {
                    want(ui, Intent::ChooseFetched(option.clone()));
                }
            }
        });
    }
}

fn facts_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, tokens: &TokenSet) {
    key_values(ui, |rows| {
        rows.custom(texts::STATE, |ui| {
            let is_renewable = token_facts::is_renewable(draft, tokens);
            let (tone, text) = token_facts::access_state(tokens.expires_at, draft.clock.now, is_renewable);
            status_dot(ui, tone, &text);
        });
        if let Some(at) = tokens.expires_at {
            rows.text(common::EXPIRES, &draft.clock.show(at));
        }
        rows.text(texts::RENEWAL, &token_facts::refresh_token_words(draft, tokens));
        // Known of a sign-in of this run only.
        let checks = model.open.token_request.last().map(|exchange| exchange.id_token.as_slice()).unwrap_or_default();
        if !checks.is_empty() {
            rows.text(common::ID_TOKEN, &id_token_words(checks));
        }
    });
    token_facts::granted_ui(ui, draft, tokens, model.open.shared.as_ref());
    token_table::decoded_ui(ui, tokens, &mut draft.tokens_step.decoded, &draft.clock);
}

/// Whose tokens they are, once that was asked.
fn identity_ui(ui: &mut Ui, model: &Model) {
    let identity = &model.open.identity;
    match identity.stand() {
        Stand::Pending(_) => waiting_row(ui, identity, texts::ASKING_FOR_ACCOUNT, Work::Identity),
        Stand::Done(identified) => {
            notice(ui, Tone::Success, common::TOKEN_ACCEPTED, "");
            key_values(ui, |rows| identified.fields.iter().for_each(|(label, value)| rows.text(label, value)));
        }
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Idle => {}
    }
}
