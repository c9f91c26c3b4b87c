//! The store in one SQLite file on this machine, or in the memory of this process.

mod connection;
mod copied;
mod forgotten;
mod leased;
mod packed;
mod rows;
mod watch;
mod writer;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ffi};
use tokio::sync::mpsc::UnboundedSender;

use crate::durable::{self, FileError};
use crate::store::engine::{
    Change, Engine, Erased, Forgotten, Leased, Listed, Plain, Revision, Sealed, Seen, Stored, Summary, VaultLock,
    Watched,
};
use crate::store::lease::Leases;
use crate::store::sqlite::leased::LeasedRow;
use crate::store::sqlite::watch::Watching;
use crate::store::sqlite::writer::Writer;
use crate::store::{DatabaseError, StoreError};

const FILE: &str = "profiles.db";
const LEASES: &str = "leases";
const RESERVE: &str = "reserve";

/// Room on the disk for what brings a new refresh token: many pages of the log.
const RESERVE_LENGTH: usize = 256 * 1024;

/// A store in SQLite. Clones share it.
#[derive(Clone)]
pub(in crate::store) struct Sqlite(Arc<Shared>);

struct Shared {
    /// `None` in memory.
    folder: Option<PathBuf>,
    /// For the errors.
    path: PathBuf,
    /// Reads while another thread writes; in memory there is one connection only. A connection that can only read is not
    /// left open: it may keep others out, and the disk may have room the next time.
    reader: Option<Mutex<Option<Connection>>>,
    writer: Writer,
    leases: Leases,
    watching: Mutex<Watching>,
}

impl Sqlite {
    /// A store that is lost when the program ends.
    pub(in crate::store) fn in_memory() -> Result<Self, StoreError> {
        let path = PathBuf::from(":memory:");
        let failed = |error| connection::failed("open", &path, &error);
        let mut connection = connection::open_in_memory().map_err(failed)?;
        connection::migrate(&mut connection, &path)?;
        let writer = Writer::new(&path, Some(connection));
        Ok(Self(Arc::new(Shared {
            folder: None,
            path,
            reader: None,
            writer,
            leases: Leases::Memory(Arc::default()),
            watching: Mutex::default(),
        })))
    }

    /// The store in a folder; `None` if there is none yet and it is not to be made.
    pub(in crate::store) fn open(folder: &Path, create: bool) -> Result<Option<Self>, StoreError> {
        let leases = Leases::Files(folder.join(LEASES));
        let path = folder.join(FILE);
        if fs::symlink_metadata(&path).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            if leases.names_seen().next().is_some() {
                return Err(StoreError::Lost { path, empty: false });
            }
            if !create {
                return Ok(None);
            }
            durable::create_private_folder(folder).map_err(FileError::at("create", folder))?;
            connection::create_file(&path)?;
        }
        // SQLite follows no link in a path that it is told not to follow, so those above the file are resolved here.
        let folder = folder.canonicalize().map_err(FileError::at("open", folder))?;
        let path = folder.join(FILE);
        let (connection, unwritable) = connection::open_migrated(&path, &leases)?;
        let connection = Some(connection).filter(|_| unwritable.is_none());
        let writer = Writer::new(&path, None);
        let reader = Some(Mutex::new(connection));
        Ok(Some(Self(Arc::new(Shared {
            folder: Some(folder),
            path,
            reader,
            writer,
            leases,
            watching: Mutex::default(),
        }))))
    }

    fn read<T>(&self, work: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let Shared { reader, writer, path, leases, .. } = &*self.0;
        let read = match reader {
            None => writer.read(work).unwrap_or(Err(rusqlite::Error::QueryReturnedNoRows)),
            Some(reader) => {
                let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(connection) = &*reader {
                    work(connection)
                } else {
                    let (connection, unwritable) = connection::open_migrated(path, leases)?;
                    let read = work(&connection);
                    *reader = Some(connection).filter(|_| unwritable.is_none());
                    read
                }
            }
        };
        Ok(read.map_err(|error| connection::failed("read", path, &error))?)
    }

    /// Fails while the database can only be read.
    fn check_sharable(&self) -> Result<(), StoreError> {
        let Some(reader) = &self.0.reader else { return Ok(()) };
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        if reader.is_none() {
            match connection::open_migrated(&self.0.path, &self.0.leases)? {
                (connection, None) => *reader = Some(connection),
                (_, Some(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.check_sharable()?;
        let path = self.0.path.clone();
        let work = move |connection: &Connection| {
            Ok(work(connection).map_err(|error| connection::failed("write", &path, &error))?)
        };
        self.0.writer.run(work).map_err(|error| match error {
            StoreError::Database(error) if error.primary() == ffi::SQLITE_READONLY => {
                // A connection that was opened where nothing could be written stays so.
                self.0.writer.close();
                if let Some(reader) = &self.0.reader {
                    reader.lock().unwrap_or_else(PoisonError::into_inner).take();
                }
                error.into()
            }
            StoreError::Database(error) if error.primary() == ffi::SQLITE_BUSY => {
                StoreError::Busy { path: error.path, waited: connection::BUSY_WAIT }
            }
            error => error,
        })
    }

    /// Takes room on the disk, which [`Self::give_up_reserve`] gives to the write that needs it. Its bytes are random, so that a
    /// file system that packs files cannot make them fewer.
    fn reserve(&self, length: usize) -> Result<(), StoreError> {
        let Some(folder) = &self.0.folder else { return Ok(()) };
        let path = folder.join(RESERVE);
        let length = length.max(RESERVE_LENGTH);
        if fs::metadata(&path).is_ok_and(|found| found.len() >= length as u64) {
            return Ok(());
        }
        let mut bytes = vec![0; length];
        getrandom::fill(&mut bytes)
            .map_err(|error| FileError::at("write", &path)(std::io::Error::other(error.to_string())))?;
        Ok(durable::write_private(&path, &bytes).map_err(FileError::at("write", &path))?)
    }

    /// Writes, on a full disk with what room can be made: by emptying the log, and then from the reserve if `reserved`.
    fn insist<T>(&self, reserved: bool, write: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let is_full = |written: &Result<T, StoreError>| written.as_ref().is_err_and(StoreError::is_full);
        let mut written = write();
        if is_full(&written) && self.0.writer.empty_log() {
            written = write();
        }
        if is_full(&written) && reserved && self.give_up_reserve() {
            written = write();
        }
        written
    }

    /// Whether there was any room to give up.
    fn give_up_reserve(&self) -> bool {
        self.0.folder.as_ref().is_some_and(|folder| fs::remove_file(folder.join(RESERVE)).is_ok())
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sqlite").field(&self.0.path).finish()
    }
}

impl Engine for Sqlite {
    fn place(&self) -> &Path {
        &self.0.path
    }

    fn origin(&self) -> Option<&str> {
        None
    }

    fn list(&self, key: i64) -> Result<Vec<Listed>, StoreError> {
        self.read(|connection| rows::list(connection, key))
    }

    fn remember(&self, key: i64, summaries: Vec<(String, Revision, Summary)>) -> Result<(), StoreError> {
        self.write(move |connection| rows::remember(connection, key, &summaries))
    }

    fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.read(rows::drafts)
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        self.read(|connection| rows::has(connection, name))
    }

    fn profile(&self, name: &str) -> Result<Plain, StoreError> {
        self.read(|connection| rows::profile(connection, name))
    }

    fn change(&self, name: &str, change: Change) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let mut plain = rows::profile(connection, &name)?;
            change(&mut plain);
            rows::save_profile(connection, &name, &plain)
        })
    }

    fn secrets(&self) -> Result<Vec<String>, StoreError> {
        let mut names: BTreeSet<String> = self.read(rows::secrets)?.into_iter().collect();
        names.extend(self.0.leases.names_seen());
        Ok(names.into_iter().collect())
    }

    fn stored(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        self.read(|connection| rows::stored(connection, name))
    }

    fn earlier(&self, name: &str) -> Result<Vec<Sealed>, StoreError> {
        self.read(|connection| rows::earlier(connection, name))
    }

    fn seen(&self, name: &str) -> Option<Seen> {
        self.0.leases.seen(name)
    }

    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError> {
        self.read(forgotten::list)
    }

    fn overdue(&self) -> Result<Vec<Forgotten>, StoreError> {
        self.read(forgotten::overdue)
    }

    fn erase_forgotten(&self, erased: Erased) -> Result<usize, StoreError> {
        self.write(move |connection| forgotten::erase(connection, &erased))
    }

    fn forgotten_bodies(&self, number: i64) -> Result<Vec<Sealed>, StoreError> {
        self.read(|connection| forgotten::bodies(connection, number))
    }

    fn reseal_forgotten(&self, number: i64, bodies: Vec<Sealed>) -> Result<(), StoreError> {
        self.write(move |connection| forgotten::reseal(connection, number, &bodies))
    }

    fn lease(&self, name: &str, wait: Duration) -> Result<Option<Box<dyn Leased>>, StoreError> {
        let lease = self.0.leases.take(name, wait)?;
        Ok(lease
            .map(|lease| Box::new(LeasedRow { store: self.clone(), name: name.to_owned(), lease }) as Box<dyn Leased>))
    }

    fn vault_lock(&self) -> Result<Option<VaultLock>, StoreError> {
        self.read(rows::vault_lock)
    }

    fn set_vault_lock(&self, expected: Option<&VaultLock>, lock: &VaultLock) -> Result<bool, StoreError> {
        let (expected, lock) = (expected.cloned(), lock.clone());
        self.write(move |connection| {
            let is_expected = rows::vault_lock(connection)? == expected;
            if is_expected {
                rows::set_vault_lock(connection, &lock)?;
            }
            Ok(is_expected)
        })
    }

    fn watch(&self, tell: &UnboundedSender<Watched>) -> Result<(), StoreError> {
        self.watch_files(tell)
    }

    /// The next process that opens the database has no log to read.
    fn rest(&self) {
        self.0.writer.rest();
    }

    fn check_writable(&self) -> Result<(), StoreError> {
        self.reserve(RESERVE_LENGTH)?;
        self.write(|_| Ok(()))
    }

    fn check(&self) -> Result<(), StoreError> {
        let found =
            self.read(|connection| connection.query_row("PRAGMA quick_check(1)", (), |row| row.get::<_, String>(0)))?;
        if found == "ok" {
            return Ok(());
        }
        let code = ffi::SQLITE_CORRUPT;
        Err(DatabaseError { action: "read", path: self.0.path.clone(), code, reason: found }.into())
    }
}
