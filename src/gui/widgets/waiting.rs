//! Work in progress, and the way out of it.

use egui::accesskit::Live;
use egui::{Id, Sense, Stroke, Ui, Vec2, vec2};
use jiff::Timestamp;

use crate::gui::clock;
use crate::gui::texts::{common, widgets as texts};
use crate::gui::theme::{Palette, SPACE_XS, small};
use crate::gui::widgets::accessible::announce;
use crate::gui::widgets::buttons::secondary_button;
use crate::gui::widgets::countdown::span_text;

/// Side of the sign, in points.
const SIDE: f32 = 18.0;

/// A clock's face, what is being waited for and for how long, and *Cancel*: true when it was pressed. Its hand moves in
/// steps of some seconds; what moves at each frame would keep half a core busy for as long as it is shown. `run` tells one wait from
/// another, so that each counts from its own beginning.
pub fn waiting(ui: &mut Ui, text: &str, run: u64) -> bool {
    let now = Timestamp::now();
    let since = ui.data_mut(|data| *data.get_temp_mut_or(Id::unique("waiting-since").with(run), now));
    let (waited, next) = step(u64::try_from(now.as_second() - since.as_second()).unwrap_or_default());
    clock::wake_in_seconds(ui.ctx(), now, next);
    // Wrapped, so that a long address does not push the way out beyond the edge.
    ui.horizontal_wrapped(|ui| {
        face_ui(ui, waited);
        announce(&ui.label(crate::gui::theme::shown(text)), Live::Polite);
        if waited > 0 {
            ui.label(small(ui, texts::waiting_for(span_text(std::time::Duration::from_secs(waited)))));
        }
        secondary_button(ui, common::CANCEL).clicked()
    })
    .inner
}

/// The seconds that are shown, and how many are left of this step. A frame draws the whole window, which costs some
/// hundredths of a second where it is drawn in software.
fn step(waited: u64) -> (u64, u64) {
    let step = if waited < 60 { 3 } else { 10 };
    (waited - waited % step, step - waited % step)
}

/// A still clock whose hand points at this second.
fn face_ui(ui: &mut Ui, second: u64) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::hover());
    let radius = SIDE / 2.0 - 1.5;
    ui.painter().circle_stroke(rect.center(), radius, Stroke::new(1.5, palette.text_weak));
    #[allow(clippy::cast_precision_loss, reason = "less than sixty")]
    let angle = (second % 12) as f32 / 12.0 * std::f32::consts::TAU;
    let tip = rect.center() + vec2(angle.sin(), -angle.cos()) * (radius - SPACE_XS / 2.0);
    ui.painter().line_segment([rect.center(), tip], Stroke::new(2.0, palette.accent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn says_what_it_waits_for_and_can_be_cancelled() {
        for look in THEMES {
            let mut harness = harness(look, false, |ui, cancelled| {
                *cancelled |= waiting(ui, "Waiting for the browser", 1);
            });
            harness.get_by_label("Waiting for the browser");
            harness.get_by_label("Cancel").click();
            harness.run_steps(3);
            assert!(*harness.state());
        }
    }

    #[test]
    fn a_long_text_does_not_push_the_way_out_of_sight() {
        let text = format!("Waiting for the browser on {}", "http://127.0.0.1:49152/ ".repeat(8));
        let harness = harness(THEMES[0], (), move |ui, ()| {
            waiting(ui, &text, 1);
        });
        assert!(harness.get_by_label("Cancel").rect().right() <= 640.0);
    }

    #[test]
    fn it_asks_for_a_frame_in_steps_of_seconds_and_says_how_long_it_has_been() {
        let mut harness = harness(THEMES[0], (), |ui, ()| {
            let began = Timestamp::now().as_second() - 72;
            let began = Timestamp::from_second(began).expect("a time");
            ui.data_mut(|data| data.insert_temp(Id::unique("waiting-since").with(7_u64), began));
            waiting(ui, "Calling", 7);
        });
        harness.run_steps(3);
        assert!(harness.query_by_label_contains("for 1 min 10 s").is_some());
        let next = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(next > std::time::Duration::ZERO && next <= std::time::Duration::from_secs(9), "{next:?}");
        assert_eq!([0, 2, 3, 59, 60, 75].map(step), [(0, 3), (0, 1), (3, 3), (57, 1), (60, 10), (70, 5)]);
    }
}
