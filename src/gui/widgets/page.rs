//! A page that scrolls above a footer that does not.

use egui::{Align, AsIdSalt, Layout, ScrollArea, Ui};

use crate::gui::theme::{SPACE_L, SPACE_M};

/// Height of a footer, in points: a line, a margin and a button.
const FOOTER_HEIGHT: f32 = 52.0;

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
        area.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = SPACE_L;
            add(ui);
            ui.add_space(SPACE_L);
            follow_focus(ui);
        });
    });
}

/// The bar under a page, below a line: what leads back at the left, and at the right, drawn from there, what to do next.
pub fn footer(ui: &mut Ui, left: impl FnOnce(&mut Ui), right: impl FnOnce(&mut Ui)) {
    let line = ui.available_rect_before_wrap();
    ui.painter().hline(line.x_range(), line.top(), ui.visuals().widgets.noninteractive.bg_stroke);
    ui.add_space(SPACE_M);
    ui.horizontal(|ui| {
        left(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}

/// Scrolls to the focused widget when the Tab key has moved the focus out of sight. Called at the end of what scrolls.
pub fn follow_focus(ui: &Ui) {
    let key = ui.unique_id().with("focus followed");
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
