//! Below the list of profiles: the way to forgotten profiles, the state of the vault, and the way to the settings.

use egui::{RichText, Ui};

use crate::app::{VaultKind, VaultState};
use crate::gui::drafts::{Draft, Focus, VaultPrompt};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::{hint, want};
use crate::gui::texts::profiles as texts;
use crate::gui::theme::{SPACE_L, Tone};
use crate::gui::widgets::{self, dot};

pub(crate) fn foot_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    forgotten_ui(ui, model);
    vault_ui(ui, model, draft);
    pages_ui(ui, model);
}

/// The way to profiles that can be brought back, where there are any.
fn forgotten_ui(ui: &mut Ui, model: &Model) {
    let count = model.forgotten.all.last().map_or(0, Vec::len);
    if count == 0 {
        return;
    }
    let (text, hint) = Intent::OpenForgotten.words();
    let words = RichText::new(format!("{} ({count})…", text.trim_end_matches('…'))).small();
    if widgets::link(ui, words, text).on_hover_text(hint).clicked() {
        want(ui, Intent::OpenForgotten);
    }
    ui.add_space(6.0);
}

/// The state of the vault in a few words.
pub(crate) fn vault_words(vault: &VaultState) -> (Tone, &'static str) {
    match vault {
        VaultState::Open(VaultKind::Keyring) => (Tone::Success, texts::VAULT_KEYRING),
        VaultState::Open(VaultKind::Passphrase) => (Tone::Success, texts::VAULT_PASSPHRASE),
        VaultState::Open(VaultKind::Memory) => (Tone::Warning, texts::VAULT_MEMORY),
        VaultState::NeedsPassphrase { new: false, .. } | VaultState::Locked(_) => (Tone::Warning, texts::VAULT_LOCKED),
        VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => (Tone::Info, texts::VAULT_NONE),
        VaultState::NeedsChoice(_) => (Tone::Warning, texts::VAULT_NOT_CHOSEN),
        VaultState::Unknown => (Tone::Info, texts::VAULT_CHECKING),
    }
}

/// The state of the vault, and the way to the settings.
fn vault_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let (tone, text) = vault_words(&model.vault);
    ui.scope(|ui| {
        // As high as the words, so that both stand on one line.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            dot(ui, tone);
            ui.label(text);
            let asks = match &model.vault {
                VaultState::NeedsPassphrase { new: false, .. } | VaultState::Locked(_) => texts::UNLOCK,
                VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => texts::CHOOSE,
                _ => return,
            };
            if widgets::link(ui, asks, asks).on_hover_text(texts::CHOOSE_HINT).clicked() {
                draft.questions.vault = Some(VaultPrompt { then: None });
                draft.next_view.focus = Some(Focus::Passphrase);
            }
        });
    });
}

/// The ways to the calendar, once there is a profile, and to the settings.
fn pages_ui(ui: &mut Ui, model: &Model) {
    ui.horizontal_wrapped(|ui| {
        (ui.spacing_mut().item_spacing.x, ui.spacing_mut().interact_size.y) = (SPACE_L, 0.0);
        let calendar = (!model.profiles.is_empty()).then_some(Intent::OpenCalendar);
        for intent in calendar.into_iter().chain([Intent::OpenSettings]) {
            let text = intent.words().0;
            if widgets::link(ui, text, text).on_hover_text(hint(ui, &intent)).clicked() {
                want(ui, intent);
            }
        }
    });
}
