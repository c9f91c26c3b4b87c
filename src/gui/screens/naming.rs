//! The dialog that asks for a profile's new name, or for that of a copy.

use egui::Ui;

use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::questions::dialog;
use crate::gui::screens::{entered, want};
use crate::gui::theme::Tone;
use crate::gui::widgets::{ButtonKind, Field, SHORT, banner, button, secondary_button};
use crate::service::ProfileName;

/// Asks for the name, once that is wanted.
pub(crate) fn naming_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(naming) = &mut draft.questions.naming else { return };
    let (title, text, action) = if naming.copy {
        let text = "The copy has the same service, client and scopes, and no tokens: sign in to it afterwards.";
        (format!("Duplicate {}", naming.profile), text, "Duplicate")
    } else {
        let text = "Scripts and files that ask for the token by the old name must be changed, except exported files, \
                    which are written anew.";
        (format!("Rename {}", naming.profile), text, "Rename")
    };
    let shown = dialog(ui, "naming", title, text, |ui| {
        let wrong = ProfileName::parse(&naming.typed).err().map(|error| error.to_string());
        let taken = !naming.copy && naming.typed == naming.profile.as_str();
        let field = Field::new("New name").limit(SHORT).error(wrong.as_deref()).show(ui, &mut naming.typed);
        if ui.memory(|memory| memory.focused().is_none()) && !model.naming.is_pending() {
            field.request_focus();
        }
        let blocked = match () {
            () if wrong.is_some() => Some("Enter a name first"),
            () if taken => Some("That is its name already"),
            () if model.naming.is_pending() => Some("Saving…"),
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
            secondary_button(ui, "Cancel").clicked()
        })
        .inner
    });
    if shown.inner || shown.should_close() {
        draft.questions.naming = None;
    }
}
