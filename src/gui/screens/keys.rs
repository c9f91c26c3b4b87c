//! The keys that do the same on every screen.

use egui::Ui;

use crate::gui::intent::Intent;
use crate::gui::screens::{is_key_pressed, want};

/// What is wanted by a key wherever the person is.
const EVERYWHERE: [Intent; 4] = [Intent::NewProfile, Intent::OpenImport, Intent::FindProfile, Intent::ToggleList];

/// Takes these keys before a field or a button does, unless a question waits for its answer.
pub(crate) fn keys_ui(ui: &Ui) {
    if ui.memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    for intent in EVERYWHERE {
        if is_key_pressed(ui, &intent) {
            want(ui, intent);
        }
    }
}
