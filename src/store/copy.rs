//! What this machine has seen of a team's store, for the time in which the server is away: its tokens can be used until they
//! expire, and nothing is written or refreshed. Secrets are sealed here as they are there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedSender;

use crate::store::engine::{
    Change, Engine, Erased, Forgetting, Forgotten, Leased, Listed, Mark, Plain, Resealed, Revision, Sealed, SecretId,
    Seen, Stored, Summary, VaultLock, Version, Watched, Written,
};
use crate::store::postgres::{Address, Postgres};
use crate::store::sqlite::Sqlite;
use crate::store::{Replies, StoreError};

/// How long a server that was away is not asked again: each attempt may take seconds.
const PAUSE: Duration = Duration::from_secs(5);

/// The store of a team, with a copy of what was read from it.
pub(in crate::store) struct Copied {
    address: Address,
    place: PathBuf,
    /// Of this machine's own store.
    folder: PathBuf,
    copy: Sqlite,
    /// Once it was there.
    server: OnceLock<Postgres>,
    /// When it was last found away.
    away: Mutex<Option<Instant>>,
}

impl Copied {
    /// The store at this address; `None` if the server says that there is none yet and it is not to be made.
    pub(in crate::store) fn open(address: &Address, folder: &Path, create: bool) -> Result<Option<Self>, StoreError> {
        let place = PathBuf::from(address.to_string());
        let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
        let digest: [u8; 8] = std::array::from_fn(|at| digest[at]);
        let copies = folder.join(format!("copy-{:016x}", u64::from_be_bytes(digest)));
        let (server, away) = match Postgres::open(address, folder, create) {
            Ok(None) => return Ok(None),
            Ok(Some(opened)) => (OnceLock::from(opened), None),
            // Only right if something was copied before.
            Err(error) if error.is_away() && Sqlite::open(&copies, false)?.is_some() => {
                (OnceLock::new(), Some(Instant::now()))
            }
            Err(error) => return Err(error),
        };
        let copy = Sqlite::open(&copies, true)?.ok_or(StoreError::Lost { path: copies, empty: false })?;
        let (address, folder) = (address.clone(), folder.to_owned());
        Ok(Some(Self { address, place, folder, copy, server, away: Mutex::new(away) }))
    }

    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self) -> Result<&Postgres, StoreError> {
        if let Some(opened) = self.server.get() {
            return Ok(opened);
        }
        let opened = self.noted(Postgres::open(&self.address, &self.folder, true))?;
        let opened = opened.ok_or_else(|| StoreError::Lost { path: self.place.clone(), empty: true })?;
        Ok(self.server.get_or_init(|| opened))
    }

    /// Does what only the server can do.
    fn there<T>(&self, work: impl FnOnce(&Postgres) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let server = self.server()?;
        self.noted(work(server))
    }

    /// Reads from the server, or from the copy while it is away.
    fn read<T>(
        &self,
        there: impl FnOnce(&Postgres) -> Result<T, StoreError>,
        here: impl FnOnce(&Sqlite) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.away().is_some_and(|at| at.elapsed() < PAUSE) {
            return here(&self.copy);
        }
        match self.there(there) {
            Err(error) if error.is_away() => here(&self.copy),
            read => read,
        }
    }

    /// What was read from the server and is still so.
    fn remembered<T>(&self, recall: impl FnOnce(&Postgres) -> Option<T>) -> Option<T> {
        self.server.get().and_then(recall)
    }

    fn noted<T>(&self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        *self.away() = done.as_ref().is_err_and(StoreError::is_away).then(Instant::now);
        done
    }
}

impl fmt::Debug for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Copied").field(&self.place).finish()
    }
}

/// A copy that could not be written is older, and does no harm.
fn kept(written: Result<(), StoreError>) {
    drop(written);
}

impl Engine for Copied {
    fn place(&self) -> &Path {
        &self.place
    }

    fn origin(&self) -> Option<&str> {
        self.server.get().and_then(Engine::origin)
    }

    fn is_away(&self) -> bool {
        self.away().is_some()
    }

    fn list(&self, key: i64) -> Result<Vec<Listed>, StoreError> {
        self.read(|server| server.list(key), |copy| copy.list(key))
    }

    fn remember(&self, key: i64, summaries: Vec<(String, Revision, Summary)>) -> Result<(), StoreError> {
        self.there(|server| server.remember(key, summaries))
    }

    fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.read(Engine::drafts, Engine::drafts)
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        if self.remembered(|server| Some(server.memory().has(name))) == Some(true) {
            return Ok(true);
        }
        let there = |server: &Postgres| {
            let is_there = server.has(name)?;
            // Forgotten or taken out by another machine: not to be used when the server is away.
            if !is_there && self.copy.has(name).unwrap_or_default() {
                self.copy.forget(name);
            }
            Ok(is_there)
        };
        self.read(there, |copy| copy.has(name))
    }

    fn profile(&self, name: &str) -> Result<Plain, StoreError> {
        if let Some(known) = self.remembered(|server| server.memory().plain(name)) {
            return Ok(known);
        }
        let there = |server: &Postgres| {
            let found = server.profile(name)?;
            if self.copy.profile(name).is_ok_and(|known| known != found) {
                let copied = found.clone();
                kept(self.copy.change(name, Box::new(|plain| *plain = copied)));
            }
            Ok(found)
        };
        self.read(there, |copy| copy.profile(name))
    }

    fn change(&self, name: &str, change: Change) -> Result<(), StoreError> {
        self.there(|server| server.change(name, change))
    }

    fn secrets(&self) -> Result<Vec<String>, StoreError> {
        self.read(Engine::secrets, Engine::secrets)
    }

    fn stored(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        let there = |server: &Postgres| {
            let found = server.stored(name)?;
            if self.copy.stored(name).is_ok_and(|known| !is_copy(known.as_ref(), found.as_ref())) {
                kept(self.copy.copy_secret(name, found.as_ref().and_then(|found| found.newest.as_ref())));
            }
            Ok(found)
        };
        self.read(there, |copy| copy.stored(name))
    }

    fn recalled(&self, name: &str) -> Option<Stored> {
        self.remembered(|server| server.recalled(name))
    }

    fn read_ahead(&self, names: &[String]) -> Result<(), StoreError> {
        if self.away().is_some_and(|at| at.elapsed() < PAUSE) {
            return Ok(());
        }
        let read = self.there(|server| server.read_many(names))?;
        kept(self.copy.copy_many(read));
        Ok(())
    }

    fn reread(&self) {
        if let Some(server) = self.server.get() {
            server.reread();
        }
    }

    fn earlier(&self, name: &str) -> Result<Vec<Sealed>, StoreError> {
        self.there(|server| server.earlier(name))
    }

    fn seen(&self, name: &str) -> Option<Seen> {
        // What is copied may be older than what this machine wrote.
        if self.is_away() { None } else { self.server.get().and_then(|server| server.seen(name)) }
    }

    fn is_removed(&self, name: &str, id: &SecretId) -> Result<bool, StoreError> {
        self.there(|server| server.is_removed(name, id))
    }

    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError> {
        self.there(Engine::forgotten)
    }

    fn overdue(&self) -> Result<Vec<Forgotten>, StoreError> {
        self.there(Engine::overdue)
    }

    fn erase_forgotten(&self, erased: Erased) -> Result<usize, StoreError> {
        self.there(|server| server.erase_forgotten(erased))
    }

    fn forgotten_bodies(&self, number: i64) -> Result<Vec<Sealed>, StoreError> {
        self.there(|server| server.forgotten_bodies(number))
    }

    fn reseal_forgotten(&self, number: i64, bodies: Vec<Sealed>) -> Result<(), StoreError> {
        self.there(|server| server.reseal_forgotten(number, bodies))
    }

    fn lease(&self, name: &str, wait: Duration) -> Result<Option<Box<dyn Leased>>, StoreError> {
        let leased = self.there(|server| server.lease(name, wait))?;
        let (copy, name) = (self.copy.clone(), name.to_owned());
        Ok(leased.map(|there| Box::new(LeasedCopy { there, copy, name }) as Box<dyn Leased>))
    }

    fn vault_lock(&self) -> Result<Option<VaultLock>, StoreError> {
        let there = |server: &Postgres| {
            let found = server.vault_lock()?;
            let known = self.copy.vault_lock()?;
            if let Some(found) = found.as_ref().filter(|found| known.as_ref() != Some(found)) {
                kept(self.copy.set_vault_lock(known.as_ref(), found).map(drop));
            }
            Ok(found)
        };
        self.read(there, Engine::vault_lock)
    }

    fn set_vault_lock(&self, expected: Option<&VaultLock>, lock: &VaultLock) -> Result<bool, StoreError> {
        self.there(|server| server.set_vault_lock(expected, lock))
    }

    fn replies(&self) -> Option<&Replies> {
        self.server.get().and_then(Engine::replies)
    }

    fn watch(&self, tell: &UnboundedSender<Watched>) -> Result<(), StoreError> {
        self.there(|server| server.watch(tell))
    }

    fn rest(&self) {
        self.copy.rest();
    }

    fn check_writable(&self) -> Result<(), StoreError> {
        self.there(Engine::check_writable)
    }

    fn check(&self) -> Result<(), StoreError> {
        self.there(Engine::check)
    }
}

/// A leased secret, whose writes are copied.
struct LeasedCopy {
    there: Box<dyn Leased>,
    copy: Sqlite,
    name: String,
}

impl Leased for LeasedCopy {
    fn name(&self) -> &str {
        &self.name
    }

    fn saw(&self, seen: Option<Seen>) {
        self.there.saw(seen);
    }

    fn put(
        &self,
        expected: Option<Version>,
        next: &Sealed,
        answers: bool,
        mark: Option<&Mark>,
    ) -> Result<Written, StoreError> {
        let written = self.there.put(expected, next, answers, mark)?;
        if written == Written::Done {
            kept(self.copy.copy_secret(&self.name, Some(next)));
        }
        Ok(written)
    }

    fn begin(&self, expected: Version, note: &str, length: usize) -> Result<Written, StoreError> {
        self.there.begin(expected, note, length)
    }

    fn end(&self, fence: u64) -> Result<(), StoreError> {
        self.there.end(fence)
    }

    fn remove(&self) -> Result<(), StoreError> {
        self.there.remove()?;
        self.copy.forget(&self.name);
        Ok(())
    }

    fn forget(&self, how: Forgetting) -> Result<(), StoreError> {
        self.there.forget(how)?;
        self.copy.forget(&self.name);
        Ok(())
    }

    fn bring_back(&self, number: i64) -> Result<Written, StoreError> {
        self.there.bring_back(number)
    }

    fn take_out(&self, copied: Option<Seen>, mark: Option<&Mark>) -> Result<Written, StoreError> {
        let written = self.there.take_out(copied, mark)?;
        if written == Written::Done {
            self.copy.forget(&self.name);
        }
        Ok(written)
    }

    fn rename(&self, to: &dyn Leased, secret: Option<&Resealed>, mark: Option<&Mark>) -> Result<Written, StoreError> {
        let written = self.there.rename(to, secret, mark)?;
        if written == Written::Done {
            let name = to.name();
            if let Ok(plain) = self.copy.profile(&self.name) {
                kept(self.copy.change(name, Box::new(|copied| *copied = plain)));
            }
            kept(self.copy.copy_secret(name, secret.and_then(|secret| secret.bodies.first())));
            self.copy.forget(&self.name);
        }
        Ok(written)
    }
}

/// Whether what is copied is what was found. Notes of refreshes are not copied: they are for who holds the lease.
fn is_copy(known: Option<&Stored>, found: Option<&Stored>) -> bool {
    known.and_then(|known| known.newest.as_ref()) == found.and_then(|found| found.newest.as_ref())
}
