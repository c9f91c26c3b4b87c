//! What the program says about itself: its version, its folders, and what it is made of.

use egui::{ScrollArea, TextStyle, Ui};

use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::want;
use crate::gui::texts::settings as texts;
use crate::gui::theme::small;
use crate::gui::widgets::{disclosure, key_values, link, section};

/// The crates that the program is made of, one a line with version and licence. A test of the house keeps it true.
const COMPONENTS: &str = include_str!("../../../../assets/licences.txt");
/// Height of the list of crates, in points.
const HEIGHT: f32 = 240.0;

pub(crate) fn about_ui(ui: &mut Ui, model: &Model) {
    section(ui, texts::ABOUT, |ui| {
        key_values(ui, |rows| {
            rows.copyable(texts::VERSION, &texts::version(env!("CARGO_PKG_VERSION")));
            rows.text(texts::LICENCE, texts::LICENCE_NAME);
            if let Some(settings) = model.program.last() {
                rows.copyable(texts::DATA, &settings.places.data.display().to_string());
                rows.copyable(texts::SETTINGS_FILE, &settings.places.settings_file().display().to_string());
            }
        });
        if let Some(settings) = model.program.last() {
            ui.horizontal_wrapped(|ui| {
                let folders = [
                    (texts::OPEN_DATA_FOLDER, &settings.places.data),
                    (texts::OPEN_SETTINGS_FOLDER, &settings.places.settings),
                ];
                for (text, folder) in folders {
                    if link(ui, text, text).clicked() {
                        want(ui, Intent::ShowFolder(folder.clone()));
                    }
                }
            });
        }
        disclosure(ui, texts::COMPONENTS, false, components_ui);
    });
}

fn components_ui(ui: &mut Ui) {
    let height = ui.text_style_height(&TextStyle::Small);
    let count = COMPONENTS.lines().count();
    let scroll = ScrollArea::vertical().id_salt("components").max_height(HEIGHT).auto_shrink([false, true]);
    scroll.show_rows(ui, height, count, |ui, shown| {
        for line in COMPONENTS.lines().skip(shown.start).take(shown.len()) {
            ui.label(small(ui, line));
        }
    });
}
