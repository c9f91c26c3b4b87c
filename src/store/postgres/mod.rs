//! The store in a PostgreSQL database, which several machines share.
//!
//! A lease is a file lock among the processes of this machine, and a row lock among machines: the server lets go of the row
//! when the holder's connection ends. A holder that lost its connection may not know it yet, so the lock alone proves nothing:
//! every write names the version that it replaces, and [`Leased::begin`] raises the fence before a token is spent.

mod address;
mod connection;
mod forgotten;
mod leased;
mod memory;
mod plain;
mod rename;
mod schema;
mod secrets;
mod watch;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_postgres::Client;

use crate::durable::{self, FileError};
use crate::store::engine::{
    Change, Engine, Erased, Forgotten, Leased, Listed, Mark, Plain, Revision, Sealed, SecretId, Seen, Stored, Summary,
    VaultLock, Watched,
};
use crate::store::lease::{Lease, Leases};
use crate::store::postgres::connection::{Failed, Patience, Server};
use crate::store::postgres::leased::{HeldRow, LeasedRow};
use crate::store::postgres::memory::Memory;
use crate::store::{Replies, StoreError};

pub use crate::store::postgres::address::Address;

/// The file with what tells this machine from others, and the lease under which it is made.
const ORIGIN: &str = "origin";
/// How long two processes may need to agree on a file.
const MOMENT: Duration = Duration::from_secs(10);

/// A store in PostgreSQL. Clones share it.
#[derive(Clone)]
pub(in crate::store) struct Postgres(Arc<Shared>);

struct Shared {
    server: Server,
    leases: Leases,
    replies: Replies,
    origin: String,
    /// What tells this process from others in its notifications.
    process: Arc<str>,
    watched: Mutex<Option<UnboundedSender<Watched>>>,
    memory: Arc<Memory>,
}

impl Postgres {
    /// The store at this address; `None` if the database has none yet and it is not to be made. What this machine remembers of
    /// it goes below `folder`.
    pub(in crate::store) fn open(address: &Address, folder: &Path, create: bool) -> Result<Option<Self>, StoreError> {
        let server = Server::new(address)?;
        let id = server.run("open", Patience::Restart, async |client| schema::id(&server, client, create).await)?;
        let Some(id) = id else { return Ok(None) };
        let folder = folder.join(format!("shared-{id}"));
        let origin = origin(&folder)?;
        let leases = Leases::Files(folder.join("leases"));
        let process = format!("{:032x}", u128::from_be_bytes(drawn(&folder)?)).into();
        let (replies, watched, memory) = (Replies::below(&folder), Mutex::default(), Arc::default());
        Ok(Some(Self(Arc::new(Shared { server, leases, replies, origin, process, watched, memory }))))
    }

    pub(in crate::store) fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// The profiles of these names that exist, see [`Engine::read_ahead`].
    pub(in crate::store) fn read_many(
        &self,
        names: &[String],
    ) -> Result<Vec<(String, Plain, Option<Stored>)>, StoreError> {
        let reading = self.0.memory.reading();
        let read = match names {
            [] => Vec::new(),
            names => self.read(async |client| secrets::read_many(client, names).await)?,
        };
        self.0.memory.read_ahead(reading, &read);
        Ok(read)
    }

    /// The text of the notification that a commit sends.
    fn news_of(&self, name: &str) -> String {
        watch::text(&self.0.process, name)
    }

    #[allow(clippy::needless_pass_by_value, reason = "a closure, written at the call")]
    fn read<T>(&self, work: impl AsyncFn(&Client) -> Result<T, Failed>) -> Result<T, StoreError> {
        self.0.server.run("read", Patience::Restart, async |client| work(client).await)
    }

    /// Changes a profile, or all if the name is empty.
    fn write<T>(
        &self,
        (name, patience): (&str, Patience),
        work: impl AsyncFn(&mut Client) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        let written = self.0.server.run("write", patience, work);
        self.0.memory.forget(name);
        written
    }

    /// Locks the row of a lease; `None` if another machine holds it for all of `wait`.
    fn lock_row(&self, name: &str, wait: Duration) -> Result<Option<HeldRow>, StoreError> {
        let server = &self.0.server;
        let began = Instant::now();
        loop {
            let left = wait.saturating_sub(began.elapsed());
            let taken = server.wait(left + MOMENT, async {
                let client = server.idle_or_new().await?;
                secrets::take_lease(&client, name, left).await?;
                Ok(client)
            });
            match taken {
                Ok(client) => return Ok(Some(HeldRow::new(&self.0, client))),
                Err(failed) if failed.is_lock_timeout() => return Ok(None),
                // The server restarted while this waited.
                Err(failed) if failed.is_lost() && began.elapsed() < wait.max(MOMENT) => {}
                Err(failed) => return Err(failed.named("lock", server.place())),
            }
            // waits: a server that is away tells nobody when it is back.
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Remembers what other machines wrote since this one had the lease, so that an older state is noticed here as well.
    fn catch_up(&self, name: &str, lease: &Lease) -> Result<(), StoreError> {
        let Some(found) = self.read(async |client| secrets::version(client, name).await)? else { return Ok(()) };
        let Seen { id, version } = found;
        let is_newer = |seen: Seen| seen.id == id && seen.version < version && seen.version.fence <= version.fence;
        let is_gone = |seen: Seen| seen.id != id && self.is_removed(name, &seen.id).unwrap_or_default();
        if lease.seen().is_none_or(|seen| is_newer(seen) || is_gone(seen)) {
            lease.saw(Some(found));
        }
        Ok(())
    }
}

/// What tells this machine from others that use the same store: drawn once for each folder of leases.
fn origin(folder: &Path) -> Result<String, StoreError> {
    let path = folder.join(ORIGIN);
    let read = || -> Result<Option<String>, StoreError> {
        let bytes = durable::read(&path, 64).map_err(FileError::at("read", &path))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| text.len() == 32))
    };
    if let Some(origin) = read()? {
        return Ok(origin);
    }
    durable::create_private_folder(folder).map_err(FileError::at("create", folder))?;
    let _lease = Leases::Files(folder.to_owned()).take("making", MOMENT)?;
    if let Some(origin) = read()? {
        return Ok(origin);
    }
    let origin = format!("{:032x}", u128::from_be_bytes(drawn(folder)?));
    durable::write_private(&path, origin.as_bytes()).map_err(FileError::at("write", &path))?;
    Ok(origin)
}

fn drawn(place: &Path) -> Result<Mark, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| FileError::at("write", place)(std::io::Error::other(error.to_string())))?;
    Ok(bytes)
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.0.server.place()).finish()
    }
}

impl Engine for Postgres {
    fn place(&self) -> &Path {
        self.0.server.place()
    }

    fn origin(&self) -> Option<&str> {
        Some(&self.0.origin)
    }

    fn list(&self, key: i64) -> Result<Vec<Listed>, StoreError> {
        self.read(async |client| plain::list(client, key).await)
    }

    fn remember(&self, key: i64, summaries: Vec<(String, Revision, Summary)>) -> Result<(), StoreError> {
        self.0.server.run("write", Patience::Restart, async |client| plain::remember(client, key, &summaries).await)
    }

    fn drafts(&self) -> Result<Vec<String>, StoreError> {
        self.read(async |client| plain::drafts(client).await)
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        self.read(async |client| plain::has(client, name).await)
    }

    fn profile(&self, name: &str) -> Result<Plain, StoreError> {
        let reading = self.0.memory.reading();
        let found = self.read(async |client| plain::profile(client, name).await)?;
        self.0.memory.read_plain(reading, name, &found);
        Ok(found)
    }

    fn change(&self, name: &str, change: Change) -> Result<(), StoreError> {
        let change = RefCell::new(Some(change));
        // What was there, and what was made of it.
        let made = RefCell::new(None::<(Plain, Plain)>);
        let next = |found: Plain| {
            if let Some(change) = change.borrow_mut().take() {
                let mut next = found.clone();
                change(&mut next);
                *made.borrow_mut() = Some((found, next.clone()));
                return Ok(next);
            }
            // Done again, since it is not known whether it was committed.
            let made = made.borrow();
            let known = made.as_ref().filter(|(before, next)| found == *before || found == *next);
            let interrupted = || Failed::Store(StoreError::Interrupted { path: self.place().to_owned() });
            known.map(|(_, next)| next.clone()).ok_or_else(interrupted)
        };
        let news = self.news_of(name);
        self.write((name, Patience::Restart), async |client| plain::change(client, (name, &news), next).await)
    }

    fn secrets(&self) -> Result<Vec<String>, StoreError> {
        let mut names: BTreeSet<String> =
            self.read(async |client| secrets::secrets(client).await)?.into_iter().collect();
        let is_removed = |name: &str, seen: Seen| self.is_removed(name, &seen.id).unwrap_or_default();
        let is_known = |name: &String| self.seen(name).is_some_and(|seen| !is_removed(name, seen));
        let lost: Vec<String> =
            self.0.leases.names_seen().filter(|name| !names.contains(name) && is_known(name)).collect();
        names.extend(lost);
        Ok(names.into_iter().collect())
    }

    fn stored(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        let reading = self.0.memory.reading();
        let found = self.read(async |client| secrets::stored(client, name).await)?;
        self.0.memory.read_stored(reading, name, found.as_ref());
        Ok(found)
    }

    fn recalled(&self, name: &str) -> Option<Stored> {
        let stored = self.0.memory.stored(name)?;
        // Another process of this machine writes there what it has written here.
        let seen = self.seen(name);
        seen.is_none_or(|seen| seen.id == stored.id && seen.version <= stored.version).then_some(stored)
    }

    fn read_ahead(&self, names: &[String]) -> Result<(), StoreError> {
        self.read_many(names).map(drop)
    }

    fn reread(&self) {
        self.0.memory.forget("");
    }

    fn earlier(&self, name: &str) -> Result<Vec<Sealed>, StoreError> {
        self.read(async |client| secrets::earlier(client, name).await)
    }

    fn seen(&self, name: &str) -> Option<Seen> {
        self.0.leases.seen(name)
    }

    fn is_removed(&self, name: &str, id: &SecretId) -> Result<bool, StoreError> {
        self.read(async |client| secrets::is_removed(client, name, id).await)
    }

    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError> {
        self.read(async |client| forgotten::list(client).await)
    }

    fn overdue(&self) -> Result<Vec<Forgotten>, StoreError> {
        self.read(async |client| forgotten::overdue(client).await)
    }

    fn erase_forgotten(&self, erased: Erased) -> Result<usize, StoreError> {
        let news = self.news_of(if let Erased::Named(name) = &erased { name } else { "" });
        self.0.server.run("write", Patience::Restart, async |client| forgotten::erase(client, &erased, &news).await)
    }

    fn forgotten_bodies(&self, number: i64) -> Result<Vec<Sealed>, StoreError> {
        self.read(async |client| forgotten::bodies(client, number).await)
    }

    fn reseal_forgotten(&self, number: i64, bodies: Vec<Sealed>) -> Result<(), StoreError> {
        self.0.server.run("write", Patience::Restart, async |client| forgotten::reseal(client, number, &bodies).await)
    }

    fn lease(&self, name: &str, wait: Duration) -> Result<Option<Box<dyn Leased>>, StoreError> {
        let began = Instant::now();
        let mut taken = self.0.leases.take(name, Duration::ZERO)?;
        if taken.is_none() {
            self.0.server.close_idle();
            taken = self.0.leases.take(name, wait)?;
        }
        let Some(lease) = taken else { return Ok(None) };
        let Some(row) = self.lock_row(name, wait.saturating_sub(began.elapsed()))? else { return Ok(None) };
        // The last holder may be on another machine, and its news on the way.
        self.0.memory.forget(name);
        self.catch_up(name, &lease)?;
        Ok(Some(Box::new(LeasedRow::new(self, name, row, lease))))
    }

    fn vault_lock(&self) -> Result<Option<VaultLock>, StoreError> {
        self.read(async |client| secrets::vault_lock(client).await)
    }

    fn set_vault_lock(&self, expected: Option<&VaultLock>, lock: &VaultLock) -> Result<bool, StoreError> {
        let (locks, news) = ((expected, lock), self.news_of(""));
        self.write(("", Patience::Restart), async |client| secrets::set_vault_lock(client, locks, &news).await)
    }

    fn watch(&self, tell: &UnboundedSender<Watched>) -> Result<(), StoreError> {
        let mut watched = self.0.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(handle) = self.0.server.handle() else { return Ok(()) };
        if watched.as_ref().is_some_and(|known| known.same_channel(tell)) {
            return Ok(());
        }
        *watched = Some(tell.clone());
        let (ready, mut is_ready) = unbounded_channel();
        handle.spawn(watch::watch(Arc::downgrade(&self.0), tell.clone(), ready));
        // Nothing that is committed after this call is missed.
        let _ = is_ready.blocking_recv();
        Ok(())
    }

    fn replies(&self) -> Option<&Replies> {
        Some(&self.0.replies)
    }

    fn check_writable(&self) -> Result<(), StoreError> {
        self.0.server.run("write", Patience::Restart, async |client| secrets::check_writable(client).await)
    }

    fn check(&self) -> Result<(), StoreError> {
        self.read(async |client| secrets::secrets(client).await).map(drop)
    }
}
