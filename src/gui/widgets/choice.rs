//! One of several, in a list that drops down.

use egui::{ComboBox, Response, Ui};

use crate::gui::theme::{self, SPACE_XS};
use crate::gui::widgets::keyed::keyed;

/// Widest drop-down, in points; its names are short.
const WIDEST: f32 = 360.0;

/// A labelled drop-down list of `options`, each a value and its name. Changed when the person chose another one.
pub fn choice<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    selected: &mut T,
    options: &[(T, &str)],
    help: Option<&str>,
) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        let label_response = ui.label(theme::label(label));
        let name = options.iter().find(|(value, _)| value == selected).map_or("", |(_, name)| *name);
        let width = ui.available_width().min(WIDEST);
        let mut changed = false;
        let combo = ComboBox::from_id_salt(("choice", label)).width(width).selected_text(theme::shown(name)).truncate();
        let mut response = combo
            .show_ui(ui, |ui| {
                for (value, name) in options {
                    let chosen =
                        keyed(ui, *name, |ui| ui.selectable_value(selected, value.clone(), theme::shown(*name)));
                    changed |= chosen.inner.changed();
                }
            })
            .response
            .labelled_by(label_response.id);
        if changed {
            response.mark_changed();
        }
        if let Some(help) = help {
            ui.label(theme::small(ui, crate::gui::display_text::sentence(help)));
        }
        response
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::accesskit::Role;
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn choosing_from_the_list_changes_the_value() {
        for look in THEMES {
            let mut harness = harness(look, 1_u8, |ui, value| {
                choice(ui, "Separator", value, &[(1, "Space"), (2, "Comma")], Some("Between scopes."));
            });
            harness.get_by_label("Between scopes.");
            harness.get_by_role_and_label(Role::ComboBox, "Separator").click();
            harness.run();
            harness.get_by_label("Comma").click();
            harness.run();
            assert_eq!(*harness.state(), 2);
        }
    }
}
