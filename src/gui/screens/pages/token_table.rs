//! What is written in a token: a row for each claim, with its name, its value and what it means.

use egui::accesskit::Role;
use egui::{Align, Label, Layout, RichText, Ui, UiBuilder, vec2};

use crate::gui::clock::Clock;
use crate::gui::drafts::inspect::Decoded;
use crate::gui::texts::{common, tokens as texts};
use crate::gui::theme::{SPACE_M, SPACE_XS, shown, small};
use crate::gui::widgets::{as_role, copy_button, disclosure, rows, section};
use crate::oauth::{TokenRow, TokenSet, relative};

/// From this width on, in points, the meaning has a column of its own.
const WIDE: f32 = 620.0;
/// Widths of the columns and of the copy button, in points.
const NAME: f32 = 150.0;
const MEANING: f32 = 180.0;
const BUTTON: f32 = 92.0;
/// Of more rows than these only those in view are drawn.
const MANY: usize = 60;
/// Height of a row of one line, in points.
const HEIGHT: f32 = 28.0;

/// The rows under a title; nothing where there are none.
pub(crate) fn table_ui(ui: &mut Ui, title: &'static str, table: &[TokenRow], clock: &Clock) {
    if table.is_empty() {
        return;
    }
    section(ui, title, |ui| rows_ui(ui, title, table, clock));
}

/// What is written in tokens that are JSON Web Tokens, before they are saved. Nothing is checked.
pub(crate) fn decoded_ui(ui: &mut Ui, tokens: &TokenSet, decoded: &mut [Decoded; 2], clock: &Clock) {
    let there = [
        (texts::ACCESS_TOKEN_DECODED, Some(&tokens.access_token)),
        (texts::ID_TOKEN_DECODED, tokens.id_token.as_ref()),
    ];
    for ((label, token), decoded) in there.into_iter().zip(decoded) {
        let Some(token) = token.filter(|token| token.expose().starts_with("ey")) else { continue };
        let shown = disclosure(ui, label, false, |ui| {
            ui.label(small(ui, texts::NOT_VERIFIED));
            rows_ui(ui, label, &decoded.of(token).claims, clock);
        });
        if shown.is_none() {
            *decoded = Decoded::default();
        }
    }
}

fn rows_ui(ui: &mut Ui, title: &'static str, table: &[TokenRow], clock: &Clock) {
    ui.scope_builder(UiBuilder::new().accessibility_role(Role::Table).accessibility_label(title), |ui| {
        ui.spacing_mut().item_spacing = vec2(SPACE_M, SPACE_XS);
        // The same for each row, so that the columns stand below each other.
        let room = ui.available_width();
        let draw = |ui: &mut Ui, row: &TokenRow| {
            let builder = UiBuilder::new().id_salt((title, &row.name)).accessibility_role(Role::Row);
            ui.scope_builder(builder, |ui| row_ui(ui, (title, room), row, clock));
        };
        if table.len() > MANY {
            rows(ui, title, HEIGHT, table, draw);
        } else {
            for row in table {
                draw(ui, row);
            }
        }
    });
}

fn row_ui(ui: &mut Ui, (title, room): (&str, f32), row: &TokenRow, clock: &Clock) {
    let is_wide = room >= WIDE;
    let name = NAME.min(room * 0.3);
    let meaning = if is_wide { MEANING + SPACE_M } else { 0.0 };
    let value = room - name - meaning - BUTTON - 2.0 * SPACE_M;
    let column = |ui: &mut Ui, width: f32, add: &dyn Fn(&mut Ui)| {
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            add(ui);
        });
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        column(ui, name, &|ui| {
            let words = RichText::new(shown(&row.name)).monospace();
            cell(ui, Role::RowHeader, words);
        });
        column(ui, value, &|ui| {
            cell(ui, Role::Cell, value_text(row, clock));
            if let Some(meaning) = row.meaning.filter(|_| !is_wide) {
                cell(ui, Role::Cell, small(ui, meaning));
            }
        });
        if is_wide {
            column(ui, MEANING, &|ui| {
                cell(ui, Role::Cell, small(ui, row.meaning.unwrap_or_default()));
            });
        }
        ui.spacing_mut().button_padding.y = 2.0;
        copy_button(ui, &texts::member_of(&row.name, title.to_lowercase()), &row.value);
    });
}

/// Words in a row, as a screen reader knows them.
fn cell(ui: &mut Ui, role: Role, text: RichText) {
    let words = text.text().to_owned();
    as_role(&ui.add(Label::new(text).wrap().selectable(true)), role, &words);
}

/// A time to the second and from now, anything else as it is.
fn value_text(row: &TokenRow, clock: &Clock) -> RichText {
    match row.at {
        Some(at) => RichText::new(format!("{}, {}", clock.show(at), relative(at, clock.now))),
        None => RichText::new(shown(&row.value)).monospace(),
    }
}

/// The scopes of a token, and what each allows.
pub(crate) fn scopes_ui(ui: &mut Ui, scopes: &[(String, Option<String>)]) {
    if scopes.is_empty() {
        return;
    }
    section(ui, common::SCOPES, |ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        for (scope, meaning) in scopes {
            ui.add(Label::new(RichText::new(shown(scope)).monospace()).wrap().selectable(true));
            let meaning = meaning.as_deref().unwrap_or(texts::SCOPE_NOT_EXPLAINED);
            ui.add(Label::new(small(ui, shown(meaning))).wrap());
            ui.add_space(SPACE_XS);
        }
    });
}
