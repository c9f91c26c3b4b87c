//! The dialogs over the window: questions before something is lost, with the keyboard on the answer that loses nothing, and
//! the answer to what was asked about a saved profile.

use egui::{Frame, Id, Modal, ModalResponse, ScrollArea, Ui};

use crate::gui::clock::Clock;
use crate::gui::draft::{Draft, Loss, Question};
use crate::gui::intent::{Answer, Intent};
use crate::gui::model::{AskedQuery, Model, Stand, Work};
use crate::gui::screens::profile_menu::service_of;
use crate::gui::screens::{intent_button, waiting_row};
use crate::gui::theme::{Tone, heading, small};
use crate::gui::widgets::{ButtonKind, banner, button, key_values, notice, secondary_button};

/// The height at which the rows of an answer begin to scroll, in points.
const ROWS_HEIGHT: f32 = 320.0;

/// A dialog with this title and text.
pub(crate) fn dialog<R>(
    ui: &Ui,
    id: &str,
    title: impl Into<String>,
    text: &str,
    add: impl FnOnce(&mut Ui) -> R,
) -> ModalResponse<R> {
    let frame = Frame::popup(ui.style()).inner_margin(20);
    Modal::new(Id::unique(id)).frame(frame).show(ui.ctx(), |ui| {
        ui.set_max_width(420.0);
        ui.label(heading(title.into()));
        ui.add_space(8.0);
        if !text.is_empty() {
            ui.label(text);
            ui.add_space(12.0);
        }
        add(ui)
    })
}

/// Asks, where something would be lost; what the person answers.
pub(crate) fn unsaved_ui(ui: &mut Ui, model: &Model, draft: &Draft) -> Option<Intent> {
    let Question { loss, .. } = draft.questions.unsaved.as_ref()?;
    let (title, text, answers) = unsaved_text(*loss, model, draft);
    let shown = dialog(ui, "unsaved", title, &text, |ui| {
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
    let revocable = service_of(model, draft, &name).is_some_and(|service| service.revocation.is_some());
    let shown = dialog(ui, "forgetting", format!("Forget {}?", model.shown_name(&name)), "", |ui| {
        if model.shown_name(&name) != name.as_str() {
            ui.label(small(ui, name.as_str()));
        }
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
    let text = format!(
        "The newest tokens of {} exist only in this window. If the service has rotated the refresh token, you will \
         have to sign in again.",
        names.join(", ")
    );
    let shown = dialog(ui, "closing", "Close and lose tokens?", &text, |ui| {
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

/// What was asked about a saved profile: that it is waited for, then the answer.
pub(crate) fn query_ui(ui: &mut Ui, model: &Model, draft: &Draft) -> Option<Intent> {
    let AskedQuery { query, profile, answer } = model.query.as_ref()?;
    let close = || Intent::Cancel(Work::Query);
    let shown = dialog(ui, "query", format!("{}: {}", query.text, model.shown_name(profile)), "", |ui| {
        match answer.stand() {
            Stand::Idle => {}
            Stand::Pending("") => return waiting_row(ui, model, "Preparing the request", Work::Query),
            Stand::Pending(place) => return waiting_row(ui, model, &format!("Asking {place}"), Work::Query),
            Stand::Failed(failure) => drop(banner(ui, Tone::Danger, &failure.diagnosis)),
            Stand::Done(findings) => {
                notice(ui, findings.tone, findings.summary, "");
                ui.add_space(8.0);
                ScrollArea::vertical().max_height(ROWS_HEIGHT).show(ui, |ui| rows_ui(ui, &findings.rows, &draft.clock));
            }
        }
        ui.add_space(12.0);
        let response = secondary_button(ui, "Close");
        if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        response.clicked().then(close)
    });
    let escaped = shown.should_close().then(close);
    shown.inner.or(escaped)
}

/// What a service says of a token or an account, under readable names and with readable times (RFC 7662 section 2.2, OpenID
/// Connect Core 1.0 section 5.1).
fn rows_ui(ui: &mut Ui, rows: &[(String, String)], clock: &Clock) {
    key_values(ui, |table| {
        for (name, value) in rows {
            let label = match name.as_str() {
                "scope" => "Scopes",
                "client_id" => "Client ID",
                "username" => "User name",
                "token_type" => "Token type",
                "exp" => "Expires",
                "iat" => "Issued",
                "nbf" => "Not valid before",
                "sub" => "Subject",
                "name" => "Name",
                "email" => "E-mail",
                "aud" => "Audience",
                "iss" => "Issuer",
                "jti" => "Token ID",
                "auth_time" => "Signed in",
                "updated_at" => "Updated",
                name => name,
            };
            let is_time = matches!(name.as_str(), "exp" | "iat" | "nbf" | "auth_time" | "updated_at");
            let at = is_time.then(|| jiff::Timestamp::from_second(value.parse().ok()?).ok()).flatten();
            table.text(label, &at.map_or_else(|| value.clone(), |at| clock.show(at)));
        }
    });
}
