//! The store of a team, beside this machine's own: opened when it is first needed, since its server may be away.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::durable::{self, FileError};
use crate::store::copy::Copied;
use crate::store::{Address, Engine, StoreError};

/// A password file is one line.
const PASSWORD_LIMIT: u64 = 4096;

/// How to get to the store of a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamPlace {
    /// The database, `postgres://user@host/database`. Only the environment may have a password in it.
    pub url: String,
    /// A file with the password of the database's user.
    pub password_file: Option<PathBuf>,
    /// A file with the key of this member, if it is not in the vault of this machine.
    pub key_file: Option<PathBuf>,
}

impl TeamPlace {
    /// The database, as it may be shown.
    pub fn shown(&self) -> PathBuf {
        Address::parse(&self.url, None).map_or_else(|_| "postgres://".into(), |address| address.to_string().into())
    }
}

/// The store of a team.
#[derive(Debug)]
pub struct TeamStore {
    /// Of this machine's own store.
    folder: PathBuf,
    place: TeamPlace,
    opened: Mutex<Option<Arc<dyn Engine>>>,
}

impl TeamStore {
    /// `folder` is that of this machine's own store, for what it remembers of the team's.
    pub(crate) fn new(folder: PathBuf, place: TeamPlace) -> Self {
        Self { folder, place, opened: Mutex::default() }
    }

    #[cfg(test)]
    pub(in crate::store) fn opened(folder: PathBuf, place: TeamPlace, engine: Arc<dyn Engine>) -> Self {
        Self { folder, place, opened: Mutex::new(Some(engine)) }
    }

    pub fn place(&self) -> &TeamPlace {
        &self.place
    }

    /// The database, as it may be shown.
    pub fn shown(&self) -> PathBuf {
        self.place.shown()
    }

    /// To read; `None` if the database has no store yet.
    pub fn reader(&self) -> Result<Option<Arc<dyn Engine>>, StoreError> {
        self.open(false)
    }

    /// To write: made if there is none.
    pub fn engine(&self) -> Result<Arc<dyn Engine>, StoreError> {
        self.open(true)?.ok_or_else(|| StoreError::Lost { path: self.shown(), empty: true })
    }

    fn open(&self, create: bool) -> Result<Option<Arc<dyn Engine>>, StoreError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.is_none() {
            let address = self.address()?;
            *opened = Copied::open(&address, &self.folder, create)?.map(|engine| Arc::new(engine) as Arc<dyn Engine>);
        }
        Ok(opened.clone())
    }

    fn address(&self) -> Result<Address, StoreError> {
        let Some(file) = &self.place.password_file else { return Address::parse(&self.place.url, None) };
        let bytes = durable::read(file, PASSWORD_LIMIT).map_err(FileError::at("read", file))?;
        let bytes = bytes.ok_or_else(|| FileError::at("read", file)(std::io::ErrorKind::NotFound.into()))?;
        let text = zeroize::Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        Address::parse(&self.place.url, Some(text.lines().next().unwrap_or_default()))
    }
}
