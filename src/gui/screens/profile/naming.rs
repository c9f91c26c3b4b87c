//! The dialog that asks for a profile's new name, or for that of a copy.

use egui::Ui;

use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::frame::questions::dialog;
use crate::gui::screens::{entered, want};
use crate::gui::texts::{common, profiles as texts};
use crate::gui::theme::Tone;
use crate::gui::widgets::{ButtonKind, Field, SHORT, banner, button, secondary_button};
use crate::service::ProfileName;

/// Asks for the name, once that is wanted.
pub(crate) fn naming_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(naming) = &mut draft.questions.naming else { return };
    let (title, text, action) = if naming.copy {
        (texts::duplicate(&naming.profile), texts::DUPLICATE_HELP, texts::DUPLICATE)
    } else {
        (texts::rename(&naming.profile), texts::RENAME_HELP, texts::RENAME)
    };
    let shown = dialog(ui, "naming", title, text, |ui| {
        let wrong = ProfileName::parse(&naming.typed).err().map(|error| error.to_string());
        let taken = !naming.copy && naming.typed == naming.profile.as_str();
        let field = Field::new(texts::NEW_NAME).limit(SHORT).error(wrong.as_deref()).show(ui, &mut naming.typed);
        if ui.memory(|memory| memory.focused().is_none()) && !model.naming.is_pending() {
            field.request_focus();
        }
        let blocked = match () {
            () if wrong.is_some() => Some(common::ENTER_NAME),
            () if taken => Some(texts::SAME_NAME),
            () if model.naming.is_pending() => Some(common::SAVING),
            () => None,
        };
        if let Some(failure) = model.naming.failure() {
            banner(ui, Tone::Danger, &failure.diagnosis);
        }
        let enters = entered(ui, &field);
        ui.horizontal_wrapped(|ui| {
            let pressed = button(ui, ButtonKind::Primary, action, blocked).clicked();
            if blocked.is_none() && (pressed || enters) {
                want(ui, Intent::SaveName);
            }
            secondary_button(ui, common::CANCEL).clicked()
        })
        .inner
    });
    if shown.inner || shown.should_close() {
        draft.questions.naming = None;
    }
}
