//! The client as the service knows it: its ID and secret, what the service wants to know besides, and the scopes.

use std::collections::BTreeMap;

use egui::Ui;

use crate::call::{Parameter, write_parameters};
use crate::diagnosis::Diagnose as _;
use crate::gui::drafts::{AuthorizationStep, Draft, Focus, NextView};
use crate::gui::model::Model;
use crate::gui::screens::lead_to;
use crate::gui::screens::steps::{call_form, details, endpoints, strict};
use crate::gui::texts::{client as texts, common};
use crate::gui::theme::small;
use crate::gui::widgets::{
    Field as TextField, SHORT, chips, choice, disclosure, labelled_segmented, section, toggle, told,
};
use crate::oauth::{AssertionAlgorithm, GrantType, KeyManagement, Pkce, RequestEncryption, ResponseMode};
use crate::secret::Secret;
use crate::service::{Asks, ExpiryDate, Field, FieldError, Input, ProfileDraft, ValueSource};

/// Shows the fields of the client, its secrets and scopes.
pub(crate) fn client_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, errors: &[FieldError]) {
    let is_described = draft.profile.as_ref().is_some_and(|profile| endpoints::is_described(model, profile));
    let Draft { profile: Some(profile), next_view, secrets, authorization_step, .. } = draft else { return };
    section(ui, texts::CLIENT, |ui| {
        inputs_ui(ui, profile, errors, next_view);
        let label = profile.service.labels.client_id.clone();
        let wrong = errors.iter().find(|error| error.field == Field::ClientId).map(|error| told(&error.diagnosis));
        let field = TextField::new(&label)
            .help(texts::CLIENT_HELP)
            .error(wrong.as_deref())
            .mono()
            .show(ui, &mut profile.client_id);
        lead_to(&field, Focus::Error, wrong.is_some(), next_view);
        // The call for the tokens follows the code at once, so what it needs is asked before the browser opens.
        call_form::secrets_ui(ui, profile, secrets, next_view);
        if profile.asks != Asks::Nothing && !secrets.client_secret.is_empty() {
            secret_expiry_ui(ui, profile, next_view);
        }
        secret_inputs_ui(ui, profile, &mut secrets.inputs);
        if profile.client_flow || profile.customised().wants("scope") {
            scopes_ui(ui, profile);
        }
        let has_certificate = secrets.client_certificate.is_some();
        more_ui(ui, (model, authorization_step), profile, (is_described, has_certificate), errors, next_view);
    });
}

/// What the service needs to know besides: an environment, an account. What comes with a private key is asked for beside it.
fn inputs_ui(ui: &mut Ui, profile: &mut ProfileDraft, errors: &[FieldError], next_view: &mut NextView) {
    let service = profile.service.clone();
    for input in service.inputs.iter().filter(|input| !input.secret && !service.is_of_key(&input.name)) {
        input_ui(ui, input, profile, errors, next_view);
    }
}

pub(crate) fn input_ui(
    ui: &mut Ui,
    input: &Input,
    profile: &mut ProfileDraft,
    errors: &[FieldError],
    next_view: &mut NextView,
) {
    let error = errors.iter().find(|error| error.field == Field::Input(input.name.clone()));
    let value = profile.inputs.entry(input.name.clone()).or_default();
    let help = Some(input.help.as_str()).filter(|help| !help.is_empty());
    if !input.choices.is_empty() {
        if value.is_empty() && !input.optional {
            value.clone_from(&input.choices[0].value);
        }
        let options: Vec<(String, &str)> =
            input.choices.iter().map(|choice| (choice.value.clone(), choice.label.as_str())).collect();
        choice(ui, &input.label, value, &options, help);
        return;
    }
    // What was typed is checked at once; that nothing was typed is said only when the person wants to go on.
    let typed_wrong = (!value.trim().is_empty()).then(|| input.parse(value).err()).flatten();
    let error = typed_wrong.map(|error| error.to_string()).or(error.map(|error| error.diagnosis.summary.clone()));
    let mut field = TextField::new(&input.label).help(help).example(input.example.as_str()).error(error.as_deref());
    if input.optional {
        field = field.optional();
    }
    let field = field.show(ui, value);
    lead_to(&field, Focus::Error, error.is_some(), next_view);
}

/// When the secret expires, which no request tells.
fn secret_expiry_ui(ui: &mut Ui, profile: &mut ProfileDraft, next_view: &mut NextView) {
    let wrong =
        ExpiryDate::typed(&profile.client_secret_expires).and_then(Result::err).map(|error| told(&error.diagnose()));
    let field = TextField::new(common::SECRET_EXPIRES).help(texts::SECRET_EXPIRES_HELP);
    let field = field.example("2027-03-31").optional().limit(SHORT).error(wrong.as_deref());
    let field = field.show(ui, &mut profile.client_secret_expires);
    lead_to(&field, Focus::Error, wrong.is_some(), next_view);
}

/// What the service needs to know and nobody else may.
fn secret_inputs_ui(ui: &mut Ui, profile: &mut ProfileDraft, typed: &mut BTreeMap<String, Secret>) {
    let inputs: Vec<Input> = profile.service.inputs.iter().filter(|input| input.secret).cloned().collect();
    if inputs.is_empty() {
        return;
    }
    let has_source =
        inputs.iter().any(|input| profile.sources.get(&input.name).is_some_and(|source| !source.is_empty()));
    // Whose grant it is lives for minutes, so hardly anybody pastes it.
    if has_source || matches!(profile.grant(), Some(GrantType::TokenExchange | GrantType::Saml2Bearer)) {
        sources_ui(ui, profile, &inputs);
    } else {
        disclosure(ui, texts::READ_FROM_ELSEWHERE, false, |ui| sources_ui(ui, profile, &inputs));
    }
    for input in &inputs {
        if profile.sources.get(&input.name).is_some_and(|source| !source.trim().is_empty()) {
            continue;
        }
        let help = Some(input.help.as_str()).filter(|help| !help.is_empty());
        let field = TextField::new(&input.label).help(help);
        let field = if input.optional { field.optional() } else { field };
        field.show_secret(ui, typed.entry(input.name.clone()).or_default());
    }
    ui.label(small(ui, texts::SECRETS_HELP));
}

fn sources_ui(ui: &mut Ui, profile: &mut ProfileDraft, inputs: &[Input]) {
    for input in inputs {
        source_ui(ui, input, profile.sources.entry(input.name.clone()).or_default());
    }
}

/// Where it is read whenever it is sent, in place of the vault.
fn source_ui(ui: &mut Ui, input: &Input, typed: &mut String) {
    let wrong = match typed.trim() {
        "" => None,
        typed => typed.parse::<ValueSource>().err().map(|error| told(&error.diagnose())),
    };
    let label = texts::is_read_from(&input.label);
    TextField::new(&label)
        .help(texts::IS_READ_FROM_HELP)
        .example(texts::IS_READ_FROM_EXAMPLE)
        .optional()
        .mono()
        .error(wrong.as_deref())
        .show(ui, typed);
}

fn scopes_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let known = profile.service.scopes.known.clone();
    if !known.is_empty() {
        let options: Vec<(&str, &str)> =
            known.iter().map(|scope| (scope.name.as_str(), scope.meaning.as_str())).collect();
        chips(ui, common::SCOPES, &options, &mut profile.ticked);
    }
    let label = if known.is_empty() { common::SCOPES } else { texts::MORE_SCOPES };
    let help = match profile.service.scopes.separator.as_str() {
        "," => texts::SEPARATED_BY_COMMA,
        ";" => texts::SEPARATED_BY_SEMICOLON,
        _ => texts::SEPARATED_BY_SPACE,
    };
    TextField::new(label).help(help).optional().mono().show(ui, &mut profile.typed_scopes);
}

/// The ways of the code challenge, as RFC 7636 writes them; the second is one service's own.
const PKCE: [(Pkce, &str); 4] = [
    (Pkce::S256, texts::PKCE_S256),
    (Pkce::S256Hex, texts::PKCE_S256_HEX),
    (Pkce::Plain, texts::PKCE_PLAIN),
    (Pkce::Off, texts::PKCE_OFF),
];

/// The algorithms of proofs that services take; a preset may name others.
const BINDINGS: [(Option<AssertionAlgorithm>, &str); 4] = [
    (None, texts::BEARER_TOKENS),
    (Some(AssertionAlgorithm::ES256), texts::BOUND_ES256),
    (Some(AssertionAlgorithm::ES384), texts::BOUND_ES384),
    (Some(AssertionAlgorithm::PS256), texts::BOUND_PS256),
];

/// How the authorization request is signed.
const SIGNED_REQUESTS: [(Option<AssertionAlgorithm>, &str); 5] = [
    (None, texts::NOT_SIGNED),
    (Some(AssertionAlgorithm::ES256), texts::SIGNED_ES256),
    (Some(AssertionAlgorithm::PS256), texts::SIGNED_PS256),
    (Some(AssertionAlgorithm::ES384), texts::SIGNED_ES384),
    (Some(AssertionAlgorithm::RS256), texts::SIGNED_RS256),
];

/// How the authorization response comes back.
const RESPONSE_MODES: [(Option<ResponseMode>, &str); 8] = [
    (None, texts::AS_SENT),
    (Some(ResponseMode::Query), texts::IN_QUERY),
    (Some(ResponseMode::FormPost), texts::IN_FORM),
    (Some(ResponseMode::Fragment), texts::IN_FRAGMENT),
    (Some(ResponseMode::Jwt), texts::SIGNED),
    (Some(ResponseMode::QueryJwt), texts::SIGNED_IN_QUERY),
    (Some(ResponseMode::FormPostJwt), texts::SIGNED_IN_FORM),
    (Some(ResponseMode::FragmentJwt), texts::SIGNED_IN_FRAGMENT),
];

fn more_ui(
    ui: &mut Ui,
    (model, step): (&Model, &mut AuthorizationStep),
    profile: &mut ProfileDraft,
    (is_described, has_certificate): (bool, bool),
    errors: &[FieldError],
    next_view: &mut NextView,
) {
    let leads = errors.iter().any(|error| error.field == Field::AuthorizationUrl) && !is_described;
    disclosure(ui, texts::MORE, leads, |ui| {
        let options = [
            (Asks::Nothing, texts::NO_SECRET),
            (Asks::Secret, texts::SECRET),
            (Asks::OptionalSecret, texts::OPTIONAL_SECRET),
            (Asks::UserAndSecret, texts::USER_AND_SECRET),
        ];
        choice(ui, texts::CLIENT_HAS, &mut profile.asks, &options, None);
        choice(ui, texts::ACCESS_TOKENS, &mut profile.service.dpop, &BINDINGS, Some(texts::ACCESS_TOKENS_HELP));
        toggle(ui, texts::ENCRYPTS_TO_ME, &mut profile.service.encrypts_to_client, Some(texts::ENCRYPTS_TO_ME_HELP));
        toggle(ui, texts::CLIENT_FLOW, &mut profile.client_flow, Some(texts::CLIENT_FLOW_HELP));
        if !profile.customised().wants_client_certificate() || profile.client_certificate {
            toggle(ui, texts::WANTS_CERTIFICATE, &mut profile.client_certificate, Some(texts::WANTS_CERTIFICATE_HELP));
        }
        if !profile.client_flow {
            return;
        }
        if !is_described {
            endpoints::authorization_url_ui(ui, profile, errors, next_view);
        }
        TextField::new(common::ACCOUNT)
            .help(texts::ACCOUNT_HELP)
            .example(texts::ACCOUNT_EXAMPLE)
            .optional()
            .show(ui, &mut profile.account);
        strict::choice_ui(ui, profile, has_certificate);
        signed_request_ui(ui, profile);
        response_mode_ui(ui, profile);
        details::details_ui(ui, model, profile, step);
        labelled_segmented(ui, texts::PKCE, &mut profile.pkce, &PKCE);
        ui.label(small(ui, texts::PKCE_HELP));
        offers_ui(ui, profile);
        if is_described {
            return;
        }
        TextField::new(common::EXTRA_PARAMETERS)
            .help(texts::EXTRA_PARAMETERS_HELP)
            .example(common::LOGIN_HINT_EXAMPLE)
            .optional()
            .show_lines(ui, &mut profile.extra, 2);
    });
}

/// Whether the authorization request is signed, and encrypted.
fn signed_request_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let mut signed = profile.service.signed_request;
    if choice(ui, texts::AUTHORIZATION_REQUEST, &mut signed, &SIGNED_REQUESTS, Some(texts::AUTHORIZATION_REQUEST_HELP))
        .changed()
    {
        profile.service.set_signed_request(signed);
    }
    if signed.is_some() {
        encrypted_request_ui(ui, profile);
    }
}

/// By what the signed request is encrypted; a preset may name another way.
fn encrypted_request_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let by = |algorithm| Some(RequestEncryption { algorithm, contents: None });
    let mut options = vec![(None, texts::NOT_ENCRYPTED.to_owned()), (by(None), texts::ENCRYPTED_AS_OFFERED.to_owned())];
    let algorithms = KeyManagement::ALL.into_iter();
    options.extend(algorithms.map(|algorithm| (by(Some(algorithm)), texts::encrypted(algorithm.as_str()))));
    let chosen = profile.service.encrypted_request;
    if let Some(own) = chosen.filter(|_| !options.iter().any(|(option, _)| *option == chosen)) {
        options.push((Some(own), texts::encrypted(own)));
    }
    let options: Vec<_> = options.iter().map(|(option, words)| (*option, words.as_str())).collect();
    choice(ui, texts::ENCRYPTION, &mut profile.service.encrypted_request, &options, Some(texts::ENCRYPTION_HELP));
}

fn response_mode_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let before = profile.service.response_mode();
    let mut chosen = before;
    choice(ui, texts::AUTHORIZATION_RESPONSE, &mut chosen, &RESPONSE_MODES, Some(texts::AUTHORIZATION_RESPONSE_HELP));
    if chosen != before {
        profile.set_response_mode(chosen);
    }
}

/// Parameters that the service knows and that are sent only if they are wanted.
fn offers_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let Some(authorization) = &profile.service.authorization else { return };
    for offer in &authorization.offers {
        let line = write_parameters(&[Parameter::new(&offer.name, &offer.value)]);
        let mut on = profile.extra.lines().any(|typed| typed.trim() == line);
        let label = format!("{}={}", offer.name, offer.value);
        if !toggle(ui, &label, &mut on, Some(&offer.meaning)).changed() {
            continue;
        }
        let others = profile.extra.lines().filter(|typed| typed.trim() != line);
        let lines: Vec<&str> = others.chain(on.then_some(line.as_str())).filter(|line| !line.is_empty()).collect();
        profile.extra = lines.join("\n");
    }
}
