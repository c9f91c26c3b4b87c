//! The client as the service knows it: its ID and secret, what the service wants to know besides, and the scopes.

use std::collections::BTreeMap;

use egui::Ui;

use crate::call::{Parameter, write_parameters};
use crate::diagnosis::Diagnose as _;
use crate::gui::draft::{Draft, Focus, NextView};
use crate::gui::model::Model;
use crate::gui::screens::{call_form, endpoints, lead_to, strict};
use crate::gui::theme::small;
use crate::gui::widgets::{
    Field as TextField, SHORT, chips, choice, disclosure, labelled_segmented, section, toggle, told,
};
use crate::oauth::{AssertionAlgorithm, GrantType, KeyManagement, Pkce, RequestEncryption, ResponseMode, detail_types};
use crate::secret::Secret;
use crate::service::{Asks, ExpiryDate, Field, FieldError, Input, ProfileDraft, ValueSource};

/// Shows the fields of the client, its secrets and scopes.
pub(crate) fn client_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, errors: &[FieldError]) {
    let is_described = draft.profile.as_ref().is_some_and(|profile| endpoints::is_described(model, profile));
    let Draft { profile: Some(profile), next_view, secrets, .. } = draft else { return };
    section(ui, "Client", |ui| {
        inputs_ui(ui, profile, errors, next_view);
        let label = profile.service.labels.client_id.clone();
        let wrong = errors.iter().find(|error| error.field == Field::ClientId).map(|error| told(&error.diagnosis));
        let help = "Issued by the service when you register your client.";
        let field = TextField::new(&label).help(help).error(wrong.as_deref()).mono().show(ui, &mut profile.client_id);
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
        more_ui(ui, profile, (is_described, has_certificate), errors, next_view);
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
    let field = TextField::new("Secret expires").help("As the service's console says; the calendar shows it.");
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
        disclosure(ui, "Read from elsewhere", false, |ui| sources_ui(ui, profile, &inputs));
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
    ui.label(small(ui, "Stored in the vault, never in a plain file."));
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
    let label = format!("{} is read from", input.label);
    TextField::new(&label)
        .help("Another profile, a file, a variable or a command of this machine, each time it is sent; empty for the vault.")
        .example("profile:acme")
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
        chips(ui, "Scopes", &options, &mut profile.ticked);
    }
    let label = if known.is_empty() { "Scopes" } else { "More scopes" };
    let separator = match profile.service.scopes.separator.as_str() {
        "," => "a comma",
        ";" => "a semicolon",
        _ => "a space",
    };
    let help = format!("Separated by {separator}, as this service requires.");
    TextField::new(label).help(help.as_str()).optional().mono().show(ui, &mut profile.typed_scopes);
}

/// The ways of the code challenge, as RFC 7636 writes them; the second is one service's own.
const PKCE: [(Pkce, &str); 4] =
    [(Pkce::S256, "S256"), (Pkce::S256Hex, "S256 in hex"), (Pkce::Plain, "plain"), (Pkce::Off, "off")];

/// The algorithms of proofs that services take; a preset may name others.
const BINDINGS: [(Option<AssertionAlgorithm>, &str); 4] = [
    (None, "Bearer tokens"),
    (Some(AssertionAlgorithm::ES256), "Bound to a key, ES256"),
    (Some(AssertionAlgorithm::ES384), "Bound to a key, ES384"),
    (Some(AssertionAlgorithm::PS256), "Bound to a key, PS256"),
];

/// How the authorization request is signed.
const SIGNED_REQUESTS: [(Option<AssertionAlgorithm>, &str); 5] = [
    (None, "Not signed"),
    (Some(AssertionAlgorithm::ES256), "Signed, ES256"),
    (Some(AssertionAlgorithm::PS256), "Signed, PS256"),
    (Some(AssertionAlgorithm::ES384), "Signed, ES384"),
    (Some(AssertionAlgorithm::RS256), "Signed, RS256"),
];

/// How the authorization response comes back.
const RESPONSE_MODES: [(Option<ResponseMode>, &str); 8] = [
    (None, "As the service sends it"),
    (Some(ResponseMode::Query), "In the address (query)"),
    (Some(ResponseMode::FormPost), "In a form (form_post)"),
    (Some(ResponseMode::Fragment), "In the fragment (fragment)"),
    (Some(ResponseMode::Jwt), "Signed (jwt)"),
    (Some(ResponseMode::QueryJwt), "Signed, in the address (query.jwt)"),
    (Some(ResponseMode::FormPostJwt), "Signed, in a form (form_post.jwt)"),
    (Some(ResponseMode::FragmentJwt), "Signed, in the fragment (fragment.jwt)"),
];

fn more_ui(
    ui: &mut Ui,
    profile: &mut ProfileDraft,
    (is_described, has_certificate): (bool, bool),
    errors: &[FieldError],
    next_view: &mut NextView,
) {
    let leads = errors.iter().any(|error| error.field == Field::AuthorizationUrl) && !is_described;
    disclosure(ui, "More about the authorization", leads, |ui| {
        let options = [
            (Asks::Nothing, "No secret"),
            (Asks::Secret, "Secret"),
            (Asks::OptionalSecret, "Optional secret"),
            (Asks::UserAndSecret, "User ID and secret"),
        ];
        choice(ui, "The client has", &mut profile.asks, &options, None);
        let help = "A bound token is worth nothing without a key that stays in the vault (DPoP, RFC 9449). The service must expect it.";
        choice(ui, "Access tokens", &mut profile.service.dpop, &BINDINGS, Some(help));
        let help =
            "If the client is registered so: its responses, ID tokens or userinfo. Your private key decrypts them.";
        toggle(ui, "The service encrypts to my key", &mut profile.service.encrypts_to_client, Some(help));
        let help = "You sign in with the browser, and the service sends back a code.";
        toggle(ui, "This service requires client-flow authorization", &mut profile.client_flow, Some(help));
        if !profile.customised().wants_client_certificate() || profile.client_certificate {
            let help =
                "A gateway in front of the service does, or its tokens are bound to the certificate (mutual TLS).";
            let label = "The service's servers want a client certificate";
            toggle(ui, label, &mut profile.client_certificate, Some(help));
        }
        if !profile.client_flow {
            return;
        }
        if !is_described {
            endpoints::authorization_url_ui(ui, profile, errors, next_view);
        }
        TextField::new("Account")
            .help("Who must sign in, by the name, e-mail or ID that the service gives. Anybody else is refused.")
            .example("ada@example.com")
            .optional()
            .show(ui, &mut profile.account);
        strict::choice_ui(ui, profile, has_certificate);
        signed_request_ui(ui, profile);
        response_mode_ui(ui, profile);
        details_ui(ui, profile);
        labelled_segmented(ui, "PKCE", &mut profile.pkce, &PKCE);
        let help = "Binds the code to this program (RFC 7636). Turn it off only if the service rejects it.";
        ui.label(small(ui, help));
        offers_ui(ui, profile);
        if is_described {
            return;
        }
        TextField::new("Extra parameters")
            .help("One name=value per line, added to the authorization URL.")
            .example("login_hint=ada@example.com")
            .optional()
            .show_lines(ui, &mut profile.extra, 2);
    });
}

/// Whether the authorization request is signed, and encrypted.
fn signed_request_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let help =
        "A request that your private key signs (JAR, RFC 9101) cannot be changed on its way through the browser.";
    let mut signed = profile.service.signed_request;
    if choice(ui, "Authorization request", &mut signed, &SIGNED_REQUESTS, Some(help)).changed() {
        profile.service.set_signed_request(signed);
    }
    if signed.is_some() {
        encrypted_request_ui(ui, profile);
    }
}

/// By what the signed request is encrypted; a preset may name another way.
fn encrypted_request_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let by = |algorithm| Some(RequestEncryption { algorithm, contents: None });
    let mut options =
        vec![(None, "Not encrypted".to_owned()), (by(None), "Encrypted, as the service offers".to_owned())];
    let algorithms = KeyManagement::ALL.into_iter();
    options.extend(algorithms.map(|algorithm| (by(Some(algorithm)), format!("Encrypted, {}", algorithm.as_str()))));
    let chosen = profile.service.encrypted_request;
    if let Some(own) = chosen.filter(|_| !options.iter().any(|(option, _)| *option == chosen)) {
        options.push((Some(own), format!("Encrypted, {own}")));
    }
    let options: Vec<_> = options.iter().map(|(option, words)| (*option, words.as_str())).collect();
    let help = "Only the service can read it then: it is encrypted to a key that the service publishes.";
    choice(ui, "Encryption of the request", &mut profile.service.encrypted_request, &options, Some(help));
}

/// What is asked for in detail, as JSON that is checked while it is typed.
fn details_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let mut text = profile.service.authorization_details().unwrap_or_default().to_owned();
    let wrong = detail_types(&text).err().map(|error| told(&error.diagnose()));
    let field = TextField::new("Authorization details")
        .help("What you ask for in detail (RAR, RFC 9396), such as one payment: a JSON list of objects, each with a type.")
        .example("[{\"type\": \"account_information\"}]")
        .optional()
        .mono()
        .error(wrong.as_deref());
    if field.show_lines(ui, &mut text, 2).changed() {
        profile.set_authorization_details(&text);
    }
    if !text.trim().is_empty() && profile.takes_token_details() {
        token_details_ui(ui, profile);
    }
}

/// What this profile's tokens are for, of all that the person agrees to.
fn token_details_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let mut text = profile.token_details();
    let wrong = detail_types(&text).err().map(|error| told(&error.diagnose()));
    let field = TextField::new("Details of the token")
        .help("What these tokens are for, of all that is asked for above (RFC 9396 section 6); empty for all of it.")
        .example("[{\"type\": \"account_information\"}]")
        .optional()
        .mono()
        .error(wrong.as_deref());
    if field.show_lines(ui, &mut text, 2).changed() {
        // A request that has no place for them is not offered this field.
        drop(profile.set_token_details(&text));
    }
}

fn response_mode_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let before = profile.service.response_mode();
    let mut chosen = before;
    let help = "A signed response (JARM) is believed only if the service signed it, for this client and this sign-in.";
    choice(ui, "Authorization response", &mut chosen, &RESPONSE_MODES, Some(help));
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
