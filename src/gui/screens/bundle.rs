//! The presets on the page of the settings: where they come from, an update, and the way back.

use egui::{Label, Ui};

use crate::app::{BundleOffer, BundleState};
use crate::diagnosis::Diagnosis;
use crate::gui::intent::{Intent, SettingsWish};
use crate::gui::model::{BundleModel, Stand};
use crate::gui::screens::intent_button;
use crate::gui::settings_draft::SettingsDraft;
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
    let help = "A file or an https address. Empty: the one above.";
    let field =
        Field::new("Bundle of presets").optional().mono().limit(SHORT).example("https://presets.example/acme.jws");
    field.help(help).show(ui, &mut settings.bundle);
    let is_busy = model.offer.is_pending() || model.change.is_pending();
    let busy = is_busy.then_some("One moment…");
    let is_named = state.pinned.is_some() || !settings.bundle.trim().is_empty();
    ui.horizontal_wrapped(|ui| {
        if is_named {
            intent_button(ui, ButtonKind::Secondary, Intent::Settings(SettingsWish::CheckBundle), busy);
        }
        if state.in_use.is_some() {
            intent_button(ui, ButtonKind::Secondary, Intent::Settings(SettingsWish::RollBackBundle), busy);
        }
    });
    match model.offer.stand() {
        Stand::Idle => {}
        Stand::Pending(_) => drop(waiting(ui, "Fetching the bundle", model.offer.id())),
        Stand::Failed(failure) => banner(ui, Tone::Danger, &failure.diagnosis),
        Stand::Done(offer) => offer_ui(ui, offer, settings, busy),
    }
}

fn state_ui(ui: &mut Ui, state: &BundleState) {
    let name = state.pinned.as_ref().map_or("", |pinned| pinned.name.as_str());
    key_values(ui, |rows| {
        match state.in_use {
            Some(number) => rows.text("Presets", &format!("Bundle {name} {number}, then those built in")),
            None => rows.text("Presets", "Those built in"),
        }
        if let Some(pinned) = &state.pinned {
            rows.copyable("From", &pinned.address);
            rows.copyable("Publisher's key", &pinned.key);
        }
    });
}

fn offer_ui(ui: &mut Ui, offer: &BundleOffer, settings: &mut SettingsDraft, busy: Option<&str>) {
    let title = format!("Bundle {} {}", offer.name, offer.number);
    if !offer.is_new {
        ui.label(small(ui, format!("{title} is in use already.")));
        return;
    }
    ui.label(label(title));
    if !offer.destinations.is_empty() {
        let told = Diagnosis::new("Your secrets would be sent elsewhere");
        banner(ui, Tone::Danger, &told.hint(offer.destinations.join("; ")));
    }
    if offer.is_unknown_key {
        let told = Diagnosis::new(format!("It is signed with a key that is not known yet: `{}`", offer.key));
        banner(ui, Tone::Warning, &told.hint("whoever has this key decides where your secrets are sent"));
        let help = "Compare it with what the publisher tells elsewhere than where the bundle is.";
        toggle(ui, "This is the publisher's key", &mut settings.trusts_key, Some(help));
    }
    if offer.changes.is_empty() {
        ui.label("No preset says anything else.");
    }
    for change in &offer.changes {
        change_ui(ui, change);
    }
    let untrusted = (offer.is_unknown_key && !settings.trusts_key).then_some("Confirm the publisher's key first");
    intent_button(ui, ButtonKind::Secondary, Intent::Settings(SettingsWish::UseBundle), busy.or(untrusted));
}

fn change_ui(ui: &mut Ui, change: &PresetChange) {
    let line = |ui: &mut Ui, text: String| drop(ui.add(Label::new(shown(text)).wrap()));
    match change {
        PresetChange::New { id, name } => line(ui, format!("New: {name} ({id})")),
        PresetChange::Removed { id } => line(ui, format!("Removed: {id}")),
        PresetChange::Changed { id, keys } => {
            line(ui, format!("Changed: {id}"));
            for KeyChange { key, ours, theirs } in keys {
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
                let words = small(ui, format!("{key}: {} → {}", value(ours), value(theirs)));
                ui.add(Label::new(words).wrap());
            }
        }
    }
}
