//! What a profile is called: its plain name, and beside it any other in the person's own script.

use egui::{Response, Ui};

use crate::gui::draft::Draft;
use crate::gui::model::Model;
use crate::gui::naming;
use crate::gui::screens::entered;
use crate::gui::theme::small;
use crate::gui::widgets::{Field, SHORT};
use crate::service::ProfileName;

/// Shows both names; the field of the plain one, and whether Enter was pressed in one of them.
pub(crate) fn names_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> (Response, bool) {
    let proposal = naming::proposed(draft, model);
    let wrong = ProfileName::parse(&draft.name).err().filter(|_| !draft.name.is_empty() && proposal.is_none());
    let wrong = wrong.map(|error| error.to_string());
    let (field, enters) = ui.columns(2, |columns| {
        let field = Field::new("Profile name").limit(SHORT).example("acme-quickbooks").error(wrong.as_deref());
        let field = field.show(&mut columns[0], &mut draft.name);
        let mut enters = entered(&columns[0], &field);
        if let Some(profile) = &mut draft.profile {
            let shown = Field::new("Display name").limit(SHORT).example("Müller GmbH – Test").optional();
            let shown = shown.show(&mut columns[1], &mut profile.display_name);
            enters |= entered(&columns[1], &shown);
        }
        (field, enters)
    });
    if let Some((name, _)) = proposal {
        let words = format!("Files and scripts know it as {name}. What you typed becomes its display name.");
        ui.label(small(ui, words));
        // Not while it is typed: the next letter may make it a plain name after all.
        if field.lost_focus() {
            naming::settle(draft, model);
        }
    }
    (field, enters)
}
