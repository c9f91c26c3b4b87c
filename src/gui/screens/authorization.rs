//! Step 2: the client, where the browser comes back to, and the browser's visit itself.

use egui::Ui;

use crate::app::Authorized;
use crate::call::{Parameter, write_parameters};
use crate::diagnosis::Diagnosis;
use crate::gui::draft::{Draft, Focus, NextView};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::{browser_wait, call_form, key, lead_to, waiting_row, want};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    CodeBlock, Field as TextField, banner, chips, disclosure, key_values, labelled_segmented, link_button, notice,
    section, toggle, told,
};
use crate::oauth::{Landing, Pkce, RedirectUri};
use crate::service::{Field, FieldError, LoopbackRule, ProfileDraft, Service};

/// Shows step 2. What goes on stands above what was typed.
pub(crate) fn authorization_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let errors = if draft.insisted { draft.errors() } else { Vec::new() };
    let Some(client_flow) = draft.profile.as_ref().map(|profile| profile.client_flow) else { return };
    if client_flow {
        visit_ui(ui, model, draft);
    }
    let Draft { profile: Some(profile), next_view, secrets, .. } = draft else { return };
    client_ui(ui, profile, &errors, next_view);
    if client_flow {
        // The call for the tokens follows the code at once, so what it needs is asked before the browser opens.
        section(ui, "Secrets", |ui| call_form::secrets_ui(ui, profile, secrets, next_view));
        stop_ui(ui, model);
    }
    key::key_ui(ui, model, draft, &errors);
}

/// Whether the person looks at the token call before it is sent.
fn stop_ui(ui: &mut Ui, model: &Model) {
    let mut settings = model.window.unwrap_or_default();
    let help = "When off, the request is sent as soon as the code arrives.";
    let label = "Review the token request before sending";
    if toggle(ui, label, &mut settings.stop_before_token_call, Some(help)).changed() {
        want(ui, Intent::ChangeSettings(settings));
    }
}

/// The browser's visit, once it was asked for.
fn visit_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    match &model.open.sign_in.visit {
        Visit::None => {}
        Visit::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Visit::Starting => waiting_row(ui, &model.open.sign_in.work, "Starting", Work::SignIn),
        Visit::Waiting(waiting, ignored) => {
            if let Some(ignored) = ignored {
                banner(ui, Tone::Warning, ignored);
            }
            browser_wait::wait_ui(ui, model, draft, waiting);
        }
        Visit::Done(authorized) => done_ui(ui, authorized),
    }
}

fn client_ui(ui: &mut Ui, profile: &mut ProfileDraft, errors: &[FieldError], next_view: &mut NextView) {
    let error = |field: &Field| errors.iter().find(|error| error.field == *field);
    section(ui, "Client", |ui| {
        let label = profile.service.labels.client_id.clone();
        let wrong = error(&Field::ClientId).map(|error| told(&error.diagnosis));
        let help = "Issued by the service when you register your client.";
        let field = TextField::new(&label).help(help).error(wrong.as_deref()).mono().show(ui, &mut profile.client_id);
        lead_to(&field, Focus::Error, wrong.is_some(), next_view);
        if let Some(console) = &profile.service.links.console {
            link_button(ui, "Open the service's console", console);
        }
        if profile.client_flow {
            redirect_ui(ui, profile, error(&Field::RedirectUri), next_view);
        }
        if profile.client_flow || profile.customised().wants("scope") {
            scopes_ui(ui, profile);
        }
        if profile.client_flow {
            more_ui(ui, profile);
        }
    });
}

fn redirect_ui(ui: &mut Ui, profile: &mut ProfileDraft, error: Option<&FieldError>, next_view: &mut NextView) {
    let note = profile.service.redirect.note.clone();
    let parsed = RedirectUri::parse(&profile.redirect_uri);
    // What was typed is checked at once.
    let wrong = parsed.as_ref().err().map(ToString::to_string);
    let wrong = wrong.or(error.map(|error| error.diagnosis.summary.clone()));
    let field = TextField::new("Redirect URI")
        .help(Some(note.as_str()).filter(|note| !note.is_empty()))
        .error(wrong.as_deref())
        .mono()
        .show(ui, &mut profile.redirect_uri);
    lead_to(&field, Focus::Error, wrong.is_some(), next_view);
    let Ok(uri) = parsed else { return };
    CodeBlock::new("Redirect URI to register", uri.as_str()).show(ui);
    ui.label(small(ui, landing_words(&uri)));
    loopback_ui(ui, &profile.service, &uri);
}

/// Why the service may refuse this redirect URI.
fn loopback_ui(ui: &mut Ui, service: &Service, uri: &RedirectUri) {
    let Landing::Loopback(plan) = uri.landing() else { return };
    let (summary, hint) = match (service.redirect.loopback, plan.port) {
        (LoopbackRule::Refused, _) => (
            format!("{} does not accept loopback redirect URIs", service.name),
            "register an https address you control, and paste the address you are redirected to",
        ),
        (LoopbackRule::DevelopmentOnly, _) => (
            format!("{} accepts this only while the app is in development", service.name),
            "in production register an https address you control, and paste the address you are redirected to",
        ),
        (LoopbackRule::FixedPort, None) => (
            format!("{} requires the exact port, and a free port changes each time", service.name),
            "choose a port, such as http://localhost:8080/callback",
        ),
        _ => return,
    };
    banner(ui, Tone::Warning, &Diagnosis::new(summary).hint(hint));
}

/// What this redirect URI means for registering it and for listening.
fn landing_words(uri: &RedirectUri) -> String {
    match uri.landing() {
        Landing::Elsewhere => {
            "Register exactly this URI. It is not on this machine: paste the address you are redirected to.".to_owned()
        }
        Landing::Loopback(plan) => match plan.port {
            None => "A free port is chosen each time, so the service must accept any port.".to_owned(),
            Some(port) => format!("Register exactly this URI. Tokenwright listens on port {port} of this machine."),
        },
    }
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

fn more_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    disclosure(ui, "PKCE and extra parameters", false, |ui| {
        labelled_segmented(ui, "PKCE", &mut profile.pkce, &PKCE);
        let help = "Binds the code to this program (RFC 7636). Turn it off only if the service rejects it.";
        ui.label(small(ui, help));
        offers_ui(ui, profile);
        TextField::new("Extra parameters")
            .help("One name=value per line, added to the authorization URL.")
            .example("login_hint=ada@example.com")
            .optional()
            .show_lines(ui, &mut profile.extra, 2);
    });
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

fn done_ui(ui: &mut Ui, authorized: &Authorized) {
    notice(
        ui,
        Tone::Success,
        "The authorization code arrived",
        "It expires in about a minute: send the token request now.",
    );
    if authorized.extras.is_empty() {
        return;
    }
    section(ui, "Other response parameters", |ui| {
        key_values(ui, |rows| {
            for (name, value) in &authorized.extras {
                rows.copyable(name, value);
            }
        });
    });
}
