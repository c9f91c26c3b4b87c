//! The page of the calls: what was sent and what came back, one line each, and what can be handed on of it.

use std::fmt::Write as _;

use egui::accesskit::Role;
use egui::{Button, RichText, Ui, UiBuilder};

use crate::call::{TracedCall, TracedOutcome, Way};
use crate::gui::actions::calls::{ListedCall, failed, has_failed_before, listed};
use crate::gui::display_text::{quoted, sentence};
use crate::gui::drafts::{CallsDraft, Draft};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::intent_button;
use crate::gui::texts::{calls as texts, common};
use crate::gui::theme::{SPACE_XS, Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, SHORT, banner, copy_named_button, dot, footer, heading, key_values, keyed, notice,
    page, rows, section, untold, waiting,
};
use crate::service::ProfileName;

/// Height of a call that is not open, in points.
const ROW: f32 = 28.0;

pub(crate) fn calls_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut calls) = draft.calls.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "calls", top, true, |ui| {
        heading(ui, texts::TITLE);
        let is_kept = model.day.last().is_none_or(|day| day.is_kept);
        ui.label(small(ui, if is_kept { texts::OF_ALL } else { texts::OF_WINDOW }));
        if let Some(failure) = model.day.failure() {
            banner(ui, Tone::Warning, &failure.diagnosis);
        }
        let mut newest = listed(model);
        newest.reverse();
        section(ui, "", |ui| list_ui(ui, model, draft, &mut calls, &newest));
        section(ui, texts::SAVE, |ui| save_ui(ui, model, &mut calls, &newest));
        section(ui, texts::REPLAY, |ui| replay_ui(ui, model, draft, &mut calls));
    });
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |_| {});
    draft.calls = Some(calls);
}

/// The newest first.
fn list_ui(ui: &mut Ui, model: &Model, draft: &Draft, calls: &mut CallsDraft, newest: &[ListedCall<'_>]) {
    if newest.is_empty() {
        ui.label(texts::NONE_YET);
        return;
    }
    ui.spacing_mut().item_spacing.y = SPACE_XS;
    ui.scope_builder(UiBuilder::new().accessibility_role(Role::List).accessibility_label(texts::TITLE), |ui| {
        rows(ui, "calls", ROW, newest, |ui, listed| {
            keyed(ui, listed.made.call.at.as_nanosecond(), |ui| call_ui(ui, model, draft, calls, listed));
        });
    });
}

/// One call. A screen reader is told all of the line by its button.
fn call_ui(ui: &mut Ui, model: &Model, draft: &Draft, calls: &mut CallsDraft, listed: &ListedCall<'_>) {
    let call = &listed.made.call;
    let is_open = calls.open == Some(call.at);
    let (tone, outcome) = outcome_words(call);
    let time = call.at.to_zoned(draft.clock.zone.clone()).strftime("%H:%M:%S").to_string();
    let line = shown(format!("{time}  {} {}", call.method, call.place()));
    let told = [Some(outcome), made_by(model, listed)].into_iter().flatten().map(|words| shown(&words));
    let told: Vec<String> = told.collect();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = ROW;
        dot(ui, tone);
        let text = RichText::new(&line).monospace();
        let button = ui.add(Button::new(text).frame_when_inactive(false).selected(is_open).wrap());
        if button.clicked() {
            calls.open = (!is_open).then_some(call.at);
        }
        let name = [std::slice::from_ref(&line), &told].concat().join(", ");
        button.ctx.accesskit_node_builder(button.id, |node| {
            node.set_label(name);
            node.set_toggled(is_open.into());
        });
        for words in &told {
            untold(&ui.label(small(ui, words)));
        }
    });
    if is_open {
        details_ui(ui, call);
    }
}

/// `by the agent for Acme`, `by refresh for Acme`; of our own calls only `for Acme`.
fn made_by(model: &Model, ListedCall { made, is_own }: &ListedCall<'_>) -> Option<String> {
    let who = match made.face.as_str() {
        "agent" => texts::AGENT,
        "window" => texts::A_WINDOW,
        command => command,
    };
    let name = ProfileName::parse(&made.profile).ok();
    let name = name.as_ref().map(|name| model.shown_name(name));
    match (name, is_own) {
        (Some(name), true) => Some(texts::made_for(name)),
        (None, true) => None,
        (Some(name), false) => Some(texts::made_by_for(who, name)),
        (None, false) => Some(texts::made_by(who)),
    }
}

fn outcome_words(call: &TracedCall) -> (Tone, String) {
    match (&call.outcome, call.way) {
        (TracedOutcome::Reply(reply), _) => {
            let tone = if reply.is_success() { Tone::Success } else { Tone::Danger };
            (tone, texts::outcome(reply.status, reply.elapsed.as_millis()))
        }
        (TracedOutcome::Failed(no_reply), _) => (Tone::Danger, quoted(&no_reply.why)),
        (TracedOutcome::Unseen, Way::Redirect) => (Tone::Info, texts::BROUGHT_BY_BROWSER.to_owned()),
        (TracedOutcome::Unseen, _) => (Tone::Info, texts::OPENED_IN_BROWSER.to_owned()),
    }
}

fn details_ui(ui: &mut Ui, call: &TracedCall) {
    let mut request = format!("{} {}\n", call.method, call.url);
    write_headers(&mut request, &call.headers);
    // for programs: a request as HTTP writes it
    if !call.client_certificate.is_empty() {
        let _ = writeln!(request, "[TLS client certificate: {}]", call.client_certificate);
    }
    if let Some((media_type, body)) = &call.body {
        let _ = write!(request, "Content-Type: {media_type}\n\n{body}");
    }
    CodeBlock::new(common::REQUEST, request.trim_end()).max_height(200.0).show(ui);
    if let TracedOutcome::Reply(reply) = &call.outcome {
        let mut response = String::new();
        write_headers(&mut response, &reply.headers);
        let _ = write!(response, "\n{}", reply.body);
        CodeBlock::new(common::RESPONSE, response.trim_start()).max_height(260.0).show(ui);
    }
    let curl = if call.curl.is_empty() { call.masked_curl() } else { Some(call.curl.clone()) };
    if let Some(curl) = curl {
        copy_named_button(ui, common::COPIED_CURL, &curl).on_hover_text(common::CURL_HINT);
    }
}

fn write_headers(text: &mut String, headers: &[(String, String)]) {
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
}

fn save_ui(ui: &mut Ui, model: &Model, calls: &mut CallsDraft, newest: &[ListedCall<'_>]) {
    Field::new(common::FILE).help(texts::SAVE_HELP).mono().limit(SHORT).show(ui, &mut calls.file);
    let no_file = calls.file.trim().is_empty().then_some(common::ENTER_FILE);
    ui.horizontal_wrapped(|ui| {
        let nothing = newest.is_empty().then_some(texts::NO_CALLS);
        intent_button(ui, ButtonKind::Secondary, Intent::SaveHar, no_file.or(nothing));
        let no_case = (failed(model).is_none() && !has_failed_before(model, newest)).then_some(texts::NOTHING_FAILED);
        intent_button(ui, ButtonKind::Secondary, Intent::SaveCase, no_file.or(no_case));
    });
    match (model.evidence.last(), model.evidence.failure()) {
        (_, Some(failure)) => banner(ui, Tone::Danger, &failure.diagnosis),
        (Some(path), None) => notice(ui, Tone::Success, texts::SAVED, &path.display().to_string()),
        (None, None) => {}
    }
}

fn replay_ui(ui: &mut Ui, model: &Model, draft: &Draft, calls: &mut CallsDraft) {
    Field::new(texts::CASE_FILE).help(texts::REPLAY_HELP).mono().limit(SHORT).show(ui, &mut calls.case_file);
    let blocked = calls.case_file.trim().is_empty().then_some(common::ENTER_FILE);
    intent_button(ui, ButtonKind::Secondary, Intent::ReplayCase, blocked);
    if model.replay.is_pending() {
        waiting(ui, texts::REPLAYING, model.replay.id());
    }
    if let Some(failure) = model.replay.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    let Some((case, replayed)) = model.replay.last() else { return };
    key_values(ui, |rows| {
        rows.text(texts::WRITTEN, &texts::written(draft.clock.show(case.made), &case.program, &case.system));
        rows.text(texts::DIAGNOSIS_THEN, &sentence(&case.diagnosis.summary));
        let now = replayed.diagnosis.as_ref().map_or(texts::TOKENS_READ, |told| &told.summary);
        rows.text(texts::DIAGNOSIS_NOW, &sentence(now));
    });
    let (tone, title) =
        if replayed.is_same { (Tone::Success, texts::SAME_DIAGNOSIS) } else { (Tone::Warning, texts::OTHER_DIAGNOSIS) };
    let hint = replayed.diagnosis.as_ref().and_then(|told| told.hint.clone()).unwrap_or_default();
    notice(ui, tone, title, &sentence(&hint));
}
