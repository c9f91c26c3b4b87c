//! Step 1: which service, and what it needs to know.

use std::collections::{BTreeMap, BTreeSet};

use egui::Ui;

use crate::app::faults;
use crate::diagnosis::Diagnosis;
use crate::dialect::Note;
use crate::gui::draft::{Draft, Focus, NextView, ServiceStep};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, PracticeState};
use crate::gui::screens::{copy_as, entered, intent_button, lead_to, preset, rehearsal, want};
use crate::gui::search::{Query, folded};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, Field as TextField, SHORT, banner, card, card_width, chips, choice, disclosure, link_button,
    secondary_button, section, toggle,
};
use crate::secret::Secret;
use crate::service::{Catalog, Confidence, Field, FieldError, Input, NewPreset, ProfileDraft, Service};

/// Width left free beside the search for the button, in points.
const IMPORT_WIDTH: f32 = 90.0;

/// Shows step 1.
pub(crate) fn service_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if draft.profile.is_none() && model.profiles.is_empty() {
        let words = "Tokenwright signs you in to a service and refreshes its OAuth tokens for your tools. To look around, choose \
                     the Practice service: it needs no account.";
        ui.label(words);
    }
    let search = head_ui(ui, draft);
    if draft.next_view.take_focus(Focus::Search) {
        search.request_focus();
    }
    let enter = entered(ui, &search) && !draft.service_step.search.trim().is_empty();
    cards_ui(ui, model, draft, enter);
    missing_ui(ui, &draft.service_step.missing);
    if draft.profile.is_none() {
        ui.label(small(ui, "Choose a service to continue. The Practice service needs no registration."));
        return;
    }
    needs_ui(ui, model, draft);
    let Draft { profile: Some(profile), secrets, next_view, .. } = draft else { return };
    rehearsal::rehearsal_ui(ui, model, &profile.service, profile.is_changed(), next_view);
    secret_inputs_ui(ui, profile, &mut secrets.inputs);
    preset::preset_ui(ui, model, draft);
    copy_as::copy_as_ui(ui, draft);
}

/// The search, and beside it the way in for a service that another tool describes.
fn head_ui(ui: &mut Ui, draft: &mut Draft) -> egui::Response {
    ui.horizontal(|ui| {
        let size = egui::vec2((ui.available_width() - IMPORT_WIDTH).max(0.0), ui.spacing().interact_size.y);
        let search = ui.allocate_ui(size, |ui| {
            TextField::new("Search services")
                .limit(SHORT)
                .example("Search by name: QBO, Graph, ERP …")
                .unlabelled()
                .show(ui, &mut draft.service_step.search)
        });
        intent_button(ui, ButtonKind::Secondary, Intent::OpenImport, None);
        search.inner
    })
    .inner
}

/// What the document that was imported left open.
fn missing_ui(ui: &mut Ui, missing: &[Note]) {
    if missing.is_empty() {
        return;
    }
    let lines: Vec<String> = missing.iter().map(|note| format!("{}: {}", note.place, note.words)).collect();
    banner(ui, Tone::Info, &Diagnosis::new("Still missing from the import").hint(lines.join("\n")));
}

/// What the search finds, the best first: a name that is the word, or begins with it, goes before a category that has it. The
/// service for any other one comes last, unless it is what was looked for.
fn found<'a>(services: &'a [Service], search: &str) -> Vec<&'a Service> {
    let query = Query::of(search);
    if query.is_empty() {
        return services.iter().collect();
    }
    let score = |service: &Service| {
        let rest = format!("{} {} {}", service.id, service.category, service.aliases.join(" "));
        query.score(&folded(&service.name), &folded(&rest))
    };
    let scored = services.iter().map(|service| (score(service), service));
    let mut found: Vec<(Option<u32>, &Service)> =
        scored.filter(|(score, service)| score.is_some() || service.id == Catalog::CUSTOM).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, service)| service).collect()
}

/// The services that the search finds, as cards; the one for any other service is always there. `enter` takes the first.
/// Once one is chosen it stands alone, so that what it needs is in sight, until the person searches again.
fn cards_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, enter: bool) {
    let chosen_id = draft.profile.as_ref().map(|profile| profile.service.id.as_str());
    let alone = chosen_id.is_some() && draft.service_step.search.trim().is_empty() && !draft.service_step.browsing;
    let shown: Vec<&Service> = if alone {
        model.services.iter().filter(|service| chosen_id == Some(service.id.as_str())).collect()
    } else {
        found(&model.services, &draft.service_step.search)
    };
    let first = shown.first().filter(|service| enter && chosen_id != Some(service.id.as_str()));
    if let Some(service) = first {
        want(ui, Intent::Choose(service.id.clone()));
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(12.0, 12.0);
        let width = card_width(ui);
        for service in &shown {
            let selected = chosen_id == Some(service.id.as_str());
            let response = card(ui, &service.id, width, &service.name, &service.summary, selected);
            if response.clicked() && !selected {
                want(ui, Intent::Choose(service.id.clone()));
            }
            if service.id != Catalog::CUSTOM {
                response.context_menu(|ui| rehearsal::button_ui(ui, model, service));
            }
        }
    });
    if model.services.is_empty() {
        ui.label(small(ui, "Loading presets…"));
    } else if alone {
        let words = format!("Show all {} services", model.services.len());
        draft.service_step.browsing = secondary_button(ui, &words).clicked();
    } else if shown.len() == 1 {
        ui.label(small(ui, "No preset matches. Use a custom service for any other OAuth 2.0 service."));
    }
}

/// What the chosen service needs.
fn needs_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let errors = if draft.insisted { draft.errors() } else { Vec::new() };
    let Draft { profile: Some(profile), next_view, service_step, .. } = draft else { return };
    let ServiceStep { faults, ticked, preset, .. } = service_step;
    let service = profile.service.clone();
    section(ui, &service.name, |ui| {
        checklist_ui(ui, &service, ticked);
        // What comes with the key is asked for beside it, in step 2.
        for input in service.inputs.iter().filter(|input| !input.secret && !service.is_of_key(&input.name)) {
            input_ui(ui, input, profile, &errors, next_view);
        }
        if service.practice {
            practice_ui(ui, model, faults);
        }
        doubts_ui(ui, &service);
        client_flow_ui(ui, profile, &errors, next_view);
        links_ui(ui, &service);
        ui.horizontal_wrapped(|ui| {
            rehearsal::button_ui(ui, model, &service);
            if preset::button_ui(ui, profile) && preset.is_none() {
                *preset = Some(NewPreset::beside(&service));
            }
        });
    });
}

/// What the service needs to know and nobody else may.
fn secret_inputs_ui(ui: &mut Ui, profile: &ProfileDraft, typed: &mut BTreeMap<String, Secret>) {
    let inputs: Vec<&Input> = profile.service.inputs.iter().filter(|input| input.secret).collect();
    if inputs.is_empty() {
        return;
    }
    section(ui, "Secrets", |ui| {
        for input in inputs {
            let help = Some(input.help.as_str()).filter(|help| !help.is_empty());
            let field = TextField::new(&input.label).help(help);
            let field = if input.optional { field.optional() } else { field };
            field.show_secret(ui, typed.entry(input.name.clone()).or_default());
        }
        ui.label(small(ui, "Stored in the vault, never in a plain file."));
    });
}

/// Where the practice service listens, and what it is to do wrong.
fn practice_ui(ui: &mut Ui, model: &Model, switched_on: &mut Vec<String>) {
    match &model.practice {
        PracticeState::Off => return,
        PracticeState::Failed(failure) => return banner(ui, Tone::Danger, &failure.diagnosis),
        PracticeState::Ready(port) => {
            ui.label(small(ui, format!("Listening on http://127.0.0.1:{port}, for this machine only.")));
        }
    }
    let options: Vec<_> = faults().collect();
    let changed = disclosure(ui, "Faults to inject", !switched_on.is_empty(), |ui| {
        ui.label(small(ui, "See what a failure looks like before a real service shows it. Changes apply at once."));
        let changed = chips(ui, "Faults", &options, switched_on);
        for (name, meaning) in options.iter().filter(|(name, _)| switched_on.iter().any(|fault| fault == name)) {
            ui.label(small(ui, format!("{name}: {meaning}")));
        }
        changed
    });
    if changed.unwrap_or_default() {
        want(ui, Intent::SetFaults);
    }
}

/// What to do before the first sign-in, ticked as it is done. The ticks are not saved.
fn checklist_ui(ui: &mut Ui, service: &Service, ticked: &mut BTreeSet<usize>) {
    if service.checklist.is_empty() {
        return;
    }
    let (done, all) = (ticked.len(), service.checklist.len());
    let title = if done == 0 {
        "Before the first sign-in".to_owned()
    } else {
        format!("Before the first sign-in: {done} of {all} done")
    };
    ui.label(crate::gui::theme::label(title));
    for (place, step) in service.checklist.iter().enumerate() {
        let mut is_done = ticked.contains(&place);
        if toggle(ui, &format!("{}. {step}", place + 1), &mut is_done, None).clicked() {
            if is_done {
                ticked.insert(place)
            } else {
                ticked.remove(&place)
            };
        }
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

/// What to know before relying on the preset.
fn doubts_ui(ui: &mut Ui, service: &Service) {
    if let Some(words) = service.start.note() {
        banner(ui, Tone::Info, &Diagnosis::new(words));
    }
    for lack in &service.lacks {
        banner(ui, Tone::Warning, &Diagnosis::new("Not supported yet").hint(lack));
    }
    for disputed in &service.disputed {
        banner(ui, Tone::Info, &Diagnosis::new(format!("Disputed: {}", disputed.fact)).hint(&disputed.alternative));
    }
    if service.confidence == Confidence::OneSource {
        ui.label(small(ui, format!("Based on a single source, checked on {}.", service.checked)));
    }
}

fn client_flow_ui(ui: &mut Ui, profile: &mut ProfileDraft, errors: &[FieldError], next_view: &mut NextView) {
    let help = "You sign in with the browser, and the service sends back a code.";
    toggle(ui, "This service requires client-flow authorization", &mut profile.client_flow, Some(help));
    if profile.client_flow {
        let error = errors.iter().find(|error| error.field == Field::AuthorizationUrl);
        let error = error.map(|error| error.diagnosis.summary.as_str());
        let field = TextField::new("Authorization URL")
            .help("The address the browser opens. Values in angle brackets are filled in.")
            .example("https://example.com/oauth2/authorize")
            .error(error)
            .mono()
            .show(ui, &mut profile.authorization_url);
        lead_to(&field, Focus::Error, error.is_some(), next_view);
    }
}

fn links_ui(ui: &mut Ui, service: &Service) {
    ui.horizontal_wrapped(|ui| {
        if let Some(console) = &service.links.console {
            link_button(ui, "Open the service's console", console);
        }
        if let Some(documentation) = &service.links.documentation {
            link_button(ui, "Read its documentation", documentation);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_that_was_meant_comes_first_and_any_other_one_last() {
        let services = Catalog::bundled().services();
        let names =
            |search: &str| found(&services, search).into_iter().map(|service| service.id.clone()).collect::<Vec<_>>();
        for (search, first) in [
            ("custom", "custom"),
            ("qbo", "quickbooks"),
            ("accounting quick", "quickbooks"),
            ("Google", "google"),
            ("no such service", "custom"),
        ] {
            assert_eq!(names(search).first().map(String::as_str), Some(first), "{search}");
        }
        let accounting = names("accounting");
        assert!(accounting.len() > 2 && accounting.last().is_some_and(|last| last == "custom"), "{accounting:?}");
        assert_eq!(names("").len(), services.len());
    }
}
