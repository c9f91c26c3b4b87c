//! Keeping the profile under a name, and the way to forgetting it.

use egui::Ui;

use crate::app::FailureCode;
use crate::gui::draft::{Draft, Focus};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::naming;
use crate::gui::screens::actions::is_to_be_saved;
use crate::gui::screens::intent_button;
use crate::gui::screens::names::names_ui;
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, banner, secondary_button, toggle};

/// Shows the name and the buttons; what the person wants.
pub(crate) fn save_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    ui.separator();
    let (field, enters) = names_ui(ui, model, draft);
    let parsed = naming::plain_name(draft, model);
    let blocked = match (&parsed, model.open.save.is_pending()) {
        (Err(_), _) => Some("Enter a name first"),
        (_, true) => Some("Being saved"),
        (_, false) => None,
    };
    if draft.lead.takes(Focus::Name) {
        field.request_focus();
        select_all(ui, field.id, &draft.name);
    }
    let mut intent = (enters && blocked.is_none()).then_some(Intent::Save { replace: false });
    ui.horizontal_wrapped(|ui| {
        let kind = if is_to_be_saved(model) { ButtonKind::Primary } else { ButtonKind::Secondary };
        let saved = intent_button(ui, kind, Intent::Save { replace: false }, blocked);
        intent = intent.take().or(saved);
        if let Some(name) = model.open.name() {
            let export = Intent::OpenExport(name.clone());
            intent = intent.take().or(intent_button(ui, ButtonKind::Secondary, export, None));
            if secondary_button(ui, "Forget…").clicked() {
                draft.forgetting = Some(name.clone());
            }
        }
    });
    intent = intent.or(keep_alive_ui(ui, model, draft));
    if let Some(name) = &model.open.draft {
        let words = format!("Kept as draft {name}. Save it to give it a name of your own, or leave it for later.");
        // One that waits for the vault is told above.
        if !model.pending_writes.contains_key(name) {
            ui.label(small(ui, words));
        }
    } else if let Some(name) = &model.open.saved_as {
        ui.label(small(ui, format!("Kept as {name}. In the terminal: tokenwright token {name}")));
    }
    if let Some(failure) = model.open.save.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
        if failure.code == FailureCode::ProfileExists {
            intent = intent.or(intent_button(ui, ButtonKind::Danger, Intent::Save { replace: true }, blocked));
        }
        if failure.code == FailureCode::ProfileGone && secondary_button(ui, "Save it again").clicked() {
            intent = intent.or(Some(Intent::Save { replace: true }));
        }
    }
    intent
}

/// What is typed next takes the place of the text.
fn select_all(ui: &Ui, field: egui::Id, text: &str) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::TextEdit::load_state(ui.ctx(), field).unwrap_or_default();
    let all = CCursorRange::two(CCursor::default(), CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), field);
}

/// Whether it is refreshed unasked. Of a profile that is kept the choice is kept at once, of another one with it.
fn keep_alive_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let profile = draft.profile.as_mut()?;
    let name = model.open.saved_as.as_ref();
    let saved = model.profiles.iter().find(|saved| Some(&saved.name) == name);
    let mut on = saved.map_or(profile.keep_alive, |saved| saved.keep_alive);
    let before = on;
    let problem = model.keep_alive.iter().find(|kept| Some(&kept.name) == name).and_then(|kept| kept.problem.as_ref());
    let help = match problem {
        Some(problem) if on => format!("Not refreshed: {}", problem.summary),
        _ => "Refreshed before it expires, while this window or the agent runs.".to_owned(),
    };
    toggle(ui, "Keep alive", &mut on, Some(&help));
    profile.keep_alive = on;
    saved.filter(|_| on != before).map(|saved| Intent::SetKeepAlive(saved.name.clone(), on))
}
