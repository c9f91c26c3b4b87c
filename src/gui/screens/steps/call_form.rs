//! A call as it is typed, and beside it exactly what will be sent.

use egui::Ui;

use crate::app::CallContext;
use crate::call::{Authentication, Call, CallTemplate, Method, RenderError};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::gui::drafts::{Draft, Focus, NextView, TokenTab};
use crate::gui::model::Model;
use crate::gui::screens::lead_to;
use crate::gui::texts::{common, requests as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    CodeBlock, Field, banner, choice, copy_named_button, disclosure, labelled_segmented, notice, secondary_button,
    section,
};
use crate::oauth::{GrantType, ProfileSecrets};
use crate::service::{Asks, BodyKind, CallFields, Catalog, ProfileDraft, Start};

/// Shows what must be typed, exactly what will be sent, and the request to change it.
pub(crate) fn call_form_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let tab = draft.tokens_step.tab;
    let Some(profile) = &mut draft.profile else { return };
    section(ui, texts::SECRETS, |ui| {
        secrets_ui(ui, profile, &mut draft.secrets, &mut draft.next_view);
        let is_at_hand =
            profile.service.start == Start::RefreshToken || profile.grant() == Some(GrantType::RefreshToken);
        if tab == TokenTab::RefreshRequest || is_at_hand {
            let pasted = &mut draft.secrets.refresh_token;
            Field::new(texts::REFRESH_TOKEN).help(texts::REFRESH_TOKEN_HELP).optional().show_secret(ui, pasted);
        }
    });
    preview_ui(ui, model, draft);
    let (Some(computed), Some(profile)) = (draft.computed(), &mut draft.profile) else { return };
    if profile.service.signs_tokens() {
        return;
    }
    // A preset knows its request; a service described by hand begins with it.
    let described = profile.service.id == Catalog::CUSTOM;
    disclosure(ui, texts::CHANGE_REQUEST, described, |ui| {
        if tab == TokenTab::TokenRequest {
            Field::new(texts::GRANT_TYPE).help(texts::GRANT_TYPE_HELP).mono().show(ui, &mut profile.grant_type);
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
        let mut field =
            Field::new(&label).help(if service.signs_tokens() { texts::SECRET_SIGNS_HELP } else { texts::SECRET_HELP });
        if profile.asks == Asks::OptionalSecret {
            field = field.optional();
        }
        let field = field.show_secret(ui, &mut secrets.client_secret);
        let is_wanted = profile.asks != Asks::OptionalSecret;
        lead_to(&field, Focus::Missing, is_wanted && secrets.client_secret.is_empty(), next_view);
        let is_sent = !service.signs_tokens();
        if is_sent && !(secrets.client_secret.is_empty() && secrets.second_client_secret.is_empty()) {
            let field = Field::new(texts::SECOND_SECRET).help(texts::SECOND_SECRET_HELP).optional();
            field.show_secret(ui, &mut secrets.second_client_secret);
        }
    }
    if service.wants_password() && profile.asks != Asks::UserAndSecret {
        let field = Field::new(texts::PASSWORD).help(texts::PASSWORD_HELP).show_secret(ui, &mut secrets.password);
        lead_to(&field, Focus::Missing, secrets.password.is_empty(), next_view);
    }
}

fn request_ui(ui: &mut Ui, call: &mut CallFields, next_view: &mut NextView) {
    labelled_segmented(ui, common::METHOD, &mut call.method, &Method::ALL.map(|method| (method, method.as_str())));
    let field = Field::new(common::URL).example(common::TOKEN_URL_EXAMPLE).mono().show(ui, &mut call.url);
    lead_to(&field, Focus::Missing, call.url.trim().is_empty(), next_view);
    let authentications = [
        (Authentication::None, texts::NO_AUTHENTICATION),
        (Authentication::Basic, texts::BASIC),
        (Authentication::BasicRaw, texts::BASIC_RAW),
        (Authentication::BasicOrNone, texts::BASIC_OR_NONE),
        (Authentication::BasicRawOrNone, texts::BASIC_RAW_OR_NONE),
        (Authentication::BasicUser, texts::BASIC_USER),
        (Authentication::BasicSecret, texts::BASIC_SECRET),
        (Authentication::TlsClientAuth, texts::TLS_CLIENT_AUTH),
        (Authentication::SelfSignedTlsClientAuth, texts::SELF_SIGNED_TLS_CLIENT_AUTH),
        (Authentication::PrivateKeyJwt, texts::PRIVATE_KEY_JWT),
        (Authentication::ClientSecretJwt, texts::CLIENT_SECRET_JWT),
    ];
    choice(ui, texts::AUTHENTICATION, &mut call.authentication, &authentications, None);
    body_ui(ui, call);
    disclosure(ui, texts::HEADERS_AND_QUERY, !call.headers.is_empty() || !call.query.is_empty(), |ui| {
        Field::new(common::HEADERS).help(texts::HEADERS_HELP).example(texts::HEADERS_EXAMPLE).optional().show_lines(
            ui,
            &mut call.headers,
            2,
        );
        Field::new(texts::QUERY).help(texts::QUERY_HELP).optional().show_lines(ui, &mut call.query, 2);
    });
    ui.label(small(ui, texts::PLACEHOLDERS));
}

fn body_ui(ui: &mut Ui, call: &mut CallFields) {
    let mut kind = call.body_kind;
    let kinds = [
        (BodyKind::Form, texts::FORM),
        (BodyKind::Json, texts::JSON),
        (BodyKind::Text, texts::RAW_TEXT),
        (BodyKind::None, texts::NO_BODY),
    ];
    labelled_segmented(ui, common::BODY, &mut kind, &kinds);
    if kind != call.body_kind {
        call.change_body_kind(kind);
    }
    ui.add_space(4.0);
    if kind == BodyKind::Text {
        Field::new(texts::CONTENT_TYPE).mono().show(ui, &mut call.content_type);
    }
    let help = match kind {
        BodyKind::None => return,
        BodyKind::Form => texts::FORM_HELP,
        BodyKind::Json => texts::JSON_HELP,
        BodyKind::Text => texts::RAW_TEXT_HELP,
    };
    Field::new(texts::BODY_TEXT).help(help).unlabelled().show_lines(ui, &mut call.body, 5);
}

/// The exact request, secrets masked, or why there is none yet.
fn preview_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if signs_tokens(draft) {
        return signed_token_ui(ui, model, draft);
    }
    section(ui, texts::WILL_BE_SENT, |ui| match rendered(model, draft) {
        Err(words) => banner(ui, Tone::Info, &words),
        Ok(call) => {
            if call.url.to_secret().expose().starts_with("http://") {
                notice(ui, Tone::Warning, texts::NOT_ENCRYPTED, texts::NOT_ENCRYPTED_HELP);
            }
            let lookup = context(model, draft).ok().and_then(|context| context.next_lookup().cloned());
            if let Some(lookup) = lookup {
                ui.label(small(ui, texts::first_lookup(lookup.label)));
            }
            let preview = call.preview(&draft.tokens_step.revealed.request);
            CodeBlock::new(common::REQUEST, &preview).copies(None).guarded().show(ui);
            assertion_ui(ui, model, draft);
            ui.horizontal_wrapped(|ui| {
                copy_named_button(ui, common::COPIED_CURL, &call.to_curl()).on_hover_text(common::CURL_HINT);
                reveal_ui(ui, draft, &call);
            });
        }
    });
}

/// What the next access token says, where it is signed here.
fn signed_token_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    section(ui, texts::WILL_BE_SIGNED, |ui| match signed(model, draft) {
        Err(words) => banner(ui, Tone::Info, &words),
        Ok(shown) => {
            ui.label(small(ui, texts::WILL_BE_SIGNED_HELP));
            CodeBlock::new(texts::DECODED_ACCESS_TOKEN, &shown).copies(None).show(ui);
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
    let named = [(texts::DECODED_ASSERTION, assertion), (texts::DECODED_PROOF, proof)];
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
        Diagnosis::new(first.unwrap_or_else(|| texts::INCOMPLETE.to_owned())).hint(texts::INCOMPLETE_HINT)
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
        if secondary_button(ui, &if shown { texts::mask(words) } else { texts::reveal(words) }).clicked() {
            if shown {
                draft.tokens_step.revealed.request.remove(&name);
            } else {
                draft.tokens_step.revealed.request.insert(name);
            }
        }
    }
}
