//! A service that a person describes: where it is, by which grant it gives tokens, and how the client shows who it is.

use egui::Ui;

use crate::app::Imported;
use crate::dialect::{Issuer, Note};
use crate::gui::display_text::quoted;
use crate::gui::drafts::{Draft, Focus, NextView, TypedParameters};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Stand, Work};
use crate::gui::screens::profile::registered_client;
use crate::gui::screens::{entered, intent_button, lead_to, waiting_row, want};
use crate::gui::texts::{common, endpoints as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field as TextField, banner, choice, disclosure, notice, section, toggle, told};
use crate::oauth::GrantType;
use crate::service::{
    CallFields, Catalog, ClientAuthentication, Field, FieldError, OFFERED_GRANTS, ProfileDraft, wrong_url,
};

/// Whether the service is no preset, so that the person describes it.
pub(crate) fn is_described(model: &Model, profile: &ProfileDraft) -> bool {
    let id = &profile.service.id;
    id == Catalog::CUSTOM || !model.services.iter().any(|service| service.id == *id)
}

/// Shows the fields, and the way to have them filled in from the issuer's metadata.
pub(crate) fn endpoints_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, errors: &[FieldError]) {
    section(ui, common::SERVICE, |ui| {
        discovery_ui(ui, model, &mut draft.authorization_step.issuer);
        registered_client::offer_ui(ui, model, draft);
        let Draft { profile: Some(profile), next_view, authorization_step, .. } = draft else { return };
        let mut grant = profile.grant();
        choice(ui, texts::GRANT, &mut grant, &OFFERED_GRANTS, None);
        profile.choose_grant(grant);
        if grant == Some(GrantType::Saml2Bearer) {
            saml_ui(ui, profile);
        }
        if profile.client_flow {
            authorization_url_ui(ui, profile, errors, next_view);
        }
        token_url_ui(ui, profile, errors, next_view);
        if let Some(mut chosen) = profile.client_authentication() {
            let before = chosen;
            choice(ui, common::CLIENT_AUTHENTICATION, &mut chosen, &ClientAuthentication::OFFERED, None);
            if chosen != before {
                profile.choose_client_authentication(chosen);
            }
        }
        parameters_ui(ui, profile, &mut authorization_step.extra);
        ui.label(small(ui, texts::MORE_IN_STEP_3));
    });
}

/// Whether the assertion is written here; what it says stands with the private key.
fn saml_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let mut signs = profile.signs_saml();
    if toggle(ui, texts::WRITE_ASSERTION, &mut signs, Some(texts::WRITE_ASSERTION_HELP)).changed() {
        profile.set_signs_saml(signs);
    }
}

/// What the service wants in each request besides the parameters of the RFCs.
fn parameters_ui(ui: &mut Ui, profile: &mut ProfileDraft, extra: &mut [TypedParameters; 2]) {
    let [token, refresh] = extra;
    let is_used =
        !profile.extra.trim().is_empty() || token.text(&profile.token_request).is_some_and(|text| !text.is_empty());
    disclosure(ui, common::EXTRA_PARAMETERS, is_used, |ui| {
        ui.label(small(ui, texts::EXTRA_PARAMETERS_HELP));
        if profile.client_flow {
            let field = TextField::new(texts::EXTRA_OF_AUTHORIZATION).example(common::LOGIN_HINT_EXAMPLE);
            field.optional().show_lines(ui, &mut profile.extra, 2);
        }
        extra_ui(ui, texts::EXTRA_OF_TOKEN, &mut profile.token_request, token);
        extra_ui(ui, texts::EXTRA_OF_REFRESH, &mut profile.refresh_request, refresh);
    });
}

fn extra_ui(ui: &mut Ui, label: &str, call: &mut CallFields, typed: &mut TypedParameters) {
    let Some(text) = typed.text(call) else { return };
    let field = TextField::new(label).example(texts::EXTRA_EXAMPLE).optional();
    if field.show_lines(ui, text, 2).changed() {
        typed.apply(call);
    }
}

fn discovery_ui(ui: &mut Ui, model: &Model, issuer: &mut String) {
    let is_typed = !issuer.trim().is_empty();
    let wrong = (is_typed && Issuer::parse(issuer.trim()).is_none()).then_some(texts::WRONG_ISSUER);
    let field =
        TextField::new(common::ISSUER).help(texts::ISSUER_HELP).example(texts::ISSUER_EXAMPLE).optional().mono();
    let response = field.error(wrong).show(ui, issuer);
    let blocked = (!is_typed || wrong.is_some()).then_some(texts::ENTER_ISSUER);
    let discovery = &model.open.discovery;
    if entered(ui, &response) && blocked.is_none() && !discovery.is_pending() {
        want(ui, Intent::Discover);
    }
    // It stays where it was pressed: what comes of it stands below.
    if !discovery.is_pending() {
        intent_button(ui, ButtonKind::Secondary, Intent::Discover, blocked);
    }
    match discovery.stand() {
        Stand::Pending(place) => {
            let what = if place.is_empty() { texts::FETCHING_METADATA.to_owned() } else { common::asking(place) };
            waiting_row(ui, discovery, &what, Work::Discovery);
        }
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(found) => found_ui(ui, found),
        Stand::Idle => {}
    }
}

/// What the metadata filled in, what it contradicts itself in, and what the server demands that cannot be done.
fn found_ui(ui: &mut Ui, found: &Imported) {
    notice(ui, Tone::Success, texts::FILLED_IN, &found.from);
    let Some(described) = found.import.own() else { return };
    for lack in &described.service.lacks {
        notice(ui, Tone::Warning, texts::NOT_SUPPORTED, &quoted(lack));
    }
    // What is offered has a control here.
    let is_told = |note: &&Note| !note.is_unused && !note.is_offer;
    let noticed: Vec<&Note> = described.ignored.iter().filter(is_told).collect();
    let unused: Vec<&str> =
        described.ignored.iter().filter(|note| note.is_unused).map(|note| note.place.as_str()).collect();
    if noticed.is_empty() && unused.is_empty() {
        return;
    }
    disclosure(ui, texts::METADATA_BESIDES, !noticed.is_empty(), |ui| {
        for note in noticed {
            ui.label(small(ui, quoted(&format!("{}: {}", note.place, note.words))));
        }
        if !unused.is_empty() {
            ui.label(small(ui, texts::not_used(&unused.join(", "))));
        }
    });
}

/// The field of the authorization endpoint.
pub(crate) fn authorization_url_ui(
    ui: &mut Ui,
    profile: &mut ProfileDraft,
    errors: &[FieldError],
    next_view: &mut NextView,
) {
    let field = TextField::new(texts::AUTHORIZATION_URL)
        .help(texts::AUTHORIZATION_URL_HELP)
        .example(texts::AUTHORIZATION_URL_EXAMPLE);
    url_ui(
        ui,
        &field,
        &mut profile.authorization_url,
        texts::AUTHORIZATION_URL_NAME,
        (Field::AuthorizationUrl, errors),
        next_view,
    );
}

/// The field of the token endpoint; the refresh request follows it until that has an address of its own.
fn token_url_ui(ui: &mut Ui, profile: &mut ProfileDraft, errors: &[FieldError], next_view: &mut NextView) {
    let before = profile.token_request.url.clone();
    let field = TextField::new(texts::TOKEN_URL).help(texts::TOKEN_URL_HELP).example(common::TOKEN_URL_EXAMPLE);
    url_ui(ui, &field, &mut profile.token_request.url, texts::TOKEN_URL_NAME, (Field::TokenUrl, errors), next_view);
    if profile.refresh_request.url == before {
        profile.refresh_request.url.clone_from(&profile.token_request.url);
    }
}

/// A URL is checked as it is typed; that it is missing is said only when the person wants to go on.
fn url_ui(
    ui: &mut Ui,
    field: &TextField<'_>,
    url: &mut String,
    name: &str,
    (which, errors): (Field, &[FieldError]),
    next_view: &mut NextView,
) {
    let typed_wrong = (!url.trim().is_empty()).then(|| wrong_url(name, url)).flatten();
    let error = typed_wrong.or_else(|| {
        let error = errors.iter().find(|error| error.field == which);
        error.map(|error| error.diagnosis.clone())
    });
    let words = error.as_ref().map(told);
    let response = field.clone().error(words.as_deref()).mono().show(ui, url);
    lead_to(&response, Focus::Error, error.is_some(), next_view);
}
