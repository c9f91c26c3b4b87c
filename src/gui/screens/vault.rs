//! Where tokens are kept, asked for only where it is not clear: no keyring, or a passphrase to enter. It is asked
//! before the browser opens, so that nothing is lost after a good sign-in.

use egui::Ui;

use crate::diagnosis::Diagnosis;
use crate::gui::draft::Draft;
use crate::gui::intent::Intent;
use crate::gui::screens::intent_button;
use crate::gui::theme::Tone;
use crate::gui::widgets::{ButtonKind, Field, banner, secondary_button, section};
use crate::secret::Secret;
use crate::wizard::{Flow, Session, VaultChoice, VaultState};

/// Asks, where it must be asked; what the person wants.
pub(crate) fn vault_ui(ui: &mut Ui, session: &Session, draft: &mut Draft) -> Option<Intent> {
    let intent = match &session.vault {
        VaultState::Open(choice) if draft.moving => {
            section(ui, "Where shall the vault's key be kept?", |ui| moving_ui(ui, session, draft, *choice)).inner
        }
        VaultState::Unknown | VaultState::Open(_) => return None,
        VaultState::NeedsChoice(problem) => {
            section(ui, "Where shall tokens be kept?", |ui| {
                banner(ui, Tone::Warning, problem);
                ui.add_space(8.0);
                let by_passphrase = passphrase_ui(ui, draft, true, None);
                ui.add_space(8.0);
                let memory =
                    intent_button(ui, ButtonKind::Secondary, Intent::OpenVault(VaultChoice::Memory, None), None);
                by_passphrase.or(memory)
            })
            .inner
        }
        VaultState::NeedsPassphrase { new, problem } => {
            let title = if *new { "A passphrase for the vault" } else { "The vault is locked" };
            section(ui, title, |ui| passphrase_ui(ui, draft, *new, problem.as_ref())).inner
        }
    };
    ui.add_space(12.0);
    intent
}

/// Another key for everything in the vault.
fn moving_ui(ui: &mut Ui, session: &Session, draft: &mut Draft, choice: VaultChoice) -> Option<Intent> {
    let busy = session.running(Flow::Vault).map(|_| "Being moved");
    let mut wanted = None;
    if choice != VaultChoice::Keyring {
        wanted = intent_button(ui, ButtonKind::Secondary, Intent::MoveVault(VaultChoice::Keyring, None), busy);
        ui.add_space(8.0);
    }
    let blocked = new_passphrase_ui(ui, draft, None).or(busy);
    ui.add_space(8.0);
    let intent = Intent::MoveVault(VaultChoice::Passphrase, Some(draft.passphrase[0].clone()));
    ui.horizontal_wrapped(|ui| {
        wanted = wanted.take().or(intent_button(ui, ButtonKind::Primary, intent, blocked));
        if secondary_button(ui, "Leave it where it is").clicked() {
            draft.moving = false;
            draft.passphrase = [Secret::default(), Secret::default()];
        }
    });
    wanted
}

/// The fields of a new passphrase; why it cannot be taken yet.
fn new_passphrase_ui(ui: &mut Ui, draft: &mut Draft, problem: Option<&str>) -> Option<&'static str> {
    let [first, second] = &mut draft.passphrase;
    let help = "Tokens are sealed in files with a key made from it. Nobody can recover it.";
    Field::new("Passphrase").help(Some(help)).error(problem).show_secret(ui, first);
    let differ = !second.is_empty() && first != second;
    Field::new("Passphrase again").error(differ.then_some("the two differ")).show_secret(ui, second);
    match (first.is_empty(), first == second) {
        (true, _) => Some("Enter a passphrase"),
        (false, false) => Some("Enter the same passphrase twice"),
        (false, true) => None,
    }
}

fn passphrase_ui(ui: &mut Ui, draft: &mut Draft, new: bool, problem: Option<&Diagnosis>) -> Option<Intent> {
    let problem = problem.map(|problem| problem.summary.as_str());
    let blocked = if new {
        new_passphrase_ui(ui, draft, problem)
    } else {
        let first = &mut draft.passphrase[0];
        Field::new("Passphrase").error(problem).show_secret(ui, first);
        first.is_empty().then_some("Enter the passphrase")
    };
    let intent = Intent::OpenVault(VaultChoice::Passphrase, Some(draft.passphrase[0].clone()));
    ui.add_space(8.0);
    intent_button(ui, ButtonKind::Primary, intent, blocked)
}
