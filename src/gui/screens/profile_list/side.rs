//! The left side of the window: the list of profiles, as wide as the person has drawn it, or the way to it.

use egui::accesskit::Role;
use egui::{CursorIcon, Frame, Id, Panel, Rect, Sense, Ui, vec2};

use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::profile_list;
use crate::gui::screens::{hint, want};
use crate::gui::texts::{common, profiles as texts};
use crate::gui::theme::Palette;
use crate::gui::widgets::{link, name_panel};

/// Width of the list, in points, until the person has changed it: a name of twenty letters and a time fit.
const WIDTH: f32 = 236.0;
/// The narrowest list in which a name can be told, and the widest that leaves room for the page, in points.
const WIDTHS: (f32, f32) = (200.0, 420.0);
/// Width of what is left of the list while it is hidden, in points.
const STRIP: f32 = 48.0;
/// In a narrower window the list is hidden until it is asked for, in points.
const NARROW: f32 = 820.0;
/// In a window in which the page would be narrower than this, the list takes its place, in points.
const PAGE: f32 = 480.0;
/// Width of the edge that is drawn to change the width of the list, in points.
const EDGE: f32 = 8.0;

/// Shows the left side; whether there is room for the page beside it.
pub(crate) fn side_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> bool {
    let frame = Frame::new().fill(Palette::of(ui).panel);
    let room = ui.available_width();
    if !is_open(draft, room) {
        let strip = Panel::left("profiles-strip").exact_size(STRIP).resizable(false).frame(frame.inner_margin(8));
        strip.show(ui, strip_ui);
        return true;
    }
    let width = width(model, draft);
    let has_page = room - width >= PAGE;
    let width = if has_page { width } else { room };
    let panel = Panel::left("profiles")
        .exact_size(width)
        .resizable(false)
        .frame(frame.inner_margin(egui::Margin::symmetric(12, 16)));
    let shown = panel.show(ui, |ui| {
        name_panel(ui, Role::Navigation, common::PROFILES);
        profile_list::profiles_ui(ui, model, draft);
    });
    if has_page {
        edge_ui(ui, shown.response.rect, model, draft);
    }
    has_page
}

/// Whether the list is shown in a window of this width.
pub(crate) fn is_open(draft: &Draft, room: f32) -> bool {
    draft.listing.is_open.unwrap_or(room >= NARROW)
}

fn width(model: &Model, draft: &Draft) -> f32 {
    let saved = model.window.and_then(|window| window.list.width);
    draft.listing.dragged.or(saved).unwrap_or(WIDTH).clamp(WIDTHS.0, WIDTHS.1)
}

/// The way to the list while it is hidden.
fn strip_ui(ui: &mut Ui) {
    name_panel(ui, Role::Navigation, common::PROFILES);
    let palette = Palette::of(ui);
    let intent = Intent::ToggleList;
    let response = ui.add_sized(vec2(32.0, 32.0), egui::Button::new("").frame_when_inactive(false));
    for place in [-5.0, 0.0, 5.0] {
        let line = Rect::from_center_size(response.rect.center() + vec2(0.0, place), vec2(14.0, 1.5));
        ui.painter().rect_filled(line, 1, palette.text_weak);
    }
    let response = response.on_hover_text(hint(ui, &intent));
    let is_pressed = response.clicked();
    response.accessible_name(texts::SHOW_LIST);
    if is_pressed {
        want(ui, intent);
    }
    let keys = Intent::ShowKeys;
    ui.vertical_centered(|ui| {
        if link(ui, "?", keys.words().0).on_hover_text(hint(ui, &keys)).clicked() {
            want(ui, keys);
        }
    });
}

/// The edge of the list, which is drawn with the pointer; pressed twice, the list is as wide as at first.
fn edge_ui(ui: &Ui, list: Rect, model: &Model, draft: &mut Draft) {
    let edge = Rect::from_center_size(list.right_center(), vec2(EDGE, list.height()));
    let response = ui.interact(edge, Id::unique("edge-of-the-list"), Sense::DRAG | Sense::CLICK);
    let palette = Palette::of(ui);
    if response.hovered() || response.dragged() {
        ui.painter().vline(list.right(), list.y_range(), (2.0, palette.accent));
    }
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    let mut settings = model.window.unwrap_or_default();
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        draft.listing.dragged = Some((pointer.x - list.left()).clamp(WIDTHS.0, WIDTHS.1).round());
    } else if response.double_clicked() {
        draft.listing.dragged = None;
        settings.list.width = None;
        want(ui, Intent::ChangeSettings(settings));
    } else if let Some(width) = draft.listing.dragged.take() {
        settings.list.width = Some(width);
        want(ui, Intent::ChangeSettings(settings));
    }
}
