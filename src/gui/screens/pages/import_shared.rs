//! *Import…* of profiles that a colleague shared: the passphrase where they are locked, then what they are and what must
//! be supplied; only then are they saved.

use egui::Ui;

use crate::app::{ImportSource, LockedText, ShareKey, SharedProfile, SharedProfiles};
use crate::diagnosis::Diagnosis;
use crate::gui::drafts::import::ImportDraft;
use crate::gui::intent::Intent;
use crate::gui::screens::{entered, intent_button, want};
use crate::gui::texts::{common, import as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field, banner, key_values, keyed, rows, section, toggle};
use crate::service::ProfileName;

/// Height of what is said of most profiles with the space below, in points.
const SECTION_HEIGHT: f32 = 160.0;

/// Asks what opens them.
pub(crate) fn locked_ui(ui: &mut Ui, locked: &LockedText, import: &mut ImportDraft) {
    section(ui, texts::ENCRYPTED, |ui| {
        ui.label(small(ui, texts::from(&locked.from)));
        let problem = locked.problem.as_ref().map(Diagnosis::to_string);
        let field = Field::new(common::PASSPHRASE).help(texts::PASSPHRASE_HELP).error(problem.as_deref());
        let typed = field.show_secret(ui, &mut import.passphrase);
        let field = Field::new(texts::IDENTITY_FILE)
            .help(texts::IDENTITY_FILE_HELP)
            .optional()
            .mono()
            .show(ui, &mut import.identity);
        let key = match import.identity.trim() {
            "" => ShareKey::Passphrase(import.passphrase.clone()),
            path => ShareKey::Identity(path.into()),
        };
        let is_empty = import.passphrase.is_empty() && import.identity.trim().is_empty();
        let blocked = is_empty.then_some(texts::ENTER_PASSPHRASE_OR_FILE);
        let open = Intent::Import(ImportSource::Locked(Box::new(locked.clone()), key));
        if (entered(ui, &typed) || entered(ui, &field)) && !is_empty {
            want(ui, open.clone());
        }
        intent_button(ui, ButtonKind::Primary, open, blocked);
    });
}

/// Says what they are.
pub(crate) fn shared_ui(ui: &mut Ui, shared: &SharedProfiles, import: &mut ImportDraft) {
    section(ui, texts::SHARED_PROFILES, |ui| {
        ui.label(small(ui, texts::from(&shared.from)));
        if shared.profiles.iter().any(|profile| profile.is_here) {
            toggle(ui, texts::REPLACE, &mut import.replace, Some(texts::REPLACE_HELP));
        }
    });
    rows(ui, "profiles-in-the-file", SECTION_HEIGHT, &shared.profiles, |ui, profile| {
        let name = profile.name.as_str();
        keyed(ui, name, |ui| section(ui, name, |ui| profile_ui(ui, profile, import.replace)));
    });
}

fn profile_ui(ui: &mut Ui, profile: &SharedProfile, replace: bool) {
    match &profile.context {
        Err(diagnosis) => banner(ui, Tone::Warning, diagnosis),
        Ok(context) => {
            key_values(ui, |rows| {
                if !context.profile.display_name.is_empty() {
                    rows.text(common::DISPLAY_NAME, context.profile.display_name.as_str());
                }
                rows.text(common::SERVICE, &context.profile.service.name);
                rows.text(common::CLIENT_ID, &context.profile.client_id);
                if !profile.secrets.is_empty() {
                    rows.text(texts::SECRETS_INCLUDED, &profile.secrets.join(", "));
                }
                profile.must_supply.iter().for_each(|words| rows.text(texts::YOU_MUST_SUPPLY, words));
            });
        }
    }
    if profile.is_here {
        let words = if replace { texts::WILL_BE_REPLACED } else { texts::STAYS };
        ui.label(small(ui, words));
    }
}

/// Lists the saved profiles.
pub(crate) fn accepted_ui(ui: &mut Ui, names: &[ProfileName]) {
    let names: Vec<&str> = names.iter().map(ProfileName::as_str).collect();
    let saved = Diagnosis::new(texts::saved(names.join(", ")));
    banner(ui, Tone::Success, &saved.hint(texts::SAVED_HINT));
}
