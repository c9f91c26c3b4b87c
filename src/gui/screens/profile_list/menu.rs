//! The menu of a profile in the list: what is done with it now and then, so that its card stays calm.

use egui::{Button, Popup, Sense, Style, Ui, vec2};

use crate::app::{ProfileState, ProfileSummary};
use crate::gui::actions::queries::QUERIES;
use crate::gui::drafts::Draft;
use crate::gui::drafts::profile_page::Naming;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::want;
use crate::gui::texts::{common, profiles as texts};
use crate::gui::theme::Palette;
use crate::gui::widgets::{keyed, menu_item, name_menu, toggle};
use crate::service::{ProfileName, Service};

/// Width of the menu, in points: so that its lines do not jump from profile to profile.
const WIDTH: f32 = 150.0;

/// Shows the button, to which the Tab key leads or does not, and the menu once it is pressed.
pub(crate) fn menu_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, profile: &ProfileSummary, by_tab: bool) {
    (ui.spacing_mut().button_padding, ui.spacing_mut().interact_size.y) = (vec2(0.0, 0.0), 0.0);
    let button = Button::new("").frame_when_inactive(false).min_size(ui.available_size());
    let button = button.sense(if by_tab { Sense::click() } else { Sense::CLICK });
    let response = keyed(ui, "more", |ui| ui.add(button)).inner;
    let response = response.accessible_name(texts::more_for(&profile.name)).on_hover_text(texts::MORE);
    for place in [-6.0, 0.0, 6.0] {
        let centre = response.rect.center() + vec2(place, 0.0);
        ui.painter().circle_filled(centre, 1.75, Palette::of(ui).text_weak);
    }
    let menu = Popup::menu(&response).style(|style: &mut Style| {
        egui::containers::menu::menu_style(style);
        style.spacing.button_padding = vec2(2.0, 4.0);
    });
    menu.show(|ui| {
        name_menu(ui, profile.shown_name());
        ui.set_min_width(WIDTH);
        items_ui(ui, model, draft, profile);
    });
}

fn items_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, profile: &ProfileSummary) {
    let name = || profile.name.clone();
    if profile.state.wants_sign_in() {
        let (text, hint) = Intent::SignIn(name()).words();
        if item(ui, text, &texts::sign_in_to(&profile.name), hint) {
            want(ui, Intent::SignIn(name()));
        }
    }
    if matches!(profile.state, ProfileState::Tokens { .. })
        && let Some(service) = service_of(model, draft, &profile.name)
    {
        for query in QUERIES.iter().filter(|query| (query.is_offered)(service)) {
            if item(ui, query.text, query.text, query.hint) {
                want(ui, Intent::Ask(query, name()));
            }
        }
    }
    if !matches!(profile.state, ProfileState::Broken(_)) {
        // A draft is saved first.
        if !profile.draft {
            let mut on = profile.keep_alive;
            let (text, hint) = Intent::SetKeepAlive(name(), !on).words();
            if toggle(ui, text, &mut on, None).on_hover_text(hint).changed() {
                want(ui, Intent::SetKeepAlive(name(), on));
                ui.close();
            }
        }
        let export = Intent::OpenExport(name());
        // Step 3 has a button of these words for the profile that is open.
        let (text, hint) = export.words();
        if item(ui, text, &common::export(&profile.name), hint) {
            want(ui, export);
        }
        if profile.shared && item(ui, common::TAKE_OUT, common::TAKE_OUT, Intent::Unshare(name()).words().1) {
            draft.questions.unshare = Some(name());
        }
        if !profile.draft {
            for (text, copy) in [(common::RENAME, false), (common::DUPLICATE, true)] {
                if item(ui, text, &format!("{text} {}", profile.name), "") {
                    draft.questions.naming = Some(Naming::begin(&profile.name, copy));
                }
            }
        }
        ui.separator();
    }
    if item(ui, common::FORGET, common::FORGET, Intent::Forget(name()).words().1) {
        draft.questions.forget = Some(name());
    }
}

/// A line of the menu, known to screen readers by its `name`; whether it was pressed.
fn item(ui: &mut Ui, text: &str, name: &str, hint: &str) -> bool {
    let response = menu_item(ui, text).on_hover_text(hint);
    let clicked = response.clicked();
    response.accessible_name(name);
    if clicked {
        // A menu goes by itself where the pointer is used, but not where the keyboard is.
        ui.close();
    }
    clicked
}

/// The service of a profile: of the one that is open as it is typed, else as its preset says.
pub(crate) fn service_of<'a>(model: &'a Model, draft: &'a Draft, name: &ProfileName) -> Option<&'a Service> {
    if let Some(profile) = draft.profile.as_ref().filter(|_| model.open.name() == Some(name)) {
        return Some(&profile.service);
    }
    let saved = model.profiles.iter().find(|profile| profile.name == *name)?;
    model.services.iter().find(|service| service.id == saved.service_id)
}
