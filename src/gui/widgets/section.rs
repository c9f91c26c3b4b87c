//! Groups: a titled card, and one that opens and closes.

use egui::{CollapsingHeader, Frame, InnerResponse, Ui};

use crate::gui::theme::{self, Palette, RADIUS_CARD, SPACE_L, SPACE_M};
use crate::gui::widgets::accessible;

/// A card with a title (none when empty) around what `add` draws, over the whole width.
pub fn section<R>(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let palette = Palette::of(ui);
    let frame =
        Frame::new().fill(palette.card).stroke((1.0, palette.border)).corner_radius(RADIUS_CARD).inner_margin(SPACE_L);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = SPACE_M;
        if !title.is_empty() {
            accessible::title(ui, title);
        }
        add(ui)
    })
}

/// What most people do not need, behind a line that opens and closes it. `None` while it is closed.
pub fn disclosure<R>(ui: &mut Ui, title: &str, open_at_first: bool, add: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let header = CollapsingHeader::new(theme::label(title)).id_salt(("disclosure", title)).default_open(open_at_first);
    let shown = header.show_unindented(ui, |ui| {
        ui.spacing_mut().item_spacing.y = SPACE_M;
        add(ui)
    });
    // The bus of Linux has no words for what is expanded: there it is a button that is pressed.
    ui.ctx().accesskit_node_builder(shown.header_response.id, |node| {
        node.set_toggled(shown.body_returned.is_some().into());
    });
    shown.body_returned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn a_section_shows_title_and_contents() {
        for look in THEMES {
            let harness = harness(look, (), |ui, ()| {
                section(ui, "Redirect", |ui| ui.label("inside"));
            });
            harness.get_by_label("Redirect");
            harness.get_by_label("inside");
        }
    }

    #[test]
    fn a_disclosure_opens_by_click_and_by_key() {
        for look in THEMES {
            let mut harness = harness(look, (), |ui, ()| {
                disclosure(ui, "Advanced", false, |ui| ui.label("inside"));
            });
            assert!(harness.query_by_label("inside").is_none());
            harness.get_by_label("Advanced").click();
            harness.run();
            harness.get_by_label("inside");
            harness.get_by_label("Advanced").focus();
            harness.run();
            harness.key_press(egui::Key::Enter);
            harness.run();
            assert!(harness.query_by_label("inside").is_none());
        }
    }
}
