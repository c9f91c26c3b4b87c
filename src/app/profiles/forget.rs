//! Forgets profiles, and brings them back: what was forgotten lies in the store for a week, where nothing else finds it.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::drafts::check_owner;
use crate::app::profiles::{plain, unknown};
use crate::app::progress::Report;
use crate::app::schedule::scheduler;
use crate::app::vault::lease::lease_for;
use crate::app::vault::open;
use crate::app::{ClientEnd, Failure, FailureCode, FailureKind, ProfileSources};
use crate::diagnosis::Diagnosis;
use crate::service::{DisplayName, Profile, ProfileName};
use crate::store::{Erased, FORGOTTEN_FOR, Forgetting, Forgotten, Leased, Plain, Store};
use crate::vault::{Entry, Vault, VaultError, VaultKind};

/// How long to wait for a lease that nobody should hold.
const WAIT: Duration = Duration::from_secs(10);

/// A profile that was forgotten and can be brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgottenProfile {
    pub name: ProfileName,
    /// Empty if there is none.
    pub display_name: DisplayName,
    /// Empty if its text cannot be read.
    pub service: String,
    /// Whether it was the team's.
    pub shared: bool,
    pub forgotten_at: Timestamp,
    /// When it is erased, with the next write of any process after that.
    pub erased_at: Timestamp,
}

/// How a profile is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Removal {
    /// It can be brought back.
    Whole,
    /// The same without its tokens, which are dead.
    SignedOut,
    AtOnce,
}

impl App {
    /// Forgets a saved profile: it can be brought back for a week, and is nowhere to be found meanwhile. Waits for a refresh in
    /// flight, whose tokens would otherwise be saved after the profile is gone. A draft that is in memory only is gone at once.
    pub async fn forget(&self, name: &ProfileName, report: &Report) -> Result<(), Failure> {
        if drop_draft(self, name).await {
            return Ok(());
        }
        open::open_chosen(self).await?;
        let entry = lease_to_forget(self, report, name).await?;
        forget_held(self, name, &entry, Removal::Whole).await
    }

    /// Erases a profile at once, and all that was forgotten under its name. The clients that were registered for it are deleted
    /// at their servers; the profile is erased all the same if that fails.
    pub async fn erase(&self, name: &ProfileName, report: &Report) -> Result<Vec<ClientEnd>, Failure> {
        if drop_draft(self, name).await {
            return Ok(Vec::new());
        }
        open::open_chosen(self).await?;
        let (app, name, report) = (self.clone(), name.clone(), report.clone());
        self.settle(async move { erase(&app, &name, &report).await }).await
    }

    /// The profiles that were forgotten in the last week, the latest first. Changes whenever [`News::Profiles`] is told.
    pub async fn forgotten(&self) -> Result<Vec<ForgottenProfile>, Failure> {
        let (catalog, _) = self.catalog().await?;
        let own = self.with_store(|store| store.forgotten(false)).await?;
        let team = match self.with_store(|store| store.forgotten(true)).await {
            Ok(team) => team,
            Err(failure) => {
                self.tell(News::Problem(failure));
                Vec::new()
            }
        };
        let forgotten = |(forgotten, shared): (Forgotten, bool)| {
            let name = ProfileName::parse(&forgotten.name).ok()?;
            let text = forgotten.definition.as_deref().unwrap_or_default();
            let profile = Profile::from_toml(&name, text, &catalog).ok();
            let (display_name, service) =
                profile.map(|profile| (profile.display_name, profile.service.name)).unwrap_or_default();
            let (forgotten_at, erased_at) = times(&forgotten)?;
            Some(ForgottenProfile { name, display_name, service, shared, forgotten_at, erased_at })
        };
        let all = own.into_iter().map(|own| (own, false)).chain(team.into_iter().map(|shared| (shared, true)));
        let mut all: Vec<ForgottenProfile> = all.filter_map(forgotten).collect();
        all.sort_by_key(|forgotten| std::cmp::Reverse(forgotten.forgotten_at));
        Ok(all)
    }

    /// Brings back what was forgotten last under this name, with its tokens, their history and the files it was exported to.
    /// Fails with [`FailureCode::ProfileExists`] if there is a profile of that name by now.
    pub async fn unforget(&self, name: &ProfileName) -> Result<(), Failure> {
        let (app, name) = (self.clone(), name.clone());
        self.settle(async move { unforget(&app, &name).await }).await
    }
}

async fn erase(app: &App, name: &ProfileName, report: &Report) -> Result<Vec<ClientEnd>, Failure> {
    let ends = app.end_clients(name, report).await;
    let entry = lease_to_forget(app, report, name).await?;
    match forget_held(app, name, &entry, Removal::AtOnce).await {
        Err(failure) if failure.code != FailureCode::Forgotten => return Err(failure),
        _ => {}
    }
    let asked = name.clone();
    let erased = app.with_store(move |store| {
        for shared in [false, true] {
            if let Some(engine) = store.of(shared)? {
                engine.erase_forgotten(Erased::Named(asked.to_string()))?;
            }
        }
        Ok(())
    });
    erased.await?;
    app.keep_sources(name, ProfileSources::new()).await;
    app.tell_profiles().await;
    Ok(ends)
}

/// Drops a draft that is in memory only; whether there was one.
async fn drop_draft(app: &App, name: &ProfileName) -> bool {
    let was_there = app.held.drop(name);
    if was_there {
        app.tell(News::WriteDone(name.clone()));
        app.tell_profiles().await;
    }
    was_there
}

fn times(forgotten: &Forgotten) -> Option<(Timestamp, Timestamp)> {
    let at = Timestamp::from_second(forgotten.at).ok()?;
    Some((at, at.checked_add(FORGOTTEN_FOR).ok()?))
}

pub(crate) async fn lease_to_forget(app: &App, report: &Report, name: &ProfileName) -> Result<Entry, Failure> {
    lease_for(app, report, name).await.map_err(|mut failure| {
        failure.diagnosis.summary = format!("nothing was forgotten: {}", failure.diagnosis.summary);
        failure
    })
}

/// Forgets a profile whose lease is held.
pub(in crate::app) async fn forget_held(
    app: &App,
    name: &ProfileName,
    entry: &Entry,
    removal: Removal,
) -> Result<(), Failure> {
    let found = plain(app, name).await;
    // A record that cannot be read is removed too.
    let has_record = !matches!(app.with_entry(entry, Entry::get).await, Ok(None));
    // A key may have been saved before its profile.
    if found.as_ref().is_ok_and(|found| found.definition.is_none()) && !has_record {
        return Err(unknown(app, name).await);
    }
    // The tokens of such a profile are on their way to another name or place, and are not to come back under this one.
    let is_moving = found.is_ok_and(|found| check_owner(name, &found).is_err());
    let removal = if is_moving { Removal::AtOnce } else { removal };
    let (store, gone, kind) = (app.ports.store.clone(), name.clone(), app.vault()?.kind());
    // One closure, so that cancelling the caller cannot stop it half way or end the lease early.
    app.with_entry(entry, move |entry| remove(&store, kind, &gone, entry, removal)).await?;
    app.take_pending(name);
    app.tell(News::WriteDone(name.clone()));
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(())
}

fn remove(
    store: &Store,
    kind: VaultKind,
    name: &ProfileName,
    entry: &Entry,
    removal: Removal,
) -> Result<(), VaultError> {
    let is_in_memory = kind == VaultKind::Memory && !entry.is_shared();
    match removal {
        Removal::AtOnce => {
            entry.erase()?;
            // The plain part may be elsewhere, and so is what the team's was exported to. If the team has one of that name, that
            // one stays.
            Ok(store.engine()?.change(name.as_str(), Box::new(|plain| *plain = Plain::default()))?)
        }
        // What is in memory does not outlive the process anyway.
        _ if is_in_memory => {
            entry.erase()?;
            Ok(lease_plain(store, name)?.forget(Forgetting::default())?)
        }
        // What the team's was exported to on this machine waits here, as it does on those of other members.
        Removal::Whole => entry.forget(),
        Removal::SignedOut => match entry.forget_signed_out() {
            // What cannot be read cannot be kept without its tokens.
            Err(VaultError::Damaged { .. } | VaultError::RolledBack { .. } | VaultError::Missing { .. }) => {
                entry.erase()
            }
            done => done,
        },
    }
}

/// The lease of a profile's plain part, whose secrets are in the memory of this process.
fn lease_plain(store: &Store, name: &ProfileName) -> Result<Box<dyn Leased>, VaultError> {
    let taken = || VaultError::LeaseTaken { profile: name.to_string(), waited: WAIT };
    store.engine()?.lease(name.as_str(), WAIT)?.ok_or_else(taken)
}

async fn unforget(app: &App, name: &ProfileName) -> Result<(), Failure> {
    open::open_chosen(app).await?;
    let (found, shared) = match forgotten_last(app, name).await? {
        Some(found) => found,
        None if app.load_profile_text(name).await?.is_some() => {
            let diagnosis = Diagnosis::new(format!("`{name}` was not forgotten"));
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint("it is among the saved profiles")));
        }
        None => {
            let diagnosis = Diagnosis::new(format!("no profile `{name}` was forgotten in the last week"));
            let hint = "`tokenwright list --forgotten` names those that can be brought back";
            return Err(Failure::new(FailureKind::Usage, diagnosis.hint(hint)));
        }
    };
    let (store, vault, asked) = (app.ports.store.clone(), app.vault()?, name.clone());
    blocking(move || bring_back(&store, &vault, &asked, (found.number, shared))).await??;
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(())
}

fn bring_back(store: &Store, vault: &Vault, name: &ProfileName, (number, shared): (i64, bool)) -> Result<(), Failure> {
    let entry = if shared { vault.lease_with_team(name)? } else { vault.lease_here(name)? };
    if store.has(name.as_str())? {
        return Err(name_taken(name));
    }
    if vault.kind() == VaultKind::Memory && !shared {
        lease_plain(store, name)?.bring_back(number)?;
        return Ok(());
    }
    match entry.bring_back(number) {
        Err(VaultError::NameTaken { .. }) => Err(name_taken(name)),
        done => Ok(done?),
    }
}

fn name_taken(name: &ProfileName) -> Failure {
    let diagnosis = Diagnosis::new(format!("there is another profile `{name}` by now"));
    let hint = format!("give that one another name first: `tokenwright rename {name} NEW_NAME`");
    Failure::new(FailureKind::Usage, diagnosis.hint(hint)).coded(FailureCode::ProfileExists)
}

/// What was forgotten last under a name, and whether it was the team's.
async fn forgotten_last(app: &App, name: &ProfileName) -> Result<Option<(Forgotten, bool)>, Failure> {
    let asked = name.clone();
    let found = app.with_store(move |store| {
        let find = |all: Vec<Forgotten>| all.into_iter().find(|forgotten| forgotten.name == asked.as_str());
        let own = find(store.forgotten(false)?).map(|own| (own, false));
        // A team that is away is no reason to refuse what is here.
        let team = match store.forgotten(true) {
            Err(error) if own.is_none() => return Err(error),
            team => find(team.unwrap_or_default()).map(|shared| (shared, true)),
        };
        Ok([own, team].into_iter().flatten().max_by_key(|(forgotten, _)| forgotten.at))
    });
    found.await
}

/// That there is no such profile since it was forgotten; `None` if it was not, as far as can be read.
pub(in crate::app) async fn was_forgotten(app: &App, name: &ProfileName) -> Option<Failure> {
    let (forgotten, _) = forgotten_last(app, name).await.ok().flatten()?;
    let (at, until) = times(&forgotten)?;
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let diagnosis = Diagnosis::new(format!("the profile `{name}` was forgotten on {}", day(at)));
    let hint = format!("`tokenwright unforget {name}` brings it back until {}", day(until));
    Some(Failure::new(FailureKind::NeedsSignIn, diagnosis.hint(hint)).coded(FailureCode::Forgotten))
}
