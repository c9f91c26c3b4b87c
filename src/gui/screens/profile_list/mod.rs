//! The list of saved profiles at the left: found by a search, in an order, in groups, each with its state and the time that is
//! left.

pub(super) mod menu;
pub(super) mod order;
pub(super) mod row;
pub(super) mod side;
pub(super) mod side_foot;

use egui::accesskit::Role;
use egui::{EventFilter, Id, Key, Modifiers, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, vec2};

use crate::app::ProfileState;
use crate::gui::drafts::listing::{Line, Listing, Move, PROFILE_HEIGHT, Shown};
use crate::gui::drafts::{Draft, Focus};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::profile_list::row::{RowView, group_ui, profile_ui};
use crate::gui::screens::profile_list::side_foot::foot_ui;
use crate::gui::screens::{entered, intent_button, select_all, want};
use crate::gui::texts::{common, profiles as texts};
use crate::gui::theme::{Palette, SPACE_S, focus_stroke, small};
use crate::gui::widgets::{self, ButtonKind, Field, SHORT, above_footer, at_right, beside_bar, heading, link};

/// Height of the part below the list, in points, until it was drawn once.
const FOOT_HEIGHT: f32 = 84.0;

/// Room for the scroll bar in the margin beside the list, in points.
const BAR: f32 = 8.0;

pub(crate) fn profiles_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    ui.spacing_mut().item_spacing.y = SPACE_S;
    head_ui(ui, model);
    let shown = draft.listing.shown(model, draft.clock.now);
    if model.profiles.is_empty() {
        ui.label(small(ui, texts::NONE_YET));
    } else {
        search_ui(ui, draft, &shown);
        order::order_ui(ui, model, draft, &shown);
    }
    let shown = draft.listing.shown(model, draft.clock.now);
    // As high as it was last: how many lines it has depends on the words.
    let key = Id::unique("height-of-the-foot");
    let foot = ui.data(|data| data.get_temp(key)).unwrap_or(FOOT_HEIGHT);
    above_footer(ui, foot, |ui| {
        match (shown.found, shown.total) {
            (_, 0) => return,
            (0, _) => return nothing_ui(ui, &mut draft.listing),
            _ => {}
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        beside_bar(ui, BAR, |ui, width| {
            ui.spacing_mut().scroll.floating_allocated_width = 0.0;
            ScrollArea::vertical().auto_shrink(false).id_salt("profiles").show_viewport(ui, |ui, view| {
                ui.set_max_width(width);
                list_ui(ui, view, model, draft, &shown);
            });
        });
    });
    let top = ui.cursor().top() - ui.spacing().item_spacing.y;
    foot_ui(ui, model, draft);
    let height = ui.cursor().top() - ui.spacing().item_spacing.y - top;
    if (height - foot).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(key, height));
        ui.ctx().request_discard("the foot of the list has another height");
    }
}

/// The name of the program, the way to another profile, giving from the list, and the team.
fn head_ui(ui: &mut Ui, model: &Model) {
    ui.horizontal(|ui| {
        heading(ui, common::PRODUCT);
        at_right(ui, "of-the-head", |ui| {
            intent_link_ui(ui, Intent::ShowKeys, "?", common::KEYS);
            intent_link_ui(ui, Intent::ToggleList, common::HIDE, texts::HIDE_LIST);
        });
    });
    ui.horizontal(|ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::NewProfile, None);
        at_right(ui, "of-the-ways", |ui| {
            intent_link_ui(ui, Intent::OpenTeam, Intent::OpenTeam.words().0, common::TEAM);
            // A file that cannot be read is no profile to share.
            if !model.profiles.iter().all(|profile| matches!(profile.state, ProfileState::Broken(_))) {
                intent_link_ui(ui, Intent::OpenShare, Intent::OpenShare.words().0, common::SHARE_PROFILES);
            }
        });
    });
}

fn intent_link_ui(ui: &mut Ui, intent: Intent, text: &str, name: &str) {
    let hint = super::hint(ui, &intent);
    if widgets::link(ui, RichText::new(text).small(), name).on_hover_text(hint).clicked() {
        want(ui, intent);
    }
}

/// The search. Down goes on to the list, Enter opens the first that was found, Escape empties it and gives the keyboard back.
fn search_ui(ui: &mut Ui, draft: &mut Draft, shown: &Shown) {
    let back = Id::unique("keyboard-before-the-search");
    let field_id = ui.data(|data| data.get_temp::<Id>(Id::unique("search-of-profiles")));
    let has_keyboard = field_id.is_some() && ui.memory(egui::Memory::focused) == field_id;
    if has_keyboard && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        draft.listing.search.clear();
        let before = ui.data_mut(|data| data.remove_temp::<Option<Id>>(back)).flatten();
        ui.memory_mut(|memory| match before {
            Some(before) => memory.request_focus(before),
            None => field_id.into_iter().for_each(|id| memory.surrender_focus(id)),
        });
    }
    let goes_down = has_keyboard && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown));
    let field = Field::new(texts::SEARCH).limit(SHORT).example(texts::SEARCH).unlabelled();
    let field = field.show(ui, &mut draft.listing.search);
    ui.data_mut(|data| data.insert_temp(Id::unique("search-of-profiles"), field.id));
    if draft.next_view.take_focus(Focus::Profiles) {
        if !has_keyboard && let Some(before) = ui.memory(egui::Memory::focused) {
            ui.data_mut(|data| data.insert_temp(back, Some(before)));
        }
        field.request_focus();
        select_all(ui, field.id, &draft.listing.search);
    }
    if field.has_focus() {
        // Escape and Down are not the toolkit's here.
        let filter =
            EventFilter { horizontal_arrows: true, vertical_arrows: true, escape: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(field.id, filter));
    }
    if goes_down && !shown.rows.is_empty() {
        draft.listing.put(shown, 0);
        ui.memory_mut(|memory| memory.request_focus(list_id()));
    }
    if entered(ui, &field) && !draft.listing.search.trim().is_empty() {
        let first = shown.rows.iter().find_map(|row| match &row.line {
            Line::Profile(name) => Some(name),
            Line::Group(_) => None,
        });
        if let Some(name) = first {
            want(ui, Intent::Open(name.clone()));
        }
    }
}

/// What stands there where nothing was found.
fn nothing_ui(ui: &mut Ui, listing: &mut Listing) {
    let words = if listing.search.trim().is_empty() { texts::NO_ATTENTION } else { texts::NO_MATCH };
    ui.label(small(ui, words));
    if link(ui, texts::SHOW_ALL, texts::SHOW_ALL).clicked() {
        listing.search.clear();
        listing.attention = false;
    }
}

/// One place for the keyboard, whatever its length, and in it the lines that are in view.
fn list_ui(ui: &mut Ui, view: Rect, model: &Model, draft: &mut Draft, shown: &Shown) {
    // As high as there is room at least: it is one thing.
    let size = vec2(ui.available_width(), shown.height().max(view.height()));
    let whole = Rect::from_min_size(ui.max_rect().min, size);
    let builder = UiBuilder::new()
        .scope_id(list_id())
        .max_rect(whole)
        .sense(Sense::focusable_noninteractive())
        .accessibility_role(Role::ListBox)
        .accessibility_label(texts::SAVED_PROFILES);
    let mut list = ui.new_child(builder);
    list.set_min_size(size);
    let has_keyboard = list.memory(|memory| memory.has_focus(list_id()));
    let moved = has_keyboard && keys_ui(&list, view, model, draft, shown);
    let rows = shown.between(view.top(), view.bottom());
    for (place, row) in rows.clone().zip(&shown.rows[rows]) {
        let top_left = whole.min + vec2(0.0, row.top);
        let rect = Rect::from_min_size(top_left, vec2(size.x, row.height()));
        let at = draft.listing.is_at(place, row);
        let id = list_id().with((&row.line, row.group));
        let row_view = RowView { id, rect, place, has_menu_in_tab_order: at, is_lit: at && has_keyboard, of: row.of };
        let response = match &row.line {
            Line::Group(name) => group_ui(&mut list, &row_view, name, &mut draft.listing),
            Line::Profile(_) => profile_ui(&mut list, &row_view, model, draft),
        };
        if row_view.is_lit {
            let ring = focus_stroke(Palette::of(&list));
            list.painter().rect_stroke(rect.shrink(1.0), 6, ring, egui::StrokeKind::Inside);
            let active = response.id.accesskit_id();
            list.ctx().accesskit_node_builder(list_id(), |node| node.set_active_descendant(active));
        }
    }
    // The toolkit knows the place of what can have the keyboard only once it is drawn.
    let [x0, y0, x1, y1] = [whole.left(), whole.top(), whole.right(), whole.bottom()].map(f64::from);
    list.ctx().accesskit_node_builder(list_id(), |node| {
        node.set_bounds(egui::accesskit::Rect { x0, y0, x1, y1 });
        node.set_size_of_set(shown.rows.len());
    });
    if moved && let Some(place) = draft.listing.cursor(shown) {
        let row = &shown.rows[place];
        let rect = Rect::from_min_size(whole.min + vec2(0.0, row.top), vec2(size.x, row.height()));
        ui.scroll_to_rect(rect, None);
    }
    ui.allocate_rect(whole, Sense::hover());
}

/// Moves the line with the keyboard, and opens it; whether it has moved.
fn keys_ui(ui: &Ui, view: Rect, model: &Model, draft: &mut Draft, shown: &Shown) -> bool {
    // The toolkit's own arrows would go to something else.
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(list_id(), filter));
    // When the keyboard comes to the list, the line that has it comes into view.
    let mut has_moved = !ui.memory(|memory| memory.had_focus_last_frame(list_id()));
    draft.listing.begin(shown, model.open.name());
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lines in a window")]
    let page = (view.height() / PROFILE_HEIGHT).max(1.0) as usize;
    let keys = [
        (Key::ArrowUp, Move::Up),
        (Key::ArrowDown, Move::Down),
        (Key::Home, Move::First),
        (Key::End, Move::Last),
        (Key::PageUp, Move::PageUp(page)),
        (Key::PageDown, Move::PageDown(page)),
    ];
    let pressed = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    for (key, to) in keys {
        for _ in 0..pressed(key) {
            draft.listing.go(shown, to);
            has_moved = true;
        }
    }
    for (key, closed) in [(Key::ArrowLeft, true), (Key::ArrowRight, false)] {
        if pressed(key) > 0 {
            draft.listing.fold(shown, closed);
            has_moved = true;
        }
    }
    if pressed(Key::Enter) + pressed(Key::Space) > 0
        && let Some(place) = draft.listing.cursor(shown)
    {
        match &shown.rows[place].line {
            Line::Group(name) => draft.listing.toggle(name),
            Line::Profile(name) => want(ui, Intent::Open(name.clone())),
        }
    }
    has_moved
}

fn list_id() -> Id {
    Id::unique("list-of-profiles")
}
