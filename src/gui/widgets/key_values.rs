//! Facts in two columns: what it is, and its value.

use egui::{Align, Label, Layout, Response, RichText, Ui, vec2};

use crate::gui::theme::{self, SPACE_M, SPACE_XS};
use crate::gui::widgets::buttons::{copy_button, copy_secret_button};
use crate::secret::{MASK, Secret};

/// Width of the first column, in points: fits `Refresh token expires`.
const LABEL_WIDTH: f32 = 160.0;

/// The most room for a value with a copy button beside it, in points.
const VALUE_WIDTH: f32 = 400.0;

/// Room for the copy button and the space before it, in points.
const BUTTON_WIDTH: f32 = 108.0 + SPACE_M;

/// The rows of a [`key_values`] table.
pub struct Rows<'a> {
    ui: &'a mut Ui,
}

/// Rows of facts: `key_values(ui, |rows| { rows.text("Token type", "Bearer"); })`.
pub fn key_values(ui: &mut Ui, add: impl FnOnce(&mut Rows<'_>)) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(SPACE_M, SPACE_XS);
        ui.spacing_mut().interact_size.y = 24.0;
        add(&mut Rows { ui });
    })
    .response
}

impl Rows<'_> {
    /// A value in words.
    pub fn text(&mut self, label: &str, value: &str) {
        self.custom(label, |ui| {
            ui.add(Label::new(theme::shown(value)).wrap().selectable(true));
        });
    }

    /// A value for machines with a copy button named `Copy {label}`.
    pub fn copyable(&mut self, label: &str, value: &str) {
        self.beside(label, value, true, |ui| copy_button(ui, label, value));
    }

    /// A secret with a copy button named `Copy {label}`. It is not to be marked: what is marked can be pasted anywhere
    /// by a middle click.
    pub fn secret(&mut self, label: &str, value: &Secret, is_shown: bool) {
        let shown = if is_shown { value.expose() } else { MASK };
        self.beside(label, shown, false, |ui| copy_secret_button(ui, label, value));
    }

    fn beside(&mut self, label: &str, value: &str, can_be_marked: bool, copy: impl FnOnce(&mut Ui) -> Response) {
        self.row(Align::Center, label, |ui| {
            let button = BUTTON_WIDTH;
            // As wide in each row, so that the buttons stand below each other.
            let width = (ui.available_width() - button).clamp(button, VALUE_WIDTH);
            ui.allocate_ui_with_layout(vec2(width, 24.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(width);
                ui.add(Label::new(RichText::new(theme::shown(value)).monospace()).wrap().selectable(can_be_marked));
            });
            ui.spacing_mut().button_padding.y = 2.0;
            copy(ui);
        });
    }

    /// Anything as the value.
    pub fn custom<R>(&mut self, label: &str, value: impl FnOnce(&mut Ui) -> R) -> R {
        self.row(Align::Min, label, value)
    }

    fn row<R>(&mut self, align: Align, label: &str, value: impl FnOnce(&mut Ui) -> R) -> R {
        let layout = Layout::left_to_right(align);
        let size = vec2(self.ui.available_width(), 24.0);
        let shown = self.ui.allocate_ui_with_layout(size, layout, |ui| {
            let width = LABEL_WIDTH.min(ui.available_width() * 0.4);
            ui.allocate_ui_with_layout(vec2(width, 24.0), layout, |ui| {
                ui.set_min_width(width);
                ui.add(Label::new(theme::small(ui, label)).wrap());
            });
            value(ui)
        });
        shown.inner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn labels_and_values_stand_side_by_side_and_long_values_wrap() {
        for look in THEMES {
            let long = "a1b2c3".repeat(60);
            let shown = long.clone();
            let harness = harness(look, (), move |ui, ()| {
                key_values(ui, |rows| {
                    rows.text("Token type", "Bearer");
                    rows.text("Access token", &shown);
                    rows.copyable("Scope", "openid email");
                    rows.secret("Refresh token", &Secret::new("r"), false);
                });
                assert!(ui.min_rect().right() <= 640.5, "{:?}", ui.min_rect());
            });
            let (label, value) = (harness.get_by_label("Token type").rect(), harness.get_by_label("Bearer").rect());
            assert!(value.left() > label.right());
            assert!(harness.get_by_label(&long).rect().height() > value.height());
            harness.get_by_label("Copy Scope");
        }
    }
}
