//! The forms to choose from, looked for by name, id and what reads them; the chosen one alone once it is chosen.

use egui::Ui;

use crate::app::FormLine;
use crate::gui::export_draft::ExportDraft;
use crate::gui::model::Model;
use crate::gui::screens::entered;
use crate::gui::theme::{shown, small};
use crate::gui::widgets::{Field, SHORT, card, secondary_button, section};

/// Shows the forms, or the chosen one.
pub(crate) fn form_ui(ui: &mut Ui, model: &Model, export: &mut ExportDraft) {
    let forms = model.export.formats();
    section(ui, "For which tool?", |ui| {
        let Some(chosen) = export.line(forms) else { return all_ui(ui, forms, export) };
        card(ui, ui.available_width(), &chosen.name, &format!("Read by {}", chosen.reader), true);
        let all = secondary_button(ui, &format!("Show all {} forms", forms.len()));
        let is_wanted = all.clicked();
        if std::mem::take(&mut export.leads) {
            all.request_focus();
        }
        if is_wanted {
            (export.form, export.leads) = (None, true);
        }
    });
}

fn all_ui(ui: &mut Ui, forms: &[FormLine], export: &mut ExportDraft) {
    if forms.is_empty() {
        ui.label(small(ui, "The forms are being listed."));
        return;
    }
    let field =
        Field::new("Search forms").limit(SHORT).example("Search by tool: curl, .env, Postman, kubectl …").unlabelled();
    let field = field.show(ui, &mut export.search);
    if std::mem::take(&mut export.leads) {
        field.request_focus();
    }
    // Enter takes the first that was found.
    let is_taken = entered(ui, &field) && !export.search.trim().is_empty();
    let found: Vec<&FormLine> = forms.iter().filter(|form| form.matches(&export.search)).collect();
    if found.is_empty() {
        let hint = "No form matches. One of your own is a template file in the folder `forms` of your data folder; \
                    the form json carries any value.";
        ui.label(small(ui, hint));
    }
    // Two in a row: the names are longer than those of services.
    let width = ((ui.available_width() - ui.spacing().item_spacing.x) / 2.0).floor();
    let mut chosen = found.first().copied().filter(|_| is_taken);
    ui.horizontal_wrapped(|ui| {
        for form in found {
            let readers = format!("Read by {}", form.reader);
            if card(ui, width, &form.name, &readers, false).on_hover_text(shown(&readers)).clicked() {
                chosen = Some(form);
            }
        }
    });
    if let Some(form) = chosen {
        export.choose(form);
    }
}
