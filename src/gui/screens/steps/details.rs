//! What is asked for in detail (RAR, RFC 9396): JSON that is checked as it is typed, with the schemas of the service where it
//! publishes any.

use egui::Ui;

use crate::diagnosis::Diagnose as _;
use crate::gui::drafts::AuthorizationStep;
use crate::gui::model::{Model, Stand};
use crate::gui::texts::details as texts;
use crate::gui::theme::{Tone, label, shown, small};
use crate::gui::widgets::{ButtonKind, Field, banner, button, keyed, notice, told, waiting};
use crate::oauth::{DetailType, DetailTypes, detail_types, with_detail};
use crate::service::ProfileDraft;

// for programs: JSON
const EXAMPLE: &str = "[{\"type\": \"account_information\"}]";

/// Shows the details of the authorization request, and those of the token request where it can ask for a part of them.
pub(crate) fn details_ui(ui: &mut Ui, model: &Model, profile: &mut ProfileDraft, step: &mut AuthorizationStep) {
    let mut text = profile.service.authorization_details().unwrap_or_default().to_owned();
    if field_ui(ui, texts::AUTHORIZATION_DETAILS, texts::AUTHORIZATION_DETAILS_HELP, &mut text) {
        profile.set_authorization_details(&text);
    }
    if let Some(types) = model.open.detail_types.last() {
        let faults = step.details.faults(types, &text);
        if !faults.is_empty() {
            notice(ui, Tone::Warning, texts::NOT_AS_DESCRIBED, &faults.join("\n"));
        }
    }
    types_ui(ui, model, profile, &text);
    if text.trim().is_empty() || !profile.takes_token_details() {
        return;
    }
    let mut text = profile.token_details();
    if field_ui(ui, texts::TOKEN_DETAILS, texts::TOKEN_DETAILS_HELP, &mut text) {
        // A request that has no place for them is not offered this field.
        drop(profile.set_token_details(&text));
    }
}

/// Whether the text was changed.
fn field_ui(ui: &mut Ui, label: &str, help: &str, text: &mut String) -> bool {
    let wrong = detail_types(text).err().map(|error| told(&error.diagnose()));
    let field = Field::new(label).help(help).example(EXAMPLE).optional().mono().error(wrong.as_deref());
    field.show_lines(ui, text, 2).changed()
}

/// The types that the service describes, each to be added.
fn types_ui(ui: &mut Ui, model: &Model, profile: &mut ProfileDraft, text: &str) {
    let types = &model.open.detail_types;
    match types.stand() {
        Stand::Idle => {}
        Stand::Pending(_) => {
            waiting(ui, texts::FETCHING, types.id());
        }
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(types) => {
            if let Some(kind) = chosen_ui(ui, types, text)
                && let Some(more) = with_detail(text, &kind.outline())
            {
                profile.set_authorization_details(&more);
            }
        }
    }
}

/// The type that is to be added.
fn chosen_ui<'a>(ui: &mut Ui, types: &'a DetailTypes, text: &str) -> Option<&'a DetailType> {
    ui.label(label(texts::TYPES));
    let wrong = detail_types(text).is_err().then_some(texts::CORRECT_FIRST);
    let mut chosen = None;
    for kind in types.all() {
        keyed(ui, &kind.name, |ui| {
            ui.horizontal_wrapped(|ui| {
                if button(ui, ButtonKind::Secondary, &texts::add(&kind.name), wrong).clicked() {
                    chosen = Some(kind);
                }
                let required = Some(kind.required()).filter(|required| !required.is_empty());
                let told = [
                    Some(kind.description.clone()).filter(|description| !description.is_empty()),
                    required.map(|required| texts::requires(&required)),
                    kind.unchecked().map(texts::not_checked),
                ];
                told.into_iter().flatten().for_each(|words| {
                    ui.label(small(ui, shown(&words)));
                });
            });
        });
    }
    chosen
}
