//! Gives a profile to the team. Its refresh token must never be usable both here and there, and must not be lost between:
//!
//! 1. the profile is marked here: from then on no process of this machine refreshes it under this machine's own lease;
//! 2. its plain part and secrets are copied to the team's store, then removed here.
//!
//! Where this stops half-way, whoever opens the vault next goes on with step 2.

use std::sync::Arc;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::{self, drafts};
use crate::app::schedule::scheduler;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::service::{Catalog, Profile, ProfileName};
use crate::store::{Engine, Plain, Store, StoreError};
use crate::vault::{Entry, Standing, TeamError, Vault, VaultError};

impl App {
    /// Whether a profile is the team's.
    pub async fn is_shared(&self, name: &ProfileName) -> Result<bool, Failure> {
        is_shared(self, name).await
    }

    /// Makes a saved profile one of the team's. Nothing happens if it is.
    pub async fn share_with_team(&self, name: &ProfileName) -> Result<(), Failure> {
        let (app, name) = (self.clone(), name.clone());
        self.settle(async move { share(&app, &name).await }).await
    }
}

async fn share(app: &App, name: &ProfileName) -> Result<(), Failure> {
    open::open_chosen(app).await?;
    let status = app.with_vault(Vault::team_status).await?;
    if !matches!(status.standing, Standing::Member { .. }) {
        return Err(TeamError::NotMember { place: status.place, team: None }.diagnosed());
    }
    let profile = profiles::load(app, name).await?;
    if is_shared(app, name).await? {
        return Ok(());
    }
    // Others have the bundled presets only.
    let definition = profile.to_toml(&Catalog::bundled());
    let (store, vault, asked) = (app.ports.store.clone(), app.vault()?, name.clone());
    if app.pending(name).is_some() {
        let diagnosis = Diagnosis::new(format!("the newest tokens of `{name}` are not saved yet"));
        return Err(Failure::new(FailureKind::Vault, diagnosis.hint("make room for them first, then share it")));
    }
    blocking(move || -> Result<(), Failure> {
        let leased = Leases::take(&vault, &asked)?;
        leased.check(&store, &asked)?;
        drafts::mark_for_team(&*store.engine()?, &asked)?;
        leased.hand_over(&store, &asked, definition)
    })
    .await??;
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(())
}

pub(in crate::app) async fn is_shared(app: &App, name: &ProfileName) -> Result<bool, Failure> {
    let asked = name.clone();
    app.with_store(move |store| store.is_shared(asked.as_str())).await
}

/// Finishes what an earlier process began. A team that is away now is no reason to refuse everything else.
pub(in crate::app) async fn finish(app: &App, name: &ProfileName) -> Result<(), Failure> {
    let (catalog, _) = app.catalog().await?;
    let (store, vault, name) = (app.ports.store.clone(), app.vault()?, name.clone());
    blocking(move || -> Result<(), Failure> {
        let leased = Leases::take(&vault, &name)?;
        let Some(text) = store.engine()?.profile(name.as_str())?.definition else { return Ok(()) };
        let definition = Profile::from_toml(&name, &text, &catalog)?.to_toml(&Catalog::bundled());
        leased.hand_over(&store, &name, definition)
    })
    .await?
}

/// The profile in both places. Taken in this order by everybody.
struct Leases {
    here: Entry,
    there: Entry,
}

impl Leases {
    fn take(vault: &Vault, name: &ProfileName) -> Result<Self, VaultError> {
        Ok(Self { here: vault.lease_here(name)?, there: vault.lease_with_team(name)? })
    }

    fn check(&self, store: &Store, name: &ProfileName) -> Result<(), Failure> {
        let usage = |summary: String, hint: &str| Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint));
        if drafts::is_draft(store, name) {
            return Err(usage(format!("`{name}` is a draft"), "save it first"));
        }
        if team(store)?.has(name.as_str())? {
            return Err(TeamError::ProfileExists { profile: name.to_string() }.diagnosed());
        }
        let record = self.here.get()?;
        let in_flight = self.here.in_flight()?;
        if record.zip(in_flight).is_some_and(|(record, refresh)| record.history.is_unanswered(&refresh)) {
            let summary = format!("the last refresh of `{name}` has no answer, so its refresh token may be spent");
            return Err(usage(summary, "run `tokenwright refresh` on it first"));
        }
        Ok(())
    }

    fn hand_over(&self, store: &Store, name: &ProfileName, definition: String) -> Result<(), Failure> {
        let own = store.engine()?;
        let define = move |plain: &mut Plain| plain.definition = plain.definition.take().or(Some(definition));
        team(store)?.change(name.as_str(), Box::new(define))?;
        match (self.here.get()?, self.there.get()?) {
            // Copied before, and maybe refreshed since.
            (Some(here), Some(there)) if there.history.knows(here.contents.tokens.as_ref()) => {}
            (Some(_), Some(_)) => return Err(TeamError::ProfileExists { profile: name.to_string() }.diagnosed()),
            _ => drafts::copy(&self.here, &self.there)?,
        }
        // What it was exported to is this machine's, and stays.
        let sinks = own.profile(name.as_str())?.sinks;
        self.here.forget()?;
        Ok(own.change(name.as_str(), Box::new(move |plain| *plain = Plain { sinks, ..Plain::default() }))?)
    }
}

fn team(store: &Store) -> Result<Arc<dyn Engine>, Failure> {
    let team = store.team().ok_or_else(|| TeamError::None.diagnosed())?;
    Ok(team.engine().map_err(|error: StoreError| error)?)
}

impl TeamError {
    fn diagnosed(self) -> Failure {
        Failure::new(FailureKind::Usage, self.diagnose())
    }
}
