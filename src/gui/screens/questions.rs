//! The questions over the window before something is lost. The keyboard is on the answer that loses nothing.

use egui::{Frame, Id, Modal, Ui};

use crate::gui::draft::{Draft, Loss, Question};
use crate::gui::intent::{Answer, Intent};
use crate::gui::model::Model;
use crate::gui::screens::intent_button;
use crate::gui::theme::{heading, small};
use crate::gui::widgets::{ButtonKind, button, secondary_button};
use crate::service::ProfileName;

/// Asks, where something would be lost; what the person answers.
pub(crate) fn unsaved_ui(ui: &mut Ui, model: &Model, draft: &Draft) -> Option<Intent> {
    let Question { loss, .. } = draft.questions.unsaved.as_ref()?;
    let (title, text, answers) = unsaved_text(*loss, model, draft);
    let frame = Frame::popup(ui.style()).inner_margin(20);
    let shown = Modal::new(Id::unique("unsaved")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading(title));
        ui.add_space(8.0);
        ui.label(text);
        ui.add_space(12.0);
        let mut answered = None;
        ui.horizontal_wrapped(|ui| {
            for (kind, answer, words) in [
                (ButtonKind::Primary, Answer::Save, answers[0]),
                (ButtonKind::Danger, Answer::Discard, answers[1]),
                (ButtonKind::Secondary, Answer::Cancel, "Cancel"),
            ] {
                let response = button(ui, kind, words, None);
                let nothing = ui.memory(|memory| memory.focused().is_none());
                if answer == Answer::Save && nothing {
                    response.request_focus();
                }
                if response.clicked() {
                    answered = Some(Intent::Answer(answer));
                }
            }
        });
        answered
    });
    let escaped = shown.should_close().then_some(Intent::Answer(Answer::Cancel));
    shown.inner.or(escaped)
}

fn unsaved_text(loss: Loss, model: &Model, draft: &Draft) -> (&'static str, String, [&'static str; 2]) {
    let service = draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str());
    match (loss, model.open.name()) {
        (Loss::Code, _) => (
            "Leave without getting tokens?",
            format!(
                "{service} has sent an authorization code. It is valid for about a minute, and only in this window."
            ),
            ["Get tokens", "Leave without tokens"],
        ),
        (Loss::Edits, Some(name)) => {
            ("Save your changes?", format!("Your changes to {name} are not saved yet."), ["Save", "Discard"])
        }
        (Loss::Edits, None) => (
            "Save what you entered?",
            format!("What you entered for {service} is not saved yet. Saving it adds a draft to the list."),
            ["Save", "Discard"],
        ),
    }
}

/// Asks, where a profile is about to be forgotten; what the person wants.
pub(crate) fn forgetting_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let name = draft.questions.forget.clone()?;
    let revocable = is_revocable(model, draft, &name);
    let frame = Frame::popup(ui.style()).inner_margin(20);
    let shown = Modal::new(Id::unique("forgetting")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading(format!("Forget {}?", model.shown_name(&name))));
        if model.shown_name(&name) != name.as_str() {
            ui.label(small(ui, name.as_str()));
        }
        ui.add_space(8.0);
        ui.label("The profile and its tokens are removed from this machine and cannot be recovered.");
        if revocable {
            ui.label("Revoking also invalidates the tokens at the service, for everyone who holds them.");
        }
        ui.add_space(12.0);
        let mut intent = None;
        ui.horizontal_wrapped(|ui| {
            intent = intent_button(ui, ButtonKind::Danger, Intent::Forget(name.clone()), None);
            if revocable {
                let revoke = intent_button(ui, ButtonKind::Danger, Intent::Revoke(name.clone()), None);
                intent = intent.take().or(revoke);
            }
            if secondary_button(ui, "Cancel").clicked() {
                draft.questions.forget = None;
            }
        });
        intent
    });
    if shown.should_close() || shown.inner.is_some() {
        draft.questions.forget = None;
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

/// Asks before the window closes on tokens that are nowhere else; what the person wants.
pub(crate) fn closing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    if model.pending_writes.is_empty() {
        // They were saved while the person was being asked.
        draft.questions.close = false;
    }
    if !draft.questions.close {
        return None;
    }
    let names: Vec<String> = model.pending_writes.keys().map(ToString::to_string).collect();
    let frame = Frame::popup(ui.style()).inner_margin(20);
    let shown = Modal::new(Id::unique("closing")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading("Close and lose tokens?"));
        ui.add_space(8.0);
        ui.label(format!(
            "The newest tokens of {} exist only in this window. If the service has rotated the refresh token, you will \
             have to sign in again.",
            names.join(", ")
        ));
        ui.add_space(12.0);
        let mut intent = None;
        ui.horizontal_wrapped(|ui| {
            for (kind, wanted) in [
                (ButtonKind::Primary, Intent::RetrySave),
                (ButtonKind::Secondary, Intent::StayOpen),
                (ButtonKind::Danger, Intent::CloseAnyway),
            ] {
                let pressed = intent_button(ui, kind, wanted, None);
                intent = intent.take().or(pressed);
            }
        });
        intent
    });
    let escaped = shown.should_close().then_some(Intent::StayOpen);
    shown.inner.or(escaped)
}
