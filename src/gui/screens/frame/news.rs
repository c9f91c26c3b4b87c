//! What stands above any page: what is waited for, and what must be asked first.

use egui::Ui;

use crate::gui::drafts::Draft;
use crate::gui::model::Model;
use crate::gui::screens::frame::vault;
use crate::gui::screens::steps::browser_wait;

/// Shows it.
pub(crate) fn news_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    browser_wait::reminder_ui(ui, model, draft);
    vault::pending_writes_ui(ui, model, draft);
    vault::vault_ui(ui, model, draft);
}
