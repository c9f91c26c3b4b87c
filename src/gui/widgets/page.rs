//! A page that scrolls above a footer that does not.

use egui::{Align, AsIdSalt, Key, Layout, Modifiers, ScrollArea, Ui, vec2};

use crate::gui::theme::{SPACE_L, SPACE_M};

/// Height of a footer, in points: a line, a margin and a button.
const FOOTER_HEIGHT: f32 = 52.0;

/// Room for the scroll bar in the margin beside a page, in points. It is always there: nothing moves when the bar comes.
const BAR: f32 = 12.0;

/// Leaves room for a footer that is drawn next. The Tab key follows the order of drawing, so the footer comes last.
pub fn above_footer<R>(ui: &mut Ui, footer: f32, add: impl FnOnce(&mut Ui) -> R) -> R {
    let mut room = ui.available_rect_before_wrap();
    room.max.y = (room.max.y - footer).max(room.min.y);
    let shown = ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        let inner = add(ui);
        ui.advance_cursor_after_rect(room);
        inner
    });
    shown.inner
}

/// A page that scrolls, shown from its top if `to_top`. Where it `has_footer`, that is drawn next, by [`footer`].
pub fn page(ui: &mut Ui, id: impl AsIdSalt, to_top: bool, has_footer: bool, add: impl FnOnce(&mut Ui)) {
    above_footer(ui, if has_footer { FOOTER_HEIGHT } else { 0.0 }, |ui| {
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt(id);
        if to_top {
            area = area.vertical_scroll_offset(0.0);
        }
        beside_bar(ui, BAR, |ui, width| {
            let usual = std::mem::take(&mut ui.spacing_mut().scroll.floating_allocated_width);
            area.show(ui, |ui| {
                ui.spacing_mut().scroll.floating_allocated_width = usual;
                ui.set_max_width(width);
                ui.spacing_mut().item_spacing.y = SPACE_L;
                scroll_by_keys(ui);
                add(ui);
                ui.add_space(SPACE_L);
                follow_focus(ui);
            });
        });
    });
}

/// Scrolls what is being drawn by a view, less a bit of it that stays in sight, unless a question lies over it. Where the keyboard
/// is in a list that goes by views, the list comes first.
pub fn scroll_by_keys(ui: &Ui) {
    if !ui.memory(|memory| memory.allows_interaction(ui.layer_id())) {
        return;
    }
    let view = ui.clip_rect().height() * 0.9;
    for (key, way) in [(Key::PageDown, -view), (Key::PageUp, view)] {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
            ui.scroll_with_delta(vec2(0.0, way));
        }
    }
}

/// Draws what scrolls over the rest of the room and over `bar` points of the margin beside it, where its scroll bar stands: what
/// scrolls is to be as wide as it is told.
pub fn beside_bar(ui: &mut Ui, bar: f32, add: impl FnOnce(&mut Ui, f32)) {
    let room = ui.available_rect_before_wrap();
    let wider = room.with_max_x(room.right() + bar);
    let mut area = ui.new_child(egui::UiBuilder::new().max_rect(wider));
    add(&mut area, room.width());
    ui.advance_cursor_after_rect(room);
}

/// The bar under a page, below a line: what leads back at the left, and at the right what to do next, which comes last.
pub fn footer(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let line = ui.available_rect_before_wrap();
    ui.painter().hline(line.x_range(), line.top(), ui.visuals().widgets.noninteractive.bg_stroke);
    ui.add_space(SPACE_M);
    ui.horizontal(|ui| {
        left(ui);
        at_right(ui, "foot", right);
    });
}

/// The rest of a row, at its right end. It is drawn from the left: a screen reader and the Tab key follow the order of drawing.
pub fn at_right(ui: &mut Ui, key: impl AsIdSalt, add: impl FnOnce(&mut Ui)) {
    let key = ui.make_persistent_id(("at-right", key));
    // As wide as it was last; until that is known, drawn once without being shown.
    let known: Option<f32> = ui.data(|data| data.get_temp(key));
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space((ui.available_width() - known.unwrap_or_default()).max(0.0));
        let left = ui.cursor().left();
        add(ui);
        let width = (ui.min_rect().right() - left).max(0.0);
        if known.is_none_or(|known| (known - width).abs() > 0.5) {
            ui.data_mut(|data| data.insert_temp(key, width));
            ui.ctx().request_discard("the right end of the row has another width");
        }
    });
}

/// Scrolls to the focused widget when the Tab key has moved the focus out of sight. Called at the end of what scrolls.
pub fn follow_focus(ui: &Ui) {
    let key = ui.unique_id().with("focus-followed");
    let focused = ui.memory(egui::Memory::focused);
    let followed =
        ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<Option<egui::Id>>(key), focused));
    if focused == followed {
        return;
    }
    let Some(widget) = focused.and_then(|id| ui.ctx().read_response(id)) else { return };
    let is_hidden = widget.interact_rect != widget.rect;
    // What is beside this scrolls by itself.
    if is_hidden && ui.clip_rect().x_range().contains(widget.rect.center().x) {
        ui.scroll_to_rect(widget.rect.expand(8.0), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use crate::gui::widgets::secondary_button;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    #[test]
    fn what_is_at_the_right_of_a_foot_is_reached_from_the_left_and_ends_at_the_edge() {
        for look in THEMES {
            let mut harness = harness(look, (false, 0.0), |ui, (more, edge)| {
                *edge = ui.max_rect().right();
                let back = |ui: &mut Ui| drop(secondary_button(ui, "Back"));
                footer(ui, back, |ui| {
                    if *more {
                        secondary_button(ui, "Copy the whole of it");
                    }
                    secondary_button(ui, "Save");
                });
            });
            for more in [false, true] {
                harness.state_mut().0 = more;
                harness.run();
                let (last, edge) = (harness.get_by_label("Save").rect(), harness.state().1);
                assert!((last.right() - edge).abs() < 0.5, "{last:?} in {edge}");
            }
            for name in ["Back", "Copy the whole of it", "Save"] {
                harness.key_press(egui::Key::Tab);
                harness.run();
                assert!(harness.get_by_label(name).accesskit_node().is_focused(), "{name}");
            }
        }
    }

    #[test]
    fn nothing_moves_when_the_scroll_bar_comes() {
        let mut harness = harness(THEMES[0], 3, |ui, lines| {
            ui.set_max_width(600.0);
            page(ui, "page", false, false, |ui| {
                ui.add_sized([ui.available_width(), 20.0], egui::Button::new("As wide as the page"));
                (0..*lines).for_each(|line| drop(ui.label(line.to_string())));
            });
        });
        let before = harness.get_by_label("As wide as the page").rect();
        *harness.state_mut() = 100;
        harness.run();
        let after = harness.get_by_label("As wide as the page").rect();
        assert_eq!(after.x_range(), before.x_range());
        assert!((before.width() - 600.0).abs() < 0.5, "{before:?}");
    }
}
