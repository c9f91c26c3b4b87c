//! Below the list of profiles: whether the window hides in the tray, the state of the vault, and the theme.

use egui::{RichText, Ui};

use crate::app::{Theme, TrayState, VaultKind, VaultState};
use crate::gui::draft::{Draft, Focus, VaultPrompt};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::want;
use crate::gui::theme::Tone;
use crate::gui::widgets::{self, dot, segmented, toggle};

pub(crate) fn foot_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    forgotten_ui(ui, model);
    tray_ui(ui, model);
    looks_ui(ui, model, draft);
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

/// Whether closing hides the window in the tray; shown once a profile has keep-alive.
fn tray_ui(ui: &mut Ui, model: &Model) {
    if !model.profiles.iter().any(|profile| profile.keep_alive) {
        return;
    }
    let mut settings = model.window.unwrap_or_default();
    let help = match &model.tray {
        TrayState::Absent(diagnosis) if settings.tray => format!("Not possible: {}.", diagnosis.summary),
        _ => "Closing the window hides it, and keep-alive goes on.".to_owned(),
    };
    if toggle(ui, "Close to tray", &mut settings.tray, Some(&help)).changed() {
        want(ui, Intent::ChangeSettings(settings));
    }
    ui.add_space(6.0);
}

/// The state of the vault, and the theme.
fn looks_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let (tone, text) = match &model.vault {
        VaultState::Open(VaultKind::Keyring) => (Tone::Success, "Vault: keyring"),
        VaultState::Open(VaultKind::Passphrase) => (Tone::Success, "Vault: passphrase"),
        VaultState::Open(VaultKind::Memory) => (Tone::Warning, "Vault: memory only"),
        VaultState::NeedsPassphrase { new: false, .. } => (Tone::Warning, "Vault: locked"),
        VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => (Tone::Info, "Vault: none yet"),
        VaultState::NeedsChoice(_) => (Tone::Warning, "Vault: not chosen"),
        VaultState::Unknown => (Tone::Info, "Vault: checking"),
    };
    ui.scope(|ui| {
        // As high as the words, so that both stand on one line.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            dot(ui, tone);
            ui.label(text);
            let is_movable = matches!(model.vault, VaultState::Open(VaultKind::Keyring | VaultKind::Passphrase));
            if is_movable
                && widgets::link(ui, "Move…", "Move…").on_hover_text("Store the vault key elsewhere").clicked()
            {
                draft.questions.move_vault = !draft.questions.move_vault;
                draft.next_view.to_top = true;
            }
            let asks = match &model.vault {
                VaultState::NeedsPassphrase { new: false, .. } => "Unlock…",
                VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => "Choose…",
                _ => return,
            };
            if widgets::link(ui, asks, asks).on_hover_text("Choose where tokens are stored").clicked() {
                draft.questions.vault = Some(VaultPrompt { then: None });
                draft.next_view.focus = Some(Focus::Passphrase);
            }
        });
    });
    ui.add_space(6.0);
    let mut settings = model.window.unwrap_or_default();
    let themes = [(Theme::System, "System"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    if segmented(ui, "Theme", &mut settings.theme, &themes).changed() {
        want(ui, Intent::ChangeSettings(settings));
    }
}
