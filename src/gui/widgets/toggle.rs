//! A yes or no.

use egui::{Checkbox, Response, Ui};

use crate::gui::display_text;
use crate::gui::theme;
use crate::gui::widgets::keyed::keyed;

/// A tick box with its label and, below, what it means.
pub fn toggle(ui: &mut Ui, label: &str, on: &mut bool, help: Option<&str>) -> Response {
    keyed(ui, ("toggle", label), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = 24.0;
        if *on {
            fill_with_accent(ui);
        }
        let response = ui.add(Checkbox::new(on, label));
        if let Some(help) = help {
            let indent = ui.spacing().icon_width + ui.spacing().icon_spacing;
            ui.horizontal_top(|ui| {
                ui.add_space(indent);
                ui.add(egui::Label::new(theme::small(ui, display_text::sentence(help))).wrap());
            });
        }
        response
    })
    .inner
}

/// A ticked box is filled; the words beside it keep the colour of text, which is why only the box's own stroke and
/// back change here.
fn fill_with_accent(ui: &mut Ui) {
    let palette = theme::Palette::of(ui);
    let widgets = &mut ui.visuals_mut().widgets;
    for visuals in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        visuals.bg_fill = palette.accent_soft;
        visuals.bg_stroke.color = palette.accent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::accesskit::{Role, Toggled};
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    #[test]
    fn a_click_and_the_space_bar_turn_it() {
        for look in THEMES {
            let mut harness = harness(look, false, |ui, on| {
                toggle(ui, "Use PKCE", on, Some("Most services accept it."));
            });
            harness.get_by_role_and_label(Role::CheckBox, "Use PKCE").click();
            harness.run();
            assert!(*harness.state());
            let node = harness.get_by_role_and_label(Role::CheckBox, "Use PKCE");
            assert_eq!(node.accesskit_node().toggled(), Some(Toggled::True));
            node.focus();
            harness.run();
            harness.key_press(egui::Key::Space);
            harness.run();
            assert!(!*harness.state());
        }
    }
}
