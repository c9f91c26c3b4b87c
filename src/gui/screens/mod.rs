//! The screens. Each is a function of what the model knows and what is typed, and returns what the person wants.

mod actions;
mod authorization;
mod call_form;
mod copy_as;
mod export;
mod export_form;
mod export_options;
mod forgetting;
mod history;
mod import;
mod key;
mod known;
mod leaving;
mod names;
mod notes;
mod outlets;
mod preset;
mod profile_menu;
mod profiles;
mod reading;
mod rehearsal;
mod reply;
mod save;
mod service;
mod share;
mod take;
mod tokens;
mod unkept;
mod vault;
mod window;

pub(crate) use crate::gui::screens::call_form::rendered;
pub use crate::gui::screens::profiles::expiry;
pub(crate) use crate::gui::screens::reading::tried;
pub(crate) use crate::gui::screens::vault::{is_asked, is_refused};
pub use crate::gui::screens::window::window_ui;

use egui::Ui;

use crate::gui::draft::{Focus, Lead};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Work};
use crate::gui::widgets::{ButtonKind, button, waiting};

/// A button for an intent; `blocked` says why it cannot be pressed now. Its key does the same.
pub(crate) fn intent_button(ui: &mut Ui, kind: ButtonKind, intent: Intent, blocked: Option<&str>) -> Option<Intent> {
    let words = intent.words();
    let response = button(ui, kind, words.text, blocked);
    let hint = match words.key {
        Some(key) => format!("{} ({})", words.hint, ui.ctx().format_shortcut(&key)),
        None => words.hint.to_owned(),
    };
    let clicked = response.on_hover_text(hint).clicked();
    let pressed = blocked.is_none() && words.key.is_some_and(|key| ui.input_mut(|input| input.consume_shortcut(&key)));
    (clicked || pressed).then_some(intent)
}

/// What is waited for and since when, and the way out of it, by button or key.
pub(crate) fn waiting_row(ui: &mut Ui, model: &Model, text: &str, work: Work) -> Option<Intent> {
    let intent = Intent::Cancel(work);
    let clicked = waiting(ui, text, model.id(work));
    let pressed = intent.words().key.is_some_and(|key| ui.input_mut(|input| input.consume_shortcut(&key)));
    (clicked || pressed).then_some(intent)
}

/// Whether Enter was pressed in a one-line field, which lets go of the keyboard then.
pub(crate) fn entered(ui: &Ui, field: &egui::Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Gives the keyboard to the first field that is wrong, and scrolls there.
pub(crate) fn point_at(field: &egui::Response, is_wrong: bool, lead: &mut Lead) {
    if is_wrong && lead.takes(Focus::Error) {
        field.request_focus();
        field.scroll_to_me(Some(egui::Align::Center));
    }
}
