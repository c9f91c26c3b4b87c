//! A card to pick one of many by: monogram tile, name, one line.

use egui::accesskit::Role;
use egui::{Align2, FontId, Rect, Response, Sense, StrokeKind, TextStyle, Ui, Vec2, WidgetInfo, WidgetText};
use egui::{pos2, vec2};

use crate::gui::desktop::fonts;
use crate::gui::theme::{self, Palette, RADIUS, RADIUS_CARD, SPACE_M};
use crate::gui::widgets::elide::middle_cut;

/// Height of a card, in points.
const HEIGHT: f32 = 64.0;
/// Side of the monogram tile, in points.
const TILE: f32 = 40.0;
/// The narrowest card that still shows a name, in points.
const NARROWEST: f32 = 220.0;

/// The width of each card, so that a row of `ui` holds as many as fit and leaves no gap at its end.
pub fn card_width(ui: &Ui) -> f32 {
    let gap = ui.spacing().item_spacing.x;
    let room = ui.available_width();
    let count = ((room + gap) / (NARROWEST + gap)).floor().max(1.0);
    // A hair narrower, or rounding would push the last card to the next row.
    ((room - gap * (count - 1.0)) / count).floor()
}

/// A card of the given width: pressed by click, Enter or Space. Screen readers know it by its `name`, and hear `line`.
///
/// `key` tells it from the other cards of `ui`, wherever it stands: a search moves the cards, and a press that was on its
/// way to one must not reach another.
pub fn card(ui: &mut Ui, key: &str, width: f32, name: &str, line: &str, selected: bool) -> Response {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    let response = ui.interact(rect, ui.make_persistent_id(("card", key)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), selected, name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(line));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let fill = match (selected, response.hovered()) {
        (true, _) => palette.accent_soft,
        (false, true) => palette.card_hover,
        (false, false) => palette.card,
    };
    let edge = if selected || response.has_focus() {
        theme::focus_stroke(palette)
    } else if response.hovered() {
        (1.0, palette.border_strong).into()
    } else {
        (1.0, palette.border).into()
    };
    ui.painter().rect(rect, RADIUS_CARD, fill, edge, StrokeKind::Inside);
    if selected && response.has_focus() {
        ui.painter().rect_stroke(rect.expand(2.0), RADIUS_CARD + 2, theme::focus_stroke(palette), StrokeKind::Outside);
    }
    let tile = Rect::from_center_size(pos2(rect.left() + SPACE_M + TILE / 2.0, rect.center().y), Vec2::splat(TILE));
    paint_monogram(ui, tile, name);
    let words = Rect::from_min_max(pos2(tile.right() + SPACE_M, rect.top()), rect.max - vec2(SPACE_M, 0.0));
    if paint_words(ui, words, name, line) {
        return response.on_hover_ui(|ui| {
            ui.label(theme::label(name));
            ui.label(theme::shown(line));
        });
    }
    response
}

fn paint_monogram(ui: &Ui, tile: Rect, name: &str) {
    let palette = Palette::of(ui);
    ui.painter().rect_filled(tile, RADIUS + 2, palette.tile(name));
    let font = FontId::new(16.0, fonts::semibold());
    ui.painter().text(tile.center(), Align2::CENTER_CENTER, monogram(name), font, palette.tile_text);
}

/// Paints both lines; whether one of them is cut. A name is cut in its middle: many begin alike.
fn paint_words(ui: &Ui, words: Rect, name: &str, line: &str) -> bool {
    let palette = Palette::of(ui);
    let font = theme::label_style().resolve(ui.style());
    let name = theme::shown(name);
    let upper = middle_cut(ui, &name, &font, palette.text, words.width());
    let lower = WidgetText::from(theme::small(ui, line));
    let lower = lower.into_galley(ui, Some(egui::TextWrapMode::Truncate), words.width(), TextStyle::Body);
    let gap = if line.is_empty() { 0.0 } else { 3.0 };
    let lower_height = if line.is_empty() { 0.0 } else { lower.size().y };
    let top = words.center().y - (upper.size().y + gap + lower_height) / 2.0;
    let below = top + upper.size().y + gap;
    let is_cut = upper.text() != name || lower.elided;
    ui.painter().galley(pos2(words.left(), top), upper, palette.text);
    if !line.is_empty() {
        ui.painter().galley(pos2(words.left(), below), lower, palette.text_weak);
    }
    is_cut
}

/// The first letters of the first two words, else the first letter alone.
fn monogram(name: &str) -> String {
    let initials = name.split_whitespace().filter_map(|word| word.chars().find(|it| it.is_alphanumeric())).take(2);
    initials.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::Key;
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn a_monogram_has_one_letter_or_two() {
        for (name, expected) in
            [("Google", "G"), ("QuickBooks Online", "QO"), ("a b c", "AB"), ("(x) y", "XY"), ("", ""), ("élan", "É")]
        {
            assert_eq!(monogram(name), expected);
        }
    }

    #[test]
    fn is_pressed_by_click_enter_and_space() {
        for look in THEMES {
            let mut harness = harness(look, 0, |ui, pressed| {
                let width = card_width(ui);
                *pressed +=
                    u32::from(card(ui, "google", width, "Google", "Client id and secret", *pressed > 0).clicked());
            });
            harness.get_by_role_and_label(Role::Button, "Google").click();
            harness.run();
            harness.get_by_role_and_label(Role::Button, "Google").focus();
            harness.run();
            harness.key_press(Key::Enter);
            harness.run();
            harness.key_press(Key::Space);
            harness.run();
            assert_eq!(*harness.state(), 3);
        }
    }

    #[test]
    fn a_press_on_its_way_reaches_its_card_wherever_that_has_moved_and_no_other() {
        type Shown = (Vec<&'static str>, Vec<&'static str>);
        let mut harness = harness(THEMES[0], Shown::default(), |ui, (shown, pressed)| {
            for name in shown.iter() {
                if card(ui, name, 300.0, name, "", false).clicked() {
                    pressed.push(name);
                }
            }
        });
        for (then, expected) in [(vec!["Two"], vec!["Two"]), (vec!["One", "Three"], vec![])] {
            *harness.state_mut() = (vec!["One", "Two", "Three"], Vec::new());
            harness.run();
            harness.get_by_label("Two").click_accesskit();
            harness.state_mut().0 = then;
            harness.run();
            assert_eq!(harness.state().1, expected);
        }
    }

    #[test]
    fn cards_fill_the_row() {
        let harness = harness(THEMES[0], (), |ui, ()| {
            let width = card_width(ui);
            ui.horizontal_wrapped(|ui| {
                for name in ["One", "Two", "Three"] {
                    card(
                        ui,
                        name,
                        width,
                        name,
                        "a line so long that it cannot possibly fit into the width of one card",
                        false,
                    );
                }
            });
        });
        let rect = |name| harness.get_by_label(name).rect();
        assert!((rect("One").top() - rect("Two").top()).abs() < 1.0, "two fit beside one another");
        assert!(rect("Three").top() > rect("One").bottom());
        assert!(rect("Two").right() <= 640.0);
    }
}
