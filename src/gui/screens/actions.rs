//! The bar at the foot of the wizard: back, and the one thing to do next. It never scrolls away.

use egui::{Align, Layout, Ui};

use crate::app::{AuthorizationState, CallState, Flow, Session};
use crate::gui::draft::{Draft, Step, TokenTab};
use crate::gui::intent::Intent;
use crate::gui::screens::{call_form, intent_button, waiting_row};
use crate::gui::widgets::ButtonKind;

/// Shows the bar; what the person wants.
pub(crate) fn actions_ui(ui: &mut Ui, session: &Session, draft: &Draft) -> Option<Intent> {
    let profile = draft.profile.as_ref()?;
    let mut intent = None;
    ui.horizontal(|ui| {
        let back = match draft.step {
            Step::Service => None,
            Step::Authorization => Some(Step::Service),
            Step::Tokens => Some(Step::Authorization),
        };
        if let Some(step) = back
            && crate::gui::widgets::secondary_button(ui, "Back").clicked()
        {
            intent = Some(Intent::GoTo(step));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let next = match draft.step {
                Step::Service => primary(ui, Intent::GoTo(Step::Authorization), None),
                Step::Authorization if profile.client_flow => authorization_ui(ui, session),
                Step::Authorization => primary(ui, Intent::GoTo(Step::Tokens), None),
                Step::Tokens => call_ui(ui, session, draft),
            };
            intent = intent.take().or(next);
        });
    });
    intent
}

fn primary(ui: &mut Ui, intent: Intent, blocked: Option<&str>) -> Option<Intent> {
    intent_button(ui, ButtonKind::Primary, intent, blocked)
}

/// Step 2. The code can be skipped: a refresh token may be at hand already.
fn authorization_ui(ui: &mut Ui, session: &Session) -> Option<Intent> {
    match session.authorization {
        AuthorizationState::Done(_) => {
            let next = primary(ui, Intent::GoTo(Step::Tokens), None);
            next.or(intent_button(ui, ButtonKind::Secondary, Intent::Authorize { again: true }, None))
        }
        AuthorizationState::Starting | AuthorizationState::Waiting(..) => {
            primary(ui, Intent::GoTo(Step::Tokens), Some("The code has not arrived yet"))
        }
        AuthorizationState::Idle | AuthorizationState::Failed(_) => {
            let start = primary(ui, Intent::Authorize { again: false }, None);
            ui.add_space(8.0);
            let skip = ui.link("I have a refresh token already").clicked().then_some(Intent::GoTo(Step::Tokens));
            start.or(skip)
        }
    }
}

/// Step 3.
fn call_ui(ui: &mut Ui, session: &Session, draft: &Draft) -> Option<Intent> {
    let (flow, state, call) = match draft.tab {
        TokenTab::Bearer => (Flow::Bearer, &session.bearer, Intent::CallBearer),
        TokenTab::Refresh => (Flow::Refresh, &session.refresh, Intent::CallRefresh),
    };
    let CallState::Sending(origin) = state else {
        let missing = call_form::rendered(session, draft).err().map(|missing| missing.summary);
        let spent = draft.tab == TokenTab::Bearer && is_code_spent(session);
        let blocked = missing.as_deref().or(spent.then_some("The code is spent: refresh, or authorize again"));
        // What is left to do first is to give the draft a name.
        let kind = if is_to_be_saved(session) { ButtonKind::Secondary } else { ButtonKind::Primary };
        return intent_button(ui, kind, call, blocked);
    };
    let place = if origin.is_empty() { "Preparing the call".to_owned() } else { format!("Calling {origin}") };
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| waiting_row(ui, session, &place, flow)).inner
}

/// Whether there are tokens that have no name of the person's choosing.
pub(crate) fn is_to_be_saved(session: &Session) -> bool {
    session.tokens.is_some() && (session.draft.is_some() || session.saved_as.is_none())
}

/// Whether the code has brought tokens already. A service that sees it again ends them (RFC 6749 section 4.1.2).
fn is_code_spent(session: &Session) -> bool {
    let (AuthorizationState::Done(authorized), CallState::Done(exchange)) = (&session.authorization, &session.bearer)
    else {
        return false;
    };
    exchange.outcome.as_ref().is_ok_and(|tokens| tokens.obtained_at >= authorized.at)
}
