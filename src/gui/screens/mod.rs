//! The screens. Each draws what the model knows and what is typed, and says by `want` what the person wants.

mod about;
mod actions;
mod authorization;
mod browser_wait;
mod bundle;
mod calendar;
mod call;
mod call_form;
mod calls;
mod client;
mod client_certificate;
mod commands;
mod console;
mod copy_as;
mod device_wait;
mod endpoints;
mod export;
mod export_options;
mod forgotten;
mod history;
mod home;
mod home_parts;
mod import;
mod import_shared;
mod inspect;
mod key;
mod keys;
mod list_order;
mod naming;
mod news;
mod palette;
mod preset;
mod profile_menu;
mod profile_row;
mod profiles;
mod questions;
mod redirects;
mod registered_client;
mod rehearsal;
mod reply_values;
mod resource_tokens;
mod response;
mod save;
mod service;
mod settings;
mod share;
mod side;
mod side_foot;
mod strict;
mod team;
mod toasts;
mod token_facts;
mod token_table;
mod tokens;
mod trial;
mod vault;
mod window;

pub(crate) use crate::gui::screens::call_form::missing as missing_of_call;
pub use crate::gui::screens::profile_row::expiry;
pub(crate) use crate::gui::screens::response::tried;
pub(crate) use crate::gui::screens::save::{select_all, settle_names};
pub(crate) use crate::gui::screens::side::is_open;
pub(crate) use crate::gui::screens::vault::{is_asked, is_refused};
pub use crate::gui::screens::window::window_ui;

use egui::{Id, Ui};

use crate::gui::draft::{Focus, NextView};
use crate::gui::intent::Intent;
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
    let response = button(ui, kind, intent.words().0, blocked);
    // The reason takes the place of the hint.
    let response = if blocked.is_none() { response.on_hover_text(hint(ui, intent)) } else { response };
    response.clicked() || blocked.is_none() && is_key_pressed(ui, intent)
}

/// What the pointer brings up at a button for an intent, with its key.
pub(crate) fn hint(ui: &Ui, intent: &Intent) -> String {
    let (_, hint) = intent.words();
    match intent.key() {
        Some(key) => format!("{hint} ({})", ui.ctx().format_shortcut(&key)),
        None => hint.to_owned(),
    }
}

/// Whether its key was pressed, unless a question lies over what asks, and waits for its answer.
fn is_key_pressed(ui: &Ui, intent: &Intent) -> bool {
    let is_reached = ui.memory(|memory| memory.allows_interaction(ui.layer_id()));
    is_reached && intent.key().is_some_and(|key| ui.input_mut(|input| input.consume_shortcut(&key)))
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
