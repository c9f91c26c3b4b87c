//! The screens. Each is a function of what the session knows and what is typed, and returns what the person wants.

mod actions;
mod authorization;
mod call_form;
mod profiles;
mod reply;
mod save;
mod service;
mod tokens;
mod vault;
mod window;

pub use crate::gui::screens::profiles::expiry;
pub use crate::gui::screens::window::window_ui;

use egui::Ui;

use crate::gui::intent::Intent;
use crate::gui::widgets::{ButtonKind, button};

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
