//! Text that is cut in its middle, so that two names which begin alike can be told apart.

use std::sync::Arc;

use egui::{Color32, FontId, Galley, Ui};

/// The text in one line, whole where it fits into `width` points, else without its middle.
pub fn middle_cut(ui: &Ui, text: &str, font: &FontId, colour: Color32, width: f32) -> Arc<Galley> {
    let lay = |text: String| ui.painter().layout_no_wrap(text, font.clone(), colour);
    let whole = lay(text.to_owned());
    if whole.size().x <= width {
        return whole;
    }
    let letters: Vec<char> = text.chars().collect();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a guess")]
    let guess = (letters.len() as f32 * (width / whole.size().x).max(0.0)) as usize;
    for kept in (1..=guess).rev() {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let start: String = letters[..head].iter().collect();
        let end: String = letters[letters.len() - tail..].iter().collect();
        let cut = lay(format!("{}…{}", start.trim_end(), end.trim_start()));
        if cut.size().x <= width {
            return cut;
        }
    }
    lay("…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};

    #[test]
    fn names_that_begin_alike_differ_when_cut_and_a_short_one_is_whole() {
        let mut harness = harness(THEMES[0], Vec::new(), |ui, cut: &mut Vec<(String, f32)>| {
            let font = egui::TextStyle::Body.resolve(ui.style());
            *cut = ["acme-quickbooks-production-01", "acme-quickbooks-production-02", "acme", ""]
                .map(|name| {
                    let galley = middle_cut(ui, name, &font, Color32::BLACK, 120.0);
                    (galley.text().to_owned(), galley.size().x)
                })
                .into();
        });
        harness.run();
        let cut = harness.state();
        assert_ne!(cut[0].0, cut[1].0);
        assert!(cut[0].0.starts_with("acme") && cut[0].0.contains('…') && cut[0].0.ends_with("01"), "{cut:?}");
        assert!(cut.iter().all(|(_, width)| *width <= 120.0), "{cut:?}");
        assert_eq!((cut[2].0.as_str(), cut[3].0.as_str()), ("acme", ""));
    }

    #[test]
    fn where_there_is_no_room_at_all_a_sign_of_it_is_left() {
        let mut harness = harness(THEMES[0], String::new(), |ui, cut: &mut String| {
            let font = egui::TextStyle::Body.resolve(ui.style());
            *cut = middle_cut(ui, "acme", &font, Color32::BLACK, 0.0).text().to_owned();
        });
        harness.run();
        assert_eq!(harness.state(), "…");
    }
}
