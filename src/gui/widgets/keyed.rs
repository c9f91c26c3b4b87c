//! Widgets that are known by a key.

use egui::{AsIdSalt, InnerResponse, Ui, UiBuilder};

/// As [`Ui::push_id`], for the toolkit's own widgets: they are known by `key` and not by their place among others.
pub fn keyed<R>(ui: &mut Ui, key: impl AsIdSalt, add: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let id = ui.make_persistent_id(key);
    ui.scope_builder(UiBuilder::new().scope_id(id), add)
}
