//! The vault itself: what is wrong in it, and moving it to another key.

use std::path::PathBuf;

use crate::app::profiles;
use crate::app::shared::Shared;
use crate::app::vault::open;
use crate::app::vault::open::{choice_of, kind_of};
use crate::app::{Attempt, Event, Failure, VaultChoice, VaultState};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;
use crate::vault::{Vault, VaultKind};

/// What was found in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultStatus {
    /// What kind it is.
    pub choice: VaultChoice,
    /// Its folder; none for a vault in memory.
    pub folder: Option<PathBuf>,
    /// How many sealed files open.
    pub whole: usize,
    /// What is wrong.
    pub faults: Vec<Diagnosis>,
    /// Older generations that another machine had put beside newer ones.
    pub older: Vec<PathBuf>,
    /// Files that do not open and were set aside.
    pub aside: Vec<PathBuf>,
}

/// The vault has another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultMoved {
    /// What kind it is now.
    pub choice: VaultChoice,
    /// The kind that the environment still prescribes, where it is another.
    pub prescribed: Option<String>,
}

/// Looks at every file.
pub(crate) async fn status(shared: &Shared, attempt: Attempt) -> Result<(), Failure> {
    open::open_chosen(shared).await?;
    let inspect = |vault: &Vault| Ok((vault.kind(), vault.inspect()?));
    let (kind, found) = shared.with_vault(inspect).await?;
    let choice = choice_of(kind);
    let status = match found {
        None => {
            VaultStatus { choice, folder: None, whole: 0, faults: Vec::new(), older: Vec::new(), aside: Vec::new() }
        }
        Some(found) => VaultStatus {
            choice,
            folder: Some(found.folder),
            whole: found.whole,
            faults: found.faults.iter().map(Diagnose::diagnose).collect(),
            older: found.older,
            aside: found.aside,
        },
    };
    shared.emit(Event::VaultStatus(attempt, Box::new(status)));
    Ok(())
}

/// Seals everything under another key. The passphrase is the new one; that of the environment is taken where the vault
/// has none yet.
pub(crate) async fn move_vault(
    shared: &Shared,
    attempt: Attempt,
    to: VaultChoice,
    passphrase: Option<Secret>,
) -> Result<(), Failure> {
    open::open_chosen(shared).await?;
    let kind = kind_of(to);
    let supplied = shared.ports.passphrase.clone();
    let moved = move |vault: &Vault| {
        let supplied = supplied.filter(|_| vault.kind() != VaultKind::Passphrase);
        let passphrase = profiles::some(passphrase).or(supplied);
        vault.rekey(kind, passphrase.as_ref())
    };
    let vault = shared.with_vault(moved).await?;
    shared.set_vault(vault);
    let mut settings = shared.ports.store.load_settings()?;
    settings.vault = Some(kind.to_string());
    shared.ports.store.save_settings(&settings)?;
    let prescribed = shared.ports.vault_kind.clone().filter(|prescribed| *prescribed != kind.to_string());
    shared.emit(Event::VaultMoved(attempt, Box::new(VaultMoved { choice: to, prescribed })));
    shared.emit(Event::Vault(VaultState::Open(to)));
    profiles::list(shared).await
}
