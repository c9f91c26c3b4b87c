//! Text for machines: monospaced, read-only, to be marked and copied.

use egui::{Frame, Response, ScrollArea, TextEdit, TextStyle, Ui, vec2};

use crate::diagnosis::printable_lines;
use crate::gui::desktop::clipboard::guarded;
use crate::gui::texts::widgets as texts;
use crate::gui::theme::{self, Palette, RADIUS, SPACE_M, SPACE_S, SPACE_XS};
use crate::gui::widgets::buttons::{copy_button, copy_secret_button};
use crate::secret::Secret;

/// A longer text is not laid out as a whole: a megabyte would cost hundreds.
const MOST_SHOWN: usize = 64 * 1024;

/// A block of code under its label, with a copy button. Long lines wrap; a high block scrolls.
#[must_use = "call `show`"]
#[derive(Clone, Debug)]
pub struct CodeBlock<'a> {
    label: &'a str,
    text: &'a str,
    copied: Option<&'a str>,
    secret: Option<&'a Secret>,
    guarded: bool,
    max_height: f32,
}

impl<'a> CodeBlock<'a> {
    /// A block that shows and copies `text`. The label is drawn, and is its name for screen readers.
    pub fn new(label: &'a str, text: &'a str) -> Self {
        Self { label, text, copied: Some(text), secret: None, guarded: false, max_height: 280.0 }
    }

    /// What the button copies, where that is other than what is shown; `None` leaves the button out.
    pub fn copies(mut self, copied: Option<&'a str>) -> Self {
        self.copied = copied;
        self
    }

    /// The button copies this secret, whether it is shown or masked; where it is shown, it is not to be marked.
    pub fn copies_secret(mut self, secret: &'a Secret) -> Self {
        (self.copied, self.secret, self.guarded) = (None, Some(secret), true);
        self
    }

    /// Secrets may be seen in it: what is marked or copied by key is treated as such.
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// The height beyond which the block scrolls, in points.
    pub fn max_height(mut self, points: f32) -> Self {
        self.max_height = points;
        self
    }

    /// Draws it over the whole width. The copy button is named `Copy {label}`. The response is that of the text.
    pub fn show(self, ui: &mut Ui) -> Response {
        ui.push_id(("code", self.label), |ui| {
            ui.spacing_mut().item_spacing.y = SPACE_XS;
            let label = ui.horizontal(|ui| {
                let label = ui.label(theme::label(self.label));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if let Some(secret) = self.secret {
                        copy_secret_button(ui, self.label, secret);
                    } else if let Some(copied) = self.copied {
                        copy_button(ui, self.label, copied);
                    }
                });
                label
            });
            self.block(ui).labelled_by(label.inner.id)
        })
        .inner
    }

    fn block(&self, ui: &mut Ui) -> Response {
        let palette = Palette::of(ui);
        let frame = Frame::new()
            .fill(palette.code)
            .stroke((1.0, palette.border))
            .corner_radius(RADIUS)
            .inner_margin(vec2(SPACE_M, SPACE_S));
        let shown = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            // It scrolls by wheel and bar alone: to drag is to mark.
            // Below the edge of the window no room is left, and the least height of a scroll area is that of three lines.
            let area = ScrollArea::vertical().max_height(self.max_height).min_scrolled_height(self.max_height);
            let area = area.auto_shrink([false, true]);
            area.show(ui, |ui| {
                // No higher than its lines.
                ui.spacing_mut().interact_size.y = 0.0;
                let text = printable_lines(&self.text[..self.text.floor_char_boundary(MOST_SHOWN)]);
                let mut text = &*text;
                let edit = TextEdit::multiline(&mut text).id(ui.make_persistent_id("text"));
                let edit = edit.font(TextStyle::Monospace).desired_rows(1);
                let edit = edit.desired_width(f32::INFINITY).frame(Frame::new()).margin(egui::Margin::ZERO);
                if self.guarded { guarded(ui, |ui| ui.add(edit)) } else { ui.add(edit) }
            })
            .inner
        });
        if self.text.len() > MOST_SHOWN {
            let rest = self.text.len() - MOST_SHOWN;
            ui.label(theme::small(ui, texts::not_shown(rest)));
        }
        if shown.inner.has_focus() {
            let ring = theme::focus_stroke(palette);
            ui.painter().rect_stroke(shown.response.rect, RADIUS, ring, egui::StrokeKind::Inside);
        }
        shown.inner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::CopyOutcome;
    use crate::gui::desktop::clipboard;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::accesskit::Role;
    use egui_kittest::kittest::Queryable as _;

    #[test]
    fn shows_one_text_and_copies_the_other() {
        for look in THEMES {
            let mut harness = harness(look, Vec::new(), |ui, copied| {
                CodeBlock::new("Request", "Authorization: ••••").copies(Some("curl $TOKEN")).show(ui);
                clipboard::copy_by(ui.ctx(), |text, _| {
                    copied.push(text.expose().to_owned());
                    CopyOutcome::Done(std::time::Duration::from_mins(1))
                });
            });
            let shown = harness.get_by_role_and_label(Role::MultilineTextInput, "Request").value();
            assert_eq!(shown.as_deref(), Some("Authorization: ••••"));
            harness.get_by_label("Copy Request").click();
            harness.run_ok();
            assert_eq!(*harness.state(), ["curl $TOKEN"]);
        }
    }

    #[test]
    fn typing_does_not_change_it() {
        let mut harness = harness(THEMES[0], (), |ui, ()| {
            CodeBlock::new("Reply", "{}").copies(None).show(ui);
        });
        harness.get_by_role_and_label(Role::MultilineTextInput, "Reply").focus();
        harness.run();
        harness.get_by_role_and_label(Role::MultilineTextInput, "Reply").type_text("x");
        harness.run();
        let shown = harness.get_by_role_and_label(Role::MultilineTextInput, "Reply").value();
        assert_eq!(shown.as_deref(), Some("{}"));
        assert!(harness.query_by_label("Copy Reply").is_none());
    }

    #[test]
    fn a_high_block_scrolls_and_a_long_line_wraps() {
        let text = format!("{}\n{}", "x".repeat(500), "line\n".repeat(200));
        let harness = harness(THEMES[0], (), move |ui, ()| {
            CodeBlock::new("Reply", &text).max_height(100.0).show(ui);
            let end = ui.label("after");
            assert!(end.rect.bottom() < 200.0, "{:?}", end.rect);
            assert!(ui.min_rect().right() <= 641.0, "{:?}", ui.min_rect());
        });
        harness.get_by_label("after");
    }
}
