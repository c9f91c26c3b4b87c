//! A window without a core: a model and a draft; what the person wants is recorded.

use egui::{Theme, Ui};
use egui_kittest::Harness;
use tokenwright::gui::model::Model;
use tokenwright::gui::screens::window_ui;
use tokenwright::gui::{Draft, Intent, theme};

pub const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];
/// The smallest window in which everything is promised to fit, in points.
pub const SMALL: egui::Vec2 = egui::vec2(1024.0, 700.0);

/// The contents of the screen.
pub struct Screen {
    pub model: Model,
    pub draft: Draft,
    /// What the person wanted, oldest first.
    pub wanted: Vec<Intent>,
}

impl eframe::App for Screen {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.wanted.extend(window_ui(ui, &self.model, &mut self.draft));
    }
}

/// The whole window with this model and this draft.
pub fn screen(theme: Theme, model: Model, draft: Draft) -> Harness<'static, Screen> {
    sized(theme, SMALL, 1.0, model, draft)
}

/// The same in a window of this size in points, on a screen of this scale.
pub fn sized(theme: Theme, size: egui::Vec2, scale: f32, model: Model, draft: Draft) -> Harness<'static, Screen> {
    let builder: egui_kittest::HarnessBuilder<Screen> = Harness::builder();
    let mut harness = builder
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_theme(theme)
        .with_context_setup(theme::install)
        .build_eframe(|_| Screen { model, draft, wanted: Vec::new() });
    harness.run_ok();
    harness
}
