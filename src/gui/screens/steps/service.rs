//! Step 1: which service, and what it needs to know.

use std::collections::BTreeMap;

use egui::Ui;

use crate::app::{FaultsOfStage, ProfileSummary, faults};
use crate::diagnosis::Diagnosis;
use crate::dialect::Note;
use crate::gui::display_text::quoted;
use crate::gui::drafts::{Draft, Focus, ServiceStep};
use crate::gui::intent::Intent;
use crate::gui::model::{Model, PracticeState};
use crate::gui::screens::steps::{copy_as, preset, rehearsal};
use crate::gui::screens::{entered, intent_button, want};
use crate::gui::texts::service as texts;
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{
    ButtonKind, Field as TextField, SHORT, banner, card, card_width, chips, disclosure, secondary_button, section,
};
use crate::search::{Query, folded};
use crate::service::{Catalog, Confidence, NewPreset, Service, VerifiedFact, found};

/// Width left free beside the search for the button, in points.
const IMPORT_WIDTH: f32 = 90.0;

/// Shows step 1.
pub(crate) fn service_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if draft.profile.is_none() && model.profiles.is_empty() {
        ui.label(texts::WELCOME);
    }
    let search = head_ui(ui, draft);
    if draft.next_view.take_focus(Focus::Search) {
        search.request_focus();
    }
    let enter = takes_first(ui, &search, &mut draft.service_step, model.services.is_empty());
    cards_ui(ui, model, draft, enter);
    missing_ui(ui, &draft.service_step.missing);
    if draft.profile.is_none() {
        ui.label(small(ui, texts::CHOOSE_ONE));
        return;
    }
    chosen_ui(ui, model, draft);
    let Draft { profile: Some(profile), next_view, .. } = draft else { return };
    rehearsal::rehearsal_ui(ui, model, &profile.service, profile.is_changed(), next_view);
    preset::preset_ui(ui, model, draft);
    copy_as::copy_as_ui(ui, draft);
}

/// Whether Enter was pressed in the search, now or while there was nothing yet to choose from.
fn takes_first(ui: &Ui, search: &egui::Response, step: &mut ServiceStep, is_loading: bool) -> bool {
    if search.changed() {
        step.takes_first = false;
    }
    let enter = entered(ui, search) && !step.search.trim().is_empty();
    if enter && is_loading {
        step.takes_first = true;
        search.request_focus();
    }
    !is_loading && (std::mem::take(&mut step.takes_first) || enter)
}

/// The search, and beside it the way in for a service that another tool describes.
fn head_ui(ui: &mut Ui, draft: &mut Draft) -> egui::Response {
    ui.horizontal(|ui| {
        let size = egui::vec2((ui.available_width() - IMPORT_WIDTH).max(0.0), ui.spacing().interact_size.y);
        let search = ui.allocate_ui(size, |ui| {
            TextField::new(texts::SEARCH)
                .limit(SHORT)
                .example(texts::SEARCH_EXAMPLE)
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
    banner(ui, Tone::Info, &Diagnosis::new(texts::MISSING_FROM_IMPORT).hint(lines.join("\n")));
}

/// How many services are listed first because profiles use them.
const MOST_RECENT: usize = 3;

/// What the search finds, and the service for any other one last, unless it is what was looked for. Without a search, the
/// services of the profiles that changed last come first.
fn cards<'a>(services: &'a [Service], profiles: &[ProfileSummary], search: &str) -> Vec<&'a Service> {
    let mut cards = found(services, search);
    if search.trim().is_empty() {
        let recent = recent(profiles);
        let place = |service: &&Service| recent.iter().position(|id| *id == service.id).unwrap_or(MOST_RECENT);
        cards.sort_by_key(place);
    } else if !cards.iter().any(|service| service.id == Catalog::CUSTOM) {
        cards.extend(services.iter().find(|service| service.id == Catalog::CUSTOM));
    }
    cards
}

/// The IDs of the services whose profiles changed last, the last first.
fn recent(profiles: &[ProfileSummary]) -> Vec<&str> {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for profile in profiles {
        // Revisions count the changes of the store.
        let revision = profile.revision.map_or(i64::MAX, |revision| revision.secret.unwrap_or(0).max(revision.plain));
        let known = last.entry(&profile.service_id).or_insert(revision);
        *known = revision.max(*known);
    }
    let mut recent: Vec<(&str, i64)> = last.into_iter().collect();
    recent.sort_by_key(|(_, revision)| std::cmp::Reverse(*revision));
    recent.into_iter().take(MOST_RECENT).map(|(id, _)| id).collect()
}

/// The services that the search finds, as cards; the one for any other service is always there. `enter` takes the first.
/// Once one is chosen it stands alone, so that what it needs is in sight, until the person searches again.
fn cards_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, enter: bool) {
    let chosen_id = draft.profile.as_ref().map(|profile| profile.service.id.as_str());
    let alone = chosen_id.is_some() && draft.service_step.search.trim().is_empty() && !draft.service_step.browsing;
    let shown: Vec<&Service> = if alone {
        model.services.iter().filter(|service| chosen_id == Some(service.id.as_str())).collect()
    } else {
        cards(&model.services, &model.profiles, &draft.service_step.search)
    };
    let first = shown.first().filter(|service| enter && chosen_id != Some(service.id.as_str()));
    if let Some(service) = first {
        want(ui, Intent::Choose(service.id.clone()));
        // No pointer is on a card that would be another one then.
        draft.service_step.search.clear();
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
        ui.label(small(ui, texts::LOADING));
    } else if alone {
        let words = texts::show_all(model.services.len());
        draft.service_step.browsing = secondary_button(ui, &words).clicked();
    } else if shown.len() == 1 {
        ui.label(small(ui, texts::NO_MATCH));
    }
}

/// The chosen service, and what can be done with its preset. What it needs is asked for in step 2.
fn chosen_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let Draft { profile: Some(profile), service_step, .. } = draft else { return };
    let ServiceStep { faults, fault_search, preset, .. } = service_step;
    let service = profile.service.clone();
    section(ui, &service.name, |ui| {
        ui.label(small(ui, &service.summary));
        if service.practice {
            practice_ui(ui, model, fault_search, faults);
        }
        doubts_ui(ui, &service);
        ui.horizontal_wrapped(|ui| {
            rehearsal::button_ui(ui, model, &service);
            if preset::button_ui(ui, profile) && preset.is_none() {
                *preset = Some(NewPreset::beside(&service));
            }
        });
    });
}

/// Where the practice service listens, and what it is to do wrong.
fn practice_ui(ui: &mut Ui, model: &Model, search: &mut String, switched_on: &mut Vec<String>) {
    match &model.practice {
        PracticeState::Off => return,
        PracticeState::Failed(failure) => return banner(ui, Tone::Danger, &failure.diagnosis),
        PracticeState::Ready(port) => {
            ui.label(small(ui, texts::listening(*port)));
        }
    }
    let changed = disclosure(ui, texts::FAULTS_TO_INJECT, !switched_on.is_empty(), |ui| {
        ui.label(small(ui, texts::FAULTS_HELP));
        let field =
            TextField::new(texts::SEARCH_FAULTS).limit(SHORT).example(texts::SEARCH_FAULTS_EXAMPLE).unlabelled();
        field.show(ui, search);
        faults_ui(ui, search, switched_on)
    });
    if changed.unwrap_or_default() {
        want(ui, Intent::SetFaults);
    }
}

/// The faults whose stage, name or meaning has all words of the search, and those that are switched on, by stage. True when these
/// changed.
fn faults_ui(ui: &mut Ui, search: &str, switched_on: &mut Vec<String>) -> bool {
    let search = Query::of(search);
    let (mut changed, mut is_empty) = (false, true);
    for FaultsOfStage { stage, faults } in faults() {
        let is_on = |name: &str| switched_on.iter().any(|fault| fault == name);
        let is_found = |name: &str, meaning: &str| search.finds(&folded(&format!("{stage} {name} {meaning}")));
        let shown = faults.into_iter().filter(|(name, meaning)| is_on(name) || is_found(name, meaning));
        let shown: Vec<(&str, String)> = shown.map(|(name, meaning)| (name, quoted(meaning))).collect();
        if shown.is_empty() {
            continue;
        }
        is_empty = false;
        let options: Vec<(&str, &str)> = shown.iter().map(|(name, meaning)| (*name, meaning.as_str())).collect();
        changed |= chips(ui, stage, &options, switched_on);
        for (name, meaning) in options.iter().filter(|(name, _)| switched_on.iter().any(|fault| fault == name)) {
            ui.label(small(ui, format!("{name}: {meaning}")));
        }
    }
    if is_empty {
        ui.label(small(ui, texts::NO_FAULT));
    }
    changed
}

/// What to know before relying on the preset.
fn doubts_ui(ui: &mut Ui, service: &Service) {
    if let Some(words) = service.start.note() {
        banner(ui, Tone::Info, &Diagnosis::new(words));
    }
    for lack in &service.lacks {
        banner(ui, Tone::Warning, &Diagnosis::new(texts::NOT_SUPPORTED).hint(lack));
    }
    for disputed in &service.disputed {
        banner(ui, Tone::Info, &Diagnosis::new(texts::disputed(&disputed.fact)).hint(&disputed.alternative));
    }
    let is_single = service.confidence == Confidence::OneSource;
    if is_single || !service.verified.is_empty() {
        ui.label(small(ui, texts::checked(&service.checked, is_single)));
    }
    for VerifiedFact { fact, date, source } in &service.verified {
        ui.label(small(ui, texts::fact_checked(fact, date, source)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{ProfileState, Revision};
    use crate::service::{DisplayName, ProfileName, Tags};

    #[test]
    fn the_service_for_any_other_one_is_always_there_once() {
        let services = Catalog::bundled().services();
        for (search, is_last) in [("", true), ("custom", false), ("accounting", true), ("no such service", true)] {
            let ids: Vec<&str> = cards(&services, &[], search).into_iter().map(|service| service.id.as_str()).collect();
            assert_eq!(ids.iter().filter(|id| **id == "custom").count(), 1, "{search}");
            assert_eq!(ids.last() == Some(&"custom"), is_last, "{search}");
        }
    }

    #[test]
    fn services_of_profiles_come_first_the_last_used_on_top() {
        let services = Catalog::bundled().services();
        let profile = |service_id: &str, plain: i64, secret: Option<i64>| ProfileSummary {
            name: ProfileName::parse("demo").expect("a name"),
            display_name: DisplayName::default(),
            service_id: service_id.to_owned(),
            service: service_id.to_owned(),
            tags: Tags::default(),
            environment: String::new(),
            keep_alive: false,
            draft: false,
            shared: false,
            state: ProfileState::SignedOut,
            revision: Some(Revision { plain, secret }),
        };
        let profiles = [
            profile("xero", 1, Some(9)),
            profile("slack", 5, None),
            profile("xero", 2, Some(3)),
            profile("zoom", 7, Some(4)),
            profile("asana", 1, Some(2)),
        ];
        let ids = |search: &str| -> Vec<String> {
            cards(&services, &profiles, search).into_iter().map(|service| service.id.clone()).collect()
        };
        let all = ids("");
        assert_eq!(
            (all.len(), &all[..4]),
            (services.len(), &["xero", "zoom", "slack", "practice"].map(str::to_owned)[..])
        );
        assert_eq!(ids("quickbooks")[0], "quickbooks");
    }
}
