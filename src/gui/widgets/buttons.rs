//! What is pressed: the one thing to do next, the others, the dangerous ones, links and copies.
//!
//! The toolkit knows its own buttons by their place. Where something appears above them, the keyboard, and a press that is
//! on its way, would go to another button. These are known by their text, which is why two with the same text in one [`Ui`]
//! need a [`Ui::push_id`] around each.

use egui::accesskit::Role;
use egui::style::WidgetVisuals;
use egui::{
    CursorIcon, Frame, Id, Response, RichText, Sense, Stroke, StrokeKind, TextWrapMode, Ui, WidgetAtom, WidgetInfo,
};

use crate::app::Sensitivity;
use crate::gui::desktop::clipboard::{self, CopyState};
use crate::gui::texts::widgets as texts;
use crate::gui::theme::{self, Palette, RADIUS};
use crate::secret::Secret;

/// How long a copy button says so, in seconds.
const SAID_FOR: f64 = 1.5;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonKind {
    /// The next step; one on a screen.
    Primary,
    /// Anything else.
    Secondary,
    /// Destroys something.
    Danger,
}

/// A button. With a reason in `blocked` it cannot be pressed; the pointer brings the reason up, and screen readers tell it.
pub fn button(ui: &mut Ui, kind: ButtonKind, text: &str, blocked: Option<&str>) -> Response {
    let id = ui.make_persistent_id(("button", text));
    let response = ui.add_enabled(blocked.is_none(), |ui: &mut Ui| framed(ui, id, kind, text, 0.0));
    if response.has_focus() && kind != ButtonKind::Secondary {
        // The ring lies outside, since it has the colour of the button itself.
        let ring = theme::focus_stroke(Palette::of(ui));
        ui.painter().rect_stroke(response.rect.expand(2.0), RADIUS + 2, ring, StrokeKind::Outside);
    }
    match blocked {
        Some(reason) => {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(reason));
            response.on_disabled_hover_text(reason)
        }
        None => response,
    }
}

/// Anything else.
pub fn secondary_button(ui: &mut Ui, text: &str) -> Response {
    button(ui, ButtonKind::Secondary, text, None)
}

/// A link that opens `url` in the system browser; the pointer brings the address up.
pub fn link_button(ui: &mut Ui, text: &str, url: &str) -> Response {
    let words = format!("{text} ↗");
    let response = link(ui, theme::shown(words), text).on_hover_text(theme::shown(url));
    if response.clicked() {
        ui.ctx().open_url(egui::OpenUrl::new_tab(url));
    }
    response
}

/// Copies `text`, and says `Copied ✓` for a moment once it is on the clipboard. Screen readers and tests know it as
/// `Copy {what}`.
pub fn copy_button(ui: &mut Ui, what: &str, text: &str) -> Response {
    copy_plain(ui, what, texts::COPY, text)
}

/// The same, with what it copies in words: it stands beside no text that would say it.
pub fn copy_named_button(ui: &mut Ui, what: &str, text: &str) -> Response {
    copy_plain(ui, what, &texts::copy(what), text)
}

fn copy_plain(ui: &mut Ui, what: &str, words: &str, text: &str) -> Response {
    let (response, id) = copying_button(ui, what, words);
    if response.clicked() {
        clipboard::copy(ui.ctx(), id, Secret::new(text), Sensitivity::Plain);
    }
    response
}

/// The same for a secret, which it says: the text is marked as such, and taken back after a while.
pub fn copy_secret_button(ui: &mut Ui, what: &str, text: &Secret) -> Response {
    let (response, id) = copying_button(ui, what, texts::COPY_SECRET);
    if response.clicked() {
        clipboard::copy(ui.ctx(), id, text.clone(), Sensitivity::Secret);
    }
    response.on_hover_text(texts::COPY_SECRET_HINT)
}

/// A button for a copy that is made elsewhere under the name of `id`; it says `Copied ✓` for a moment once it is.
pub fn copied_elsewhere_button(ui: &mut Ui, id: Id, words: &str) -> Response {
    said_button(ui, id, words).accessible_name(words)
}

/// The button, and under which its copies are known.
fn copying_button(ui: &mut Ui, what: &str, words: &str) -> (Response, Id) {
    let id = ui.make_persistent_id(("copy", what));
    (said_button(ui, id, words).accessible_name(texts::copy(what)), id)
}

/// A button known by `id`, with what came of the copy of that name in place of its words.
fn said_button(ui: &mut Ui, id: Id, words: &str) -> Response {
    let now = ui.input(|input| input.time);
    let state = clipboard::state(ui.ctx(), id);
    let said = match state {
        CopyState::Done(at) if now < at + SAID_FOR => {
            // One frame when the words change back; none in between.
            ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(at + SAID_FOR - now));
            texts::COPIED
        }
        CopyState::Failed(_) => texts::NOT_COPIED,
        _ => words,
    };
    // As wide as the longer words, so that the row does not jump.
    let letters = words.chars().count().max(texts::NOT_COPIED.len());
    #[allow(clippy::cast_precision_loss, reason = "a few letters")]
    let width = ui.text_style_height(&egui::TextStyle::Button) * 0.5 * letters as f32;
    framed(ui, id, ButtonKind::Secondary, said, width)
}

/// A button known by `id`, not narrower than `width`.
pub(in crate::gui::widgets) fn framed(ui: &mut Ui, id: Id, kind: ButtonKind, text: &str, width: f32) -> Response {
    let frame = Frame::new().inner_margin(ui.spacing().button_padding);
    let button = WidgetAtom::new(text).id(id).sense(Sense::click()).wrap_mode(TextWrapMode::Extend);
    let mut button = button.frame(frame).min_size(egui::vec2(width, ui.spacing().interact_size.y)).allocate(ui);
    let mut visuals = *ui.style().interact(&button.response);
    colour(ui, kind, &button.response, &mut visuals);
    button.container.frame = button
        .container
        .frame
        .fill(visuals.weak_bg_fill)
        .corner_radius(visuals.corner_radius)
        .apply_stroke_and_expansion_without_layout_shift(visuals.bg_stroke, visuals.expansion);
    button.container.fallback_text_color = visuals.text_color();
    let response = button.paint(ui).response;
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), text));
    response
}

/// Text that is pressed, known by its `name`, which screen readers hear.
pub fn link(ui: &mut Ui, text: impl Into<RichText>, name: &str) -> Response {
    let id = ui.make_persistent_id(("link", name));
    let known = ui.ctx().read_response(id);
    let is_pointed_at = known.is_some_and(|known| known.hovered() || known.has_focus());
    let text = text.into().color(ui.visuals().hyperlink_color);
    let text = if is_pointed_at { text.underline() } else { text };
    let response = WidgetAtom::new(text).id(id).sense(Sense::click()).wrap_mode(TextWrapMode::Extend).show(ui).response;
    response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), name));
    response.on_hover_cursor(CursorIcon::PointingHand)
}

fn colour(ui: &Ui, kind: ButtonKind, response: &Response, visuals: &mut WidgetVisuals) {
    let palette = Palette::of(ui);
    let (fill, hover) = match kind {
        ButtonKind::Primary => (palette.accent, palette.accent_hover),
        ButtonKind::Danger => (palette.danger, palette.danger_hover),
        ButtonKind::Secondary => return,
    };
    // What cannot be pressed keeps its looks: the toolkit fades it.
    let is_active = response.hovered() || response.is_pointer_button_down_on() || response.has_focus();
    visuals.weak_bg_fill = if is_active { hover } else { fill };
    visuals.bg_stroke = Stroke::NONE;
    visuals.fg_stroke.color = palette.accent_text;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::CopyOutcome;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui::OutputCommand;
    use egui::accesskit::Role;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    #[test]
    fn every_kind_is_pressed_by_click_and_by_key() {
        for look in THEMES {
            let mut harness = harness(look, 0, |ui, pressed| {
                *pressed += u32::from(button(ui, ButtonKind::Primary, "Continue", None).clicked());
                *pressed += u32::from(secondary_button(ui, "Back").clicked());
                *pressed += u32::from(button(ui, ButtonKind::Danger, "Forget", None).clicked());
            });
            for name in ["Continue", "Back", "Forget"] {
                harness.get_by_role_and_label(Role::Button, name).click();
                harness.run();
                harness.get_by_role_and_label(Role::Button, name).focus();
                harness.run();
                harness.key_press(egui::Key::Enter);
                harness.run();
            }
            assert_eq!(*harness.state(), 6);
        }
    }

    #[test]
    fn the_keyboard_and_a_press_on_its_way_stay_with_a_button_when_others_appear_above_it() {
        type Pressed = (bool, Vec<&'static str>);
        for press in [false, true] {
            let mut harness = harness(THEMES[0], Pressed::default(), |ui, (failed, pressed)| {
                if *failed {
                    pressed.extend(secondary_button(ui, "Dismiss").clicked().then_some("Dismiss"));
                    pressed.extend(link_button(ui, "Why?", "https://service.example/").clicked().then_some("Why?"));
                }
                for name in ["Send", "Forget"] {
                    pressed.extend(button(ui, ButtonKind::Danger, name, None).clicked().then_some(name));
                }
                pressed.extend(link_button(ui, "Console", "https://service.example/").clicked().then_some("Console"));
                pressed.extend(copy_button(ui, "address", "a").clicked().then_some("Copy"));
            });
            for (name, label) in
                [("Send", "Send"), ("Forget", "Forget"), ("Console", "Console"), ("Copy", "Copy address")]
            {
                *harness.state_mut() = (false, Vec::new());
                harness.run_ok();
                if press {
                    harness.get_by_label(label).click_accesskit();
                } else {
                    harness.get_by_label(label).focus();
                    harness.run_ok();
                    harness.key_press(egui::Key::Enter);
                }
                harness.state_mut().0 = true;
                harness.run_ok();
                assert_eq!(harness.state().1, [name], "by a screen reader: {press}");
            }
        }
    }

    #[test]
    fn a_blocked_button_cannot_be_pressed_and_says_why() {
        let mut harness = harness(THEMES[0], false, |ui, pressed| {
            *pressed |= button(ui, ButtonKind::Primary, "Save", Some("give the profile a name")).clicked();
        });
        let node = harness.get_by_role_and_label(Role::Button, "Save");
        assert!(node.accesskit_node().is_disabled());
        node.click();
        harness.run();
        assert!(!*harness.state());
        harness.get_by_label("Save").hover();
        harness.run();
        harness.get_by_label("give the profile a name");
    }

    #[test]
    fn copied_is_said_once_it_is_so_and_then_no_more() {
        let mut harness = harness(THEMES[1], (), |ui, ()| {
            copy_button(ui, "redirect URI", "http://127.0.0.1/");
            copy_secret_button(ui, "Value", &Secret::new("at-1"));
        });
        let shown = |harness: &egui_kittest::Harness<'_, ()>| {
            let galleys = harness.output().shapes.iter().filter_map(|it| match &it.shape {
                egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
                _ => None,
            });
            galleys.collect::<String>()
        };
        assert!(shown(&harness).contains("CopyCopy secret"), "{}", shown(&harness));
        harness.get_by_label("Copy redirect URI").click();
        harness.run_ok();
        assert!(!shown(&harness).contains("Copied ✓"), "it was said before it was so");
        let mut asked = Vec::new();
        clipboard::copy_by(&harness.ctx, |text, sensitivity| {
            asked.push((text.expose().to_owned(), sensitivity));
            CopyOutcome::Done(std::time::Duration::from_mins(1))
        });
        assert_eq!(asked, [("http://127.0.0.1/".to_owned(), Sensitivity::Plain)]);
        harness.step();
        assert!(shown(&harness).contains("Copied ✓"), "{}", shown(&harness));
        harness.input_mut().time = Some(10.0);
        harness.run();
        assert!(!shown(&harness).contains("Copied ✓"));
    }

    #[test]
    fn a_copy_that_failed_says_so() {
        let mut harness = harness(THEMES[0], (), |ui, ()| {
            copy_secret_button(ui, "Value", &Secret::new("at-1"));
        });
        harness.get_by_label("Copy Value").click();
        harness.run_ok();
        clipboard::copy_by(&harness.ctx, |_, sensitivity| {
            assert_eq!(sensitivity, Sensitivity::Secret);
            CopyOutcome::Failed(crate::diagnosis::Diagnosis::new("no clipboard"))
        });
        harness.run();
        let told = harness.output().shapes.iter().any(|it| match &it.shape {
            egui::Shape::Text(text) => text.galley.text() == "Not copied",
            _ => false,
        });
        assert!(told);
    }

    #[test]
    fn a_link_opens_its_address() {
        let mut harness = harness(THEMES[0], Vec::new(), |ui, opened| {
            link_button(ui, "Open the console", "https://service.example/console");
            let commands = ui.ctx().output(|output| output.commands.clone());
            opened.extend(commands.into_iter().filter_map(|command| match command {
                OutputCommand::OpenUrl(open) => Some(open.url),
                _ => None,
            }));
        });
        harness.get_by_role_and_label(Role::Link, "Open the console").click();
        harness.run();
        assert_eq!(*harness.state(), ["https://service.example/console"]);
    }

    #[test]
    fn a_wrapped_row_of_buttons_stays_in_the_window_and_breaks_no_words() {
        for width in [240.0, 300.0, 360.0, 420.0, 480.0] {
            let harness = harness(THEMES[0], (), |ui, ()| {
                ui.set_max_width(width);
                ui.horizontal_wrapped(|ui| {
                    button(ui, ButtonKind::Primary, "Start authorization", None);
                    secondary_button(ui, "Copy the address");
                    button(ui, ButtonKind::Danger, "Forget this profile", None);
                    copy_button(ui, "address", "https://service.example/");
                    button(ui, ButtonKind::Primary, "Save profile", Some("give it a name"));
                });
            });
            let left = harness.get_by_role_and_label(Role::Button, "Start authorization").rect().left();
            for name in ["Copy the address", "Forget this profile", "Copy address", "Save profile"] {
                let rect = harness.get_by_role_and_label(Role::Button, name).rect();
                assert!(rect.right() <= left + width, "{name} ends at {} of {width}", rect.right());
                assert!(rect.height() <= theme::CONTROL_HEIGHT, "{name} is {} high", rect.height());
            }
        }
    }
}
