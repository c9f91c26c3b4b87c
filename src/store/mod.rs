//! The store: profiles in plain and their secrets sealed, in one database.
//!
//! This room has no key and does not know the type of a secret: [`crate::vault`] seals and opens. [`Engine`] is the port;
//! behind it are SQLite, in a file or in memory, and PostgreSQL, which the machines of a team share. Every call may block on
//! the disk, a lock or another process.

mod access;
mod copy;
mod engine;
mod error;
mod lease;
mod postgres;
mod replies;
mod sqlite;
mod team;
#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use crate::store::sqlite::Sqlite;

pub use crate::store::engine::{
    Change, Engine, Erased, FORGOTTEN_FOR, Forgetting, Forgotten, Leased, Listed, Mark, Plain, Resealed, Revision,
    Sealed, SecretId, Seen, Stored, Summary, VaultLock, Version, Watched, Written,
};
pub use crate::store::error::{DatabaseError, ServerError, ServerFault, StoreError};
pub use crate::store::postgres::Address;
pub use crate::store::replies::Replies;
#[cfg(fuzzing)]
pub use crate::store::replies::read_any_reply;
pub use crate::store::team::{TeamPlace, TeamStore};

/// The store of one user, opened when it is first needed. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    opened: Arc<Mutex<Option<Arc<dyn Engine>>>>,
    /// The store of the team that this machine belongs to. Profiles are found there that are not here.
    team: Arc<Mutex<Option<Arc<TeamStore>>>>,
    /// What others could read, until somebody asks: under a lock of its own, since opening may take seconds.
    closed: Arc<Mutex<Vec<PathBuf>>>,
}

impl Store {
    /// The store in a folder. Nothing is created before something is saved.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, opened: Arc::default(), team: Arc::default(), closed: Arc::default() }
    }

    /// Uses the store of a team from now on, or none.
    pub fn set_team(&self, place: Option<TeamPlace>) {
        let team = place.map(|place| Arc::new(TeamStore::new(self.folder.clone(), place)));
        *self.team.lock().unwrap_or_else(PoisonError::into_inner) = team;
    }

    /// Uses an engine as the store of a team.
    #[cfg(test)]
    pub(crate) fn set_team_engine(&self, place: TeamPlace, engine: Arc<dyn Engine>) {
        let team = TeamStore::opened(self.folder.clone(), place, engine);
        *self.team.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(team));
    }

    /// The store of the team, if there is one.
    pub fn team(&self) -> Option<Arc<TeamStore>> {
        self.team.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The forgotten profiles of this machine, or those of the team, see [`Engine::forgotten`].
    pub fn forgotten(&self, shared: bool) -> Result<Vec<Forgotten>, StoreError> {
        self.of(shared)?.map_or_else(|| Ok(Vec::new()), |engine| engine.forgotten())
    }

    /// What was forgotten longer ago than that and still has a registered client, see [`Engine::overdue`].
    pub fn overdue(&self, shared: bool) -> Result<Vec<Forgotten>, StoreError> {
        self.of(shared)?.map_or_else(|| Ok(Vec::new()), |engine| engine.overdue())
    }

    /// This machine's engine or the team's, to read; `None` if there is none yet.
    pub fn of(&self, shared: bool) -> Result<Option<Arc<dyn Engine>>, StoreError> {
        if shared { Ok(self.team().map(|team| team.reader()).transpose()?.flatten()) } else { self.reader() }
    }

    /// Whether there is anything of this name, here or with the team.
    pub fn has(&self, name: &str) -> Result<bool, StoreError> {
        let is_here = self.reader()?.map(|own| own.has(name)).transpose()?.unwrap_or_default();
        Ok(is_here || self.is_shared(name)?)
    }

    /// Whether a profile is the team's: it is not here, and it is there.
    pub fn is_shared(&self, name: &str) -> Result<bool, StoreError> {
        let Some(team) = self.team() else { return Ok(false) };
        let is_here = self.reader()?.map(|own| own.has(name)).transpose()?.unwrap_or_default();
        Ok(!is_here && team.reader()?.map(|engine| engine.has(name)).transpose()?.unwrap_or_default())
    }

    /// The database that a profile is in, if its server is away and what is read of it may be old.
    pub fn away(&self, name: &str) -> Result<Option<PathBuf>, StoreError> {
        let team = self.team().map(|team| team.reader()).transpose()?.flatten();
        let Some(team) = team.filter(|team| team.is_away()) else { return Ok(None) };
        let is_here = self.reader()?.map(|own| own.has(name)).transpose()?.unwrap_or_default();
        Ok((!is_here).then(|| team.place().to_owned()))
    }

    /// A store that is lost when the program ends.
    pub fn in_memory() -> Result<Arc<dyn Engine>, StoreError> {
        Ok(Arc::new(Sqlite::in_memory()?))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What others on this machine could read until now, since the last call.
    pub fn take_closed(&self) -> Vec<PathBuf> {
        std::mem::take(&mut self.closed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// To read; `None` if nothing was ever saved.
    pub fn reader(&self) -> Result<Option<Arc<dyn Engine>>, StoreError> {
        self.open(false)
    }

    /// To write: created if it does not exist.
    pub fn engine(&self) -> Result<Arc<dyn Engine>, StoreError> {
        self.open(true)?.ok_or_else(|| StoreError::Lost { path: self.folder.clone(), empty: false })
    }

    fn open(&self, create: bool) -> Result<Option<Arc<dyn Engine>>, StoreError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_none() {
            let closed = access::check(&self.folder)?;
            self.closed.lock().unwrap_or_else(PoisonError::into_inner).extend(closed);
            *opened = Sqlite::open(&self.folder, create)?.map(|engine| Arc::new(engine) as Arc<dyn Engine>);
        }
        Ok(opened.clone())
    }

    /// Tells what other processes do, and other members in the team's store, see [`Engine::watch`].
    pub fn watch(&self, tell: &UnboundedSender<Watched>) -> Result<(), StoreError> {
        let own = self.reader().and_then(|own| own.map_or(Ok(()), |engine| engine.watch(tell)));
        let team = self.team().map(|team| team.reader()).transpose().map(Option::flatten);
        own.and(team.and_then(|team| team.map_or(Ok(()), |engine| engine.watch(tell))))
    }

    /// Reads profiles of the team together, see [`Engine::read_ahead`].
    pub fn read_ahead(&self, names: &[String]) -> Result<(), StoreError> {
        let team = self.team().map(|team| team.reader()).transpose()?.flatten();
        team.map_or(Ok(()), |engine| engine.read_ahead(names))
    }

    /// Another process of this machine says that it has changed something, see [`Engine::reread`].
    pub fn reread(&self) -> Result<(), StoreError> {
        let team = self.team().map(|team| team.reader()).transpose()?.flatten();
        if let Some(engine) = team {
            engine.reread();
        }
        Ok(())
    }

    /// Tidies up after writes, see [`Engine::rest`].
    pub fn rest(&self) {
        if let Ok(Some(engine)) = self.reader() {
            engine.rest();
        }
    }

    /// The profiles whose new tokens wait on this machine for the database of a team, by name. Asks no server.
    pub fn waiting(&self) -> Vec<String> {
        let mut names: Vec<String> = self.replies().flat_map(|replies| replies.names()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The files that were set aside since they hold no reply.
    pub fn set_aside(&self) -> Vec<PathBuf> {
        self.replies().flat_map(|replies| replies.damaged()).collect()
    }

    fn replies(&self) -> impl Iterator<Item = Replies> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let is_shared = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.starts_with("shared-"));
        entries.filter(move |entry| is_shared(&entry.file_name())).map(|entry| Replies::below(&entry.path()))
    }

    /// Every profile of this machine, by name; see [`Engine::list`].
    pub fn list(&self, key: i64) -> Result<Vec<Listed>, StoreError> {
        self.reader()?.map_or_else(|| Ok(Vec::new()), |engine| engine.list(key))
    }

    /// Every profile of the team, by name; none if there is no team.
    pub fn list_of_team(&self, key: i64) -> Result<Vec<Listed>, StoreError> {
        let engine = self.team().map(|team| team.reader()).transpose()?.flatten();
        engine.map_or_else(|| Ok(Vec::new()), |engine| engine.list(key))
    }

    /// Remembers what a list shows of this machine's profiles, or of those that are shared; see [`Engine::remember`].
    pub fn remember(&self, shared: bool, key: i64, news: Vec<(String, Revision, Summary)>) -> Result<(), StoreError> {
        match self.team().filter(|_| shared) {
            Some(team) => team.engine()?.remember(key, news),
            None => self.engine()?.remember(key, news),
        }
    }

    /// The names of all drafts.
    pub fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.reader()?.map_or_else(|| Ok(Vec::new()), |engine| engine.drafts())
    }

    /// The plain part of a profile, empty if there is none. What it was exported to is this machine's, even for a team's profile.
    pub fn profile(&self, name: &str) -> Result<Plain, StoreError> {
        let own = self.reader()?.map(|engine| engine.profile(name)).transpose()?.unwrap_or_default();
        match self.engine_of_team(name)? {
            None => Ok(own),
            Some(team) => Ok(Plain { sinks: own.sinks, ..team.profile(name)? }),
        }
    }

    fn engine_of_team(&self, name: &str) -> Result<Option<Arc<dyn Engine>>, StoreError> {
        if self.is_shared(name)? { self.team().map(|team| team.engine()).transpose() } else { Ok(None) }
    }

    /// Changes the plain part of a profile in one step. `change` sees it as it is and returns what the caller gets; if that is an
    /// error, nothing is changed.
    pub fn change<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Plain) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let Some(team) = self.engine_of_team(name)? else { return self.change_in(&self.engine()?, name, change) };
        let sinks = self.reader()?.map(|own| own.profile(name)).transpose()?.unwrap_or_default().sinks;
        let before = sinks.clone();
        let (done, sinks) = self.change_in(&team, name, move |plain| {
            plain.sinks = sinks;
            let done = change(plain)?;
            Ok::<_, E>((done, plain.sinks.take()))
        })?;
        if sinks != before {
            self.engine()?.change(name, Box::new(|plain| plain.sinks = sinks))?;
        }
        Ok(done)
    }

    fn change_in<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
        engine: &Arc<dyn Engine>,
        name: &str,
        change: impl FnOnce(&mut Plain) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let step = move |plain: &mut Plain| {
            let before = plain.clone();
            let done = change(plain);
            if done.is_err() {
                *plain = before;
            }
            let _ = reply.send(done);
        };
        engine.change(name, Box::new(step))?;
        answer.recv().unwrap_or_else(|_| Err(StoreError::Interrupted { path: self.folder.clone() }.into()))
    }
}
