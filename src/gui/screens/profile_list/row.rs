//! A line of the list: a profile with its state and the time that is left, or the heading of a group. All have one height; what
//! does not fit is in the tooltip.

use std::time::Duration;

use egui::accesskit::Role;
use egui::{
    Align2, CursorIcon, Id, Rect, Response, RichText, Sense, StrokeKind, TextStyle, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};
use jiff::Timestamp;

use crate::app::{Phase, ProfileState, ProfileSummary};
use crate::gui::display_text;
use crate::gui::drafts::Draft;
use crate::gui::drafts::listing::{Failing, Listing};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::profile_list::menu::menu_ui;
use crate::gui::screens::{hint, want};
use crate::gui::texts::{common, profiles as texts};
use crate::gui::theme::{self, Palette, RADIUS, SPACE_S, SPACE_XS, Tone, label, shown, small};
use crate::gui::widgets::{countdown_text, middle_cut, short_countdown_text, status_dot, told};

/// Left of the words, in points: there is the dot.
const INDENT: f32 = 20.0;
/// From the top of a line to the middle of each of its two rows of words, in points.
const MIDDLES: (f32, f32) = (14.0, 32.0);
/// Size of the button for a profile's menu, in points.
const MENU: egui::Vec2 = vec2(24.0, 28.0);
/// Width of the bar that marks the profile that is open, in points.
const BAR: f32 = 3.0;

/// Where a line is, and what has the keyboard there.
pub(crate) struct RowView {
    /// What it is known by, wherever it stands: a press that was on its way to one must not reach another.
    pub id: Id,
    pub rect: Rect,
    /// From the top of the list, counted from 0.
    pub place: usize,
    /// Whether the Tab key goes on to its menu: one line of the list has it, that on which the keyboard is.
    pub has_menu_in_tab_order: bool,
    pub is_lit: bool,
    /// The place of a profile in the model; of a group, how many profiles it has.
    pub of: usize,
}

impl RowView {
    /// What is pressed in the whole of it, but not by the Tab key.
    fn interact(&self, ui: &Ui) -> Response {
        let response = ui.interact(self.rect, self.id, Sense::CLICK).on_hover_cursor(CursorIcon::PointingHand);
        ui.ctx().accesskit_node_builder(self.id, |node| node.set_position_in_set(self.place));
        response
    }
}

/// The heading of a group, which opens and closes it.
pub(crate) fn group_ui(ui: &mut Ui, row: &RowView, name: &str, listing: &mut Listing) -> Response {
    let palette = Palette::of(ui);
    let response = row.interact(ui);
    let is_open = !listing.collapsed.contains(name);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, format!("{name}, {}", row.of)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
    if response.clicked() {
        listing.toggle(name);
    }
    let colour = if response.hovered() { palette.text } else { palette.text_weak };
    let sign = Rect::from_center_size(pos2(row.rect.left() + INDENT / 2.0, row.rect.center().y), vec2(8.0, 8.0));
    let corners = if is_open {
        vec![sign.left_top(), sign.right_top(), sign.center_bottom()]
    } else {
        vec![sign.left_top(), sign.right_center(), sign.left_bottom()]
    };
    ui.painter().add(egui::Shape::convex_polygon(corners, colour, egui::Stroke::NONE));
    let font = TextStyle::Small.resolve(ui.style());
    let count = ui.painter().layout_no_wrap(row.of.to_string(), font.clone(), colour);
    let right = row.rect.right() - SPACE_S - count.size().x;
    let middle = |galley: &egui::Galley| row.rect.center().y - galley.size().y / 2.0;
    let room = right - row.rect.left() - INDENT - SPACE_S;
    let words = middle_cut(ui, &shown(name), &font, colour, room);
    ui.painter().galley(pos2(row.rect.left() + INDENT, middle(&words)), words, colour);
    ui.painter().galley(pos2(right, middle(&count)), count, colour);
    response
}

/// A profile to open, with its menu at the right, and the one thing that mends it.
pub(crate) fn profile_ui(ui: &mut Ui, row: &RowView, model: &Model, draft: &mut Draft) -> Response {
    let profile = &model.profiles[row.of];
    let is_open = model.open.name() == Some(&profile.name);
    let response = row.interact(ui);
    let now = draft.clock.now;
    let second = second_line(model, &draft.listing, row.of, now);
    let name = if profile.display_name.is_empty() {
        texts::open(&profile.name)
    } else {
        texts::open_named(&profile.display_name, &profile.name)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, name.clone()));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(described(model, &draft.listing, row.of, now));
        node.set_selected(is_open);
    });
    paint_back(ui, row.rect, is_open, response.hovered());
    let right = row.rect.right() - MENU.x - SPACE_XS;
    paint_first_line(ui, row.rect, right, profile, is_open, now);
    // What lies on the line comes after it, or the line would take the clicks.
    let right = if profile.state.wants_sign_in() { sign_in_ui(ui, row, right, profile) } else { right };
    let words = small(ui, second);
    let room = right - row.rect.left() - INDENT;
    let words =
        egui::WidgetText::from(words).into_galley(ui, Some(egui::TextWrapMode::Truncate), room, TextStyle::Small);
    let top = row.rect.top() + MIDDLES.1 - words.size().y / 2.0;
    ui.painter().galley(pos2(row.rect.left() + INDENT, top), words, Palette::of(ui).text_weak);
    let corner = Rect::from_center_size(pos2(row.rect.right() - MENU.x / 2.0, row.rect.center().y), MENU);
    let mut corner = ui.new_child(UiBuilder::new().max_rect(corner).id_salt(row.id.with("menu")));
    menu_ui(&mut corner, model, draft, profile, row.has_menu_in_tab_order);
    if response.clicked() {
        want(ui, Intent::Open(profile.name.clone()));
    }
    // Not above a question.
    if ui.memory(|memory| memory.allows_interaction(ui.layer_id())) {
        return response.on_hover_ui(|ui| details_ui(ui, model, profile, now));
    }
    response
}

/// What marks the profile that is open: more than a shade, since shades are hard to tell apart.
fn paint_back(ui: &Ui, rect: Rect, is_open: bool, is_hovered: bool) {
    let palette = Palette::of(ui);
    let rect = rect.shrink2(vec2(0.0, 1.0));
    if is_open {
        ui.painter().rect(rect, RADIUS, palette.accent_soft, (1.0, palette.accent), StrokeKind::Inside);
        let bar = Rect::from_min_size(rect.min, vec2(BAR, rect.height()));
        ui.painter().rect_filled(bar, RADIUS / 2, palette.accent);
    } else if is_hovered {
        ui.painter().rect(rect, RADIUS, palette.card_hover, (1.0, palette.border), StrokeKind::Inside);
    }
}

/// The dot of the state, the name, and the time that is left.
fn paint_first_line(ui: &Ui, rect: Rect, right: f32, profile: &ProfileSummary, is_open: bool, now: Timestamp) {
    let palette = Palette::of(ui);
    let (tone, _) = state(&profile.state, now);
    let middle = rect.top() + MIDDLES.0;
    ui.painter().circle_filled(pos2(rect.left() + INDENT / 2.0 + 1.0, middle), 4.5, palette.tone(tone));
    let left = left(&profile.state, now).filter(|left| !left.is_zero()).map(short_countdown_text).unwrap_or_default();
    let colour = if tone == Tone::Success { palette.text_weak } else { palette.tone(tone) };
    let time = ui.painter().text(
        pos2(right, middle),
        Align2::RIGHT_CENTER,
        left,
        TextStyle::Small.resolve(ui.style()),
        colour,
    );
    let room = time.left() - SPACE_S - rect.left() - INDENT;
    let style = if is_open { theme::label_style() } else { TextStyle::Body };
    let font = style.resolve(ui.style());
    let name = middle_cut(ui, &shown(profile.shown_name()), &font, palette.text, room);
    ui.painter().galley(pos2(rect.left() + INDENT, middle - name.size().y / 2.0), name, palette.text);
}

/// The link that signs in again, at the right of the second row of words; where it begins.
fn sign_in_ui(ui: &Ui, row: &RowView, right: f32, profile: &ProfileSummary) -> f32 {
    let intent = Intent::SignIn(profile.name.clone());
    let font = TextStyle::Small.resolve(ui.style());
    let (words, colour) = (intent.words().0, ui.visuals().hyperlink_color);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, colour);
    let middle = pos2(right - galley.size().x / 2.0, row.rect.top() + MIDDLES.1);
    let place = Rect::from_center_size(middle, galley.size());
    // By keyboard it is reached in the menu.
    let pressed = Rect::from_center_size(middle, vec2(galley.size().x + SPACE_S, 22.0));
    let response = ui.interact(pressed, row.id.with("sign-in"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, words));
    if response.hovered() {
        ui.painter().hline(place.x_range(), place.bottom() - 1.0, (1.0, colour));
    }
    ui.painter().galley(place.min, galley, colour);
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(hint(ui, &intent)).clicked() {
        want(ui, intent);
    }
    pressed.left() - SPACE_XS
}

/// What a person asks first of a profile that is not simply valid; then where it belongs.
fn second_line(model: &Model, listing: &Listing, place: usize, now: Timestamp) -> String {
    let profile = &model.profiles[place];
    // A dead refresh token and the like; what other states have is in their word.
    let dying = match profile.state {
        ProfileState::Tokens { .. } => profile.state.trouble(now).map(|trouble| trouble.summary),
        _ => None,
    };
    // The time says that it is fresh.
    let word = if profile.state.phase(now) == Phase::Fresh { "" } else { profile.state.label(now) };
    let failing = match listing.failing(place) {
        Some(Failing::KeepAlive) => texts::KEEP_ALIVE_FAILED,
        Some(Failing::Check) => texts::CHECK_FAILED,
        None => "",
    };
    joined(&[word, dying.as_deref().unwrap_or_default(), failing, &belongs(model, profile)], " · ")
}

/// The line for a screen reader: the state with its time, what is wrong in full, and where it belongs.
fn described(model: &Model, listing: &Listing, place: usize, now: Timestamp) -> String {
    let profile = &model.profiles[place];
    let trouble = profile.state.trouble(now).map(|trouble| told(&trouble)).unwrap_or_default();
    let kept = match (profile.keep_alive, listing.failing(place)) {
        (_, Some(Failing::KeepAlive)) => texts::KEEP_ALIVE_FAILED,
        (_, Some(Failing::Check)) => texts::CHECK_FAILED,
        (true, None) => texts::KEEP_ALIVE,
        (false, None) => "",
    };
    joined(&[&state(&profile.state, now).1, &trouble, kept, &belongs(model, profile)], ", ")
}

/// Whose it is, its service, its environment there, its tags, and its account.
fn belongs(model: &Model, profile: &ProfileSummary) -> String {
    let kind = match profile {
        ProfileSummary { draft: true, .. } => texts::DRAFT,
        ProfileSummary { shared: true, .. } => common::TEAM,
        _ => "",
    };
    let account = model.known_as.get(&profile.name).map_or("", String::as_str);
    joined(&[kind, &profile.service, &profile.environment, profile.tags.as_str(), account], " · ")
}

fn joined(parts: &[&str], between: &str) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
}

/// All of it in full, as the pointer brings it up.
fn details_ui(ui: &mut Ui, model: &Model, profile: &ProfileSummary, now: Timestamp) {
    ui.spacing_mut().item_spacing.y = SPACE_XS;
    ui.label(label(profile.shown_name()));
    if !profile.display_name.is_empty() {
        ui.label(small(ui, profile.name.as_str()));
    }
    ui.label(small(ui, belongs(model, profile)));
    let (tone, words) = state(&profile.state, now);
    status_dot(ui, tone, &words);
    if let Some(trouble) = profile.state.trouble(now) {
        ui.label(shown(told(&trouble)));
    }
    if let Some(failed) = model.failed_checks.get(&profile.name) {
        let words = display_text::quoted(&texts::check_failed(&failed.summary));
        ui.label(RichText::new(shown(words)).small().color(Palette::of(ui).tone(Tone::Warning)));
    }
    if profile.keep_alive {
        let kept = model.keep_alive.iter().find(|kept| kept.name == profile.name);
        match kept.and_then(|kept| kept.problem.as_ref()) {
            Some(problem) => {
                let words = texts::keep_alive_failed(display_text::quoted(&problem.summary));
                ui.label(RichText::new(shown(words)).small().color(Palette::of(ui).tone(Tone::Warning)));
            }
            None => drop(ui.label(small(ui, texts::KEEP_ALIVE))),
        }
    }
}

/// The state in a colour and in words, with the time that is left. Red is for what needs a person: what has ended and can be
/// refreshed is in order.
pub(crate) fn state(state: &ProfileState, now: Timestamp) -> (Tone, String) {
    let word = state.label(now);
    let tone = match state.phase(now) {
        Phase::Fresh => Tone::Success,
        Phase::Expiring | Phase::NoRefreshToken | Phase::Closed => Tone::Warning,
        Phase::NeedsSignIn | Phase::Stale | Phase::Unreadable => Tone::Danger,
        Phase::Expired => Tone::Neutral,
        Phase::SignedOut => Tone::Info,
    };
    // It works still, but not for long.
    let tone = if tone != Tone::Danger && state.trouble(now).is_some() { Tone::Warning } else { tone };
    match left(state, now) {
        Some(left) if !left.is_zero() => (tone, format!("{word}, {}", countdown_text(left))),
        _ => (tone, word.to_owned()),
    }
}

fn left(state: &ProfileState, now: Timestamp) -> Option<Duration> {
    let ProfileState::Tokens { expires_at: Some(at), .. } = state else { return None };
    Duration::try_from(at.duration_since(now)).ok()
}

/// When the access token of a profile expires, where that is known.
pub fn expiry(profile: &ProfileSummary) -> Option<Timestamp> {
    match profile.state {
        ProfileState::Tokens { expires_at, .. } => expires_at,
        _ => None,
    }
}
