//! The command palette: one field for all that can be done, and for profiles and services by name.

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align2, Area, CursorIcon, Frame, Id, Key, Modal, Modifiers, Order, Rect, Response, ScrollArea, Sense, Stroke,
    TextStyle, Ui, UiBuilder, UiKind, WidgetInfo, WidgetText, pos2, vec2,
};

use crate::gui::drafts::Draft;
use crate::gui::drafts::palette::{Found, Palette};
use crate::gui::intent::Intent;
use crate::gui::intent_keys;
use crate::gui::model::Model;
use crate::gui::screens::frame::commands::commands;
use crate::gui::screens::want;
use crate::gui::texts::keys as texts;
use crate::gui::theme::{self, RADIUS, SPACE_M, SPACE_S, shown, small};
use crate::gui::widgets::{Field, SHORT, name_dialog};
use crate::search::Query;

/// Width and height of the palette, in points, where the window is large enough.
const SIZE: egui::Vec2 = vec2(560.0, 420.0);
/// From the top of the window, in points.
const TOP: f32 = 48.0;
/// Height of a line, in points.
const LINE: f32 = 44.0;

/// What a line says.
struct Words<'a> {
    name: &'a str,
    /// What it is, or why it cannot be done.
    about: String,
    key: String,
    is_blocked: bool,
}

/// Shows the palette while it is open.
pub(crate) fn palette_ui(ui: &Ui, model: &Model, draft: &mut Draft) {
    let Some(mut palette) = draft.palette.take() else { return };
    let room = ui.ctx().content_rect().size();
    let area = Area::new(Id::unique("palette"))
        .kind(UiKind::Modal)
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, TOP.min(room.y / 10.0)));
    let frame = Frame::popup(ui.style()).inner_margin(SPACE_M);
    let layer = Modal::new(Id::unique("palette-of-commands")).area(area).frame(frame);
    let answer = layer.show(ui.ctx(), |ui| {
        name_dialog(ui, Intent::OpenPalette.words().0);
        ui.set_width(SIZE.x.min(room.x - 64.0));
        let is_taken = field_ui(ui, &mut palette);
        palette.look(model, || commands(model, draft));
        let is_pressed = lines_ui(ui, model, &mut palette, SIZE.y.min(room.y - 160.0));
        (is_taken || is_pressed).then(|| palette.chosen(model)).flatten()
    });
    let is_over = answer.inner.is_some() || answer.should_close();
    if let Some(intent) = answer.inner {
        want(ui, intent);
    }
    if !is_over {
        draft.palette = Some(palette);
    }
}

/// The field, which always has the keyboard; whether Enter was pressed.
fn field_ui(ui: &mut Ui, palette: &mut Palette) -> bool {
    // Before the field takes them.
    let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)).cast_signed();
    let lines = presses(Key::ArrowDown) - presses(Key::ArrowUp) + 8 * (presses(Key::PageDown) - presses(Key::PageUp));
    let is_taken = presses(Key::Enter) > 0;
    palette.go(lines);
    let field = Field::new(texts::SEARCH).limit(SHORT).example(texts::SEARCH).unlabelled();
    let field = field.show(ui, &mut palette.search);
    field.request_focus();
    let at = line_id(palette.at).accesskit_id();
    ui.ctx().accesskit_node_builder(field.id, |node| node.set_active_descendant(at));
    is_taken
}

/// What was found, the line of the keyboard always in view; whether one was pressed.
fn lines_ui(ui: &mut Ui, model: &Model, palette: &mut Palette, height: f32) -> bool {
    if palette.found.is_empty() {
        ui.label(small(ui, texts::NO_MATCH));
        return false;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let query = Query::of(&palette.search);
    let count = palette.found.len();
    let key = Id::unique("line-of-the-palette-in-view");
    let has_moved = ui.data(|data| data.get_temp(key)) != Some((palette.at, count));
    let area = ScrollArea::vertical().max_height(height).auto_shrink([false, true]).id_salt("palette");
    let mut pressed = None;
    area.show_rows(ui, LINE, count, |ui, rows| {
        let top = ui.max_rect().top() - LINE * index(rows.start);
        let builder = UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label(texts::RESULTS);
        ui.scope_builder(builder, |ui| {
            ui.ctx().accesskit_node_builder(ui.unique_id(), |node| node.set_size_of_set(count));
            for place in rows {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
                let words = words(ui, model, palette, palette.found[place]);
                let response = line_ui(ui, rect, place, &words, &query, place == palette.at);
                if response.clicked() {
                    pressed = Some(place);
                }
            }
        });
        if has_moved {
            let line = Rect::from_min_size(pos2(ui.max_rect().left(), top + LINE * index(palette.at)), vec2(1.0, LINE));
            ui.scroll_to_rect(line, None);
        }
    });
    ui.data_mut(|data| data.insert_temp(key, (palette.at, count)));
    palette.at = pressed.unwrap_or(palette.at);
    pressed.is_some()
}

#[allow(clippy::cast_precision_loss, reason = "lines of a list")]
fn index(place: usize) -> f32 {
    place as f32
}

fn line_id(place: usize) -> Id {
    Id::unique(("line-of-the-palette", place))
}

fn words<'a>(ui: &Ui, model: &'a Model, palette: &'a Palette, found: Found) -> Words<'a> {
    let named = |name, about: String| Words { name, about, key: String::new(), is_blocked: false };
    match found {
        Found::Command(place) => {
            let command = &palette.commands[place];
            Words {
                name: command.name,
                about: command.blocked.clone().unwrap_or_else(|| command.hint.to_owned()),
                key: command.key.map(|key| intent_keys::words(ui.ctx(), key)).unwrap_or_default(),
                is_blocked: command.blocked.is_some(),
            }
        }
        Found::Profile(place) => model.profiles.get(place).map_or_else(
            || named("", String::new()),
            |profile| named(profile.shown_name(), texts::open(&profile.service)),
        ),
        Found::Service(place) => model.services.get(place).map_or_else(
            || named("", String::new()),
            |service| named(&service.name, texts::NEW_WITH_SERVICE.to_owned()),
        ),
    }
}

fn line_ui(ui: &Ui, rect: Rect, place: usize, words: &Words<'_>, query: &Query, is_lit: bool) -> Response {
    let palette = theme::Palette::of(ui);
    let response = ui.interact(rect, line_id(place), Sense::CLICK).on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, !words.is_blocked, words.name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_position_in_set(place);
        node.set_selected(is_lit);
        node.set_description([words.about.as_str(), &words.key].join(" ").trim_end());
    });
    if is_lit {
        ui.painter().rect_filled(rect, RADIUS, palette.accent_soft);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, RADIUS, palette.card_hover);
    }
    let font = TextStyle::Small.resolve(ui.style());
    let key = ui.painter().layout_no_wrap(words.key.clone(), font, palette.text_weak);
    let right = rect.right() - SPACE_S - key.size().x;
    let room = right - rect.left() - 2.0 * SPACE_S;
    let lay = |text: WidgetText| text.into_galley(ui, Some(egui::TextWrapMode::Truncate), room, TextStyle::Body);
    let colour = if words.is_blocked { palette.text_weak } else { palette.text };
    let name = lay(marked(ui, words.name, query, colour).into());
    let about = lay(small(ui, &words.about).into());
    let left = rect.left() + SPACE_S;
    ui.painter().galley(pos2(left, rect.top() + 13.0 - name.size().y / 2.0), name, colour);
    ui.painter().galley(pos2(left, rect.top() + 31.0 - about.size().y / 2.0), about, palette.text_weak);
    ui.painter().galley(pos2(right, rect.center().y - key.size().y / 2.0), key, palette.text_weak);
    response
}

/// The name, the letters underlined by which it was found.
fn marked(ui: &Ui, name: &str, query: &Query, colour: egui::Color32) -> LayoutJob {
    let name = shown(name);
    let marks = query.marks(&name);
    let plain = TextFormat::simple(TextStyle::Body.resolve(ui.style()), colour);
    let line = Stroke::new(1.5, theme::Palette::of(ui).accent);
    let mark = TextFormat { underline: line, color: theme::Palette::of(ui).accent, ..plain.clone() };
    let mut job = LayoutJob::default();
    let letters: Vec<(bool, char)> =
        name.chars().enumerate().map(|(place, letter)| (marks.binary_search(&place).is_ok(), letter)).collect();
    // In runs, as letters belong together.
    for run in letters.chunk_by(|one, next| one.0 == next.0) {
        let text: String = run.iter().map(|(_, letter)| letter).collect();
        job.append(&text, 0.0, if run[0].0 { mark.clone() } else { plain.clone() });
    }
    job
}
