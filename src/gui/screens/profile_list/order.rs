//! What is shown of the list of profiles, how many there are, and in what order.

use egui::accesskit::Role;
use egui::{Align, Layout, Popup, PopupCloseBehavior, RichText, Ui, WidgetInfo};

use crate::app::{ListGroup, ListSort};
use crate::gui::drafts::Draft;
use crate::gui::drafts::listing::Shown;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::want;
use crate::gui::texts::{common, profiles as texts};
use crate::gui::theme::{SPACE_S, SPACE_XS, label, small};
use crate::gui::widgets::{keyed, link, name_menu, toggle};

const SORTS: [(ListSort, &str); 3] =
    [(ListSort::Name, common::NAME), (ListSort::Service, common::SERVICE), (ListSort::Ends, texts::ENDS_SOONEST)];
const GROUPS: [(ListGroup, &str); 4] = [
    (ListGroup::None, texts::NO_GROUPS),
    (ListGroup::Service, common::SERVICE),
    (ListGroup::Tag, texts::BY_TAG),
    (ListGroup::Environment, texts::BY_ENVIRONMENT),
];

pub(crate) fn order_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, shown: &Shown) {
    ui.scope(|ui| {
        // A row no higher than its words.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.horizontal(|ui| {
            let count = match (shown.found, shown.total) {
                (found, total) if found < total => texts::found_of(found, total),
                (_, 1) => texts::ONE_SAVED.to_owned(),
                (_, total) => texts::saved(total),
            };
            ui.label(small(ui, count));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| menu_ui(ui, model));
        });
        if shown.attention > 0 || draft.listing.attention {
            let words = texts::needs_attention(shown.attention);
            ui.push_id("attention", |ui| toggle(ui, &words, &mut draft.listing.attention, None))
                .inner
                .on_hover_text(texts::NEEDS_ATTENTION_HINT);
        }
    });
}

fn menu_ui(ui: &mut Ui, model: &Model) {
    let response = link(ui, RichText::new(texts::ORDER).small(), texts::ORDER_HINT);
    let response = response.on_hover_text(texts::ORDER_HINT);
    let menu = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        name_menu(ui, texts::ORDER_HINT);
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        let before = model.window.unwrap_or_default();
        let mut settings = before;
        choices_ui(ui, texts::SORT_BY, &SORTS, &mut settings.list.sort);
        ui.add_space(SPACE_S);
        choices_ui(ui, texts::GROUP_BY, &GROUPS, &mut settings.list.group);
        if settings != before {
            want(ui, Intent::ChangeSettings(settings));
        }
    });
}

fn choices_ui<T: Copy + PartialEq>(ui: &mut Ui, title: &str, choices: &[(T, &str)], chosen: &mut T) {
    ui.label(label(title));
    for (value, name) in choices {
        let is_chosen = chosen == value;
        let response = keyed(ui, (title, *name), |ui| ui.radio(is_chosen, *name)).inner;
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, format!("{title}: {name}")));
        if response.clicked() {
            *chosen = *value;
        }
    }
}
