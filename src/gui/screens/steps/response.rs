//! How the response is read: an expression a field, the last reply beside them, and what they come to in it, as typed.

use egui::Ui;

use crate::app::{Exchange, FieldRead, ReplyView, TriedReading};
use crate::call::{Expression, Lifetime, Reading};
use crate::gui::drafts::{Draft, TokenTab};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand};
use crate::gui::screens::steps::{redirects, reply_values};
use crate::gui::screens::want;
use crate::gui::texts::{common, tokens as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    CodeBlock, Field, banner, banner_with, choice, disclosure, notice, secondary_button, section, status_dot,
};
use crate::secret::MASK;

/// Narrower than this, in points, the reply stands below the fields.
const BESIDE: f32 = 640.0;

/// Shows the fields and the reply, and asks what they come to whenever that may have changed.
pub(crate) fn reading_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    disclosure(ui, texts::HOW_IT_IS_READ, false, |ui| {
        ui.label(small(ui, texts::EXPRESSION_HELP));
        let reply = last_reply(model, draft.tokens_step.tab);
        if reply.is_some() && ui.available_width() >= BESIDE {
            ui.columns(2, |columns| {
                fields_ui(&mut columns[0], model, draft);
                reply_ui(&mut columns[1], model, draft, reply);
            });
        } else {
            fields_ui(ui, model, draft);
            reply_ui(ui, model, draft, reply);
        }
        if wants_trying(model, draft) {
            want(ui, Intent::TryReading);
        }
    });
}

/// The reading as it is typed and the reply it is for, where there is one.
pub(crate) fn tried(model: &Model, draft: &Draft) -> Option<(Reading, ReplyView)> {
    let reply = last_reply(model, draft.tokens_step.tab)?;
    Some((typed(draft)?.clone(), reply.clone()))
}

/// Whether what is shown is of another text, another tab or another reply.
fn wants_trying(model: &Model, draft: &Draft) -> bool {
    let Some(reading) = typed(draft) else { return false };
    if last_reply(model, draft.tokens_step.tab).is_none() {
        return false;
    }
    let is_same =
        draft.tokens_step.tried.as_ref().is_some_and(|(tab, tried)| *tab == draft.tokens_step.tab && tried == reading);
    let is_told = !matches!(model.open.tried.stand(), Stand::Idle);
    !is_same || !is_told
}

fn typed(draft: &Draft) -> Option<&Reading> {
    let profile = draft.profile.as_ref()?;
    Some(match draft.tokens_step.tab {
        TokenTab::TokenRequest => &profile.token_request.reading,
        TokenTab::RefreshRequest => &profile.refresh_request.reading,
    })
}

fn typed_mut(draft: &mut Draft) -> Option<&mut Reading> {
    let profile = draft.profile.as_mut()?;
    Some(match draft.tokens_step.tab {
        TokenTab::TokenRequest => &mut profile.token_request.reading,
        TokenTab::RefreshRequest => &mut profile.refresh_request.reading,
    })
}

fn last_reply(model: &Model, tab: TokenTab) -> Option<&ReplyView> {
    match tab.request(&model.open).stand() {
        Stand::Done(exchange) => exchange.reply.as_ref(),
        Stand::Idle | Stand::Pending(_) | Stand::Failed(_) => None,
    }
}

fn fields_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let told = model.open.tried.last().filter(|_| last_reply(model, draft.tokens_step.tab).is_some());
    let Some(reading) = typed_mut(draft) else { return };
    let of = |field: fn(&TriedReading) -> &FieldRead| told.map(field);
    field_ui(ui, texts::ACCESS_TOKEN_EXPRESSION, &mut reading.access_token, of(|tried| &tried.access_token), "");
    field_ui(ui, texts::REFRESH_TOKEN_EXPRESSION, &mut reading.refresh_token, of(|tried| &tried.refresh_token), "");
    let unit = match reading.lifetime {
        Lifetime::Seconds => texts::SECONDS,
        Lifetime::Milliseconds => texts::MILLISECONDS,
        Lifetime::EpochSeconds => texts::SECONDS_SINCE_1970,
        Lifetime::Date => "",
    };
    field_ui(ui, texts::LIFETIME_EXPRESSION, &mut reading.expires_in, of(|tried| &tried.expires_in), unit);
    let units = [
        (Lifetime::Seconds, texts::IN_SECONDS),
        (Lifetime::Milliseconds, texts::IN_MILLISECONDS),
        (Lifetime::EpochSeconds, texts::IN_SECONDS_SINCE_1970),
        (Lifetime::Date, texts::IN_A_DATE),
    ];
    choice(ui, texts::LIFETIME_UNIT, &mut reading.lifetime, &units, None);
    reply_values::kept_ui(ui, reading);
}

/// A field for the first expression; the others are tried after it and stay.
fn field_ui(ui: &mut Ui, label: &str, expressions: &mut Vec<Expression>, came_to: Option<&FieldRead>, unit: &str) {
    let mut text = expressions.first().map(|first| first.as_str().to_owned()).unwrap_or_default();
    let error = match came_to {
        Some(FieldRead::Failed(diagnosis)) => Some(diagnosis.summary.as_str()),
        _ => None,
    };
    let others: Vec<&str> = expressions.iter().skip(1).map(Expression::as_str).collect();
    let help = (!others.is_empty()).then(|| texts::fallbacks(others.join(", ")));
    Field::new(label).error(error).help(help.as_deref()).show_lines(ui, &mut text, 1);
    let shown = expressions.first().map_or("", Expression::as_str);
    if text != shown {
        put_first(expressions, text);
    }
    match came_to {
        Some(FieldRead::Token(length)) => status_dot(ui, Tone::Success, &texts::masked(MASK, *length)),
        Some(FieldRead::Text(text)) => status_dot(ui, Tone::Success, &format!("{text}{unit}")),
        Some(FieldRead::Nothing) => status_dot(ui, Tone::Info, texts::NOT_IN_RESPONSE),
        Some(FieldRead::Failed(_)) | None => return,
    };
}

/// One that is left empty stays in its place where others follow, so that these are not lost while typing.
fn put_first(expressions: &mut Vec<Expression>, text: String) {
    let is_alone = expressions.len() < 2;
    match expressions.first_mut() {
        Some(_) if is_alone && text.trim().is_empty() => expressions.clear(),
        Some(first) => *first = Expression::new(text),
        None => expressions.push(Expression::new(text)),
    }
}

fn reply_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, reply: Option<&ReplyView>) {
    let Some(reply) = reply else {
        ui.label(small(ui, texts::SEND_ONCE));
        return;
    };
    let values = model.open.tried.last().map(|tried| tried.values.as_slice()).unwrap_or_default();
    if let Some(reading) = typed_mut(draft).filter(|_| !values.is_empty()) {
        return reply_values::values_ui(ui, reading, values);
    }
    let body = if draft.tokens_step.revealed.response { reply.body.expose() } else { reply.masked_body.as_str() };
    CodeBlock::new(texts::LAST_RESPONSE, body).copies(None).max_height(320.0).show(ui);
}

/// Shows a call that is done.
pub(crate) fn exchange_ui(ui: &mut Ui, draft: &mut Draft, exchange: &Exchange) {
    match &exchange.outcome {
        Ok(_) if exchange.call.is_none() => {
            notice(ui, Tone::Success, texts::TOKEN_SIGNED, texts::TOKEN_SIGNED_HELP);
        }
        Ok(_) => notice(ui, Tone::Success, texts::TOKENS_RECEIVED, texts::TOKENS_RECEIVED_HELP),
        Err(failure) => banner_with(ui, Tone::Danger, &failure.diagnosis, redirects::calls_link),
    }
    for note in &exchange.notes {
        banner(ui, Tone::Warning, note);
    }
    if let Some(reply) = &exchange.reply {
        body_ui(ui, draft, reply);
    }
}

fn body_ui(ui: &mut Ui, draft: &mut Draft, reply: &ReplyView) {
    section(ui, common::RESPONSE, |ui| {
        let tone = if (200..300).contains(&reply.status) { Tone::Success } else { Tone::Danger };
        status_dot(ui, tone, &common::status(reply.status, reply.elapsed.as_millis()));
        let body = if draft.tokens_step.revealed.response { reply.body.expose() } else { reply.masked_body.as_str() };
        let block = CodeBlock::new(common::BODY, body).max_height(260.0);
        let has_secrets = reply.masked_body != reply.body.expose();
        if has_secrets {
            block.copies_secret(&reply.body).show(ui)
        } else {
            block.show(ui)
        };
        let words = if draft.tokens_step.revealed.response { texts::MASK_BODY } else { texts::REVEAL_BODY };
        if secondary_button(ui, words).clicked() {
            draft.tokens_step.revealed.response = !draft.tokens_step.revealed.response;
        }
        disclosure(ui, &common::headers(reply.headers.len()), false, |ui| {
            let lines: Vec<String> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            CodeBlock::new(common::HEADERS, &lines.join("\n")).max_height(200.0).show(ui);
        });
    });
}
