//! What one needs while the service's own console is open: its address, what to do there, and the redirect URI to enter.

use std::collections::BTreeSet;

use egui::Ui;

use crate::diagnosis::Diagnosis;
use crate::gui::drafts::{Draft, Focus, NextView};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::steps::redirects;
use crate::gui::screens::{lead_to, want};
use crate::gui::texts::{authorization as texts, common};
use crate::gui::theme::{SPACE_XS, Tone, small};
use crate::gui::widgets::{Field as TextField, banner, copy_named_button, link_button, section, toggle};
use crate::oauth::{Landing, RedirectUri};
use crate::service::{Field, FieldError, LoopbackRule, ProfileDraft, Service};

/// Shows it, where there is any of it.
pub(crate) fn console_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, errors: &[FieldError]) {
    let Draft { profile: Some(profile), next_view, ticks, .. } = draft else { return };
    let service = profile.service.clone();
    let has_links = service.links.console.is_some() || service.links.documentation.is_some();
    if !(has_links || profile.client_flow || !service.checklist.is_empty()) {
        return;
    }
    section(ui, texts::REGISTER_YOUR_CLIENT, |ui| {
        if has_links {
            links_ui(ui, &service);
        }
        checklist_ui(ui, &service, ticks.entry(service.id.clone()).or_default());
        if profile.client_flow {
            let error = errors.iter().find(|error| error.field == Field::RedirectUri);
            redirect_ui(ui, profile, error, next_view);
            redirects::check_ui(ui, model, profile);
        }
    });
}

fn links_ui(ui: &mut Ui, service: &Service) {
    ui.horizontal_wrapped(|ui| {
        if let Some(console) = &service.links.console {
            link_button(ui, texts::OPEN_CONSOLE, console);
        }
        if let Some(documentation) = &service.links.documentation {
            link_button(ui, texts::READ_DOCUMENTATION, documentation);
        }
    });
}

/// What to do before the first sign-in, ticked as it is done.
fn checklist_ui(ui: &mut Ui, service: &Service, ticked: &mut BTreeSet<usize>) {
    if service.checklist.is_empty() {
        return;
    }
    let (done, all) = (ticked.len(), service.checklist.len());
    let title = if done == 0 { texts::BEFORE_FIRST_SIGN_IN.to_owned() } else { texts::steps_done(done, all) };
    ui.label(crate::gui::theme::label(title));
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        for (place, step) in service.checklist.iter().enumerate() {
            let mut is_done = ticked.contains(&place);
            if toggle(ui, &format!("{}. {step}", place + 1), &mut is_done, None).clicked() {
                if is_done {
                    ticked.insert(place)
                } else {
                    ticked.remove(&place)
                };
                want(ui, Intent::SaveTicks(service.id.clone()));
            }
        }
    });
}

fn redirect_ui(ui: &mut Ui, profile: &mut ProfileDraft, error: Option<&FieldError>, next_view: &mut NextView) {
    let note = profile.service.redirect.note.clone();
    let parsed = RedirectUri::parse(&profile.redirect_uri);
    // What was typed is checked at once.
    let wrong = parsed.as_ref().err().map(ToString::to_string);
    let wrong = wrong.or(error.map(|error| error.diagnosis.summary.clone()));
    let field = TextField::new(common::REDIRECT_URI)
        .help(Some(note.as_str()).filter(|note| !note.is_empty()))
        .error(wrong.as_deref())
        .mono()
        .show(ui, &mut profile.redirect_uri);
    lead_to(&field, Focus::Error, wrong.is_some(), next_view);
    let Ok(uri) = parsed else { return };
    ui.horizontal_wrapped(|ui| {
        copy_named_button(ui, texts::COPIED_REDIRECT_URI, uri.as_str());
        ui.label(small(ui, landing_words(&uri)));
    });
    loopback_ui(ui, profile, &uri);
}

/// Why the service may refuse this redirect URI.
fn loopback_ui(ui: &mut Ui, profile: &ProfileDraft, uri: &RedirectUri) {
    let Landing::Loopback(plan) = uri.landing() else { return };
    let service = &profile.service;
    let (summary, hint) = match (service.redirect.loopback, plan.port) {
        (LoopbackRule::Refused, _) => (texts::no_loopback(&service.name), texts::NO_LOOPBACK_HINT),
        (LoopbackRule::DevelopmentOnly, _) if is_for_development(profile) => return,
        (LoopbackRule::DevelopmentOnly, _) => (texts::development_only(&service.name), texts::DEVELOPMENT_ONLY_HINT),
        (LoopbackRule::FixedPort, None) => (texts::exact_port(&service.name), texts::EXACT_PORT_HINT),
        _ => return,
    };
    banner(ui, Tone::Warning, &Diagnosis::new(summary).hint(hint));
}

/// Whether the chosen environment is one of those in which an app is developed.
fn is_for_development(profile: &ProfileDraft) -> bool {
    let chosen = profile.inputs.get("environment").map_or("", String::as_str);
    matches!(chosen, "sandbox" | "development" | "demo" | "test")
}

/// What this redirect URI means for registering it and for listening.
fn landing_words(uri: &RedirectUri) -> String {
    match uri.landing() {
        Landing::Elsewhere => texts::REGISTER_URI_ELSEWHERE.to_owned(),
        Landing::Loopback(plan) => match plan.port {
            None => texts::REGISTER_ANY_PORT.to_owned(),
            Some(port) => texts::register_port(port),
        },
    }
}
