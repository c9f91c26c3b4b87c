//! Step 1: which service, and what it needs to know.

use egui::Ui;

use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{Field as TextField, banner, card, card_width, choice, link_button, section, toggle};
use crate::service::{Catalog, Field, FieldError, Input, ProfileDraft, Service};
use crate::wizard::{PracticeState, Session};

/// Shows step 1; what the person wants.
pub(crate) fn service_ui(ui: &mut Ui, session: &Session, draft: &mut Draft) -> Option<Intent> {
    TextField::new("Search services")
        .example("Search by name: QBO, Graph, ERP …")
        .unlabelled()
        .show(ui, &mut draft.search);
    ui.add_space(8.0);
    let chosen = cards_ui(ui, session, draft);
    ui.add_space(12.0);
    let errors = if draft.insisted { draft.errors() } else { Vec::new() };
    let Some(profile) = &mut draft.profile else {
        ui.label(small(ui, "Choose a service to go on. Practice service needs no registration with anybody."));
        return chosen;
    };
    needs_ui(ui, session, profile, &errors);
    chosen
}

/// The services that the search finds, as cards; the one for any other service is always there.
fn cards_ui(ui: &mut Ui, session: &Session, draft: &Draft) -> Option<Intent> {
    let chosen_id = draft.profile.as_ref().map(|profile| profile.service.id.as_str());
    let shown: Vec<&Service> = session
        .services
        .iter()
        .filter(|service| service.id == Catalog::CUSTOM || service.matches(&draft.search))
        .collect();
    let mut intent = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(12.0, 12.0);
        let width = card_width(ui);
        for service in &shown {
            let selected = chosen_id == Some(service.id.as_str());
            if card(ui, width, &service.name, &service.summary, selected).clicked() && !selected {
                intent = Some(Intent::Choose(service.id.clone()));
            }
        }
    });
    if shown.len() == 1 && !draft.search.trim().is_empty() {
        ui.add_space(8.0);
        ui.label(small(ui, "No preset is called so. A custom service takes any OAuth 2.0 service by its URLs."));
    }
    intent
}

/// What the chosen service needs.
fn needs_ui(ui: &mut Ui, session: &Session, profile: &mut ProfileDraft, errors: &[FieldError]) {
    let title = profile.service.name.clone();
    section(ui, &title, |ui| {
        checklist_ui(ui, &profile.service);
        for input in profile.service.inputs.clone() {
            ui.add_space(8.0);
            let error = errors.iter().find(|error| error.field == Field::Input(input.name.clone()));
            input_ui(ui, &input, profile.inputs.entry(input.name.clone()).or_default(), error);
        }
        match &session.practice {
            PracticeState::Ready(port) if profile.service.practice => {
                ui.add_space(8.0);
                ui.label(small(ui, format!("It listens on http://127.0.0.1:{port}, for this machine only.")));
            }
            PracticeState::Failed(failure) if profile.service.practice => {
                ui.add_space(8.0);
                banner(ui, Tone::Danger, &failure.diagnosis);
            }
            _ => {}
        }
        ui.add_space(8.0);
        client_flow_ui(ui, profile, errors);
        links_ui(ui, &profile.service);
    });
}

fn checklist_ui(ui: &mut Ui, service: &Service) {
    if service.checklist.is_empty() {
        return;
    }
    ui.label(crate::gui::theme::label("Before the first sign-in"));
    for (number, step) in service.checklist.iter().enumerate() {
        ui.label(format!("{}. {step}", number + 1));
    }
}

fn input_ui(ui: &mut Ui, input: &Input, value: &mut String, error: Option<&FieldError>) {
    let help = Some(input.help.as_str()).filter(|help| !help.is_empty());
    if !input.choices.is_empty() {
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
    field.show(ui, value);
}

fn client_flow_ui(ui: &mut Ui, profile: &mut ProfileDraft, errors: &[FieldError]) {
    let help = "The person signs in with the browser, and the service sends a code back.";
    toggle(ui, "This service requires client-flow authorization", &mut profile.client_flow, Some(help));
    if profile.client_flow {
        ui.add_space(8.0);
        let error = errors.iter().find(|error| error.field == Field::AuthorizationUrl);
        let error = error.map(|error| error.diagnosis.summary.as_str());
        TextField::new("Authorization URL")
            .help("Where the browser goes. Values in angle brackets are filled in.")
            .example("https://example.com/oauth2/authorize")
            .error(error)
            .mono()
            .show(ui, &mut profile.authorization_url);
    }
}

fn links_ui(ui: &mut Ui, service: &Service) {
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        if let Some(console) = &service.links.console {
            link_button(ui, "Open the service's console", console);
        }
        if let Some(documentation) = &service.links.documentation {
            link_button(ui, "Read its documentation", documentation);
        }
    });
}
