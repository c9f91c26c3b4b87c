//! What stands above any page: what is wrong, what is waited for, and what must be asked first.

use egui::Ui;

use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::{browser_wait, vault, want};
use crate::gui::theme::Tone;
use crate::gui::widgets::{banner, banner_with, secondary_button};

/// Shows it.
pub(crate) fn news_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    for problem in &model.problems {
        banner_with(ui, Tone::Warning, problem, |ui| {
            if secondary_button(ui, "Dismiss").clicked() {
                want(ui, Intent::Dismiss(problem.clone()));
            }
        });
    }
    if let Some(why) = &model.lease_busy {
        banner(ui, Tone::Info, why);
    }
    browser_wait::reminder_ui(ui, model, draft);
    vault::pending_writes_ui(ui, model, draft);
    vault::vault_ui(ui, model, draft);
}
