//! One of a few, all in sight: tabs, and short enumerations such as request methods.

use egui::accesskit::Role;
use egui::{
    EventFilter, Frame, Key, Modifiers, Response, Sense, StrokeKind, TextStyle, Ui, WidgetInfo, WidgetText, vec2,
};

use crate::gui::theme::{self, Palette, RADIUS, SPACE_M, SPACE_XS};

/// Height of a segment, in points; with the frame's margin the row is as high as other controls.
const HEIGHT: f32 = theme::CONTROL_HEIGHT - 4.0;

/// A value, its name, and why it cannot be chosen now.
pub type Segment<'a, T> = (T, &'a str, Option<&'a str>);

/// A row of `options`, each a value and its name; screen readers call each a radio button of the group `label`, which
/// is not drawn. Arrow keys move the choice. Changed when another one was chosen.
pub fn segmented<T: PartialEq + Clone>(ui: &mut Ui, label: &str, selected: &mut T, options: &[(T, &str)]) -> Response {
    segmented_among(ui, label, selected, &unblocked(options))
}

/// The same under its label.
pub fn labelled_segmented<T: PartialEq + Clone>(ui: &mut Ui, label: &str, selected: &mut T, options: &[(T, &str)]) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.label(theme::label(label));
        segmented(ui, label, selected, options);
    });
}

/// The same where some cannot be chosen: the third part of such an option says why, which the pointer brings up and
/// screen readers tell.
pub fn segmented_among<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    selected: &mut T,
    options: &[Segment<'_, T>],
) -> Response {
    row(ui, label, selected, options, (Role::RadioGroup, Role::RadioButton))
}

/// The same for the tabs of a screen.
pub fn tabs<T: PartialEq + Clone>(ui: &mut Ui, label: &str, selected: &mut T, options: &[(T, &str)]) -> Response {
    row(ui, label, selected, &unblocked(options), (Role::TabList, Role::Tab))
}

fn unblocked<'a, T: Clone>(options: &[(T, &'a str)]) -> Vec<Segment<'a, T>> {
    options.iter().map(|(value, name)| (value.clone(), *name, None)).collect()
}

fn row<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    selected: &mut T,
    options: &[Segment<'_, T>],
    (group, part): (Role, Role),
) -> Response {
    let palette = Palette::of(ui);
    let id = ui.make_persistent_id(("segmented", label));
    let frame = Frame::new().fill(palette.panel).corner_radius(RADIUS).inner_margin(2);
    let builder = egui::UiBuilder::new().scope_id(id).accessibility_role(group).accessibility_label(label);
    let mut now = options.iter().position(|(value, ..)| value == selected);
    let before = now;
    let mut response = ui
        .scope_builder(builder, |ui| {
            let shown = frame.show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(2.0, 2.0);
                    ui.spacing_mut().interact_size.y = HEIGHT;
                    for (index, (_, name, blocked)) in options.iter().enumerate() {
                        let response = segment(ui, name, before == Some(index), part, *blocked);
                        if response.clicked() {
                            now = Some(index);
                        }
                        let free: Vec<bool> = options.iter().map(|(_, _, blocked)| blocked.is_none()).collect();
                        if let Some(next) = arrow_target(ui, &response, index, &free) {
                            now = Some(next);
                            ui.memory_mut(|memory| memory.request_focus(ui.make_persistent_id(options[next].1)));
                        }
                    }
                });
            });
            shown.response
        })
        .inner;
    if now != before
        && let Some((value, ..)) = now.and_then(|index| options.get(index))
    {
        *selected = value.clone();
        response.mark_changed();
    }
    response
}

fn segment(ui: &mut Ui, name: &str, selected: bool, role: Role, blocked: Option<&str>) -> Response {
    let palette = Palette::of(ui);
    let text = WidgetText::from(if selected { theme::label(name) } else { egui::RichText::new(name) });
    let galley = text.into_galley(ui, Some(egui::TextWrapMode::Truncate), ui.available_width(), TextStyle::Button);
    let sense = if blocked.is_none() { Sense::click() } else { Sense::hover() };
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x + 2.0 * SPACE_M, HEIGHT), Sense::hover());
    let mut response = ui.interact(rect, ui.make_persistent_id(name), sense);
    response.widget_info(|| WidgetInfo::selected(role, ui.is_enabled() && blocked.is_none(), selected, name));
    if let Some(reason) = blocked {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(reason));
        response = response.on_hover_text(reason);
    }
    let is_lit = response.hovered() && blocked.is_none();
    let fill = if selected { Some(palette.card) } else { is_lit.then_some(palette.card_hover) };
    if let Some(fill) = fill {
        let edge = if selected { palette.border_strong } else { palette.border };
        ui.painter().rect(rect, RADIUS - 1, fill, (1.0, edge), StrokeKind::Inside);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, RADIUS - 1, theme::focus_stroke(palette), StrokeKind::Inside);
    }
    let colour = if selected || is_lit { palette.text } else { palette.text_weak };
    let colour = if blocked.is_some() { colour.gamma_multiply(ui.visuals().disabled_alpha()) } else { colour };
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, colour);
    response
}

/// Where an arrow key moves the choice from the segment that has the focus: the next that can be chosen, if there is one.
fn arrow_target(ui: &Ui, segment: &Response, index: usize, free: &[bool]) -> Option<usize> {
    if !segment.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(segment.id, filter));
    // Consumed: the segment that gets the focus may be drawn later in this frame.
    ui.input_mut(|input| {
        if input.consume_key(Modifiers::NONE, Key::ArrowRight) {
            Some((index + 1..free.len()).find(|next| free[*next]).unwrap_or(index))
        } else if input.consume_key(Modifiers::NONE, Key::ArrowLeft) {
            Some((0..index).rev().find(|next| free[*next]).unwrap_or(index))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::widgets::harness::{THEMES, harness};
    use egui_kittest::kittest::Queryable as _;

    const METHODS: [(u8, &str); 3] = [(0, "GET"), (1, "POST"), (2, "PUT")];

    #[test]
    fn a_click_chooses() {
        for look in THEMES {
            let mut harness = harness(look, 0_u8, |ui, method| {
                segmented(ui, "Method", method, &METHODS);
            });
            harness.get_by_role_and_label(Role::RadioButton, "PUT").click();
            harness.run();
            assert_eq!(*harness.state(), 2);
        }
    }

    #[test]
    fn what_cannot_be_chosen_says_why_and_is_passed_over() {
        use egui_kittest::kittest::NodeT as _;
        let reason = "it has no body";
        for look in THEMES {
            let mut harness = harness(look, 0_u8, |ui, method| {
                segmented_among(ui, "Method", method, &[(0, "GET", None), (1, "POST", Some(reason)), (2, "PUT", None)]);
            });
            let post = harness.get_by_role_and_label(Role::RadioButton, "POST");
            assert!(post.accesskit_node().is_disabled());
            assert_eq!(post.accesskit_node().data().description(), Some(reason));
            post.click();
            harness.run();
            assert_eq!(*harness.state(), 0);
            harness.get_by_role_and_label(Role::RadioButton, "GET").focus();
            harness.run();
            for (key, expected) in [(Key::ArrowRight, 2), (Key::ArrowLeft, 0)] {
                harness.key_press(key);
                harness.run();
                assert_eq!(*harness.state(), expected, "after {key:?}");
            }
        }
    }

    #[test]
    fn arrow_keys_move_the_choice_and_the_focus_and_stop_at_the_ends() {
        let mut harness = harness(THEMES[0], 0_u8, |ui, method| {
            tabs(ui, "Method", method, &METHODS);
        });
        harness.get_by_role_and_label(Role::Tab, "GET").focus();
        harness.run();
        for (key, expected) in [
            (Key::ArrowRight, 1),
            (Key::ArrowRight, 2),
            (Key::ArrowRight, 2),
            (Key::ArrowLeft, 1),
            (Key::ArrowLeft, 0),
            (Key::ArrowLeft, 0),
        ] {
            harness.key_press(key);
            harness.run();
            assert_eq!(*harness.state(), expected, "after {key:?}");
            assert!(harness.get_by_role_and_label(Role::Tab, METHODS[usize::from(expected)].1).is_focused());
        }
    }
}
