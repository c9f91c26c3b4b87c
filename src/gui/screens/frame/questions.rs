//! The dialogs over the window: questions before something is lost, with the keyboard on the answer that loses nothing, and
//! the answer to what was asked about a saved profile.

use egui::{Frame, Id, Modal, ModalResponse, Response, ScrollArea, Ui};

use crate::app::{VaultKind, VaultState};
use crate::gui::clock::Clock;
use crate::gui::drafts::{Draft, Loss, Question};
use crate::gui::intent::Intent;
use crate::gui::model::{AskedQuery, Model, Stand, Work};
use crate::gui::screens::profile_list::menu::service_of;
use crate::gui::screens::{intent_button, waiting_row, want};
use crate::gui::texts::{common, questions as texts};
use crate::gui::theme::{SPACE_M, Tone, small};
use crate::gui::widgets::{ButtonKind, banner, button, heading, key_values, name_dialog, notice, secondary_button};

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
        ui.spacing_mut().item_spacing.y = SPACE_M;
        let title = title.into();
        name_dialog(ui, &title);
        heading(ui, title);
        if !text.is_empty() {
            ui.label(text);
        }
        add(ui)
    })
}

/// Asks, where something would be lost; what the person answers.
pub(crate) fn unsaved_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(Question { loss, .. }) = &draft.questions.unsaved else { return };
    let (title, text, [save, discard]) = unsaved_text(*loss, model, draft);
    let shown = dialog(ui, "unsaved", title, &text, |ui| {
        ui.horizontal_wrapped(|ui| {
            let saves = button(ui, ButtonKind::Primary, save, None);
            take_keyboard(ui, &saves);
            if saves.clicked() {
                want(ui, Intent::SaveUnsaved);
            }
            if button(ui, ButtonKind::Danger, discard, None).clicked() {
                want(ui, Intent::DiscardUnsaved);
            }
            secondary_button(ui, common::CANCEL).clicked()
        })
        .inner
    });
    if shown.inner || shown.should_close() {
        draft.questions.unsaved = None;
    }
}

fn unsaved_text(loss: Loss, model: &Model, draft: &Draft) -> (&'static str, String, [&'static str; 2]) {
    let service = draft.profile.as_ref().map_or("", |profile| profile.service.name.as_str());
    match (loss, model.open.name()) {
        (Loss::Code, _) => (texts::LEAVE, texts::leave(service), [texts::GET_TOKENS, texts::LEAVE_WITHOUT_TOKENS]),
        (Loss::Edits, Some(name)) => {
            (texts::SAVE_CHANGES, texts::changes_not_saved(name), [texts::SAVE, texts::DISCARD])
        }
        (Loss::Edits, None) => (texts::SAVE_ENTERED, texts::entered_not_saved(service), [texts::SAVE, texts::DISCARD]),
    }
}

/// The answer that loses nothing: it stands first and has the keyboard. Whether it was pressed.
fn cancel_ui(ui: &mut Ui) -> bool {
    let cancel = secondary_button(ui, common::CANCEL);
    take_keyboard(ui, &cancel);
    cancel.clicked()
}

/// Gives a new dialog's first button the keyboard.
fn take_keyboard(ui: &Ui, button: &Response) {
    if ui.memory(|memory| memory.focused().is_none()) {
        button.request_focus();
    }
}

/// Asks, where a profile is about to be forgotten.
pub(crate) fn forgetting_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(name) = draft.questions.forget.clone() else { return };
    let revocable = service_of(model, draft, &name).is_some_and(|service| service.revocation.is_some());
    let shown = dialog(ui, "forgetting", texts::forget(model.shown_name(&name)), "", |ui| {
        if model.shown_name(&name) != name.as_str() {
            ui.label(small(ui, name.as_str()));
        }
        let is_shared = model.profiles.iter().any(|profile| profile.name == name && profile.shared);
        ui.label(match (is_shared, &model.vault) {
            (true, _) => texts::FORGET_FOR_TEAM,
            (false, VaultState::Open(VaultKind::Memory)) => texts::FORGET_IN_MEMORY,
            (false, _) => texts::FORGET,
        });
        if revocable {
            ui.label(texts::REVOKE_HELP);
        }
        // Of another profile than the open one it is not known.
        let is_open = model.open.saved_as.as_ref() == Some(&name);
        if is_open && draft.secrets.registration.is_some() {
            ui.label(texts::CLIENT_STAYS);
        }
        ui.horizontal_wrapped(|ui| {
            let cancels = cancel_ui(ui);
            let revokes = revocable && intent_button(ui, ButtonKind::Danger, Intent::Revoke(name.clone()), None);
            let forgets = intent_button(ui, ButtonKind::Danger, Intent::Forget(name.clone()), None);
            cancels || revokes || forgets
        })
        .inner
    });
    if shown.should_close() || shown.inner {
        draft.questions.forget = None;
    }
}

/// Asks, where the other members of the team are about to lose a profile.
pub(crate) fn unsharing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(name) = draft.questions.unshare.clone() else { return };
    let title = texts::take_out(model.shown_name(&name));
    let shown = dialog(ui, "unsharing", title, texts::TAKE_OUT_HELP, |ui| {
        ui.horizontal_wrapped(|ui| {
            let cancels = cancel_ui(ui);
            let takes = intent_button(ui, ButtonKind::Danger, Intent::Unshare(name.clone()), None);
            cancels || takes
        })
        .inner
    });
    if shown.should_close() || shown.inner {
        draft.questions.unshare = None;
    }
}

/// Asks before the window closes on tokens that are nowhere else.
pub(crate) fn closing_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if model.pending_writes.is_empty() {
        // They were saved while the person was being asked.
        draft.questions.close = false;
    }
    if !draft.questions.close {
        return;
    }
    let names: Vec<String> = model.pending_writes.keys().map(ToString::to_string).collect();
    let text = texts::close(names.join(", "));
    let shown = dialog(ui, "closing", texts::CLOSE, &text, |ui| {
        ui.horizontal_wrapped(|ui| {
            intent_button(ui, ButtonKind::Primary, Intent::RetrySave, None);
            let stays = secondary_button(ui, texts::STAY_OPEN).clicked();
            intent_button(ui, ButtonKind::Danger, Intent::CloseAnyway, None);
            stays
        })
        .inner
    });
    if shown.inner || shown.should_close() {
        (draft.questions.close, draft.changes.waived) = (false, false);
    }
}

/// What was asked about a saved profile whose page is not shown.
pub(crate) fn query_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let Some(asked) = &model.query else { return };
    if draft.home && model.open.saved_as.as_ref() == Some(&asked.profile) {
        return;
    }
    let title = format!("{}: {}", asked.query.text, model.shown_name(&asked.profile));
    let shown = dialog(ui, "query", title, "", |ui| {
        answer_ui(ui, asked, &draft.clock);
        if asked.answer.is_pending() {
            return false;
        }
        let response = secondary_button(ui, common::CLOSE);
        take_keyboard(ui, &response);
        response.clicked()
    });
    if shown.inner || shown.should_close() {
        want(ui, Intent::Cancel(Work::Query));
    }
}

/// What was asked: that it is waited for, then the answer.
pub(crate) fn answer_ui(ui: &mut Ui, AskedQuery { answer, .. }: &AskedQuery, clock: &Clock) {
    match answer.stand() {
        Stand::Idle => {}
        Stand::Pending(place) => {
            let what = if place.is_empty() { common::PREPARING.to_owned() } else { common::asking(place) };
            waiting_row(ui, answer, &what, Work::Query);
        }
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(findings) => {
            notice(ui, findings.tone, findings.summary, "");
            ScrollArea::vertical().max_height(ROWS_HEIGHT).show(ui, |ui| rows_ui(ui, &findings.rows, clock));
        }
    }
}

/// What a service says of a token or an account, under readable names and with readable times (RFC 7662 section 2.2, OpenID
/// Connect Core 1.0 section 5.1).
fn rows_ui(ui: &mut Ui, rows: &[(String, String)], clock: &Clock) {
    key_values(ui, |table| {
        for (name, value) in rows {
            let label = match name.as_str() {
                "scope" => common::SCOPES,
                "client_id" => common::CLIENT_ID,
                "username" => texts::USER_NAME,
                "token_type" => texts::TOKEN_TYPE,
                "exp" => common::EXPIRES,
                "iat" => common::ISSUED,
                "nbf" => texts::NOT_VALID_BEFORE,
                "sub" => common::SUBJECT,
                "name" => common::NAME,
                "email" => texts::EMAIL,
                "aud" => texts::AUDIENCE,
                "iss" => common::ISSUER,
                "jti" => texts::TOKEN_ID,
                "auth_time" => texts::SIGNED_IN,
                "updated_at" => texts::UPDATED,
                name => name,
            };
            let is_time = matches!(name.as_str(), "exp" | "iat" | "nbf" | "auth_time" | "updated_at");
            let at = is_time.then(|| jiff::Timestamp::from_second(value.parse().ok()?).ok()).flatten();
            table.text(label, &at.map_or_else(|| value.clone(), |at| clock.show(at)));
        }
    });
}
