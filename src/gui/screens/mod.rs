//! The screens. Each draws what the model knows and what is typed, and says by `want` what the person wants.

pub use crate::gui::screens::profile_list::row::expiry;
pub(crate) use crate::gui::screens::steps::call_form::missing as missing_of_call;
mod frame;
mod pages;
mod profile;
mod profile_list;
mod steps;
pub(crate) use crate::gui::screens::frame::vault::{is_asked, is_refused};
pub use crate::gui::screens::frame::window::window_ui;
pub(crate) use crate::gui::screens::profile_list::side::is_open;
pub(crate) use crate::gui::screens::steps::response::tried;
pub(crate) use crate::gui::screens::steps::save::{select_all, settle_names};

use egui::{Id, KeyboardShortcut, Response, Ui};

use crate::gui::drafts::{Focus, NextView};
use crate::gui::intent::Intent;
use crate::gui::intent_keys;
use crate::gui::model::{Requested, Work};
use crate::gui::widgets::{ButtonKind, button, waiting};

/// Notes what the person wants, to be done once the whole window is drawn.
pub(crate) fn want(ui: &Ui, intent: Intent) {
    ui.data_mut(|data| data.get_temp_mut_or_default::<Vec<Intent>>(wanted_id()).push(intent));
}

fn take_wanted(ui: &Ui) -> Vec<Intent> {
    ui.data_mut(|data| data.remove_temp(wanted_id())).unwrap_or_default()
}

fn wanted_id() -> Id {
    Id::unique("wanted")
}

/// A button for an intent; whether it was pressed. `blocked` says why it cannot be pressed now. Its key does the same.
pub(crate) fn intent_button(ui: &mut Ui, kind: ButtonKind, intent: Intent, blocked: Option<&str>) -> bool {
    let is_pressed = is_pressed(ui, kind, &intent, blocked);
    if is_pressed {
        want(ui, intent);
    }
    is_pressed
}

/// The same, where what is wanted is put together only once it was pressed.
pub(crate) fn is_pressed(ui: &mut Ui, kind: ButtonKind, intent: &Intent, blocked: Option<&str>) -> bool {
    pressed(ui, kind, intent, blocked).0
}

/// Whether a button for an intent or its key was pressed, and the button.
fn pressed(ui: &mut Ui, kind: ButtonKind, intent: &Intent, blocked: Option<&str>) -> (bool, Response) {
    let response = button(ui, kind, intent.words().0, blocked);
    // The reason takes the place of the hint.
    let response = if blocked.is_none() { response.on_hover_text(hint(ui, intent)) } else { response };
    (response.clicked() || blocked.is_none() && is_key_pressed(ui, intent), response)
}

/// The same as [`intent_button`] for what is done next on the screen: it takes the keyboard where that is asked for.
pub(crate) fn next_button(ui: &mut Ui, intent: Intent, next_view: &mut NextView) {
    let (is_pressed, response) = pressed(ui, ButtonKind::Primary, &intent, None);
    if next_view.take_focus(Focus::Next) {
        response.request_focus();
    }
    if is_pressed {
        want(ui, intent);
    }
}

/// What the pointer brings up at a button for an intent, with its key.
pub(crate) fn hint(ui: &Ui, intent: &Intent) -> String {
    let (_, hint) = intent.words();
    match intent.key() {
        Some(key) => format!("{hint} ({})", intent_keys::words(ui.ctx(), key)),
        None => hint.to_owned(),
    }
}

/// Whether its key was pressed, unless a question lies over what asks, and waits for its answer.
fn is_key_pressed(ui: &Ui, intent: &Intent) -> bool {
    let is_reached = ui.memory(|memory| memory.allows_interaction(ui.layer_id()));
    is_reached && intent.key().is_some_and(|key| take_key(ui, key))
}

/// Whether this key was pressed and nothing else has taken it.
pub(crate) fn take_key(ui: &Ui, key: KeyboardShortcut) -> bool {
    if key == intent_keys::NEXT {
        return ui.data_mut(|data| data.remove_temp(next_id())).unwrap_or_default();
    }
    ui.input_mut(|input| input.consume_shortcut(&key))
}

/// Keeps the key of the next step from what has the keyboard: the toolkit presses that by Enter, whatever is held with it.
pub(crate) fn keep_next_key(ui: &Ui) {
    let is_pressed = ui.input_mut(|input| input.consume_shortcut(&intent_keys::NEXT));
    ui.data_mut(|data| data.insert_temp(next_id(), is_pressed));
}

fn next_id() -> Id {
    Id::unique("key-of-the-next-step")
}

/// What is waited for and since when, and the way out of it, by button or key.
pub(crate) fn waiting_row<T>(ui: &mut Ui, requested: &Requested<T>, text: &str, work: Work) {
    let intent = Intent::Cancel(work);
    let clicked = waiting(ui, text, requested.id());
    if clicked || is_key_pressed(ui, &intent) {
        want(ui, intent);
    }
}

/// Whether Enter was pressed in a one-line field, which lets go of the keyboard then.
pub(crate) fn entered(ui: &Ui, field: &egui::Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Gives the keyboard to the first field for which this holds, and scrolls there.
pub(crate) fn lead_to(field: &egui::Response, focus: Focus, holds: bool, next_view: &mut NextView) {
    if holds && next_view.take_focus(focus) {
        field.request_focus();
        field.scroll_to_me(Some(egui::Align::Center));
    }
}
