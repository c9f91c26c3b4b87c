//! Access tokens for other APIs, which the refresh token of the profile gives as well (RFC 8707), and those that came beside the
//! own one.

use egui::Ui;

use crate::gui::desktop::copied_token::{CopiedAs, CopiedToken};
use crate::gui::drafts::Draft;
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::profile::token_facts::{access_state, is_renewable};
use crate::gui::screens::want;
use crate::gui::texts::{common, tokens as texts};
use crate::gui::widgets::{Field, copied_elsewhere_button, disclosure, key_values, status_dot};
use crate::oauth::{Resource, TokenSet};

/// Those that there are, each with its own clock, and a field to get another.
pub(crate) fn resource_tokens_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, tokens: &TokenSet) {
    // A token that is bound to a key is handed out for one request only.
    let has_any = !tokens.for_resources.is_empty() || is_renewable(draft, tokens);
    if tokens.needs_proof() || !has_any {
        return;
    }
    disclosure(ui, texts::OTHER_TOKENS, !tokens.for_resources.is_empty(), |ui| {
        let now = draft.clock.now;
        key_values(ui, |rows| {
            for (name, token) in &tokens.for_resources {
                let Ok(resource) = Resource::parse(name) else { continue };
                rows.custom(name, |ui| {
                    let (tone, text) = access_state(token.expires_at, now, true);
                    status_dot(ui, tone, &text);
                    copy_button(ui, &resource, &texts::copy_token_for(name));
                });
            }
        });
        let typed = draft.tokens_step.resource.trim();
        let read = Resource::parse(typed);
        let wrong = read.as_ref().err().filter(|_| !typed.is_empty()).cloned();
        let field = Field::new(texts::API).example(common::API_EXAMPLE).help(texts::API_HELP).error(wrong.as_deref());
        field.show(ui, &mut draft.tokens_step.resource);
        // One that is there has a button above.
        if let Some(resource) = read.ok().filter(|resource| !tokens.for_resources.contains_key(resource.as_str())) {
            ui.add_enabled_ui(!model.open.copying.is_pending(), |ui| {
                copy_button(ui, &resource, texts::COPY_TOKEN_FOR_API);
            });
        }
    });
}

fn copy_button(ui: &mut Ui, resource: &Resource, words: &str) {
    let response =
        copied_elsewhere_button(ui, CopiedAs::ForResource(resource.clone()).id(), CopiedToken::Token.words())
            .accessible_name(words)
            .on_hover_text(CopiedToken::Token.hint());
    if response.clicked() {
        want(ui, Intent::CopyResourceToken(resource.clone()));
    }
}
