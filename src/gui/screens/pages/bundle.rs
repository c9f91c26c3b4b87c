//! The presets on the page of the settings: where they come from, an update, and the way back.

use egui::{Label, Ui};

use crate::app::{BundleOffer, BundleState};
use crate::diagnosis::Diagnosis;
use crate::gui::drafts::settings::SettingsDraft;
use crate::gui::intent::{Intent, SettingsWish};
use crate::gui::model::{BundleModel, Stand};
use crate::gui::screens::intent_button;
use crate::gui::texts::{common, settings as texts};
use crate::gui::theme::{Tone, label, shown, small};
use crate::gui::widgets::{ButtonKind, Field, SHORT, banner, key_values, toggle, waiting};
use crate::service::{KeyChange, PresetChange};

pub(crate) fn bundle_ui(ui: &mut Ui, model: &BundleModel, settings: &mut SettingsDraft) {
    let unread = BundleState::default();
    if let Some(failure) = model.state.failure().or(model.change.failure()) {
        banner(ui, Tone::Danger, &failure.diagnosis);
    }
    let state = model.state.last().unwrap_or(&unread);
    if let Some(problem) = &state.problem {
        banner(ui, Tone::Warning, problem);
    }
    state_ui(ui, state);
    let field = Field::new(texts::BUNDLE).optional().mono().limit(SHORT).example(texts::BUNDLE_EXAMPLE);
    let help = if state.pinned.is_some() { texts::NEXT_BUNDLE_HELP } else { texts::BUNDLE_HELP };
    field.help(help).show(ui, &mut settings.bundle);
    let is_busy = model.offer.is_pending() || model.change.is_pending();
    let busy = is_busy.then_some(common::ONE_MOMENT);
    let is_named = state.pinned.is_some() || !settings.bundle.trim().is_empty();
    let check = is_named.then_some(SettingsWish::CheckBundle);
    let roll_back = state.in_use.is_some().then_some(SettingsWish::RollBackBundle);
    let wishes: Vec<SettingsWish> = check.into_iter().chain(roll_back).collect();
    // An empty row has a height.
    if !wishes.is_empty() {
        ui.horizontal_wrapped(|ui| {
            for wish in wishes {
                intent_button(ui, ButtonKind::Secondary, Intent::Settings(wish), busy);
            }
        });
    }
    match model.offer.stand() {
        Stand::Idle => {}
        Stand::Pending(_) => drop(waiting(ui, texts::FETCHING_BUNDLE, model.offer.id())),
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(offer) => offer_ui(ui, offer, settings, busy),
    }
}

fn state_ui(ui: &mut Ui, state: &BundleState) {
    let name = state.pinned.as_ref().map_or("", |pinned| pinned.name.as_str());
    key_values(ui, |rows| {
        match state.in_use {
            Some(number) => rows.text(texts::PRESETS_IN_USE, &texts::bundle_then_built_in(name, number)),
            None => rows.text(texts::PRESETS_IN_USE, texts::BUILT_IN),
        }
        if let Some(pinned) = &state.pinned {
            rows.copyable(common::FROM, &pinned.address);
            rows.copyable(texts::PUBLISHER_KEY, &pinned.key);
        }
    });
}

fn offer_ui(ui: &mut Ui, offer: &BundleOffer, settings: &mut SettingsDraft, busy: Option<&str>) {
    let title = texts::bundle(&offer.name, offer.number);
    if !offer.is_new {
        ui.label(small(ui, texts::in_use(&title)));
        return;
    }
    ui.label(label(title));
    if !offer.destinations.is_empty() {
        let told = Diagnosis::new(texts::SECRETS_ELSEWHERE);
        banner(ui, Tone::Danger, &told.hint(offer.destinations.join("; ")));
    }
    if offer.is_unknown_key {
        let told = Diagnosis::new(texts::unknown_key(&offer.key));
        banner(ui, Tone::Warning, &told.hint(texts::UNKNOWN_KEY_HINT));
        toggle(ui, texts::TRUST_KEY, &mut settings.trusts_key, Some(texts::TRUST_KEY_HELP));
    }
    if offer.changes.is_empty() {
        ui.label(texts::NO_CHANGES);
    }
    for change in &offer.changes {
        change_ui(ui, change);
    }
    let untrusted = (offer.is_unknown_key && !settings.trusts_key).then_some(texts::CONFIRM_KEY);
    intent_button(ui, ButtonKind::Secondary, Intent::Settings(SettingsWish::UseBundle), busy.or(untrusted));
}

fn change_ui(ui: &mut Ui, change: &PresetChange) {
    let line = |ui: &mut Ui, text: String| drop(ui.add(Label::new(shown(text)).wrap()));
    match change {
        PresetChange::New { id, name } => line(ui, texts::new_preset(name, id)),
        PresetChange::Removed { id } => line(ui, texts::removed_preset(id)),
        PresetChange::Changed { id, keys } => {
            line(ui, texts::changed_preset(id));
            for KeyChange { key, ours, theirs } in keys {
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| common::NONE.to_owned());
                let words = small(ui, format!("{key}: {} → {}", value(ours), value(theirs)));
                ui.add(Label::new(words).wrap());
            }
        }
    }
}
