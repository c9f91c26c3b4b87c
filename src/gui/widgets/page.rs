//! A page that scrolls above a footer that does not.

use egui::{ScrollArea, Ui};

/// Height of a footer, in points: a line, a margin and a button.
pub const FOOTER_HEIGHT: f32 = 52.0;

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

/// A page that scrolls, shown from its top if `to_top`, above its footer. Both draw from `state`. A press in the footer goes
/// before what the page asks for by itself.
pub fn page_with_footer<S, T>(
    ui: &mut Ui,
    id: &str,
    to_top: bool,
    state: &mut S,
    page: impl FnOnce(&mut Ui, &mut S) -> Option<T>,
    footer: impl FnOnce(&mut Ui, &mut S) -> Option<T>,
) -> Option<T> {
    let from_page = above_footer(ui, FOOTER_HEIGHT, |ui| {
        let mut area = ScrollArea::vertical().auto_shrink(false).id_salt(id);
        if to_top {
            area = area.vertical_scroll_offset(0.0);
        }
        let shown = area.show(ui, |ui| {
            let wanted = page(ui, state);
            ui.add_space(16.0);
            follow_focus(ui);
            wanted
        });
        shown.inner
    });
    footer_line(ui);
    footer(ui, state).or(from_page)
}

/// The line between a page and its footer.
pub fn footer_line(ui: &mut Ui) {
    let line = ui.available_rect_before_wrap();
    ui.painter().hline(line.x_range(), line.top(), ui.visuals().widgets.noninteractive.bg_stroke);
    ui.add_space(12.0);
}

/// Scrolls to the focused widget when the Tab key has moved the focus out of sight.
pub fn follow_focus(ui: &Ui) {
    let key = egui::Id::unique("focus followed");
    let focused = ui.memory(egui::Memory::focused);
    let followed =
        ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<Option<egui::Id>>(key), focused));
    if focused == followed {
        return;
    }
    let Some(widget) = focused.and_then(|id| ui.ctx().read_response(id)) else { return };
    let is_hidden = widget.interact_rect != widget.rect;
    // The list at the left scrolls by itself.
    if is_hidden && ui.clip_rect().x_range().contains(widget.rect.center().x) {
        ui.scroll_to_rect(widget.rect.expand(8.0), None);
    }
}
