//! The harness on which the tests put a widget: dressed as the window is, in both dresses.

use egui::{Theme, Ui};
use egui_kittest::Harness;

use crate::gui::theme;

/// A window of 640 × 480 points that holds what `app` draws.
pub(crate) fn harness<'a, S>(look: Theme, state: S, app: impl FnMut(&mut Ui, &mut S) + 'a) -> Harness<'a, S> {
    let builder: egui_kittest::HarnessBuilder<S> = Harness::builder();
    let mut harness = builder
        .with_size(egui::vec2(640.0, 480.0))
        .with_theme(look)
        .with_context_setup(theme::install)
        .build_ui_state(app, state);
    harness.run_ok();
    harness
}

/// The two dresses of the window.
pub(crate) const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];
