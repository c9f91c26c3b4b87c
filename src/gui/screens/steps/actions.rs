//! The bar at the foot of the wizard: back, and the one thing to do next. It never scrolls away.

use egui::Ui;

use crate::app::Exchange;
use crate::gui::display_text::sentence;
use crate::gui::drafts::{Draft, NextView, TokenTab};
use crate::gui::intent::{Intent, Step};
use crate::gui::model::{Model, Requested, Stand, Visit, Work};
use crate::gui::screens::steps::{call_form, save};
use crate::gui::screens::{intent_button, next_button, waiting_row, want};
use crate::gui::texts::{common, tokens as texts};
use crate::gui::widgets::{ButtonKind, footer, link, secondary_button};
use crate::service::ProfileDraft;

/// Shows the bar.
pub(crate) fn actions_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let mut next_view = std::mem::take(&mut draft.next_view);
    bar_ui(ui, model, draft, &mut next_view);
    draft.next_view = next_view;
}

fn bar_ui(ui: &mut Ui, model: &Model, draft: &Draft, next_view: &mut NextView) {
    let Some(profile) = &draft.profile else { return };
    let back = |ui: &mut Ui| {
        let step = match draft.step {
            Step::Service => return,
            Step::Authorization => Step::Service,
            Step::Tokens => Step::Authorization,
        };
        if secondary_button(ui, texts::BACK).clicked() {
            want(ui, Intent::GoTo(step));
        }
    };
    let back = |ui: &mut Ui| {
        if model.open.saved_as.is_some() {
            intent_button(ui, ButtonKind::Secondary, Intent::ShowHome, None);
        }
        back(ui);
        if draft.step == Step::Tokens {
            pending_ui(ui, model, draft);
        }
    };
    footer(ui, back, |ui| match draft.step {
        Step::Service => next_button(ui, Intent::GoTo(Step::Authorization), next_view),
        Step::Authorization if profile.client_flow => authorization_ui(ui, model),
        Step::Authorization => primary(ui, Intent::GoTo(Step::Tokens), None),
        Step::Tokens => call_ui(ui, model, draft),
    });
}

fn primary(ui: &mut Ui, intent: Intent, blocked: Option<&str>) {
    intent_button(ui, ButtonKind::Primary, intent, blocked);
}

/// Step 2. The code can be skipped: a refresh token may be at hand already.
fn authorization_ui(ui: &mut Ui, model: &Model) {
    match model.open.sign_in.visit {
        Visit::Done(_) => {
            intent_button(ui, ButtonKind::Secondary, Intent::Authorize { again: true }, None);
            primary(ui, Intent::GoTo(Step::Tokens), None);
        }
        Visit::Starting | Visit::Waiting(..) => {
            primary(ui, Intent::GoTo(Step::Tokens), Some(common::NO_CODE_YET));
        }
        Visit::Device(..) => {
            primary(ui, Intent::GoTo(Step::Tokens), Some(common::NOT_ALLOWED_YET));
        }
        Visit::None | Visit::Failed(_) => {
            if link(ui, texts::SKIP, texts::SKIP).clicked() {
                want(ui, Intent::EnterRefreshToken);
            }
            ui.add_space(8.0);
            primary(ui, Intent::Authorize { again: false }, None);
        }
    }
}

/// Step 3. What is left to do with tokens is to name them; the request comes first until there are some.
fn call_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let can_be_saved = model.open.tokens.is_some() || model.open.saved_as.is_some();
    let (_, state, call) = request(model, draft);
    if !state.is_pending() {
        let blocked = call_blocked(model, draft);
        let kind = if can_be_saved { ButtonKind::Secondary } else { ButtonKind::Primary };
        intent_button(ui, kind, call, blocked.as_deref());
    }
    if can_be_saved {
        primary(ui, Intent::Save { replace: false }, save::blocked(model, draft));
    }
}

/// The request of the tab that is shown.
fn request<'a>(model: &'a Model, draft: &Draft) -> (Work, &'a Requested<Exchange>, Intent) {
    match draft.tokens_step.tab {
        TokenTab::TokenRequest => {
            let intent = draft.profile.as_ref().map_or(Intent::RequestTokens, new_tokens);
            (Work::TokenRequest, &model.open.token_request, intent)
        }
        TokenTab::RefreshRequest => (Work::RefreshRequest, &model.open.refresh_request, Intent::RequestRefresh),
    }
}

/// What gets tokens without a browser.
pub(crate) fn new_tokens(profile: &ProfileDraft) -> Intent {
    if profile.service.signs_tokens() { Intent::SignToken } else { Intent::RequestTokens }
}

/// Step 3, while the request is under way.
fn pending_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let (work, state, _) = request(model, draft);
    if let Stand::Pending(origin) = state.stand() {
        let place = if origin.is_empty() { common::PREPARING.to_owned() } else { common::calling(origin) };
        waiting_row(ui, state, &place, work);
    }
}

/// Why the request of the tab that is shown cannot be sent now.
pub(crate) fn call_blocked(model: &Model, draft: &Draft) -> Option<String> {
    if draft.tokens_step.tab.request(&model.open).is_pending() {
        return Some(texts::BEING_SENT.to_owned());
    }
    let missing = call_form::missing(model, draft).map(|missing| sentence(&missing.summary));
    let spent = draft.tokens_step.tab == TokenTab::TokenRequest && is_code_spent(model);
    missing.or_else(|| spent.then(|| texts::CODE_SPENT.to_owned()))
}

/// Whether the code has brought tokens already. A service that sees it again ends them (RFC 6749 section 4.1.2).
fn is_code_spent(model: &Model) -> bool {
    let (Visit::Done(authorized), Stand::Done(exchange)) =
        (&model.open.sign_in.visit, model.open.token_request.stand())
    else {
        return false;
    };
    exchange.outcome.as_ref().is_ok_and(|tokens| tokens.obtained_at >= authorized.at)
}
