//! Gives a saved profile another name. Whatever is stored of it moves in one step, under the leases of both names: a process that
//! dies leaves it whole under one of them, and a refresh was either seen through before or finds nothing to spend.

use std::time::Duration;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::{drafts, plain, unknown};
use crate::app::schedule::scheduler;
use crate::app::team::sharing::{check_answered, check_saved};
use crate::app::vault::open;
use crate::app::{Failure, FailureCode, FailureKind, export};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::store::{Plain, Store, Written};
use crate::vault::{Entry, Vault, VaultError, VaultKind};

/// How long to wait for a lease that nobody should hold.
const WAIT: Duration = Duration::from_secs(10);

/// What a new name of a profile came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Renamed {
    /// The exported files that ask for the token by the profile's name, and were written anew.
    pub rewritten: Vec<String>,
    /// Why others were not.
    pub problems: Vec<Diagnosis>,
}

impl App {
    /// Gives a saved profile another name. Its tokens, their history, the files it was exported to and keep-alive come along; of
    /// a team's profile, all members see the new name. Fails with [`FailureCode::ProfileExists`] if the name is taken, and where
    /// the refresh token may be spent or newer tokens wait to be saved.
    pub async fn rename(&self, name: &ProfileName, new: &ProfileName) -> Result<Renamed, Failure> {
        let (app, name, new) = (self.clone(), name.clone(), new.clone());
        self.settle(async move { rename(&app, &name, &new).await }).await
    }
}

async fn rename(app: &App, name: &ProfileName, new: &ProfileName) -> Result<Renamed, Failure> {
    open::open_chosen(app).await?;
    check_saved(app, name)?;
    check_saved_draft(app, name, &plain(app, name).await?)?;
    if app.load_profile_text(name).await?.is_none() {
        return Err(unknown(app, name).await);
    }
    if name == new {
        // Its lease would be waited for by whoever holds it.
        return Err(taken("a profile", new));
    }
    let (store, vault) = (app.ports.store.clone(), app.vault()?);
    let (from, to) = (name.clone(), new.clone());
    blocking(move || move_over(&store, &vault, &from, &to)).await??;
    app.rename_sources(name, new).await?;
    let (rewritten, problems) = export::follow_name(app, new).await;
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(Renamed { rewritten, problems })
}

fn move_over(store: &Store, vault: &Vault, name: &ProfileName, new: &ProfileName) -> Result<(), Failure> {
    let is_shared = store.is_shared(name.as_str())?;
    let lease = |name: &ProfileName| if is_shared { vault.lease_with_team(name) } else { vault.lease_here(name) };
    let [from, to] = in_order([name, new], lease)?;
    // Looked at before as well; now nobody else can change it.
    if store.profile(name.as_str())?.draft.is_some() || store.is_shared(name.as_str())? != is_shared {
        return Err(VaultError::Conflict { profile: name.to_string(), expected: None, found: None }.into());
    }
    check_answered(&from, name)?;
    check_free(store, &to, new)?;
    let own = store.engine()?;
    if is_shared {
        // What was exported on this machine is in its own store. Copied first, so that it is not lost on the way.
        let sinks = own.profile(name.as_str())?.sinks;
        own.change(new.as_str(), Box::new(|plain| *plain = Plain { sinks, ..Plain::default() }))?;
        from.rename(&to)?;
        return Ok(own.change(name.as_str(), Box::new(|plain| plain.sinks = None))?);
    }
    if vault.kind() == VaultKind::Memory {
        // The plain part is elsewhere.
        let lease = |name: &ProfileName| {
            let taken = || VaultError::LeaseTaken { profile: name.to_string(), waited: WAIT };
            own.lease(name.as_str(), WAIT)?.ok_or_else(taken)
        };
        let [from, to] = in_order([name, new], lease)?;
        if from.rename(&*to, None, None)? == Written::NameTaken {
            return Err(VaultError::NameTaken { profile: new.to_string() }.into());
        }
    }
    Ok(from.rename(&to)?)
}

/// Takes two leases in the order that everybody takes them in, or two processes that rename in opposite directions would wait
/// for each other.
fn in_order<T, E>([one, other]: [&ProfileName; 2], lease: impl Fn(&ProfileName) -> Result<T, E>) -> Result<[T; 2], E> {
    if one < other {
        let one = lease(one)?;
        Ok([one, lease(other)?])
    } else {
        let other = lease(other)?;
        Ok([lease(one)?, other])
    }
}

/// Refuses a draft, and a profile that is on its way to or from the team.
pub(super) fn check_saved_draft(app: &App, name: &ProfileName, plain: &Plain) -> Result<(), Failure> {
    drafts::check_owner(name, plain)?;
    if plain.draft.is_none() && app.held.get(name).is_none() {
        return Ok(());
    }
    let diagnosis = Diagnosis::new(format!("`{name}` is a draft"));
    Err(Failure::new(FailureKind::Usage, diagnosis.hint("save it under a name first")))
}

/// Fails if there is anything of this name, whose lease is held.
pub(super) fn check_free(store: &Store, entry: &Entry, name: &ProfileName) -> Result<(), Failure> {
    let has_key = entry.get()?.is_some();
    if !has_key && !store.has(name.as_str())? {
        return Ok(());
    }
    let is_profile = store.profile(name.as_str())?.definition.is_some();
    Err(taken(if is_profile { "a profile" } else { "a private key for a profile" }, name))
}

fn taken(what: &str, name: &ProfileName) -> Failure {
    let diagnosis = Diagnosis::new(format!("{what} `{name}` exists already")).hint("choose another name");
    Failure::new(FailureKind::Usage, diagnosis).coded(FailureCode::ProfileExists)
}
