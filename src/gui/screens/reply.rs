//! What the service answered, and what was made of it.

use egui::Ui;

use crate::app::{Exchange, ReplyView};
use crate::gui::draft::Draft;
use crate::gui::theme::Tone;
use crate::gui::widgets::{CodeBlock, banner, disclosure, notice, secondary_button, section, status_dot};

/// Shows a call that is done.
pub(crate) fn exchange_ui(ui: &mut Ui, draft: &mut Draft, exchange: &Exchange) {
    match &exchange.outcome {
        Ok(_) => notice(ui, Tone::Success, "Tokens received", "They are at the top of this step."),
        Err(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
    };
    for note in &exchange.notes {
        ui.add_space(8.0);
        banner(ui, Tone::Warning, note);
    }
    if let Some(reply) = &exchange.reply {
        ui.add_space(12.0);
        reply_ui(ui, draft, reply);
    }
}

fn reply_ui(ui: &mut Ui, draft: &mut Draft, reply: &ReplyView) {
    section(ui, "Response", |ui| {
        let tone = if (200..300).contains(&reply.status) { Tone::Success } else { Tone::Danger };
        status_dot(ui, tone, &format!("Status {} after {} ms", reply.status, reply.elapsed.as_millis()));
        ui.add_space(8.0);
        let body = if draft.reveal_reply { reply.body.expose() } else { reply.masked_body.as_str() };
        let block = CodeBlock::new("Body", body).max_height(260.0);
        let has_secrets = reply.masked_body != reply.body.expose();
        if has_secrets {
            block.copies_secret(&reply.body).show(ui)
        } else {
            block.show(ui)
        };
        let words = if draft.reveal_reply { "Mask secrets in the body" } else { "Reveal secrets in the body" };
        if secondary_button(ui, words).clicked() {
            draft.reveal_reply = !draft.reveal_reply;
        }
        disclosure(ui, &format!("Headers ({})", reply.headers.len()), false, |ui| {
            let lines: Vec<String> = reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            CodeBlock::new("Headers", &lines.join("\n")).max_height(200.0).show(ui);
        });
    });
}
