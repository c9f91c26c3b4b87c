//! The page of the calls: what this window sent and got, one line each, and what can be handed on of it.

use std::fmt::Write as _;

use egui::{Button, RichText, Ui};

use crate::app::LoggedCall;
use crate::call::{TracedCall, TracedOutcome, Way};
use crate::gui::calls::{ListedCall, failed, listed};
use crate::gui::display_text::quoted;
use crate::gui::draft::{CallsDraft, Draft};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::intent_button;
use crate::gui::theme::{Tone, shown, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field, SHORT, banner, copy_named_button, dot, footer, heading, key_values, keyed, notice,
    page, rows, section, waiting,
};
use crate::service::ProfileName;

const OF_ALL: &str = "What this window, the agent and commands sent and got in the last day. Secrets are masked.";
const OF_WINDOW: &str =
    "What this window sent and got since it was opened. Secrets are masked. The calls of others are not kept.";
/// Height of a call that is not open, in points.
const ROW: f32 = 28.0;

pub(crate) fn calls_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Some(mut calls) = draft.calls.take() else { return };
    let top = std::mem::take(&mut draft.next_view.to_top);
    page(ui, "calls", top, true, |ui| {
        heading(ui, "Calls");
        let is_kept = model.day.last().is_none_or(|day| day.is_kept);
        ui.label(small(ui, if is_kept { OF_ALL } else { OF_WINDOW }));
        if let Some(failure) = model.day.failure() {
            banner(ui, Tone::Warning, &failure.diagnosis);
        }
        section(ui, "", |ui| list_ui(ui, model, draft, &mut calls));
        section(ui, "Hand it on", |ui| save_ui(ui, model, &mut calls));
        section(ui, "Replay a case", |ui| replay_ui(ui, model, draft, &mut calls));
    });
    let close = |ui: &mut Ui| {
        intent_button(ui, ButtonKind::Secondary, Intent::ClosePage, None);
    };
    footer(ui, close, |_| {});
    draft.calls = Some(calls);
}

/// The newest first.
fn list_ui(ui: &mut Ui, model: &Model, draft: &Draft, calls: &mut CallsDraft) {
    let mut newest = listed(model);
    if newest.is_empty() {
        ui.label("Nothing yet. Sign in, refresh or ask a service something, and it is listed here.");
        return;
    }
    newest.reverse();
    rows(ui, "calls", ROW, &newest, |ui, listed| {
        keyed(ui, listed.call.at.as_nanosecond(), |ui| call_ui(ui, model, draft, calls, listed));
    });
}

fn call_ui(ui: &mut Ui, model: &Model, draft: &Draft, calls: &mut CallsDraft, listed: &ListedCall<'_>) {
    let call = listed.call;
    let is_open = calls.open == Some(call.at);
    let (tone, words) = outcome_words(call);
    let time = call.at.to_zoned(draft.clock.zone.clone()).strftime("%H:%M:%S").to_string();
    let line = format!("{time}  {} {}", call.method, call.place());
    ui.horizontal_wrapped(|ui| {
        dot(ui, tone);
        let text = RichText::new(shown(&line)).monospace();
        let button = ui.add(Button::new(text).frame_when_inactive(false).selected(is_open).wrap());
        if button.clicked() {
            calls.open = (!is_open).then_some(call.at);
        }
        ui.label(small(ui, words));
        if let Some(logged) = listed.logged {
            ui.label(small(ui, shown(made_by(model, logged))));
        }
    });
    if is_open {
        details_ui(ui, call);
    }
}

/// `by the agent for Acme`, `by refresh for Acme`.
fn made_by(model: &Model, logged: &LoggedCall) -> String {
    let who = match logged.face.as_str() {
        "agent" => "the agent",
        "window" => "a window",
        command => command,
    };
    match ProfileName::parse(&logged.profile) {
        Ok(name) => format!("by {who} for {}", model.shown_name(&name)),
        Err(_) => format!("by {who}"),
    }
}

fn outcome_words(call: &TracedCall) -> (Tone, String) {
    match (&call.outcome, call.way) {
        (TracedOutcome::Reply(reply), _) => {
            let tone = if reply.is_success() { Tone::Success } else { Tone::Danger };
            (tone, format!("{} after {} ms", reply.status, reply.elapsed.as_millis()))
        }
        (TracedOutcome::Failed(no_reply), _) => (Tone::Danger, quoted(&no_reply.why)),
        (TracedOutcome::Unseen, Way::Redirect) => (Tone::Info, "brought by the browser".to_owned()),
        (TracedOutcome::Unseen, _) => (Tone::Info, "opened in the browser".to_owned()),
    }
}

fn details_ui(ui: &mut Ui, call: &TracedCall) {
    let mut request = format!("{} {}\n", call.method, call.url);
    write_headers(&mut request, &call.headers);
    if !call.client_certificate.is_empty() {
        let _ = writeln!(request, "[TLS client certificate: {}]", call.client_certificate);
    }
    if let Some((media_type, body)) = &call.body {
        let _ = write!(request, "Content-Type: {media_type}\n\n{body}");
    }
    CodeBlock::new("Request", request.trim_end()).max_height(200.0).show(ui);
    if let TracedOutcome::Reply(reply) = &call.outcome {
        let mut response = String::new();
        write_headers(&mut response, &reply.headers);
        let _ = write!(response, "\n{}", reply.body);
        CodeBlock::new("Response", response.trim_start()).max_height(260.0).show(ui);
    }
    let curl = if call.curl.is_empty() { call.masked_curl() } else { Some(call.curl.clone()) };
    if let Some(curl) = curl {
        copy_named_button(ui, "as curl", &curl).on_hover_text("Secrets are masked, or shell variables in their place");
    }
}

fn write_headers(text: &mut String, headers: &[(String, String)]) {
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
}

fn save_ui(ui: &mut Ui, model: &Model, calls: &mut CallsDraft) {
    let help = "An HTTP archive (HAR) of all calls, for a browser's developer tools; or the case of the sign-in that just \
                failed, which a colleague can replay.";
    Field::new("File").help(help).mono().limit(SHORT).show(ui, &mut calls.file);
    let no_file = calls.file.trim().is_empty().then_some("Enter the path of the file");
    ui.horizontal_wrapped(|ui| {
        let nothing = listed(model).is_empty().then_some("There are no calls yet");
        intent_button(ui, ButtonKind::Secondary, Intent::SaveHar, no_file.or(nothing));
        let no_case = failed(model).is_none().then_some("No sign-in of the open profile has failed");
        intent_button(ui, ButtonKind::Secondary, Intent::SaveCase, no_file.or(no_case));
    });
    match (model.evidence.last(), model.evidence.failure()) {
        (_, Some(failure)) => banner(ui, Tone::Danger, &failure.diagnosis),
        (Some(path), None) => notice(ui, Tone::Success, "Saved", &path.display().to_string()),
        (None, None) => {}
    }
}

fn replay_ui(ui: &mut Ui, model: &Model, draft: &Draft, calls: &mut CallsDraft) {
    let help =
        "The file of somebody's failed sign-in. Its replies are repeated on this machine; nothing is sent anywhere.";
    Field::new("Case file").help(help).mono().limit(SHORT).show(ui, &mut calls.case_file);
    let blocked = calls.case_file.trim().is_empty().then_some("Enter the path of the file");
    intent_button(ui, ButtonKind::Secondary, Intent::ReplayCase, blocked);
    if model.replay.is_pending() {
        waiting(ui, "Replaying", model.replay.id());
    }
    if let Some(failure) = model.replay.failure() {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    let Some((case, replayed)) = model.replay.last() else { return };
    key_values(ui, |rows| {
        rows.text("Written", &format!("{}, by {} on {}", draft.clock.show(case.made), case.program, case.system));
        rows.text("Said then", &quoted(&case.diagnosis.summary));
        let now = replayed.diagnosis.as_ref().map_or("tokens were read from the response", |told| &told.summary);
        rows.text("Said now", &quoted(now));
    });
    let (tone, title) = if replayed.is_same {
        (Tone::Success, "The same diagnosis")
    } else {
        (Tone::Warning, "This program makes something else of it")
    };
    let hint = replayed.diagnosis.as_ref().and_then(|told| told.hint.clone()).unwrap_or_default();
    notice(ui, tone, title, &quoted(&hint));
}
