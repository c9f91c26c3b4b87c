//! A state in one word: a dot in the colour of its tone, and the word.

use egui::{Response, Sense, Ui, vec2};

use crate::gui::theme::{Palette, Tone};

/// The dot alone; say its meaning beside it, since not everybody sees the colour.
pub fn dot(ui: &mut Ui, tone: Tone) -> Response {
    let colour = Palette::of(ui).tone(tone);
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let (rect, response) = ui.allocate_exact_size(vec2(10.0, height), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.5, colour);
    response
}

/// The dot and its words.
pub fn status_dot(ui: &mut Ui, tone: Tone, text: &str) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            dot(ui, tone);
            ui.label(crate::gui::theme::shown(text))
        })
        .inner
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn the_words_stand_beside_a_dot_of_the_tone() {
        for look in THEMES {
            let harness = harness(look, (), |ui, ()| {
                status_dot(ui, Tone::Warning, "expiring");
            });
            harness.get_by_label("expiring");
            let expected = Palette::for_dark_mode(look == egui::Theme::Dark).warning;
            let dots = harness
                .output()
                .shapes
                .iter()
                .filter(|it| matches!(&it.shape, egui::Shape::Circle(circle) if circle.fill == expected));
            assert_eq!(dots.count(), 1);
        }
    }
}
