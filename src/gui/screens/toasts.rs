//! What the window says of the clipboard and of links, over the lower right corner: nothing else moves for it.

use egui::{Align2, Area, Id, Label, Order, RichText, Ui, vec2};

use crate::gui::theme::{Palette, RADIUS_CARD, Tone};
use crate::gui::widgets::{banner_with, copy_button, secondary_button};
use crate::gui::{clipboard, links};

/// Width of a note, in points.
const WIDTH: f32 = 420.0;
/// Above the bar with what to do next.
const OFFSET: egui::Vec2 = vec2(-20.0, -72.0);

/// Shows what there is to say.
pub(crate) fn toasts_ui(ui: &Ui) {
    let (note, link) = (clipboard::note(ui.ctx()), links::not_opened(ui.ctx()));
    if note.is_none() && link.is_none() {
        return;
    }
    let area = Area::new(Id::unique("toasts")).order(Order::Foreground).anchor(Align2::RIGHT_BOTTOM, OFFSET);
    area.show(ui.ctx(), |ui| {
        ui.set_max_width(WIDTH.min(ui.ctx().content_rect().width() - 40.0));
        if let Some(link) = link {
            card(ui, |ui| {
                banner_with(ui, Tone::Warning, &link.why, |ui| {
                    ui.add(Label::new(RichText::new(&link.url).monospace()).wrap().selectable(true));
                    ui.horizontal(|ui| {
                        copy_button(ui, "address", &link.url);
                        if secondary_button(ui, "Dismiss").clicked() {
                            links::dismiss(ui.ctx());
                        }
                    });
                });
            });
        }
        if let Some(note) = note {
            let tone = if note.is_warning { Tone::Warning } else { Tone::Success };
            card(ui, |ui| {
                banner_with(ui, tone, &note.words, |ui| {
                    if note.is_warning && secondary_button(ui, "Dismiss").clicked() {
                        clipboard::dismiss_note(ui.ctx());
                    }
                });
            });
        }
    });
}

/// The soft colours of a banner are for the page, not for what lies above it.
fn card(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    egui::Frame::new().fill(palette.panel).corner_radius(RADIUS_CARD).shadow(ui.visuals().popup_shadow).show(ui, add);
}
