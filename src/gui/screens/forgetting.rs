//! The question before a profile is forgotten: what is forgotten cannot be brought back.

use egui::{Frame, Id, Modal, Ui};

use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::intent_button;
use crate::gui::theme::{heading, small};
use crate::gui::widgets::{ButtonKind, secondary_button};
use crate::service::ProfileName;

/// Asks, where a profile is about to be forgotten; what the person wants.
pub(crate) fn forgetting_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let name = draft.forgetting.clone()?;
    let revocable = is_revocable(model, draft, &name);
    let frame = Frame::popup(ui.style()).inner_margin(20);
    let shown = Modal::new(Id::unique("forgetting")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading(format!("Forget {}?", model.shown_name(&name))));
        if model.shown_name(&name) != name.as_str() {
            ui.label(small(ui, name.as_str()));
        }
        ui.add_space(8.0);
        ui.label("The profile and its tokens are removed from this machine and cannot be brought back.");
        if revocable {
            ui.label("When they are revoked, the service ends them first: whoever else holds them loses them too.");
        }
        ui.add_space(12.0);
        let mut intent = None;
        ui.horizontal_wrapped(|ui| {
            intent = intent_button(ui, ButtonKind::Danger, Intent::Forget(name.clone()), None);
            if revocable {
                let revoke = intent_button(ui, ButtonKind::Danger, Intent::Revoke(name.clone()), None);
                intent = intent.take().or(revoke);
            }
            if secondary_button(ui, "Keep it").clicked() {
                draft.forgetting = None;
            }
        });
        intent
    });
    if shown.should_close() || shown.inner.is_some() {
        draft.forgetting = None;
    }
    shown.inner
}

/// Whether the service can end its tokens.
fn is_revocable(model: &Model, draft: &Draft, name: &ProfileName) -> bool {
    if model.open.name() == Some(name) {
        return draft.profile.as_ref().is_some_and(|profile| profile.service.revocation.is_some());
    }
    let saved = model.profiles.iter().find(|profile| profile.name == *name);
    let service = saved.and_then(|saved| model.services.iter().find(|service| service.id == saved.service_id));
    service.is_some_and(|service| service.revocation.is_some())
}
