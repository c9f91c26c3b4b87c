//! The store: profiles in plain and their secrets sealed, in one database.
//!
//! This room has no key and does not know the type of a secret: [`crate::vault`] seals and opens. [`Engine`] is the port;
//! behind it are SQLite, in a file or in memory, and PostgreSQL, which several machines share. Every call may block on the
//! disk, a lock or another process.

mod access;
mod engine;
mod error;
mod lease;
mod postgres;
mod replies;
mod sqlite;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::postgres::Postgres;
use crate::store::sqlite::Sqlite;

pub use crate::store::engine::{
    Change, Engine, Leased, Listed, Mark, Plain, Revision, Sealed, SecretId, Seen, Stored, Summary, VaultLock, Version,
    Written,
};
pub use crate::store::error::{DatabaseError, ServerError, ServerFault, StoreError};
pub use crate::store::postgres::Address;
pub use crate::store::replies::Replies;

/// The store of one user, opened when it is first needed. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    /// Where it is instead, if it is shared; the folder then has the leases of this machine only.
    address: Option<Arc<Address>>,
    opened: Arc<Mutex<Option<Arc<dyn Engine>>>>,
    /// What others could read, until somebody asks: under a lock of its own, since opening may take seconds.
    closed: Arc<Mutex<Vec<PathBuf>>>,
}

impl Store {
    /// The store in a folder. Nothing is created before something is saved.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, address: None, opened: Arc::default(), closed: Arc::default() }
    }

    /// The store in a database that other machines use as well. `folder` is for what this machine remembers of it.
    pub fn shared(folder: PathBuf, address: Address) -> Self {
        Self { folder, address: Some(Arc::new(address)), opened: Arc::default(), closed: Arc::default() }
    }

    /// Where the store is, if it is shared.
    pub fn address(&self) -> Option<&Address> {
        self.address.as_deref()
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
            *opened = match &self.address {
                Some(address) => {
                    Postgres::open(address, &self.folder, create)?.map(|engine| Arc::new(engine) as Arc<dyn Engine>)
                }
                None => Sqlite::open(&self.folder, create)?.map(|engine| Arc::new(engine) as Arc<dyn Engine>),
            };
        }
        Ok(opened.clone())
    }

    /// Tidies up after writes, see [`Engine::rest`].
    pub fn rest(&self) {
        if let Ok(Some(engine)) = self.reader() {
            engine.rest();
        }
    }

    /// Every profile, by name; see [`Engine::list`].
    pub fn list(&self, key: i64) -> Result<Vec<Listed>, StoreError> {
        self.reader()?.map_or_else(|| Ok(Vec::new()), |engine| engine.list(key))
    }

    /// The names of all drafts.
    pub fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.reader()?.map_or_else(|| Ok(Vec::new()), |engine| engine.drafts())
    }

    /// The plain part of a profile, empty if there is none.
    pub fn profile(&self, name: &str) -> Result<Plain, StoreError> {
        self.reader()?.map_or_else(|| Ok(Plain::default()), |engine| engine.profile(name))
    }

    /// Changes the plain part of a profile in one step. `change` sees it as it is and returns what the caller gets; if that is an
    /// error, nothing is changed.
    pub fn change<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        &self,
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
        self.engine()?.change(name, Box::new(step))?;
        answer.recv().unwrap_or_else(|_| Err(StoreError::Interrupted { path: self.folder.clone() }.into()))
    }
}
