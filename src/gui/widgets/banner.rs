//! A message across the screen, in the colour of its tone.

use egui::accesskit::{Live, Role};
use egui::{Frame, Label, Stroke, Ui, UiBuilder, vec2};

use crate::diagnosis::Diagnosis;
use crate::gui::display_text;
use crate::gui::theme::{self, Palette, RADIUS_CARD, SPACE_M, SPACE_S, SPACE_XS, Tone};
use crate::gui::widgets::accessible::announce;
use crate::gui::widgets::buttons::link_button;

/// A diagnosis: the fact, the hint under it, and the link where there is one. The text can be marked and copied.
pub fn banner(ui: &mut Ui, tone: Tone, diagnosis: &Diagnosis) {
    banner_with(ui, tone, diagnosis, |_| ());
}

/// The same, with a row of `actions` under it.
pub fn banner_with<R>(ui: &mut Ui, tone: Tone, diagnosis: &Diagnosis, actions: impl FnOnce(&mut Ui) -> R) -> R {
    let hint = diagnosis.hint.as_deref().and_then(display_text::hint);
    framed(ui, tone, &display_text::sentence(&diagnosis.summary), hint.as_deref(), |ui| {
        if let Some(reference) = &diagnosis.reference {
            link_button(ui, reference, reference);
        }
        actions(ui)
    })
}

/// Fact and hint as text, each on a line of its own.
pub fn told(diagnosis: &Diagnosis) -> String {
    let fact = display_text::sentence(&diagnosis.summary);
    match diagnosis.hint.as_deref().and_then(display_text::hint) {
        Some(hint) => format!("{fact}\n{hint}"),
        None => fact,
    }
}

/// A message that is no error: a title, and text under it (may be empty).
pub fn notice(ui: &mut Ui, tone: Tone, title: &str, text: &str) {
    let text = display_text::quoted(text);
    framed(ui, tone, &display_text::quoted(title), (!text.is_empty()).then_some(text.as_str()), |_| ());
}

fn framed<R>(ui: &mut Ui, tone: Tone, title: &str, text: Option<&str>, more: impl FnOnce(&mut Ui) -> R) -> R {
    let palette = Palette::of(ui);
    // Screen readers announce an alert at once, a status when there is time.
    let is_urgent = matches!(tone, Tone::Warning | Tone::Danger);
    let (role, live) = if is_urgent { (Role::Alert, Live::Assertive) } else { (Role::Status, Live::Polite) };
    let colour = palette.tone(tone);
    let frame = Frame::new()
        .fill(palette.tone_soft(tone))
        .stroke(Stroke::new(1.0, colour.gamma_multiply(0.4)))
        .corner_radius(RADIUS_CARD)
        .inner_margin(SPACE_M);
    // Known by what it says, so that a button in it stays itself when another banner comes or goes.
    let id = ui.make_persistent_id(("banner", tone, title, text));
    let builder = UiBuilder::new().scope_id(id).accessibility_role(role);
    ui.scope_builder(builder, |ui| {
        frame
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing = vec2(SPACE_S, SPACE_XS);
                    paint_mark(ui, tone);
                    ui.vertical(|ui| {
                        let words = Label::new(theme::label(title).color(colour)).wrap().selectable(true);
                        announce(&ui.add(words), live);
                        if let Some(text) = text {
                            let words = Label::new(theme::shown(text)).wrap().selectable(true);
                            announce(&ui.add(words), live);
                        }
                        more(ui)
                    })
                    .inner
                })
                .inner
            })
            .inner
    })
    .inner
}

/// The tone as a sign, for those who do not see the colour.
fn paint_mark(ui: &mut Ui, tone: Tone) {
    let palette = Palette::of(ui);
    let mark = match tone {
        Tone::Neutral => "•",
        Tone::Info => "i",
        Tone::Success => "✓",
        Tone::Warning => "!",
        Tone::Danger => "×",
    };
    let height = ui.text_style_height(&theme::label_style());
    let (rect, _) = ui.allocate_exact_size(vec2(18.0, height), egui::Sense::hover());
    ui.painter().circle_filled(rect.center(), 9.0, palette.tone(tone));
    let font = egui::FontId::new(12.0, crate::gui::desktop::fonts::semibold());
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, mark, font, palette.tone_soft(tone));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn shows_fact_hint_link_and_actions() {
        for look in THEMES {
            let mut harness = harness(look, false, |ui, again| {
                let diagnosis = Diagnosis::new("the code is spent").hint("sign in again").reference("https://a.test/");
                *again |= banner_with(ui, Tone::Danger, &diagnosis, |ui| ui.button("Again").clicked());
            });
            harness.get_by_role(Role::Alert);
            harness.get_by_label("The code is spent");
            harness.get_by_label("Sign in again");
            harness.get_by_role_and_label(Role::Link, "https://a.test/");
            harness.get_by_label("Again").click();
            harness.run();
            assert!(*harness.state());
        }
    }

    #[test]
    fn every_tone_fits_the_width_and_wraps() {
        for look in THEMES {
            let harness = harness(look, (), |ui, ()| {
                let text = "a long explanation, ".repeat(20);
                for tone in [Tone::Neutral, Tone::Info, Tone::Success, Tone::Warning, Tone::Danger] {
                    notice(ui, tone, "Saved", &text);
                }
                assert!(ui.min_rect().right() <= 640.0, "{:?}", ui.min_rect());
            });
            assert_eq!(harness.get_all_by_label("Saved").count(), 5);
        }
    }
}
