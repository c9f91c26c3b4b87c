//! Opening the vault: the kind that the environment prescribes, else the one that was chosen before, else the keyring
//! if it works. It is found out before a browser opens, so that no token is thrown away after a good sign-in.

use crate::app::profiles;
use crate::app::profiles::drafts;
use crate::app::profiles::some;
use crate::app::shared::{Shared, blocking};
use crate::app::{Failure, FailureKind, VaultChoice, VaultState};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;
use crate::vault::{self, VaultError, VaultKind};

/// Opens the vault if it can be opened without asking, and tells what is needed if not.
pub(crate) async fn probe(shared: &Shared) -> VaultState {
    if let Ok(vault) = shared.vault() {
        return VaultState::Open(choice_of(vault.kind()));
    }
    let kind = match kind(shared) {
        Ok(kind) => kind,
        Err(failure) => return VaultState::NeedsChoice(failure.diagnosis),
    };
    let opened = open(shared, kind, shared.ports.passphrase.clone()).await;
    match opened {
        // A move that was interrupted may have made another kind of it.
        Ok(()) => VaultState::Open(shared.vault().map_or(choice_of(kind), |vault| choice_of(vault.kind()))),
        Err(VaultError::PassphraseNeeded { new }) => VaultState::NeedsPassphrase { new, problem: None },
        Err(error @ VaultError::WrongPassphrase { .. }) => {
            VaultState::NeedsPassphrase { new: false, problem: Some(error.diagnose()) }
        }
        Err(
            error @ (VaultError::KeyringUnavailable { .. }
            | VaultError::KeyringLocked { .. }
            | VaultError::KeyringFailed { .. }
            | VaultError::KeyringTimeout { .. }),
        ) => VaultState::NoKeyring(error.diagnose()),
        Err(error) => VaultState::NeedsChoice(error.diagnose()),
    }
}

/// Opens the vault for a command that needs it.
pub(crate) async fn open_chosen(shared: &Shared) -> Result<(), Failure> {
    match probe(shared).await {
        VaultState::Open(_) => drafts::finish_moves(shared).await,
        VaultState::NeedsPassphrase { problem: Some(diagnosis), .. }
        | VaultState::NoKeyring(diagnosis)
        | VaultState::NeedsChoice(diagnosis) => Err(Failure::new(FailureKind::Vault, diagnosis)),
        VaultState::NeedsPassphrase { .. } | VaultState::Unknown => {
            let diagnosis = Diagnosis::new("the vault is locked with a passphrase");
            let hint = "set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`";
            Err(Failure::new(FailureKind::Vault, diagnosis.hint(hint)))
        }
    }
}

/// Opens the vault that a person chose, and remembers the choice.
pub(crate) async fn choose(shared: &Shared, choice: VaultChoice, passphrase: Option<Secret>) -> Result<(), Failure> {
    let kind = kind_of(choice);
    let state = match open(shared, kind, some(passphrase).or(shared.ports.passphrase.clone())).await {
        Ok(()) => {
            let mut settings = shared.ports.store.load_settings()?;
            settings.vault = Some(kind.to_string());
            shared.ports.store.save_settings(&settings)?;
            shared.alive.reload();
            VaultState::Open(choice)
        }
        Err(VaultError::PassphraseNeeded { new }) => VaultState::NeedsPassphrase { new, problem: None },
        Err(error @ VaultError::WrongPassphrase { .. }) => {
            VaultState::NeedsPassphrase { new: false, problem: Some(error.diagnose()) }
        }
        Err(error) => return Err(error.into()),
    };
    let is_open = matches!(state, VaultState::Open(_));
    shared.emit(crate::app::Event::Vault(state));
    if is_open {
        drafts::finish_moves(shared).await?;
        drafts::keep_held(shared).await;
    }
    profiles::list(shared).await
}

async fn open(shared: &Shared, kind: VaultKind, passphrase: Option<Secret>) -> Result<(), VaultError> {
    let folder = shared.ports.store.places().vault_folder();
    let opened = blocking(move || vault::open(kind, &folder, passphrase)).await;
    shared.set_vault(outcome(opened)?);
    Ok(())
}

/// What opening came to. A panic in there is a mistake of this program, and no question for a passphrase.
fn outcome<T>(opened: Result<Result<T, VaultError>, Failure>) -> Result<T, VaultError> {
    opened.unwrap_or_else(|failure| Err(VaultError::Inside { reason: failure.diagnosis.summary }))
}

/// Which kind it is to be.
fn kind(shared: &Shared) -> Result<VaultKind, Failure> {
    let prescribed = shared.ports.vault_kind.clone();
    let chosen = || shared.ports.store.load_settings().ok().and_then(|settings| settings.vault);
    // What is there goes before what was chosen: a move may have been interrupted before the choice was kept.
    let there = || vault::kind_in(&shared.ports.store.places().vault_folder()).ok().flatten();
    let Some(name) = prescribed.clone().or_else(chosen) else { return Ok(there().unwrap_or(VaultKind::Keyring)) };
    let kind = name.parse().map(|kind| match (kind, &prescribed) {
        (VaultKind::Memory, _) | (_, Some(_)) => kind,
        (kind, None) => there().unwrap_or(kind),
    });
    kind.map_err(|_| {
        let diagnosis = Diagnosis::new(format!("there is no vault `{name}`"));
        Failure::new(
            FailureKind::Vault,
            diagnosis.hint("set `TOKENWRIGHT_VAULT` to `keyring`, `passphrase` or `memory`"),
        )
    })
}

pub(crate) fn choice_of(kind: VaultKind) -> VaultChoice {
    match kind {
        VaultKind::Keyring => VaultChoice::Keyring,
        VaultKind::Passphrase => VaultChoice::Passphrase,
        VaultKind::Memory => VaultChoice::Memory,
    }
}

pub(crate) fn kind_of(choice: VaultChoice) -> VaultKind {
    match choice {
        VaultChoice::Keyring => VaultKind::Keyring,
        VaultChoice::Passphrase => VaultKind::Passphrase,
        VaultChoice::Memory => VaultKind::Memory,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_while_the_vault_is_opened_is_told_as_one_and_asks_for_no_passphrase() {
        let opened = blocking(|| -> Result<(), VaultError> { panic!("a mistake") }).await;
        let error = outcome(opened).expect_err("it panicked");
        assert!(matches!(error, VaultError::Inside { .. }), "{error}");
        let said = error.diagnose().to_string();
        assert!(said.starts_with("the vault could not be opened: a fault in the program ended this\n"), "{said}");
        assert!(!said.contains("passphrase"), "{said}");
    }
}
