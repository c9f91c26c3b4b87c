//! The lower parts of a profile's page: what the service granted, and what is done with a profile now and then.

use egui::Ui;

use crate::app::ProfileSummary;
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::{token_facts, want};
use crate::gui::theme::SPACE_L;
use crate::gui::widgets::{key_values, link, section};
use crate::service::ProfileName;

/// What the service granted, with whom it is shared, and the profile's name in a terminal.
pub(crate) fn details_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    section(ui, "Details", |ui| {
        if let Some(tokens) = &model.open.tokens {
            token_facts::granted_ui(ui, draft, tokens, model.open.shared.as_ref());
        }
        key_values(ui, |rows| rows.copyable("In the terminal", &format!("tokenwright token {name}")));
        if let Some(tokens) = &model.open.tokens {
            token_facts::decoded_ui(ui, tokens);
        }
    });
}

/// What is done with a profile now and then.
pub(crate) fn more_ui(ui: &mut Ui, draft: &mut Draft, name: &ProfileName, listed: Option<&ProfileSummary>) {
    let has_browser = draft.profile.as_ref().is_some_and(|profile| profile.client_flow);
    let is_shared = listed.is_some_and(|listed| listed.shared);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE_L;
        if has_browser {
            intent_link(ui, Intent::SignInAgain);
        }
        intent_link(ui, Intent::EditProfile);
        if is_shared && link(ui, "Take out of team…", "Take out of team…").clicked() {
            draft.questions.unshare = Some(name.clone());
        }
        if link(ui, "Forget…", "Forget…").clicked() {
            draft.questions.forget = Some(name.clone());
        }
    });
}

fn intent_link(ui: &mut Ui, intent: Intent) {
    let (text, hint) = intent.words();
    if link(ui, text, text).on_hover_text(hint).clicked() {
        want(ui, intent);
    }
}
