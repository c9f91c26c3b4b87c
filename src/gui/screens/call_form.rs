//! A call as it is typed, and beside it exactly what will be sent.

use egui::Ui;

use crate::app::{CallContext, TypedSecrets};
use crate::call::{Authentication, Call, CallTemplate, Method, RenderError};
use crate::diagnosis::Diagnose;
use crate::gui::draft::{Draft, Focus, Lead, TokenTab};
use crate::gui::model::Model;
use crate::gui::theme::{Tone, label, small};
use crate::gui::widgets::{
    CodeBlock, Field, banner, choice, copy_named_button, disclosure, notice, secondary_button, section, segmented,
};
use crate::oauth::GrantType;
use crate::secret::MASK;
use crate::service::{Asks, BodyKind, CallDraft, Catalog, OFFERED_GRANTS, ProfileDraft, Start};

const PLACEHOLDERS: &str = "Filled in: <client_id> <client_secret> <user_name> <code> <redirect_uri> <scope> <grant_type> \
    <code_verifier> <token> <refresh_token>, the service's inputs, and what came with the code.";

/// Shows what must be typed, exactly what will be sent, and the request to change it.
pub(crate) fn call_form_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let tab = draft.tab;
    let Some(profile) = &mut draft.profile else { return };
    section(ui, "Secrets", |ui| {
        secrets_ui(ui, profile, &mut draft.secrets, &mut draft.lead);
        let is_at_hand =
            profile.service.start == Start::RefreshToken || profile.grant() == Some(GrantType::RefreshToken);
        if tab == TokenTab::Refresh || is_at_hand {
            ui.add_space(8.0);
            let help = "One that is at hand already; else the one of the last call is used.";
            let pasted = &mut draft.secrets.refresh_token;
            Field::new("Refresh token to use").help(help).optional().show_secret(ui, pasted);
        }
    });
    ui.add_space(12.0);
    preview_ui(ui, model, draft);
    ui.add_space(12.0);
    let Some(profile) = &mut draft.profile else { return };
    // A preset knows its request; a service described by hand begins with it.
    let described = profile.service.id == Catalog::CUSTOM;
    disclosure(ui, "Change the request", described, |ui| {
        if tab == TokenTab::Bearer {
            if described {
                let mut grant = profile.grant();
                choice(ui, "Grant", &mut grant, &OFFERED_GRANTS, None);
                profile.choose_grant(grant);
                ui.add_space(8.0);
            }
            Field::new("Grant type").help("The value of <grant_type>.").mono().show(ui, &mut profile.grant_type);
            ui.add_space(8.0);
        }
        let bearer = tab == TokenTab::Bearer;
        let call = if bearer { &mut profile.token_request } else { &mut profile.refresh_request };
        request_ui(ui, call, &mut draft.lead);
        for (name, words) in profile.service.parameter_help(if bearer { "token_request" } else { "refresh_request" }) {
            ui.label(small(ui, format!("{name}: {words}")));
        }
        profile.settle_assertion();
    });
}

/// The secrets that the calls need, and the id of the user beside them.
pub(crate) fn secrets_ui(ui: &mut Ui, profile: &mut ProfileDraft, secrets: &mut TypedSecrets, lead: &mut Lead) {
    let options = [
        (Asks::Nothing, "No secret"),
        (Asks::Secret, "Secret"),
        (Asks::OptionalSecret, "Secret, if there is one"),
        (Asks::UserAndSecret, "User ID and secret"),
    ];
    choice(ui, "User ID and/or secret", &mut profile.asks, &options, None);
    let service = profile.customised();
    if service.wants_user_name() {
        ui.add_space(8.0);
        let field = Field::new(&profile.service.labels.user_name.clone()).mono().show(ui, &mut profile.user_name);
        lead_to(&field, profile.user_name.is_empty(), lead);
    }
    if profile.asks != Asks::Nothing {
        ui.add_space(8.0);
        let label = profile.service.labels.client_secret.clone();
        let mut field = Field::new(&label).help("Kept in the vault, sent to the host that the preview shows.");
        if profile.asks == Asks::OptionalSecret {
            field = field.optional();
        }
        let field = field.show_secret(ui, &mut secrets.client_secret);
        let is_wanted = profile.asks != Asks::OptionalSecret;
        lead_to(&field, is_wanted && secrets.client_secret.is_empty(), lead);
    }
    if service.wants_password() && profile.asks != Asks::UserAndSecret {
        ui.add_space(8.0);
        let help = "The person's own. Kept in the vault, sent to the host that the preview shows.";
        let field = Field::new("Password").help(help).show_secret(ui, &mut secrets.password);
        lead_to(&field, secrets.password.is_empty(), lead);
    }
}

/// Gives the keyboard to the first field that the call lacks something of.
fn lead_to(field: &egui::Response, is_empty: bool, lead: &mut Lead) {
    if is_empty && lead.takes(Focus::Missing) {
        field.request_focus();
        field.scroll_to_me(Some(egui::Align::Center));
    }
}

fn request_ui(ui: &mut Ui, call: &mut CallDraft, lead: &mut Lead) {
    ui.label(label("Method"));
    segmented(ui, "Method", &mut call.method, &Method::ALL.map(|method| (method, method.as_str())));
    ui.add_space(8.0);
    let field = Field::new("URL").example("https://example.com/oauth2/token").mono().show(ui, &mut call.url);
    lead_to(&field, call.url.trim().is_empty(), lead);
    ui.add_space(8.0);
    let authentications = [
        (Authentication::None, "None, or in query or body"),
        (Authentication::Basic, "Basic: client id and secret"),
        (Authentication::BasicRaw, "Basic: the same, not form-encoded first"),
        (Authentication::BasicOrNone, "Basic with a secret, else the client id in the form"),
        (Authentication::BasicRawOrNone, "The same, not form-encoded first"),
        (Authentication::BasicUser, "Basic: user id and secret"),
        (Authentication::BasicSecret, "Basic: the secret as user, no password"),
        (Authentication::Certificate, "Client certificate (not built yet)"),
        (Authentication::PrivateKeyJwt, "Assertion signed with a private key"),
        (Authentication::ClientSecretJwt, "Assertion signed with the secret"),
    ];
    choice(ui, "Authentication", &mut call.authentication, &authentications, None);
    ui.add_space(8.0);
    body_ui(ui, call);
    disclosure(ui, "Headers and query", !call.headers.is_empty() || !call.query.is_empty(), |ui| {
        let help = "One Name: value a line.";
        Field::new("Headers").help(help).example("Accept: application/json").optional().show_lines(
            ui,
            &mut call.headers,
            2,
        );
        ui.add_space(8.0);
        let help = "One name=value a line, or as it stands in a URL.";
        Field::new("Query").help(help).optional().show_lines(ui, &mut call.query, 2);
    });
    ui.label(small(ui, PLACEHOLDERS));
}

fn body_ui(ui: &mut Ui, call: &mut CallDraft) {
    ui.label(label("Body"));
    let mut kind = call.body_kind;
    let kinds =
        [(BodyKind::Form, "Form"), (BodyKind::Json, "JSON"), (BodyKind::Text, "Raw text"), (BodyKind::None, "None")];
    segmented(ui, "Body kind", &mut kind, &kinds);
    if kind != call.body_kind {
        call.change_body_kind(kind);
    }
    ui.add_space(4.0);
    if kind == BodyKind::Text {
        Field::new("Content type").mono().show(ui, &mut call.content_type);
    }
    let help = match kind {
        BodyKind::None => return,
        BodyKind::Form => "One name=value a line, or as it stands in a URL. What is empty is left out.",
        BodyKind::Json => "JSON; values are escaped for it.",
        BodyKind::Text => "Sent as it is; values are escaped when the content type says XML.",
    };
    Field::new("Body text").help(help).unlabelled().show_lines(ui, &mut call.body, 5);
}

/// The exact request, secrets masked, or why there is none yet.
fn preview_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    section(ui, "What will be sent", |ui| match rendered(model, draft) {
        Err(words) => {
            banner(ui, Tone::Info, &words);
        }
        Ok(call) => {
            if call.url.to_secret().expose().starts_with("http://") {
                notice(ui, Tone::Warning, "Not encrypted", "Plain http is sent to this machine only.");
                ui.add_space(8.0);
            }
            let preview = call.preview(&draft.reveal);
            CodeBlock::new("Request", &preview).copies(None).guarded().show(ui);
            assertion_ui(ui, model, draft);
            ui.horizontal_wrapped(|ui| {
                let hint = "Variables stand in it for the secrets";
                copy_named_button(ui, "as curl", &call.to_curl()).on_hover_text(hint);
                reveal_ui(ui, draft, &call);
            });
        }
    });
}

/// What the assertion in it says; it is signed when the call is sent.
fn assertion_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let Some(material) = draft.context(model) else { return };
    let call = called(&material, draft.tab).ok();
    let Some(shown) = call.and_then(|call| material.shown_assertion(call, draft.now)) else { return };
    ui.add_space(8.0);
    let text = format!("{}\n.\n{}\n.\n{MASK}", shown.header, shown.claims);
    CodeBlock::new("Assertion, decoded; signed when the call is sent", &text).copies(None).show(ui);
}

/// The call as it would be sent now, or what is missing.
pub(crate) fn rendered(model: &Model, draft: &Draft) -> Result<Call, crate::diagnosis::Diagnosis> {
    let material = draft.context(model).ok_or_else(|| {
        let errors = draft.errors();
        let first = errors.first().map(|error| error.diagnosis.summary.clone());
        crate::diagnosis::Diagnosis::new(first.unwrap_or_else(|| "the profile is not complete".to_owned()))
            .hint("go back to the step where it is asked for")
    })?;
    let call = material.preview(called(&material, draft.tab)?, draft.now);
    call.map_err(|failure| failure.diagnosis)
}

/// The call of a tab.
fn called(material: &CallContext, tab: TokenTab) -> Result<&CallTemplate, crate::diagnosis::Diagnosis> {
    let service = &material.profile.service;
    match tab {
        TokenTab::Bearer => Ok(&service.token_request),
        TokenTab::Refresh => service.refresh_request.as_ref().ok_or_else(|| RenderError::NoUrl.diagnose()),
    }
}

/// A button for each secret value in the call.
fn reveal_ui(ui: &mut Ui, draft: &mut Draft, call: &Call) {
    for name in call.secret_names() {
        let words = name.replace('_', " ");
        let shown = draft.reveal.contains(&name);
        if secondary_button(ui, &format!("{} {words}", if shown { "Mask" } else { "Reveal" })).clicked() {
            if shown {
                draft.reveal.remove(&name);
            } else {
                draft.reveal.insert(name);
            }
        }
    }
}
