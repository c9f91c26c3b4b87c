//! Copies a profile to begin another one like it.

use crate::app::Failure;
use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::rename::{check_free, check_saved_draft};
use crate::app::profiles::{load, plain};
use crate::app::schedule::scheduler;
use crate::app::vault::open;
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{DisplayName, Profile, ProfileName};
use crate::store::{Plain, Store};
use crate::vault::{Contents, How, Vault};

impl App {
    /// Saves a copy of a profile under another name, on this machine even if the profile is the team's: the same service, client
    /// and secrets of the client, inputs, scopes, notes and tags. It has no tokens, since a refresh token may have one holder
    /// only, nor a display name, keep-alive or exported files. Fails with [`crate::app::FailureCode::ProfileExists`] if the name
    /// is taken.
    pub async fn duplicate(&self, name: &ProfileName, new: &ProfileName) -> Result<(), Failure> {
        let (app, name, new) = (self.clone(), name.clone(), new.clone());
        self.settle(async move { duplicate(&app, &name, &new).await }).await
    }
}

async fn duplicate(app: &App, name: &ProfileName, new: &ProfileName) -> Result<(), Failure> {
    open::open_chosen(app).await?;
    check_saved_draft(app, name, &plain(app, name).await?)?;
    let profile = load(app, name).await?;
    let asked = name.clone();
    let record = app.with_vault(move |vault| vault.snapshot(&asked)).await?;
    let secrets = record.map(|record| record.contents.secrets).unwrap_or_default();
    let secrets = ProfileSecrets { refresh_token: Secret::default(), proof_key: None, ..secrets };
    let copy = Profile { display_name: DisplayName::default(), keep_alive: false, ..profile };
    let definition = copy.to_toml(&app.catalog().await?.0);
    let (store, vault, new) = (app.ports.store.clone(), app.vault()?, new.clone());
    blocking(move || save(&store, &vault, &new, definition, secrets)).await??;
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(())
}

fn save(
    store: &Store,
    vault: &Vault,
    name: &ProfileName,
    definition: String,
    secrets: ProfileSecrets,
) -> Result<(), Failure> {
    let entry = vault.lease_here(name)?;
    check_free(store, &entry, name)?;
    if !secrets.is_empty() {
        entry.put(None, &Contents { secrets, ..Contents::default() }, How::Saved)?;
    }
    let plain = Plain { definition: Some(definition), ..Plain::default() };
    Ok(store.engine()?.change(name.as_str(), Box::new(|saved| *saved = plain))?)
}
