//! Gives a profile to the team, and takes it out again. Its refresh token must never be usable both here and there, and must
//! not be lost between. To give it:
//!
//! 1. the profile is marked here: from then on no process of this machine refreshes it;
//! 2. its plain part and secrets are copied to the team's store, then removed here.
//!
//! To take it out:
//!
//! 1. its plain part is copied here with a mark, then its secrets: no process of this machine refreshes them yet;
//! 2. it is removed from the team's store, if it is still what was copied. From then on nobody else can refresh it;
//! 3. the mark is removed here.
//!
//! Where this stops half-way, whoever opens the vault next goes on with it.

use std::sync::Arc;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::drafts::{self, Move};
use crate::app::profiles::{self, unknown};
use crate::app::schedule::scheduler;
use crate::app::vault::open;
use crate::app::{Failure, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::service::{Catalog, Profile, ProfileName};
use crate::store::{Engine, Plain, SecretId, Store, StoreError};
use crate::vault::{Copied, Entry, How, Standing, TeamError, Vault, VaultError};

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

    /// Makes a profile of the team one of this machine's own, which the other members lose. Whether it was the team's.
    pub async fn take_from_team(&self, name: &ProfileName) -> Result<bool, Failure> {
        let (app, name) = (self.clone(), name.clone());
        self.settle(async move { take_out(&app, &name).await }).await
    }
}

async fn share(app: &App, name: &ProfileName) -> Result<(), Failure> {
    check_member(app).await?;
    let profile = profiles::load(app, name).await?;
    if is_shared(app, name).await? {
        return Ok(());
    }
    check_saved(app, name)?;
    // Others have the bundled presets only.
    let definition = profile.to_toml(&Catalog::bundled());
    let (store, vault, asked) = (app.ports.store.clone(), app.vault()?, name.clone());
    blocking(move || -> Result<(), Failure> {
        let leased = Leases::take(&vault, &asked)?;
        leased.check(&store, &asked)?;
        set_mark(&*store.engine()?, &asked, Some(&Move::ToTeam))?;
        leased.hand_over(&store, &asked, definition)
    })
    .await??;
    tell(app).await;
    Ok(())
}

async fn take_out(app: &App, name: &ProfileName) -> Result<bool, Failure> {
    check_member(app).await?;
    check_saved(app, name)?;
    if app.load_profile_text(name).await?.is_none() {
        return Err(unknown(app, name).await);
    }
    let (store, vault, asked) = (app.ports.store.clone(), app.vault()?, name.clone());
    let is_taken = blocking(move || -> Result<bool, Failure> {
        let leased = Leases::take(&vault, &asked)?;
        let is_in_team = team(&store)?.has(asked.as_str())?;
        match (store.engine()?.has(asked.as_str())?, is_in_team) {
            (true, true) => return Err(TeamError::OwnProfileExists { profile: asked.to_string() }.diagnosed()),
            (_, false) => return Ok(false),
            (false, true) => {}
        }
        leased.take_out(&store, &asked).map(|()| true)
    })
    .await??;
    tell(app).await;
    Ok(is_taken)
}

async fn tell(app: &App) {
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
}

async fn check_member(app: &App) -> Result<(), Failure> {
    open::open_chosen(app).await?;
    let status = app.with_vault(Vault::team_status).await?;
    if matches!(status.standing, Standing::Member { .. }) {
        return Ok(());
    }
    Err(TeamError::NotMember { place: status.place, team: None }.diagnosed())
}

pub(in crate::app) fn check_saved(app: &App, name: &ProfileName) -> Result<(), Failure> {
    if app.pending(name).is_none() {
        return Ok(());
    }
    let diagnosis = Diagnosis::new(format!("the newest tokens of `{name}` are not saved yet"));
    Err(Failure::new(FailureKind::Vault, diagnosis.hint("make room for them first, then repeat this")))
}

pub(in crate::app) async fn is_shared(app: &App, name: &ProfileName) -> Result<bool, Failure> {
    let asked = name.clone();
    app.with_store(move |store| store.is_shared(asked.as_str())).await
}

/// Why a profile is not refreshed that is marked so.
pub(in crate::app) fn on_its_way(name: &ProfileName, way: &Move) -> Failure {
    let (from, to) = match way {
        Move::ToTeam => ("this machine", "the team"),
        Move::FromTeam(_) => ("the team", "this machine"),
    };
    let diagnosis =
        Diagnosis::new(format!("`{name}` is on its way from {from} to {to}, and is not refreshed until then"));
    let hint = format!(
        "the next command goes on with it once the team's database can be reached; `tokenwright forget {name}` gives up what is here"
    );
    Failure::new(FailureKind::Vault, diagnosis.hint(hint))
}

/// Refuses where a profile is on its way, which only a member can finish.
pub(in crate::app) async fn check_all_arrived(app: &App) -> Result<(), Failure> {
    let found = app.with_store(|store| {
        for draft in store.drafts()? {
            if let Some(way) = Move::of(&store.profile(&draft)?) {
                return Ok(ProfileName::parse(&draft).ok().map(|name| (name, way)));
            }
        }
        Ok(None)
    });
    found.await?.map_or(Ok(()), |(name, way)| Err(on_its_way(&name, &way)))
}

/// Finishes what an earlier process began. A team that is away now is no reason to refuse everything else.
pub(in crate::app) async fn finish(app: &App, name: &ProfileName) -> Result<(), Failure> {
    let (catalog, _) = app.catalog().await?;
    let (store, vault, name) = (app.ports.store.clone(), app.vault()?, name.clone());
    blocking(move || -> Result<(), Failure> {
        let plain = store.engine()?.profile(name.as_str())?;
        match Move::of(&plain) {
            Some(Move::ToTeam) => {
                let leased = Leases::take(&vault, &name)?;
                let Some(text) = store.engine()?.profile(name.as_str())?.definition else { return Ok(()) };
                let definition = Profile::from_toml(&name, &text, &catalog)?.to_toml(&Catalog::bundled());
                leased.hand_over(&store, &name, definition)
            }
            Some(Move::FromTeam(_)) => finish_taking(&vault, &store, &name),
            None => Ok(()),
        }
    })
    .await?
}

fn finish_taking(vault: &Vault, store: &Store, name: &ProfileName) -> Result<(), Failure> {
    let here = vault.lease_here(name)?;
    let own = store.engine()?;
    // Another process may have done it first.
    let Some(Move::FromTeam(id)) = Move::of(&own.profile(name.as_str())?) else { return Ok(()) };
    if is_out(&*team(store)?, name, &id)? {
        return Ok(set_mark(&*own, name, None)?);
    }
    match vault.lease_with_team(name) {
        Ok(there) => Leases { here, there }.take_out(store, name),
        // Still the team's, and this machine may not take it any more.
        Err(VaultError::Team(TeamError::NotMember { .. })) => Ok(drop_copy(&here, &*own, name)?),
        Err(error) => Err(error.into()),
    }
}

/// Whether the secret of this id was taken out of the team, or forgotten there.
fn is_out(team: &dyn Engine, name: &ProfileName, id: &str) -> Result<bool, StoreError> {
    let id: Option<SecretId> = u128::from_str_radix(id, 16).ok().map(u128::to_be_bytes);
    let is_removed = id.map_or(Ok(false), |id| team.is_removed(name.as_str(), &id))?;
    Ok(is_removed || !team.has(name.as_str())?)
}

/// Removes what was copied here, and is still the team's.
fn drop_copy(here: &Entry, own: &dyn Engine, name: &ProfileName) -> Result<(), VaultError> {
    let sinks = own.profile(name.as_str())?.sinks;
    here.erase()?;
    Ok(own.change(name.as_str(), Box::new(move |plain| *plain = Plain { sinks, ..Plain::default() }))?)
}

fn set_mark(own: &dyn Engine, name: &ProfileName, way: Option<&Move>) -> Result<(), StoreError> {
    let mark = way.map(Move::to_text);
    own.change(name.as_str(), Box::new(|plain| plain.draft = mark))
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
        if drafts::is_draft(store, name) {
            let diagnosis = Diagnosis::new(format!("`{name}` is a draft"));
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint("save it first")));
        }
        if team(store)?.has(name.as_str())? {
            return Err(TeamError::ProfileExists { profile: name.to_string() }.diagnosed());
        }
        check_answered(&self.here, name)
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
        Ok(drop_copy(&self.here, &*own, name)?)
    }

    fn take_out(&self, store: &Store, name: &ProfileName) -> Result<(), Failure> {
        let own = store.engine()?;
        if let Err(failure) = check_answered(&self.there, name) {
            // Begun before that refresh was.
            if Move::of(&own.profile(name.as_str())?).is_some() {
                drop_copy(&self.here, &*own, name)?;
            }
            return Err(failure);
        }
        let copied = self.there.to_copy()?;
        let definition = team(store)?.profile(name.as_str())?.definition;
        let mark = Move::FromTeam(copied.id()).to_text();
        let define = move |plain: &mut Plain| (plain.definition, plain.draft) = (definition, Some(mark));
        own.change(name.as_str(), Box::new(define))?;
        let taken = copy_here(&self.here, &copied).and_then(|()| self.there.take_out(&copied));
        if let Err(VaultError::Overtaken { .. } | VaultError::Conflict { .. } | VaultError::Replaced { .. }) = taken {
            // It is known to be still there. If this fails, the mark remains, and it is tried again.
            let _ = drop_copy(&self.here, &*own, name);
        }
        taken?;
        Ok(set_mark(&*own, name, None)?)
    }
}

fn copy_here(here: &Entry, copied: &Copied) -> Result<(), VaultError> {
    let Some(record) = &copied.record else { return Ok(()) };
    let last = here.get()?;
    if last.as_ref().is_some_and(|last| last.contents == record.contents) {
        return Ok(());
    }
    here.put(last.map(|last| last.number), &record.contents, How::TakenOut).map(drop)
}

/// Refuses a refresh token that may be spent.
pub(in crate::app) fn check_answered(entry: &Entry, name: &ProfileName) -> Result<(), Failure> {
    let in_flight = entry.in_flight()?;
    if entry.get()?.zip(in_flight).is_some_and(|(record, refresh)| record.history.is_unanswered(&refresh)) {
        let summary = format!("the last refresh of `{name}` has no answer, so its refresh token may be spent");
        let diagnosis = Diagnosis::new(summary).hint(format!("run `tokenwright refresh {name}` first"));
        return Err(Failure::new(FailureKind::Usage, diagnosis));
    }
    Ok(())
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
