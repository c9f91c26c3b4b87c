//! A list that may be very long.

use egui::{Id, Ui, vec2};

/// Draws with `add` only the rows of a list that are in view, and one view more above and below, so that Tab finds the next
/// one. Rows may have different heights, which are known by the list's `key` once they were drawn; until then a row is taken
/// to be `height` points high, with the space that follows it.
pub fn rows<T>(ui: &mut Ui, key: &'static str, height: f32, items: &[T], mut add: impl FnMut(&mut Ui, &T)) {
    let key = Id::unique(key);
    let mut heights: Vec<f32> = ui.data_mut(|data| data.remove_temp(key)).unwrap_or_default();
    heights.resize(items.len(), height);
    let view = ui.clip_rect().expand2(vec2(0.0, ui.clip_rect().height()));
    let mut skipped = 0.0;
    for (item, height) in items.iter().zip(&mut heights) {
        let top = ui.cursor().top() + skipped;
        if top + *height < view.top() || top > view.bottom() {
            skipped += *height;
            continue;
        }
        ui.add_space(std::mem::take(&mut skipped));
        let top = ui.cursor().top();
        add(ui, item);
        *height = ui.cursor().top() - top;
    }
    ui.add_space(skipped);
    ui.data_mut(|data| data.insert_temp(key, heights));
}
