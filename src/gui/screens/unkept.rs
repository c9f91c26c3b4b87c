//! Tokens that came and could not be saved: told above everything until they are, and asked about before the window
//! closes, since the refresh token in memory may be the only one that is good.

use egui::{Frame, Id, Modal, Ui};

use crate::app::VaultState;
use crate::diagnosis::Diagnosis;
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::intent_button;
use crate::gui::screens::vault::is_practice;
use crate::gui::theme::{Tone, heading};
use crate::gui::widgets::{ButtonKind, banner_with, notice};
use crate::service::ProfileName;

/// A banner a profile; what the person wants.
pub(crate) fn unkept_ui(ui: &mut Ui, model: &Model, draft: &Draft) -> Option<Intent> {
    let mut intent = None;
    for (name, why) in &model.pending_writes {
        if !matches!(model.vault, VaultState::Open(_)) && is_practice(model, draft, name) {
            let text = "To keep them, save the profile. You will then be asked where.";
            notice(ui, Tone::Info, &format!("The tokens of {name} are in this window only"), text);
            ui.add_space(8.0);
            continue;
        }
        if !matches!(model.vault, VaultState::Open(_)) {
            waits_for_vault_ui(ui, model, name);
            continue;
        }
        let mend = why.hint.clone().map(|hint| format!("{hint}. ")).unwrap_or_default();
        let held = "The tokens are held in memory and tried again by themselves; leave the window open until then.";
        let told = Diagnosis::new(why.summary.clone()).hint(format!("{mend}{held}"));
        ui.push_id(("unkept", name.as_str()), |ui| {
            let pressed = banner_with(ui, Tone::Danger, &told, |ui| {
                intent_button(ui, ButtonKind::Secondary, Intent::RetrySave, None)
            });
            intent = intent.take().or(pressed.0);
        });
        ui.add_space(8.0);
    }
    intent
}

/// Nothing has failed: where tokens are kept is asked on the same screen.
fn waits_for_vault_ui(ui: &mut Ui, model: &Model, name: &ProfileName) {
    let shown = model.profiles.iter().find(|profile| profile.name == *name).map_or(name.as_str(), |it| it.shown_name());
    let title = format!("The tokens of {shown} have come, and are only in this window yet");
    notice(ui, Tone::Warning, &title, "They are kept once the vault is open.");
    ui.add_space(8.0);
}

/// Asks before the window closes on tokens that are nowhere else; what the person wants.
pub(crate) fn closing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    if model.pending_writes.is_empty() {
        // They were kept while the person was being asked.
        draft.closing = false;
    }
    if !draft.closing {
        return None;
    }
    let names: Vec<String> = model.pending_writes.keys().map(ToString::to_string).collect();
    let frame = Frame::popup(ui.style()).inner_margin(20);
    let shown = Modal::new(Id::unique("closing")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading("Close and lose tokens?"));
        ui.add_space(8.0);
        ui.label(format!(
            "The newest tokens of {} are kept nowhere but in this window. If the service has spent the refresh token \
             before, only a new sign-in helps afterwards.",
            names.join(", ")
        ));
        ui.add_space(12.0);
        let mut intent = None;
        ui.horizontal_wrapped(|ui| {
            for (kind, wanted) in [
                (ButtonKind::Primary, Intent::RetrySave),
                (ButtonKind::Secondary, Intent::StayOpen),
                (ButtonKind::Danger, Intent::CloseAnyway),
            ] {
                let pressed = intent_button(ui, kind, wanted, None);
                intent = intent.take().or(pressed);
            }
        });
        intent
    });
    let escaped = shown.should_close().then_some(Intent::StayOpen);
    shown.inner.or(escaped)
}
