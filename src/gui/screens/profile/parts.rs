//! The lower parts of a profile's page: what the service granted, and what is done with a profile now and then.

use egui::Ui;

use crate::diagnosis::Diagnose as _;
use crate::gui::drafts::Draft;
use crate::gui::drafts::profile_page::{Naming, Remarks};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::profile::{resource_tokens, token_facts};
use crate::gui::screens::want;
use crate::gui::texts::{common, home as texts};
use crate::gui::theme::SPACE_L;
use crate::gui::widgets::{Field, SHORT, key_values, link, section};
use crate::oauth::TokenSet;
use crate::service::ProfileName;

/// What the service granted, with whom it is shared, and the profile's name in a terminal.
pub(crate) fn details_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    section(ui, texts::DETAILS, |ui| {
        if let Some(tokens) = &model.open.tokens {
            token_facts::granted_ui(ui, draft, tokens, model.open.shared.as_ref());
            resource_tokens::resource_tokens_ui(ui, model, draft, tokens);
        }
        // A token that is bound to a key is not handed out without a request.
        let is_bound = model.open.tokens.as_ref().is_some_and(TokenSet::needs_proof);
        let command = if is_bound { texts::call_command(name) } else { texts::token_command(name) };
        key_values(ui, |rows| rows.copyable(texts::COMMAND, &command));
    });
}

/// What is done with a profile now and then.
pub(crate) fn more_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, name: &ProfileName) {
    // Without tokens it is the one thing to do, and has a button.
    let can_sign_in_again =
        model.open.tokens.is_some() && draft.profile.as_ref().is_some_and(|profile| profile.client_flow);
    let is_shared = model.profiles.iter().any(|listed| listed.name == *name && listed.shared);
    ui.horizontal_wrapped(|ui| {
        (ui.spacing_mut().item_spacing.x, ui.spacing_mut().interact_size.y) = (SPACE_L, 0.0);
        if can_sign_in_again {
            intent_link(ui, Intent::SignInAgain);
        }
        intent_link(ui, Intent::EditProfile);
        if is_shared && link(ui, common::TAKE_OUT, common::TAKE_OUT).clicked() {
            draft.questions.unshare = Some(name.clone());
        }
        for (text, copy) in [(common::RENAME, false), (common::DUPLICATE, true)] {
            if link(ui, text, text).clicked() {
                draft.questions.naming = Some(Naming::begin(name, copy));
            }
        }
        if link(ui, common::FORGET, common::FORGET).clicked() {
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

/// What the person wrote down about the profile. It is saved when the field is left.
pub(crate) fn remarks_ui(ui: &mut Ui, draft: &mut Draft) {
    let Some(profile) = &mut draft.profile else { return };
    section(ui, texts::NOTES_AND_TAGS, |ui| {
        let mut remarks = draft.remarks.clone().unwrap_or_else(|| Remarks::of(profile));
        let before = remarks.clone();
        let wrong = remarks.tags().err().map(|error| error.diagnose().summary);
        let field =
            Field::new(texts::TAGS).example(texts::TAGS_EXAMPLE).optional().limit(SHORT).error(wrong.as_deref());
        let tags = field.show(ui, &mut remarks.tags);
        let notes = Field::new(texts::NOTES).optional().help(texts::NOTES_HELP);
        let notes = notes.show_lines(ui, &mut remarks.notes, 2);
        if remarks != before {
            profile.notes = remarks.notes();
            if let Ok(tags) = remarks.tags() {
                profile.tags = tags;
            }
            draft.remarks = Some(remarks);
        }
        if draft.remarks.is_some() && (tags.lost_focus() || notes.lost_focus()) {
            want(ui, Intent::SaveRemarks);
        }
    });
}
