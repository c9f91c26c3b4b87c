//! *Try the API…*: one call of the service's API with the profile's token, and its reply.

use egui::{Label, Ui};

use crate::app::{ApiReply, FailureCode};
use crate::call::Method;
use crate::gui::drafts::Draft;
use crate::gui::drafts::call::CallDraft;
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::{intent_button, waiting_row};
use crate::gui::texts::{call as texts, common};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, banner_with, disclosure, footer, heading, labelled_segmented, page, section,
    status_dot,
};
use crate::service::ApiCall;

/// More of a reply is not laid out, in characters: it would hold up the window.
const LONGEST_SHOWN: usize = 32 * 1024;

pub(crate) fn call_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut call) = draft.call.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    let kept = draft.profile.as_ref().and_then(|profile| profile.api_check.as_ref());
    page(ui, "call", top, true, |ui| {
        heading(ui, texts::title(model.shown_name(&call.profile)));
        typed_ui(ui, &mut call);
        draft.next_view.lead_to_result(ui);
        outcome_ui(ui, model);
        check_ui(ui, model, kept);
    });
    foot_ui(ui, model, &call);
    draft.call = Some(call);
}

fn typed_ui(ui: &mut Ui, call: &mut CallDraft) {
    section(ui, "", |ui| {
        labelled_segmented(ui, common::METHOD, &mut call.method, &Method::ALL.map(|method| (method, method.as_str())));
        Field::new(common::URL).example(texts::URL_EXAMPLE).help(texts::URL_HELP).mono().show(ui, &mut call.url);
        let is_used = !call.headers.is_empty() || !call.body.is_empty() || !call.resource.is_empty();
        disclosure(ui, texts::MORE, is_used, |ui| {
            let headers = Field::new(common::HEADERS).optional().example(texts::HEADERS_EXAMPLE);
            headers.help(texts::HEADERS_HELP).show_lines(ui, &mut call.headers, 2);
            Field::new(common::BODY).optional().help(texts::BODY_HELP).show_lines(ui, &mut call.body, 4);
            let wrong = call.wrong_resource();
            Field::new(texts::API)
                .optional()
                .example(common::API_EXAMPLE)
                .help(texts::API_HELP)
                .error(wrong.as_deref())
                .mono()
                .show(ui, &mut call.resource);
        });
    });
}

fn outcome_ui(ui: &mut Ui, model: &Model) {
    let request = &model.call.reply;
    match request.stand() {
        Stand::Idle => {}
        Stand::Pending(place) => {
            let what = if place.is_empty() { texts::PREPARING.to_owned() } else { common::calling(place) };
            waiting_row(ui, request, &what, Work::Call);
        }
        Stand::Failed(failure) => banner_with(ui, Tone::Danger, &failure.diagnosis, |ui| {
            if failure.code == FailureCode::StrangeHost {
                intent_button(ui, ButtonKind::Secondary, Intent::SendCall { allows_host: true }, None);
            }
        }),
        Stand::Done(reply) => reply_ui(ui, reply),
    }
}

fn reply_ui(ui: &mut Ui, reply: &ApiReply) {
    if let Some(failure) = &reply.refusal {
        banner_with(ui, Tone::Danger, &failure.diagnosis, |ui| {
            if reply.step_up.is_some() {
                intent_button(ui, ButtonKind::Secondary, Intent::StepUp, None);
            }
        });
    }
    section(ui, common::RESPONSE, |ui| {
        let tone = if reply.refusal.is_none() { Tone::Success } else { Tone::Danger };
        status_dot(ui, tone, &common::status(reply.status, reply.elapsed.as_millis()));
        ui.add(Label::new(small(ui, &reply.call)).wrap().selectable(true));
        let end = reply.body.char_indices().nth(LONGEST_SHOWN).map(|(end, _)| end);
        let body = end.map_or(reply.body.as_str(), |end| &reply.body[..end]);
        if body.trim().is_empty() {
            ui.label(small(ui, texts::BODY_IS_EMPTY));
        } else {
            CodeBlock::new(common::BODY, body).max_height(320.0).show(ui);
        }
        if end.is_some() || reply.is_cut {
            ui.label(small(ui, texts::LONGER));
        }
        if !reply.headers.is_empty() {
            disclosure(ui, &common::headers(reply.headers.len()), false, |ui| {
                let lines: Vec<String> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                CodeBlock::new(texts::RESPONSE_HEADERS, &lines.join("\n")).max_height(200.0).show(ui);
            });
        }
    });
}

/// What shows whether the profile works: the call that is kept with it, or that was sent just now.
fn check_ui(ui: &mut Ui, model: &Model, kept: Option<&ApiCall>) {
    let sent = model.call.sent.as_ref();
    let has_succeeded = model.call.reply.last().is_some_and(|reply| reply.refusal.is_none());
    section(ui, texts::CHECK, |ui| {
        let words = match kept {
            Some(kept) => texts::checked_by(kept.method.as_str(), &kept.url),
            None => texts::CHECKED_BY_IDENTITY.to_owned(),
        };
        ui.add(Label::new(crate::gui::theme::shown(words)).wrap());
        ui.horizontal_wrapped(|ui| {
            if sent.is_none() || sent != kept {
                let blocked = (!has_succeeded).then_some(texts::SEND_FIRST);
                intent_button(ui, ButtonKind::Secondary, Intent::KeepCall(true), blocked);
            }
            if kept.is_some() {
                intent_button(ui, ButtonKind::Secondary, Intent::KeepCall(false), None);
            }
        });
    });
}

fn foot_ui(ui: &mut Ui, model: &Model, call: &CallDraft) {
    let blocked = call.lack().or_else(|| model.call.reply.is_pending().then_some(texts::UNDER_WAY));
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |ui| {
        intent_button(ui, ButtonKind::Primary, Intent::SendCall { allows_host: false }, blocked);
    });
}
