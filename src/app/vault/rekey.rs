//! The status of the vault, and moving it to another key.

use std::path::PathBuf;

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::vault::open;
use crate::app::{Failure, VaultState};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;
use crate::vault::{Vault, VaultKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultStatus {
    pub kind: VaultKind,
    /// The database. `None` for a vault in memory.
    pub place: Option<PathBuf>,
    /// How many sealed records open.
    pub whole: usize,
    pub faults: Vec<Diagnosis>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultMoved {
    pub kind: VaultKind,
    /// The kind that the environment prescribes, if it is another.
    pub prescribed: Option<String>,
}

impl App {
    /// Checks every record of the vault.
    pub async fn vault_status(&self) -> Result<VaultStatus, Failure> {
        status(self).await
    }

    /// Locks the vault's key anew. `passphrase` is the new one; without it the environment's is used,
    /// unless the vault has a passphrase already.
    pub async fn move_vault(&self, to: VaultKind, passphrase: Option<Secret>) -> Result<VaultMoved, Failure> {
        let app = self.clone();
        self.settle(async move { move_vault(&app, to, passphrase).await }).await
    }
}

async fn status(app: &App) -> Result<VaultStatus, Failure> {
    open::open_chosen(app).await?;
    let inspect = |vault: &Vault| Ok((vault.kind(), vault.inspect()?));
    let (kind, found) = app.with_vault(inspect).await?;
    let place = found.as_ref().map(|found| found.place.clone());
    let found = found.unwrap_or_default();
    let faults = found.faults.iter().map(Diagnose::diagnose).collect();
    Ok(VaultStatus { kind, place, whole: found.whole, faults })
}

async fn move_vault(app: &App, kind: VaultKind, passphrase: Option<Secret>) -> Result<VaultMoved, Failure> {
    open::open_chosen(app).await?;
    let supplied = app.ports.passphrase.clone();
    let moved = move |vault: &Vault| {
        let supplied = supplied.filter(|_| vault.kind() != VaultKind::Passphrase);
        let passphrase = passphrase.filter(|secret| !secret.is_empty()).or(supplied);
        vault.rekey(kind, passphrase.as_ref())
    };
    let vault = app.with_vault(moved).await?;
    app.set_vault(vault);
    app.change_settings(move |settings| settings.vault = Some(kind.to_string())).await?;
    let prescribed = app.ports.vault_kind.clone().filter(|prescribed| *prescribed != kind.to_string());
    app.tell(News::Vault(VaultState::Open(kind)));
    app.tell_profiles().await;
    Ok(VaultMoved { kind, prescribed })
}
