//! What is pressed: the one thing to do next, the others, the dangerous ones, links and copies.

use egui::{Button, Response, StrokeKind, TextWrapMode, Ui};

use crate::gui::theme::{self, Palette, RADIUS};

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

/// A button. With a reason in `blocked` it cannot be pressed, and the pointer brings the reason up.
pub fn button(ui: &mut Ui, kind: ButtonKind, text: &str, blocked: Option<&str>) -> Response {
    // Not in a scope, which would keep a wrapped row from moving the button to its next line.
    let style = ui.style().clone();
    colour(ui, kind);
    let response = ui.add_enabled(blocked.is_none(), Button::new(text).wrap_mode(TextWrapMode::Extend));
    ui.set_style(style);
    if response.has_focus() && kind != ButtonKind::Secondary {
        // The ring lies outside, since it has the colour of the button itself.
        let ring = theme::focus_stroke(Palette::of(ui));
        ui.painter().rect_stroke(response.rect.expand(2.0), RADIUS + 2, ring, StrokeKind::Outside);
    }
    match blocked {
        Some(reason) => response.on_disabled_hover_text(reason),
        None => response,
    }
}

/// The next step.
pub fn primary_button(ui: &mut Ui, text: &str) -> Response {
    button(ui, ButtonKind::Primary, text, None)
}

/// Anything else.
pub fn secondary_button(ui: &mut Ui, text: &str) -> Response {
    button(ui, ButtonKind::Secondary, text, None)
}

/// Destroys something.
pub fn danger_button(ui: &mut Ui, text: &str) -> Response {
    button(ui, ButtonKind::Danger, text, None)
}

/// A link that opens `url` in the system browser; the pointer brings the address up.
pub fn link_button(ui: &mut Ui, text: &str, url: &str) -> Response {
    let response = ui.link(theme::shown(format!("{text} ↗"))).accessible_name(text).on_hover_text(theme::shown(url));
    if response.clicked() {
        ui.ctx().open_url(egui::OpenUrl::new_tab(url));
    }
    response
}

/// Copies `text`, then says `Copied ✓` for a moment. Screen readers and tests know it as `Copy {what}`.
pub fn copy_button(ui: &mut Ui, what: &str, text: &str) -> Response {
    let id = ui.make_persistent_id(("copy", what));
    let now = ui.input(|input| input.time);
    let said_until = ui.data(|data| data.get_temp::<f64>(id)).unwrap_or_default();
    let words = if now < said_until { "Copied ✓" } else { "Copy" };
    // As wide as the longer words, so that the row does not jump.
    let width = ui.text_style_height(&egui::TextStyle::Button) * 5.0;
    let button = Button::new(words).min_size(egui::vec2(width, 0.0)).wrap_mode(TextWrapMode::Extend);
    let response = ui.add(button).accessible_name(format!("Copy {what}"));
    if response.clicked() {
        ui.ctx().copy_text(text.to_owned());
        ui.data_mut(|data| data.insert_temp(id, now + SAID_FOR));
        // One frame when the words change back; none in between.
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(SAID_FOR));
    }
    response
}

fn colour(ui: &mut Ui, kind: ButtonKind) {
    let palette = Palette::of(ui);
    let (fill, hover) = match kind {
        ButtonKind::Primary => (palette.accent, palette.accent_hover),
        ButtonKind::Danger => (palette.danger, palette.danger_hover),
        ButtonKind::Secondary => return,
    };
    let widgets = &mut ui.visuals_mut().widgets;
    for (visuals, fill) in [(&mut widgets.inactive, fill), (&mut widgets.hovered, hover), (&mut widgets.active, hover)]
    {
        visuals.weak_bg_fill = fill;
        visuals.bg_stroke = egui::Stroke::NONE;
        visuals.fg_stroke.color = palette.accent_text;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::stage::{DRESSES, stage};
    use egui::OutputCommand;
    use egui::accesskit::Role;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    #[test]
    fn every_kind_is_pressed_by_click_and_by_key() {
        for dress in DRESSES {
            let mut stage = stage(dress, 0, |ui, pressed| {
                *pressed += u32::from(primary_button(ui, "Continue").clicked());
                *pressed += u32::from(secondary_button(ui, "Back").clicked());
                *pressed += u32::from(danger_button(ui, "Forget").clicked());
            });
            for name in ["Continue", "Back", "Forget"] {
                stage.get_by_role_and_label(Role::Button, name).click();
                stage.run();
                stage.get_by_role_and_label(Role::Button, name).focus();
                stage.run();
                stage.key_press(egui::Key::Enter);
                stage.run();
            }
            assert_eq!(*stage.state(), 6);
        }
    }

    #[test]
    fn a_blocked_button_cannot_be_pressed_and_says_why() {
        let mut stage = stage(DRESSES[0], false, |ui, pressed| {
            *pressed |= button(ui, ButtonKind::Primary, "Save", Some("give the profile a name")).clicked();
        });
        let node = stage.get_by_role_and_label(Role::Button, "Save");
        assert!(node.accesskit_node().is_disabled());
        node.click();
        stage.run();
        assert!(!*stage.state());
        stage.get_by_label("Save").hover();
        stage.run();
        stage.get_by_label("give the profile a name");
    }

    #[test]
    fn copying_says_so_and_then_stops_saying_so() {
        let mut stage = stage(DRESSES[1], Vec::new(), |ui, words| {
            copy_button(ui, "redirect URI", "http://127.0.0.1/");
            let copied = ui.ctx().output(|output| output.commands.clone());
            words.extend(copied.into_iter().filter_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text),
                _ => None,
            }));
        });
        let shown = |stage: &egui_kittest::Harness<'_, Vec<String>>| {
            let galleys = stage.output().shapes.iter().filter_map(|it| match &it.shape {
                egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
                _ => None,
            });
            galleys.collect::<String>()
        };
        assert!(shown(&stage).contains("Copy"));
        stage.get_by_label("Copy redirect URI").click();
        stage.step();
        stage.step();
        stage.step();
        assert!(shown(&stage).contains("Copied ✓"), "{}", shown(&stage));
        assert_eq!(*stage.state(), ["http://127.0.0.1/"]);
        stage.input_mut().time = Some(10.0);
        stage.run();
        assert!(!shown(&stage).contains("Copied ✓"));
    }

    #[test]
    fn a_link_opens_its_address() {
        let mut stage = stage(DRESSES[0], Vec::new(), |ui, opened| {
            link_button(ui, "Open the console", "https://service.example/console");
            let commands = ui.ctx().output(|output| output.commands.clone());
            opened.extend(commands.into_iter().filter_map(|command| match command {
                OutputCommand::OpenUrl(open) => Some(open.url),
                _ => None,
            }));
        });
        stage.get_by_role_and_label(Role::Link, "Open the console").click();
        stage.run();
        assert_eq!(*stage.state(), ["https://service.example/console"]);
    }

    #[test]
    fn a_wrapped_row_of_buttons_stays_in_the_window_and_breaks_no_words() {
        for width in [240.0, 300.0, 360.0, 420.0, 480.0] {
            let stage = stage(DRESSES[0], (), |ui, ()| {
                ui.set_max_width(width);
                ui.horizontal_wrapped(|ui| {
                    primary_button(ui, "Start authorization");
                    secondary_button(ui, "Copy the address");
                    danger_button(ui, "Forget this profile");
                    copy_button(ui, "address", "https://service.example/");
                    button(ui, ButtonKind::Primary, "Save profile", Some("give it a name"));
                });
            });
            let left = stage.get_by_role_and_label(Role::Button, "Start authorization").rect().left();
            for name in ["Copy the address", "Forget this profile", "Copy address", "Save profile"] {
                let rect = stage.get_by_role_and_label(Role::Button, name).rect();
                assert!(rect.right() <= left + width, "{name} ends at {} of {width}", rect.right());
                assert!(rect.height() <= theme::CONTROL_HEIGHT, "{name} is {} high", rect.height());
            }
        }
    }
}
