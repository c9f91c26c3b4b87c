//! Step 2: the client, where the browser comes back to, and the browser's visit itself.

use egui::Ui;

use crate::app::{Authorized, Waiting};
use crate::call::{Parameter, write_parameters};
use crate::gui::draft::{Draft, Lead};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, Visit, Work};
use crate::gui::screens::{call_form, intent_button, key, known, point_at, waiting_row};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, CodeBlock, Field as TextField, TEXT, banner, chips, disclosure, key_values, link_button, notice,
    section, segmented, toggle, told,
};
use crate::oauth::{Landing, Pkce, RedirectUri};
use crate::service::{Field, FieldError, ProfileDraft};

/// Shows step 2; what the person wants. What goes on stands above what was typed.
pub(crate) fn authorization_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let errors = if draft.insisted { draft.errors() } else { Vec::new() };
    let client_flow = draft.profile.as_ref()?.client_flow;
    let intent = if client_flow { visit_ui(ui, model, draft) } else { None };
    let Draft { profile, lead, secrets, .. } = draft;
    let profile = profile.as_mut()?;
    client_ui(ui, profile, &errors, lead);
    ui.add_space(12.0);
    if client_flow {
        // The call for the tokens follows the code at once, so what it needs is asked before the browser opens.
        section(ui, "Secrets", |ui| call_form::secrets_ui(ui, profile, secrets, lead));
        ui.add_space(12.0);
    }
    let stop = if client_flow { stop_ui(ui, model) } else { None };
    intent.or(stop).or(key::key_ui(ui, model, draft, &errors))
}

/// Whether the person looks at the token call before it is sent.
fn stop_ui(ui: &mut Ui, model: &Model) -> Option<Intent> {
    let before = model.window.is_some_and(|window| window.stop_before_token_call);
    let mut on = before;
    let help = "Look at the request first. Off, it is sent as soon as the code comes.";
    toggle(ui, Intent::SetStop(on).words().text, &mut on, Some(help));
    ui.add_space(12.0);
    (on != before).then_some(Intent::SetStop(on))
}

/// The browser's visit, once it was asked for.
fn visit_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) -> Option<Intent> {
    let intent = match &model.open.sign_in.visit {
        Visit::None => return None,
        Visit::Failed(failure) => {
            banner(ui, Tone::Danger, &failure.diagnosis);
            None
        }
        Visit::Starting => waiting_row(ui, model, "Starting", Work::SignIn),
        Visit::Waiting(waiting, ignored) => {
            if let Some(ignored) = ignored {
                banner(ui, Tone::Warning, ignored);
                ui.add_space(8.0);
            }
            waiting_ui(ui, model, draft, waiting)
        }
        Visit::Done(authorized) => {
            done_ui(ui, authorized);
            None
        }
    };
    ui.add_space(12.0);
    intent
}

fn client_ui(ui: &mut Ui, profile: &mut ProfileDraft, errors: &[FieldError], lead: &mut Lead) {
    let error = |field: &Field| errors.iter().find(|error| error.field == *field);
    section(ui, "Client", |ui| {
        let label = profile.service.labels.client_id.clone();
        let wrong = error(&Field::ClientId).map(|error| told(&error.diagnosis));
        let help = "The service gives it to you when you register your client.";
        let field = TextField::new(&label).help(help).error(wrong.as_deref()).mono().show(ui, &mut profile.client_id);
        point_at(&field, wrong.is_some(), lead);
        if let Some(console) = &profile.service.links.console {
            link_button(ui, "Open the service's console", console);
        }
        ui.add_space(8.0);
        if profile.client_flow {
            redirect_ui(ui, profile, error(&Field::RedirectUri), lead);
            ui.add_space(8.0);
        }
        if profile.client_flow || profile.customised().wants("scope") {
            scopes_ui(ui, profile);
        }
        if profile.client_flow {
            ui.add_space(8.0);
            more_ui(ui, profile);
        }
    });
}

fn redirect_ui(ui: &mut Ui, profile: &mut ProfileDraft, error: Option<&FieldError>, lead: &mut Lead) {
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
    point_at(&field, wrong.is_some(), lead);
    let Ok(uri) = parsed else { return };
    ui.add_space(8.0);
    CodeBlock::new("Redirect URI to register", uri.as_str()).show(ui);
    ui.label(small(ui, landing_words(&uri)));
    known::loopback_ui(ui, &profile.service, &uri);
}

/// What this redirect URI means for registering it and for listening.
fn landing_words(uri: &RedirectUri) -> String {
    match uri.landing() {
        Landing::Elsewhere => "Register it exactly so. It is not on this machine: paste what arrives there.".to_owned(),
        Landing::Loopback(plan) => match plan.port {
            None => "A free port is chosen each time: the service must accept any port here.".to_owned(),
            Some(port) => format!("Register it exactly so. This program listens on port {port} of this machine."),
        },
    }
}

fn scopes_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    let known = profile.service.scopes.known.clone();
    if !known.is_empty() {
        let options: Vec<(&str, &str)> =
            known.iter().map(|scope| (scope.name.as_str(), scope.meaning.as_str())).collect();
        chips(ui, "Scopes", &options, &mut profile.ticked);
        ui.add_space(8.0);
    }
    let label = if known.is_empty() { "Scopes" } else { "More scopes" };
    let separator = match profile.service.scopes.separator.as_str() {
        "," => "a comma",
        ";" => "a semicolon",
        _ => "a space",
    };
    let help = format!("Separated by {separator}, as this service wants it.");
    TextField::new(label).help(help.as_str()).optional().mono().show(ui, &mut profile.typed_scopes);
}

/// The ways of the code challenge, as RFC 7636 writes them; the second is one service's own.
const PKCE: [(Pkce, &str); 4] =
    [(Pkce::S256, "S256"), (Pkce::S256Hex, "S256 in hex"), (Pkce::Plain, "plain"), (Pkce::Off, "off")];

fn more_ui(ui: &mut Ui, profile: &mut ProfileDraft) {
    disclosure(ui, "PKCE and extra parameters", false, |ui| {
        ui.label(crate::gui::theme::label("PKCE"));
        segmented(ui, "PKCE", &mut profile.pkce, &PKCE);
        let help = "Binds the code to this program (RFC 7636). Switch it off only where the service refuses it.";
        ui.label(small(ui, help));
        ui.add_space(8.0);
        offers_ui(ui, profile);
        TextField::new("Extra parameters")
            .help("One name=value a line, added to the authorization URL.")
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

fn waiting_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, waiting: &Waiting) -> Option<Intent> {
    let mut intent = None;
    section(ui, "Sign in with the browser", |ui| {
        for problem in waiting.listener_problem.iter().chain(&waiting.browser_problem) {
            banner(ui, Tone::Warning, problem);
            ui.add_space(8.0);
        }
        let place = if waiting.addresses.is_empty() {
            "Waiting for what you paste".to_owned()
        } else {
            format!("Waiting on {}", waiting.addresses.join(" and "))
        };
        intent = waiting_row(ui, model, &place, Work::SignIn);
        let until = waiting.until.to_zoned(draft.zone.clone()).strftime("%H:%M");
        ui.label(small(ui, format!("The wait ends at {until}.")));
        if let Some(fingerprint) = &waiting.fingerprint {
            ui.add_space(8.0);
            let text =
                "The browser warns once: the certificate was made on this machine. Go on if it shows this fingerprint.";
            notice(ui, Tone::Info, "A certificate of your own", text);
            CodeBlock::new("SHA-256 fingerprint", fingerprint).show(ui);
        }
        ui.add_space(8.0);
        key_values(ui, |rows| rows.copyable("Redirect URI", &waiting.redirect_uri, &waiting.redirect_uri));
        CodeBlock::new("URL", &waiting.url).max_height(96.0).show(ui);
        ui.add_space(8.0);
        TextField::new("Response pasted by hand")
            .help("The address that the browser ends up at, its query, or the code alone.")
            .optional()
            .limit(TEXT)
            .show_secret(ui, &mut draft.pasted);
        let blocked = draft.pasted.is_empty().then_some("Paste the response first");
        intent = intent.take().or(intent_button(ui, ButtonKind::Secondary, Intent::Paste, blocked));
    });
    intent
}

fn done_ui(ui: &mut Ui, authorized: &Authorized) {
    notice(ui, Tone::Success, "The authorization code arrived", "It lives about a minute: call the token endpoint.");
    if authorized.extras.is_empty() {
        return;
    }
    ui.add_space(8.0);
    section(ui, "What else came with it", |ui| {
        key_values(ui, |rows| {
            for (name, value) in &authorized.extras {
                rows.copyable(name, value, value);
            }
        });
    });
}
