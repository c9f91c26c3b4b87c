//! What is shown of the list of profiles, how many there are, and in what order.

use egui::accesskit::Role;
use egui::{Align, Layout, Popup, PopupCloseBehavior, RichText, Ui, WidgetInfo};

use crate::app::{ListGroup, ListSort};
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::listing::Shown;
use crate::gui::model::Model;
use crate::gui::screens::want;
use crate::gui::theme::{SPACE_S, SPACE_XS, label, small};
use crate::gui::widgets::{keyed, link, name_menu, toggle};

const SORTS: [(ListSort, &str); 3] =
    [(ListSort::Name, "Name"), (ListSort::Service, "Service"), (ListSort::Ends, "Ends soonest")];
const GROUPS: [(ListGroup, &str); 4] = [
    (ListGroup::None, "Nothing"),
    (ListGroup::Service, "Service"),
    (ListGroup::Tag, "Tag"),
    (ListGroup::Environment, "Environment"),
];

pub(crate) fn order_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, shown: &Shown) {
    ui.scope(|ui| {
        // A row no higher than its words.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.horizontal(|ui| {
            let count = match (shown.found, shown.total) {
                (found, total) if found < total => format!("{found} of {total}"),
                (_, 1) => "1 saved profile".to_owned(),
                (_, total) => format!("{total} saved profiles"),
            };
            ui.label(small(ui, count));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| menu_ui(ui, model));
        });
        if shown.attention > 0 || draft.listing.attention {
            let words = format!("Needs attention ({})", shown.attention);
            ui.push_id("attention", |ui| toggle(ui, &words, &mut draft.listing.attention, None))
                .inner
                .on_hover_text("Show only the profiles that want a sign-in or have a problem");
        }
    });
}

fn menu_ui(ui: &mut Ui, model: &Model) {
    let response = link(ui, RichText::new("Order").small(), "Sort and group the list");
    let response = response.on_hover_text("Sort and group the list");
    let menu = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        name_menu(ui, "Sort and group the list");
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        let before = model.window.unwrap_or_default();
        let mut settings = before;
        choices_ui(ui, "Sort by", &SORTS, &mut settings.list.sort);
        ui.add_space(SPACE_S);
        choices_ui(ui, "Group by", &GROUPS, &mut settings.list.group);
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
