//! The status of the vault, and moving it to another key.

use std::path::PathBuf;

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::vault::open;
use crate::app::{Failure, VaultState};
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;
use crate::store::StoreError;
use crate::vault::{Inspection, TeamRecords, Vault, VaultKind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultStatus {
    pub kind: VaultKind,
    /// The database. `None` for a vault in memory.
    pub place: Option<PathBuf>,
    /// How many sealed records open.
    pub whole: usize,
    /// How many profiles were forgotten and can be brought back.
    pub forgotten: usize,
    /// The same for the team's, if this machine is a member.
    pub team: Option<TeamRecords>,
    /// The profiles whose new tokens wait on this machine until the team's database has them.
    pub waiting: Vec<String>,
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
    let (waiting, aside) = app.with_store(|store| Ok((store.waiting(), store.set_aside()))).await?;
    let inspected = inspect(app).await;
    if inspected.is_err() && !waiting.is_empty() {
        // It is the database that they wait for.
        app.tell(News::Replies(vec![Diagnosis::new(still_waiting(&waiting))]));
    }
    let (kind, found) = inspected?;
    let place = found.as_ref().map(|found| found.place.clone());
    let found = found.unwrap_or_default();
    let aside = aside.into_iter().map(|path| StoreError::DamagedReply { path }.diagnose());
    let faults = found.faults.iter().map(Diagnose::diagnose).chain(aside).collect();
    Ok(VaultStatus { kind, place, whole: found.whole, forgotten: found.forgotten, team: found.team, waiting, faults })
}

async fn inspect(app: &App) -> Result<(VaultKind, Option<Inspection>), Failure> {
    open::open_chosen(app).await?;
    app.with_vault(|vault| Ok((vault.kind(), vault.inspect()?))).await
}

fn still_waiting(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("new tokens wait on this machine for the database: {}", names.join(", "))
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
