//! Where one is on the way: the steps of a wizard, joined by a line.

use egui::accesskit::{Live, Role};
use egui::{Align2, FontId, Response, Sense, StrokeKind, TextStyle, Ui, WidgetInfo, WidgetText, pos2, vec2};

use crate::gui::desktop::fonts;
use crate::gui::texts::widgets as texts;
use crate::gui::theme::{self, Palette, RADIUS, SPACE_S};
use crate::gui::widgets::accessible::announce;
use crate::gui::widgets::keyed::keyed;

/// Radius of the circle around a number, in points.
const CIRCLE: f32 = 13.0;
/// Height of the whole, in points.
const HEIGHT: f32 = 40.0;
/// The shortest line between two steps, in points.
const SHORTEST_LINE: f32 = 16.0;

/// One step as the stepper shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepMark<'a> {
    pub title: &'a str,
    pub done: bool,
    /// Whether it is the one on the screen.
    pub current: bool,
    /// Whether a press may lead there now.
    pub reachable: bool,
}

/// The steps in one row; the index of the one that was pressed. Screen readers know them as
/// `Step 1 of 3: Service, done`; after the comma `current`, `done`, `not yet available` or nothing.
pub fn stepper(ui: &mut Ui, steps: &[StepMark<'_>]) -> Option<usize> {
    let words: Vec<_> = steps.iter().map(|step| lay_title(ui, step)).collect();
    let widths: f32 = words.iter().map(|galley| step_width(galley.size().x)).sum();
    let gaps = steps.len().saturating_sub(1).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
    let line = ((ui.available_width() - widths) / gaps as f32).clamp(SHORTEST_LINE, 160.0);
    let mut pressed = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (index, (step, galley)) in steps.iter().zip(words).enumerate() {
            if index > 0 {
                paint_line(ui, line, steps[index - 1].done);
            }
            if keyed(ui, step.title, |ui| step_ui(ui, index, steps.len(), *step, galley)).inner.clicked() {
                pressed = Some(index);
            }
        }
    });
    pressed
}

fn step_width(words: f32) -> f32 {
    2.0 * CIRCLE + words + 4.0 * SPACE_S
}

fn lay_title(ui: &Ui, step: &StepMark<'_>) -> std::sync::Arc<egui::Galley> {
    let text = if step.current { theme::label(step.title) } else { egui::RichText::new(step.title) };
    WidgetText::from(text).into_galley(ui, Some(egui::TextWrapMode::Extend), f32::INFINITY, TextStyle::Body)
}

fn paint_line(ui: &mut Ui, length: f32, done: bool) {
    let palette = Palette::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(length, HEIGHT), Sense::hover());
    let colour = if done { palette.accent } else { palette.border };
    ui.painter().hline(rect.x_range().shrink(2.0), rect.center().y, (2.0, colour));
}

fn step_ui(
    ui: &mut Ui,
    index: usize,
    count: usize,
    step: StepMark<'_>,
    galley: std::sync::Arc<egui::Galley>,
) -> Response {
    let palette = Palette::of(ui);
    let open = step.reachable && !step.current;
    let sense = if open { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(step_width(galley.size().x), HEIGHT), sense);
    let name = texts::step(index + 1, count, step.title, state_words(step));
    response.widget_info(|| WidgetInfo::selected(Role::Button, step.current || open, step.current, &name));
    if step.current {
        announce(&response, Live::Polite);
    }
    if response.hovered() && open {
        ui.painter().rect_filled(rect, RADIUS, palette.card_hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, RADIUS, theme::focus_stroke(palette), StrokeKind::Inside);
    }
    let centre = pos2(rect.left() + SPACE_S + CIRCLE, rect.center().y);
    paint_circle(ui, centre, index, step);
    let colour = if step.current || step.done { palette.text } else { palette.text_weak };
    let words = pos2(centre.x + CIRCLE + SPACE_S, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(words, galley, colour);
    response
}

fn state_words(step: StepMark<'_>) -> &'static str {
    match step {
        StepMark { current: true, done: true, .. } => texts::STEP_CURRENT_DONE,
        StepMark { current: true, .. } => texts::STEP_CURRENT,
        StepMark { done: true, .. } => texts::STEP_DONE,
        StepMark { reachable: false, .. } => texts::STEP_NOT_AVAILABLE,
        StepMark { .. } => "",
    }
}

/// Filled for the step on the screen and for those done; a ring for those to come.
fn paint_circle(ui: &Ui, centre: egui::Pos2, index: usize, step: StepMark<'_>) {
    let palette = Palette::of(ui);
    let painter = ui.painter();
    let (mark, colour) = if step.current {
        painter.circle_filled(centre, CIRCLE, palette.accent);
        ((index + 1).to_string(), palette.accent_text)
    } else if step.done {
        painter.circle(centre, CIRCLE, palette.accent_soft, (1.5, palette.accent));
        ("✓".to_owned(), palette.accent)
    } else {
        painter.circle_stroke(centre, CIRCLE - 1.0, (1.5, palette.border_strong));
        ((index + 1).to_string(), palette.text_weak)
    };
    painter.text(centre, Align2::CENTER_CENTER, mark, FontId::new(13.0, fonts::semibold()), colour);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    const STEPS: [StepMark<'static>; 3] = [
        StepMark { title: "Service", done: true, current: false, reachable: true },
        StepMark { title: "Authorization", done: false, current: true, reachable: true },
        StepMark { title: "Tokens", done: false, current: false, reachable: false },
    ];

    #[test]
    fn only_a_step_that_can_be_reached_is_pressed() {
        for look in THEMES {
            let mut harness = harness(look, None, |ui, pressed| *pressed = stepper(ui, &STEPS).or(*pressed));
            harness.get_by_label("Step 3 of 3: Tokens, not yet available").click();
            harness.run();
            assert_eq!(*harness.state(), None);
            harness.get_by_label("Step 2 of 3: Authorization, current").click();
            harness.run();
            assert_eq!(*harness.state(), None);
            harness.get_by_label("Step 1 of 3: Service, done").click();
            harness.run();
            assert_eq!(*harness.state(), Some(0));
        }
    }

    #[test]
    fn the_enter_key_presses_the_step_in_focus() {
        let mut harness = harness(THEMES[0], None, |ui, pressed| *pressed = stepper(ui, &STEPS).or(*pressed));
        harness.get_by_label("Step 1 of 3: Service, done").focus();
        harness.run();
        harness.key_press(egui::Key::Enter);
        harness.run();
        assert_eq!(*harness.state(), Some(0));
    }
}
