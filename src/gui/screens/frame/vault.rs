//! Opens the vault: asked when something is first saved or opened, and at start-up only if there are profiles to unlock.
//! Tokens that wait for it are announced above everything else.

use egui::Ui;

use crate::app::{VaultKind, VaultState};
use crate::diagnosis::Diagnosis;
use crate::gui::display_text::quoted;
use crate::gui::drafts::{Draft, Focus};
use crate::gui::intent::Intent;
use crate::gui::model::Model;
use crate::gui::screens::frame::questions::dialog;
use crate::gui::screens::{entered, intent_button, want};
use crate::gui::texts::{common, vault as texts};
use crate::gui::theme::{Tone, small};
use crate::gui::widgets::{ButtonKind, Field, banner, banner_with, notice, secondary_button, section, waiting};
use crate::secret::Secret;
use crate::service::ProfileName;

/// Whether the wizard's own screen asks, without anybody having wanted something of the vault.
pub(crate) fn is_asked(model: &Model, draft: &Draft) -> bool {
    let waits = model.pending_writes.keys().any(|name| !is_practice(model, draft, name));
    draft.questions.vault.is_none()
        && match &model.vault {
            VaultState::Unknown | VaultState::Open(_) => false,
            VaultState::NeedsPassphrase { new: false, .. } | VaultState::Locked(_) => {
                waits || !model.profiles.is_empty()
            }
            VaultState::NeedsPassphrase { new: true, .. } | VaultState::NoKeyring(_) => waits,
            VaultState::NeedsChoice(_) => true,
        }
}

/// Whether a passphrase was entered and does not open the vault.
pub(crate) fn is_refused(state: &VaultState) -> bool {
    matches!(state, VaultState::NeedsPassphrase { problem: Some(_), .. })
}

/// Whether these tokens are the practice service's, which are had again at any time: nothing is asked for their sake.
fn is_practice(model: &Model, draft: &Draft, name: &ProfileName) -> bool {
    match model.profiles.iter().find(|profile| profile.name == *name) {
        Some(profile) => model.services.iter().any(|service| service.practice && service.id == profile.service_id),
        None => draft.profile.as_ref().is_some_and(|profile| profile.service.practice),
    }
}

/// The question on the wizard's screen.
pub(crate) fn vault_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    match &model.vault {
        VaultState::Open(choice) if draft.questions.move_vault => {
            section(ui, texts::MOVE, |ui| moving_ui(ui, model, draft, *choice));
        }
        state if is_asked(model, draft) => {
            section(ui, title(state), |ui| question_ui(ui, model, draft));
        }
        _ => {}
    }
}

/// The question over everything, where something waits for the answer.
pub(crate) fn dialog_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    if draft.questions.vault.is_none() {
        return;
    }
    let shown = dialog(ui, "vault", title(&model.vault), "", |ui| {
        question_ui(ui, model, draft);
        secondary_button(ui, common::CANCEL).clicked()
    });
    if shown.inner || shown.should_close() {
        draft.questions.vault = None;
    }
}

fn title(state: &VaultState) -> &'static str {
    match state {
        VaultState::Unknown | VaultState::Open(_) => texts::OPENING,
        VaultState::NeedsPassphrase { new: true, .. } => texts::SET_PASSPHRASE,
        VaultState::NeedsPassphrase { new: false, .. } | VaultState::Locked(_) => texts::LOCKED,
        VaultState::NoKeyring(_) | VaultState::NeedsChoice(_) => texts::NEEDS_CHOICE,
    }
}

fn question_ui(ui: &mut Ui, model: &Model, draft: &mut Draft) {
    let busy = model.vault_work.is_pending();
    match &model.vault {
        VaultState::Unknown | VaultState::Open(_) => {
            waiting(ui, texts::OPENING, model.vault_work.id());
        }
        VaultState::Locked(kind) => {
            let busy = busy.then_some(texts::OPENING_BLOCKED);
            intent_button(ui, ButtonKind::Primary, Intent::OpenVault(*kind, None), busy);
        }
        VaultState::NoKeyring(problem) => {
            ui.label(texts::NEEDS_CHOICE_HELP);
            ui.label(small(ui, texts::desktop_reported(quoted(&problem.summary))));
            choice_ui(ui, draft, busy);
        }
        VaultState::NeedsChoice(problem) => {
            banner(ui, Tone::Warning, problem);
            choice_ui(ui, draft, busy);
        }
        VaultState::NeedsPassphrase { new, problem } => passphrase_ui(ui, draft, *new, problem.as_ref(), busy),
    }
}

fn choice_ui(ui: &mut Ui, draft: &mut Draft, busy: bool) {
    passphrase_ui(ui, draft, true, None, busy);
    intent_button(ui, ButtonKind::Secondary, Intent::OpenVault(VaultKind::Memory, None), None);
}

/// Another key for everything in the vault.
fn moving_ui(ui: &mut Ui, model: &Model, draft: &mut Draft, choice: VaultKind) {
    let busy = model.vault_work.is_pending().then_some(texts::MOVING);
    if choice != VaultKind::Keyring {
        intent_button(ui, ButtonKind::Secondary, Intent::MoveVault(VaultKind::Keyring, None), busy);
    }
    let (blocked, enters) = new_passphrase_ui(ui, draft, None);
    let blocked = blocked.or(busy);
    let intent = Intent::MoveVault(VaultKind::Passphrase, Some(draft.questions.vault_passphrase[0].clone()));
    if enters && blocked.is_none() {
        want(ui, intent.clone());
    }
    ui.horizontal_wrapped(|ui| {
        intent_button(ui, ButtonKind::Primary, intent, blocked);
        if secondary_button(ui, common::CANCEL).clicked() {
            draft.questions.move_vault = false;
            draft.questions.vault_passphrase = [Secret::default(), Secret::default()];
        }
    });
}

/// The fields of a new passphrase; why it cannot be taken yet, and whether Enter says that it is complete.
fn new_passphrase_ui(ui: &mut Ui, draft: &mut Draft, problem: Option<&str>) -> (Option<&'static str>, bool) {
    let [first, second] = &mut draft.questions.vault_passphrase;
    let one = Field::new(common::PASSPHRASE).help(Some(texts::PASSPHRASE_HELP)).error(problem).show_secret(ui, first);
    if draft.next_view.take_focus(Focus::Passphrase) {
        one.request_focus();
    }
    let differ = !second.is_empty() && first != second;
    let other = Field::new(common::REPEAT_PASSPHRASE)
        .error(differ.then_some(common::PASSPHRASES_DIFFER))
        .show_secret(ui, second);
    let blocked = match (first.is_empty(), first == second) {
        (true, _) => Some(common::ENTER_PASSPHRASE),
        (false, false) => Some(common::ENTER_PASSPHRASE_TWICE),
        (false, true) => None,
    };
    if entered(ui, &one) {
        if first.is_empty() { one.request_focus() } else { other.request_focus() }
    }
    let enters = entered(ui, &other);
    if enters && blocked.is_some() {
        // Nothing was taken: the keyboard stays where there is something to mend.
        other.request_focus();
    }
    (blocked, enters)
}

fn passphrase_ui(ui: &mut Ui, draft: &mut Draft, new: bool, problem: Option<&Diagnosis>, busy: bool) {
    // While the next one is tried, what was said of the last one is over.
    let problem = problem.filter(|_| !busy).map(|problem| problem.summary.as_str());
    let (blocked, enters) = if new {
        new_passphrase_ui(ui, draft, problem)
    } else {
        let first = &mut draft.questions.vault_passphrase[0];
        let field = Field::new(common::PASSPHRASE).help(busy.then_some(texts::CHECKING)).error(problem);
        let field = field.show_secret(ui, first);
        let enters = entered(ui, &field);
        // Enter leaves the keyboard where the next try is typed.
        if draft.next_view.take_focus(Focus::Passphrase) || enters {
            field.request_focus();
        }
        (first.is_empty().then_some(common::ENTER_PASSPHRASE), enters)
    };
    let blocked = if busy { Some(texts::OPENING_BLOCKED) } else { blocked };
    let intent = Intent::OpenVault(VaultKind::Passphrase, Some(draft.questions.vault_passphrase[0].clone()));
    if enters && blocked.is_none() {
        want(ui, intent.clone());
    }
    intent_button(ui, ButtonKind::Primary, intent, blocked);
}

/// A banner a profile whose newest tokens are not saved.
pub(crate) fn pending_writes_ui(ui: &mut Ui, model: &Model, draft: &Draft) {
    for (name, why) in &model.pending_writes {
        if !matches!(model.vault, VaultState::Open(_)) && is_practice(model, draft, name) {
            notice(ui, Tone::Info, &texts::practice_not_stored(name), texts::PRACTICE_NOT_STORED_HELP);
            continue;
        }
        if !matches!(model.vault, VaultState::Open(_)) {
            waits_for_vault_ui(ui, model, name);
            continue;
        }
        let held = texts::HELD_IN_MEMORY;
        let hint = why.hint.as_ref().map_or_else(|| held.to_owned(), |hint| format!("{hint}. {held}"));
        let told = Diagnosis::new(&why.summary).hint(hint);
        ui.push_id(("pending-write", name.as_str()), |ui| {
            banner_with(ui, Tone::Danger, &told, |ui| {
                intent_button(ui, ButtonKind::Secondary, Intent::RetrySave, None)
            });
        });
    }
}

/// Nothing has failed: the same screen asks where to store tokens.
fn waits_for_vault_ui(ui: &mut Ui, model: &Model, name: &ProfileName) {
    let shown = model.profiles.iter().find(|profile| profile.name == *name).map_or(name.as_str(), |it| it.shown_name());
    let title = texts::not_stored(shown);
    notice(ui, Tone::Warning, &title, texts::NOT_STORED_HELP);
}
