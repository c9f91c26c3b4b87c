//! Saves the profile under its two names: the plain one that files and scripts use, and a display name.

use egui::{Response, Ui};

use crate::app::FailureCode;
use crate::gui::drafts::{Draft, Focus};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::{entered, intent_button, want};
use crate::gui::texts::{common, tokens as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field, SHORT, banner, secondary_button, toggle};
use crate::service::{DisplayName, ProfileName, ProfileNameError};

/// Shows the names, and in one row what else there is to do with tokens that have just come.
pub(crate) fn save_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let (field, enters) = names_ui(ui, model, draft);
    if draft.next_view.take_focus(Focus::Name) {
        field.request_focus();
        select_all(ui, field.id, &draft.tokens_step.name);
    }
    let blocked = blocked(model, draft);
    if enters && blocked.is_none() {
        want(ui, Intent::Save { replace: false });
    }
    if let Some(name) = &model.open.draft {
        let words = texts::saved_as_draft(name);
        // One that waits for the vault is told above.
        if !model.pending_writes.contains_key(name) {
            ui.label(small(ui, words));
        }
    }
    failure_ui(ui, model, blocked);
    keep_alive_ui(ui, model, draft);
    ui.horizontal_wrapped(|ui| {
        if draft.profile.as_ref().is_some_and(|profile| profile.service.identity.is_some()) {
            intent_button(ui, ButtonKind::Secondary, Intent::CheckToken, None);
        }
        if let Some(name) = model.open.name() {
            intent_button(ui, ButtonKind::Secondary, Intent::OpenExport(name.clone()), None);
            if secondary_button(ui, common::FORGET).clicked() {
                draft.questions.forget = Some(name.clone());
            }
        }
    });
}

/// Why the profile cannot be saved as it stands.
pub(crate) fn blocked(model: &Model, draft: &Draft) -> Option<&'static str> {
    match plain_name(draft, model) {
        Err(_) => Some(common::ENTER_NAME),
        Ok(_) => model.open.save.is_pending().then_some(common::SAVING),
    }
}

/// Why it was not saved, with what can be done about it.
pub(crate) fn failure_ui(ui: &mut Ui, model: &Model, blocked: Option<&str>) {
    let Some(failure) = model.open.save.failure() else { return };
    banner(ui, Tone::Danger, &failure.diagnosis);
    if failure.code == FailureCode::ProfileExists {
        intent_button(ui, ButtonKind::Danger, Intent::Save { replace: true }, blocked);
    }
    if failure.code == FailureCode::ProfileGone && secondary_button(ui, texts::SAVE_AGAIN).clicked() {
        want(ui, Intent::Save { replace: true });
    }
}

/// What is typed next takes the place of the text.
pub(crate) fn select_all(ui: &Ui, field: egui::Id, text: &str) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let all = CCursorRange::two(CCursor::default(), CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), field);
}

/// Keep-alive. For a saved profile the choice is saved at once, otherwise together with the profile.
pub(crate) fn keep_alive_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(profile) = &mut draft.profile else { return };
    let name = model.open.saved_as.as_ref();
    let saved = model.profiles.iter().find(|saved| Some(&saved.name) == name);
    let mut on = saved.map_or(profile.keep_alive, |saved| saved.keep_alive);
    let problem = model.keep_alive.iter().find(|kept| Some(&kept.name) == name).and_then(|kept| kept.problem.as_ref());
    let help = match problem {
        Some(problem) if on => texts::not_refreshed(&problem.summary),
        _ => texts::KEEP_ALIVE_HELP.to_owned(),
    };
    let changed = toggle(ui, texts::KEEP_ALIVE, &mut on, Some(&help)).changed();
    profile.keep_alive = on;
    if let (true, Some(saved)) = (changed, saved) {
        want(ui, Intent::SetKeepAlive(saved.name.clone(), on));
    }
}

/// Shows both names; the field of the plain one, and whether Enter was pressed in one of them.
fn names_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> (Response, bool) {
    let proposal = proposed(draft, model);
    let wrong = ProfileName::parse(&draft.tokens_step.name)
        .err()
        .filter(|_| !draft.tokens_step.name.is_empty() && proposal.is_none());
    let wrong = wrong.map(|error| error.to_string());
    let (field, enters) = ui.columns(2, |columns| {
        let field =
            Field::new(common::PROFILE_NAME).limit(SHORT).example(texts::PROFILE_NAME_EXAMPLE).error(wrong.as_deref());
        let field = field.show(&mut columns[0], &mut draft.tokens_step.name);
        let mut enters = entered(&columns[0], &field);
        if let Some(profile) = &mut draft.profile {
            let shown = Field::new(common::DISPLAY_NAME).limit(SHORT).example(texts::DISPLAY_NAME_EXAMPLE).optional();
            let shown = shown.show(&mut columns[1], &mut profile.display_name);
            enters |= entered(&columns[1], &shown);
        }
        (field, enters)
    });
    if let Some((name, _)) = proposal {
        let words = texts::files_use(name);
        ui.label(small(ui, words));
        // Not while it is typed: the next letter may make it a plain name after all.
        if field.lost_focus() {
            settle_names(draft, model);
        }
    }
    (field, enters)
}

/// The plain name and the display name that typed text comes to, where the text is no plain name itself; `None` where it
/// is one, or holds nothing that could be shown.
fn proposed(draft: &Draft, model: &Model) -> Option<(ProfileName, DisplayName)> {
    if ProfileName::parse(&draft.tokens_step.name).is_ok() {
        return None;
    }
    let shown = DisplayName::of(&draft.tokens_step.name);
    if shown.is_empty() {
        return None;
    }
    let service = draft.profile.as_ref().map_or("", |profile| profile.service.id.as_str());
    let is_taken = |name: &ProfileName| {
        let is_own = model.open.saved_as.as_ref() == Some(name);
        !is_own && model.profiles.iter().any(|profile| profile.name == *name)
    };
    let name = shown.plain_name(service, is_taken);
    Some((name, shown))
}

/// The plain name that the profile is saved under as things are typed.
fn plain_name(draft: &Draft, model: &Model) -> Result<ProfileName, ProfileNameError> {
    ProfileName::parse(&draft.tokens_step.name)
        .or_else(|error| proposed(draft, model).map(|(name, _)| name).ok_or(error))
}

/// Takes a proposal over into the two fields.
pub(crate) fn settle_names(draft: &mut Draft, model: &Model) {
    let Some((name, shown)) = proposed(draft, model) else { return };
    draft.tokens_step.name = name.to_string();
    if let Some(profile) = &mut draft.profile {
        profile.display_name = shown.to_string();
    }
}
