//! Opens the vault: the kind that the environment sets, else the one chosen before, else the keyring if it works. This
//! happens before a browser opens, so that no token is lost after a successful sign-in.

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::drafts;
use crate::app::vault::lock::locked_state;
use crate::app::{Failure, FailureKind, Ports, VaultState};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;
use crate::vault::{self, VaultError, VaultKind};

/// Opens the vault if it can be opened without asking; otherwise says what is needed.
pub(crate) async fn probe(app: &App) -> VaultState {
    if let Ok(vault) = app.vault() {
        return VaultState::Open(vault.kind());
    }
    let kind = match kind(app).await {
        Ok(kind) => kind,
        Err(failure) => return VaultState::NeedsChoice(failure.diagnosis),
    };
    if app.is_locked() {
        return locked_state(kind);
    }
    let opened = open(app, kind, app.ports.passphrase.clone()).await;
    match opened {
        Ok(()) => VaultState::Open(kind),
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

/// Opens the vault for a command that needs it, and finishes what needs an open vault. Whether that has changed any profile.
pub(crate) async fn open_chosen(app: &App) -> Result<bool, Failure> {
    match probe(app).await {
        VaultState::Open(_) => drafts::finish_moves(app).await,
        VaultState::NeedsPassphrase { problem: Some(diagnosis), .. }
        | VaultState::NoKeyring(diagnosis)
        | VaultState::NeedsChoice(diagnosis) => Err(Failure::new(FailureKind::Vault, diagnosis)),
        VaultState::Locked(_) => {
            Err(Failure::new(FailureKind::Vault, Diagnosis::new("the vault is locked").hint("unlock it in the window")))
        }
        VaultState::NeedsPassphrase { .. } | VaultState::Unknown => {
            let diagnosis = Diagnosis::new("the vault is locked with a passphrase");
            let hint = "set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`";
            Err(Failure::new(FailureKind::Vault, diagnosis.hint(hint)))
        }
    }
}

impl App {
    /// Opens the vault that a person chose, and remembers the choice. A missing or wrong passphrase is a state, not a
    /// failure.
    pub async fn open_vault(&self, kind: VaultKind, passphrase: Option<Secret>) -> Result<VaultState, Failure> {
        let state = choose(self, kind, passphrase).await?;
        self.tell(News::Vault(state.clone()));
        if matches!(state, VaultState::Open(_)) {
            drafts::finish_moves(self).await?;
            drafts::save_held(self).await;
        }
        self.tell_profiles().await;
        Ok(state)
    }
}

async fn choose(app: &App, kind: VaultKind, passphrase: Option<Secret>) -> Result<VaultState, Failure> {
    Ok(match open(app, kind, passphrase.filter(|secret| !secret.is_empty()).or(app.ports.passphrase.clone())).await {
        Ok(()) => {
            app.change_settings(move |settings| settings.vault = Some(kind.to_string())).await?;
            app.scheduler.reload();
            VaultState::Open(kind)
        }
        Err(VaultError::PassphraseNeeded { new }) => VaultState::NeedsPassphrase { new, problem: None },
        Err(error @ VaultError::WrongPassphrase { .. }) => {
            VaultState::NeedsPassphrase { new: false, problem: Some(error.diagnose()) }
        }
        Err(error) => return Err(error.into()),
    })
}

async fn open(app: &App, kind: VaultKind, passphrase: Option<Secret>) -> Result<(), VaultError> {
    let store = app.ports.store.clone();
    let opened = blocking(move || vault::open(kind, &store, passphrase)).await;
    app.tell_closed();
    app.set_vault(outcome(opened)?);
    Ok(())
}

/// A panic while opening is an internal error, not a reason to ask for a passphrase.
fn outcome<T>(opened: Result<Result<T, VaultError>, Failure>) -> Result<T, VaultError> {
    opened.unwrap_or_else(|failure| Err(VaultError::Internal { reason: failure.diagnosis.summary }))
}

/// Connects to the keyring if the vault is known to need it, while the rest of the program starts.
pub fn connect_keyring_ahead(ports: &Ports) {
    let settings = || ports.config.load_settings().ok().and_then(|settings| settings.vault);
    let named = ports.vault_kind.clone().or_else(settings);
    if named.is_some_and(|name| name.parse() == Ok(VaultKind::Keyring)) {
        vault::connect_keyring_ahead();
    }
}

/// The kind of vault to open.
async fn kind(app: &App) -> Result<VaultKind, Failure> {
    let prescribed = app.ports.vault_kind.clone();
    let chosen = app.with_config(|config| Ok(config.load_settings().ok().and_then(|settings| settings.vault))).await?;
    let named = prescribed.clone().or(chosen);
    if named.as_deref().and_then(|name| name.parse().ok()) == Some(VaultKind::Keyring) {
        vault::connect_keyring_ahead();
    }
    // The stored kind comes before the chosen one: the program may have ended before the choice was saved.
    let there = app.with_store(|store| Ok(vault::kind_in(store).ok().flatten())).await?;
    let Some(name) = named else { return Ok(there.unwrap_or(VaultKind::Keyring)) };
    let kind = name.parse().map(|kind| match (kind, &prescribed) {
        (VaultKind::Memory, _) | (_, Some(_)) => kind,
        (kind, None) => there.unwrap_or(kind),
    });
    kind.map_err(|_| {
        let diagnosis = Diagnosis::new(format!("unknown vault `{name}`"));
        Failure::new(
            FailureKind::Vault,
            diagnosis.hint("set `TOKENWRIGHT_VAULT` to `keyring`, `passphrase` or `memory`"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_while_the_vault_is_opened_is_told_as_one_and_asks_for_no_passphrase() {
        let opened = blocking(|| -> Result<(), VaultError> { panic!("a mistake") }).await;
        let error = outcome(opened).expect_err("it panicked");
        assert!(matches!(error, VaultError::Internal { .. }), "{error}");
        let said = error.diagnose().to_string();
        assert!(said.starts_with("the vault could not be opened: an internal error stopped this\n"), "{said}");
        assert!(!said.contains("passphrase"), "{said}");
    }
}
