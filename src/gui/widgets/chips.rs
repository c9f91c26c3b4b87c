//! Tick boxes that wrap like words: any number out of many short names.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Response, Sense, StrokeKind, TextFormat, TextStyle, Ui, Vec2, WidgetInfo, vec2};

use crate::gui::theme::{self, Palette, SPACE_M};

/// Height of a chip, in points; more than the 24 that WCAG 2.2 (2.5.8) asks of what is pressed.
const HEIGHT: f32 = 28.0;

/// A row of `options`, each a value and the help that the pointer brings up (may be empty). A value that is in `chosen`
/// is ticked; ticking adds to its end, unticking removes. True when `chosen` changed. What else is in `chosen` stays.
pub fn chips(ui: &mut Ui, label: &str, options: &[(&str, &str)], chosen: &mut Vec<String>) -> bool {
    let mut changed = false;
    ui.push_id(("chips", label), |ui| {
        ui.label(theme::label(label));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(6.0);
            ui.spacing_mut().interact_size.y = HEIGHT;
            for (value, help) in options {
                let on = chosen.iter().any(|it| it == value);
                let response = chip(ui, value, on);
                if response.clicked() {
                    changed = true;
                    if on { chosen.retain(|it| it != value) } else { chosen.push((*value).to_owned()) }
                }
                if !help.is_empty() {
                    response.on_hover_text(theme::shown(*help));
                }
            }
        });
    });
    changed
}

fn chip(ui: &mut Ui, text: &str, on: bool) -> Response {
    let palette = Palette::of(ui);
    let colour = if on { palette.accent } else { palette.text };
    let shown = if on { format!("✓ {text}") } else { text.to_owned() };
    let shown = theme::shown(shown);
    let font = TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::single_section(shown, TextFormat::simple(font, colour));
    let widest = (ui.max_rect().width() - 2.0 * SPACE_M).max(2.0 * SPACE_M);
    job.wrap = TextWrapping::truncate_at_width(widest);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x + 2.0 * SPACE_M, HEIGHT), Sense::hover());
    let response = ui.interact(rect, ui.make_persistent_id(("chip", text)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), on, text));
    if ui.is_rect_visible(rect) {
        let visuals = *ui.style().interact(&response);
        let (fill, mut stroke) =
            if on { (palette.accent_soft, visuals.bg_stroke) } else { (visuals.weak_bg_fill, visuals.bg_stroke) };
        if on {
            stroke.color = palette.accent;
        }
        ui.painter().rect(rect, HEIGHT / 2.0, fill, stroke, StrokeKind::Inside);
        let place = rect.left_center() + vec2(SPACE_M, -galley.size().y / 2.0);
        ui.painter().galley(place, galley, colour);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    const SCOPES: [(&str, &str); 3] = [("openid", "Who you are"), ("email", ""), ("offline_access", "")];

    #[test]
    fn ticking_adds_and_unticking_removes_and_free_values_stay() {
        for look in THEMES {
            let mut harness = harness(look, vec!["own".to_owned(), "email".to_owned()], |ui, chosen| {
                chips(ui, "Scopes", &SCOPES, chosen);
            });
            harness.get_by_role_and_label(Role::CheckBox, "openid").click();
            harness.run();
            harness.get_by_role_and_label(Role::CheckBox, "email").click();
            harness.run();
            assert_eq!(*harness.state(), ["own", "openid"]);
        }
    }

    #[test]
    fn a_chip_longer_than_the_row_is_cut_and_keeps_its_whole_name() {
        let long = format!("https://service.example/{}", "very-long/".repeat(30));
        let name = long.clone();
        let harness = harness(THEMES[0], Vec::new(), move |ui, chosen| {
            chips(ui, "Scopes", &[(&name, "")], chosen);
        });
        assert!(harness.get_by_label(&long).rect().width() <= 640.0);
    }
}
