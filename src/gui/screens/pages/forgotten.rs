//! The profiles that were forgotten in the last week: brought back or erased.

use egui::{ScrollArea, Ui};

use crate::app::ForgottenProfile;
use crate::gui::clock::Clock;
use crate::gui::drafts::{Draft, Questions};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::frame::questions::dialog;
use crate::gui::screens::intent_button;
use crate::gui::texts::{common, questions as texts};
use crate::gui::theme::{Tone, label, shown, small};
use crate::gui::widgets::{ButtonKind, banner, secondary_button};

/// The height at which the rows begin to scroll, in points.
const ROWS_HEIGHT: f32 = 280.0;

/// Shows them, once that is wanted.
pub(crate) fn forgotten_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if !draft.questions.forgotten {
        return;
    }
    let shown = dialog(ui, "forgotten", texts::FORGOTTEN, texts::FORGOTTEN_HELP, |ui| {
        let all = &model.forgotten.all;
        if let Some(failure) = all.failure() {
            banner(ui, Tone::Danger, &failure.diagnosis);
        }
        match all.last().map(Vec::as_slice) {
            Some([]) => drop(ui.label(texts::NONE_FORGOTTEN)),
            Some(forgotten) => {
                ScrollArea::vertical().max_height(ROWS_HEIGHT).show(ui, |ui| {
                    for profile in forgotten {
                        ui.push_id((profile.name.as_str(), profile.forgotten_at), |ui| {
                            row_ui(ui, model, &draft.clock, &mut draft.questions, profile);
                        });
                    }
                });
            }
            None => drop(ui.label(small(ui, texts::LOOKING))),
        }
        let close = secondary_button(ui, common::CLOSE);
        if ui.memory(|memory| memory.focused().is_none()) {
            close.request_focus();
        }
        close.clicked()
    });
    if shown.inner || shown.should_close() {
        (draft.questions.forgotten, draft.questions.erase) = (false, None);
    }
}

fn row_ui(ui: &mut Ui, model: &Model, clock: &Clock, questions: &mut Questions, profile: &ForgottenProfile) {
    let ForgottenProfile { name, display_name, service, shared, forgotten_at, erased_at } = profile;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let title = if display_name.is_empty() { name.as_str() } else { display_name.as_str() };
        ui.add(egui::Label::new(label(shown(title))).wrap());
        let plain = (title != name.as_str()).then_some(name.as_str());
        let team = shared.then_some(texts::OF_TEAM);
        let parts: Vec<&str> = [plain, Some(service.as_str()), team].into_iter().flatten().collect();
        ui.label(small(ui, shown(parts.join(" · "))));
        let words = texts::forgotten(clock.show(*forgotten_at), clock.show(*erased_at));
        ui.label(small(ui, words));
    });
    let is_busy = model.forgotten.back.is_pending() || model.forgotten.erased.is_pending();
    let busy = is_busy.then_some(texts::ANOTHER_UNDER_WAY);
    ui.horizontal_wrapped(|ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::Unforget(name.clone()), busy);
        if questions.erase.as_ref() == Some(name) {
            intent_button(ui, ButtonKind::Danger, Intent::Erase(name.clone()), busy);
        } else if secondary_button(ui, texts::ERASE).clicked() {
            questions.erase = Some(name.clone());
        }
    });
}
