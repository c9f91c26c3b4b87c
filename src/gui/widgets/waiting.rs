//! Work in progress, and the way out of it.

use egui::{Spinner, Ui};

use crate::gui::widgets::buttons::secondary_button;

/// A turning wheel, what is being waited for, and *Cancel*: true when it was pressed. The wheel repaints the window as
/// long as it is shown, so show it only while there is something to wait for.
pub fn spinner_row(ui: &mut Ui, text: &str) -> bool {
    // Wrapped, so that a long address does not push the way out beyond the edge.
    ui.horizontal_wrapped(|ui| {
        ui.add(Spinner::new().size(18.0));
        ui.label(crate::gui::theme::shown(text));
        secondary_button(ui, "Cancel").clicked()
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::stage::{DRESSES, stage};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn says_what_it_waits_for_and_can_be_cancelled() {
        for dress in DRESSES {
            let mut stage = stage(dress, false, |ui, cancelled| {
                *cancelled |= spinner_row(ui, "Waiting for the browser");
            });
            stage.get_by_label("Waiting for the browser");
            stage.get_by_label("Cancel").click();
            stage.run_steps(3);
            assert!(*stage.state());
        }
    }

    #[test]
    fn a_long_text_does_not_push_the_way_out_of_sight() {
        let text = format!("Waiting for the browser on {}", "http://127.0.0.1:49152/ ".repeat(8));
        let stage = stage(DRESSES[0], (), move |ui, ()| {
            spinner_row(ui, &text);
        });
        assert!(stage.get_by_label("Cancel").rect().right() <= 640.0);
    }
}
