//! A call as it is typed, and beside it exactly what will be sent.

use egui::Ui;

use crate::app::CallContext;
use crate::call::{Authentication, Call, CallTemplate, Method, RenderError};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::gui::draft::{Draft, Focus, NextView, TokenTab};
use crate::gui::model::Model;
use crate::gui::screens::lead_to;
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    CodeBlock, Field, banner, choice, copy_named_button, disclosure, labelled_segmented, notice, secondary_button,
    section,
};
use crate::oauth::{GrantType, ProfileSecrets};
use crate::service::{Asks, BodyKind, CallFields, Catalog, ProfileDraft, Start};

const PLACEHOLDERS: &str = "Placeholders: <client_id> <client_secret> <user_name> <code> <redirect_uri> <scope> <grant_type> \
    <code_verifier> <token> <refresh_token>, the service's inputs, and the other response parameters.";

/// Shows what must be typed, exactly what will be sent, and the request to change it.
pub(crate) fn call_form_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let tab = draft.tokens_step.tab;
    let Some(profile) = &mut draft.profile else { return };
    section(ui, "Secrets", |ui| {
        secrets_ui(ui, profile, &mut draft.secrets, &mut draft.next_view);
        let is_at_hand =
            profile.service.start == Start::RefreshToken || profile.grant() == Some(GrantType::RefreshToken);
        if tab == TokenTab::RefreshRequest || is_at_hand {
            let help = "If empty, the one from the last response is used.";
            let pasted = &mut draft.secrets.refresh_token;
            Field::new("Refresh token to use").help(help).optional().show_secret(ui, pasted);
        }
    });
    preview_ui(ui, model, draft);
    let (Some(computed), Some(profile)) = (draft.computed(), &mut draft.profile) else { return };
    if profile.service.signs_tokens() {
        return;
    }
    // A preset knows its request; a service described by hand begins with it.
    let described = profile.service.id == Catalog::CUSTOM;
    disclosure(ui, "Change the request", described, |ui| {
        if tab == TokenTab::TokenRequest {
            Field::new("Grant type").help("The value of <grant_type>.").mono().show(ui, &mut profile.grant_type);
        }
        let call = match tab {
            TokenTab::TokenRequest => &mut profile.token_request,
            TokenTab::RefreshRequest => &mut profile.refresh_request,
        };
        request_ui(ui, call, &mut draft.next_view);
        for (name, words) in computed.parameter_help(tab) {
            ui.label(small(ui, format!("{name}: {words}")));
        }
        profile.settle_assertion();
    });
}

/// The secrets that the calls need, and the id of the user beside them.
pub(crate) fn secrets_ui(
    ui: &mut Ui,
    profile: &mut ProfileDraft,
    secrets: &mut ProfileSecrets,
    next_view: &mut NextView,
) {
    let service = profile.customised();
    if service.wants_user_name() {
        let field = Field::new(&profile.service.labels.user_name.clone()).mono().show(ui, &mut profile.user_name);
        lead_to(&field, Focus::Missing, profile.user_name.is_empty(), next_view);
    }
    if profile.asks != Asks::Nothing {
        let label = profile.service.labels.client_secret.clone();
        let mut field = Field::new(&label).help(if service.signs_tokens() {
            "Stored in the vault; the token is signed with it, and it is sent to nobody."
        } else {
            "Stored in the vault; sent only to the host in the preview."
        });
        if profile.asks == Asks::OptionalSecret {
            field = field.optional();
        }
        let field = field.show_secret(ui, &mut secrets.client_secret);
        let is_wanted = profile.asks != Asks::OptionalSecret;
        lead_to(&field, Focus::Missing, is_wanted && secrets.client_secret.is_empty(), next_view);
        let is_sent = !service.signs_tokens();
        if is_sent && !(secrets.client_secret.is_empty() && secrets.second_client_secret.is_empty()) {
            let help = "While one is being replaced: it is sent where the service refuses the other.";
            let field = Field::new("Second client secret").help(help).optional();
            field.show_secret(ui, &mut secrets.second_client_secret);
        }
    }
    if service.wants_password() && profile.asks != Asks::UserAndSecret {
        let help = "The user's own password. Stored in the vault; sent only to the host in the preview.";
        let field = Field::new("Password").help(help).show_secret(ui, &mut secrets.password);
        lead_to(&field, Focus::Missing, secrets.password.is_empty(), next_view);
    }
}

fn request_ui(ui: &mut Ui, call: &mut CallFields, next_view: &mut NextView) {
    labelled_segmented(ui, "Method", &mut call.method, &Method::ALL.map(|method| (method, method.as_str())));
    let field = Field::new("URL").example("https://example.com/oauth2/token").mono().show(ui, &mut call.url);
    lead_to(&field, Focus::Missing, call.url.trim().is_empty(), next_view);
    let authentications = [
        (Authentication::None, "None, or in query or body"),
        (Authentication::Basic, "Basic: client ID and secret"),
        (Authentication::BasicRaw, "Basic: client ID and secret, not form-encoded"),
        (Authentication::BasicOrNone, "Basic with a secret, otherwise client ID in the body"),
        (Authentication::BasicRawOrNone, "The same, with Basic not form-encoded"),
        (Authentication::BasicUser, "Basic: user ID and secret"),
        (Authentication::BasicSecret, "Basic: secret as user name, no password"),
        (Authentication::TlsClientAuth, "Client certificate of an authority (mutual TLS)"),
        (Authentication::SelfSignedTlsClientAuth, "Self-signed client certificate (mutual TLS)"),
        (Authentication::PrivateKeyJwt, "Assertion signed with a private key"),
        (Authentication::ClientSecretJwt, "Assertion signed with the secret"),
    ];
    choice(ui, "Authentication", &mut call.authentication, &authentications, None);
    body_ui(ui, call);
    disclosure(ui, "Headers and query", !call.headers.is_empty() || !call.query.is_empty(), |ui| {
        let help = "One Name: value per line.";
        Field::new("Headers").help(help).example("Accept: application/json").optional().show_lines(
            ui,
            &mut call.headers,
            2,
        );
        let help = "One name=value per line, or a query string.";
        Field::new("Query").help(help).optional().show_lines(ui, &mut call.query, 2);
    });
    ui.label(small(ui, PLACEHOLDERS));
}

fn body_ui(ui: &mut Ui, call: &mut CallFields) {
    let mut kind = call.body_kind;
    let kinds =
        [(BodyKind::Form, "Form"), (BodyKind::Json, "JSON"), (BodyKind::Text, "Raw text"), (BodyKind::None, "None")];
    labelled_segmented(ui, "Body", &mut kind, &kinds);
    if kind != call.body_kind {
        call.change_body_kind(kind);
    }
    ui.add_space(4.0);
    if kind == BodyKind::Text {
        Field::new("Content type").mono().show(ui, &mut call.content_type);
    }
    let help = match kind {
        BodyKind::None => return,
        BodyKind::Form => "One name=value per line, or a query string. Empty values are omitted.",
        BodyKind::Json => "JSON; values are escaped.",
        BodyKind::Text => "Sent as is; values are escaped if the content type is XML.",
    };
    Field::new("Body text").help(help).unlabelled().show_lines(ui, &mut call.body, 5);
}

/// The exact request, secrets masked, or why there is none yet.
fn preview_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if signs_tokens(draft) {
        return signed_token_ui(ui, model, draft);
    }
    section(ui, "What will be sent", |ui| match rendered(model, draft) {
        Err(words) => banner(ui, Tone::Info, &words),
        Ok(call) => {
            if call.url.to_secret().expose().starts_with("http://") {
                notice(ui, Tone::Warning, "Not encrypted", "Plain HTTP is sent to this machine only.");
            }
            let lookup = context(model, draft).ok().and_then(|context| context.next_lookup().cloned());
            if let Some(lookup) = lookup {
                ui.label(small(ui, format!("First a lookup: {}", lookup.label)));
            }
            let preview = call.preview(&draft.tokens_step.revealed.request);
            CodeBlock::new("Request", &preview).copies(None).guarded().show(ui);
            assertion_ui(ui, model, draft);
            ui.horizontal_wrapped(|ui| {
                let hint = "Secrets are replaced by shell variables";
                copy_named_button(ui, "as curl", &call.to_curl()).on_hover_text(hint);
                reveal_ui(ui, draft, &call);
            });
        }
    });
}

/// What the next access token says, where it is signed here.
fn signed_token_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    section(ui, "What will be signed", |ui| match signed(model, draft) {
        Err(words) => banner(ui, Tone::Info, &words),
        Ok(shown) => {
            ui.label(small(ui, "The service takes this token as it is: nothing is sent to get it."));
            CodeBlock::new("Decoded access token", &shown).copies(None).show(ui);
        }
    });
}

fn signs_tokens(draft: &Draft) -> bool {
    draft.profile.as_ref().is_some_and(|profile| profile.service.signs_tokens())
}

/// What the assertion and the proof in it say; they are signed when the call is sent.
fn assertion_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    let Some(context) = draft.context(model) else { return };
    let call = called(&context, draft.tokens_step.tab).ok();
    let Some(call) = call else { return };
    let assertion = context.shown_assertion(call, draft.clock.now);
    let proof = context.shown_possession(call, draft.clock.now).map(|shown| shown.lines());
    let named = [
        ("Decoded assertion (signed when the request is sent)", assertion),
        ("Decoded proof of possession (signed when the request is sent)", proof),
    ];
    for (name, shown) in named.into_iter().filter_map(|(name, shown)| Some((name, shown?))) {
        CodeBlock::new(name, &shown).copies(None).show(ui);
    }
}

/// What is missing for the call of the tab, or for the token that is signed; `None` if nothing is.
pub(crate) fn missing(model: &Model, draft: &Draft) -> Option<Diagnosis> {
    if signs_tokens(draft) { signed(model, draft).err() } else { rendered(model, draft).err() }
}

fn context(model: &Model, draft: &Draft) -> Result<CallContext, Diagnosis> {
    draft.context(model).ok_or_else(|| {
        let errors = draft.errors();
        let first = errors.first().map(|error| error.diagnosis.summary.clone());
        Diagnosis::new(first.unwrap_or_else(|| "the profile is incomplete".to_owned()))
            .hint("go back to the step that asks for it")
    })
}

/// The access token as it would be signed now, or what is missing.
fn signed(model: &Model, draft: &Draft) -> Result<String, Diagnosis> {
    let shown = context(model, draft)?.shown_token(draft.clock.now);
    shown.map_err(|failure| failure.diagnosis)
}

/// The call as it would be sent now, or what is missing.
fn rendered(model: &Model, draft: &Draft) -> Result<Call, Diagnosis> {
    let context = context(model, draft)?;
    let call = context.preview(called(&context, draft.tokens_step.tab)?, draft.clock.now);
    call.map_err(|failure| failure.diagnosis)
}

/// The call of a tab, or the lookup that comes before it.
fn called(context: &CallContext, tab: TokenTab) -> Result<&CallTemplate, Diagnosis> {
    let service = &context.profile.service;
    if let Some(lookup) = context.next_lookup() {
        return Ok(&lookup.call);
    }
    match tab {
        TokenTab::TokenRequest => Ok(&service.token_request),
        TokenTab::RefreshRequest => service.refresh_request.as_ref().ok_or_else(|| RenderError::NoUrl.diagnose()),
    }
}

/// A button for each secret value in the call.
fn reveal_ui(ui: &mut Ui, draft: &mut Draft, call: &Call) {
    for name in call.secret_names() {
        let words = name.replace('_', " ");
        let shown = draft.tokens_step.revealed.request.contains(&name);
        if secondary_button(ui, &format!("{} {words}", if shown { "Mask" } else { "Reveal" })).clicked() {
            if shown {
                draft.tokens_step.revealed.request.remove(&name);
            } else {
                draft.tokens_step.revealed.request.insert(name);
            }
        }
    }
}
