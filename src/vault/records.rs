//! What the program asks of a vault: the records of profiles, sealed in a store.
//!
//! Anybody may read a [`Vault::snapshot`]. Only an [`Entry`], which is a record whose lease is held, can write or remove, so
//! nothing is written behind the back of a refresh.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::secret::Secret;
use crate::service::ProfileName;
use crate::store::{Engine, Leased, Mark, Sealed, Seen, StoreError, Stored, Version, Written};
use crate::vault::generation::Stamp;
use crate::vault::key::{Key, fill};
use crate::vault::keyring::KeySource;
use crate::vault::lock::Lock;
use crate::vault::record::Unreadable;
use crate::vault::seal::{seal, unseal};
use crate::vault::unlock::Opening;
use crate::vault::{Change, Contents, How, InFlightRefresh, Inspection, Record, Repaired, VaultError, VaultKind};

/// How long to wait for another holder of a lease: longer than a refresh takes with all its retries.
const LEASE_WAIT: Duration = Duration::from_mins(1);

/// An open vault. Every method may block on the disk or a lock; clones are cheap and share the vault.
#[derive(Clone, Debug)]
pub struct Vault(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    kind: VaultKind,
    store: Arc<dyn Engine>,
    key: Key,
    key_source: KeySource,
    /// What became of replies that were found since somebody asked.
    replies: Mutex<Vec<Reply>>,
}

impl Vault {
    /// Opens the vault in a store, or makes one.
    pub(in crate::vault) fn open(
        kind: VaultKind,
        store: Arc<dyn Engine>,
        passphrase: Option<&Secret>,
        key_source: KeySource,
    ) -> Result<Self, VaultError> {
        let key = match kind {
            VaultKind::Memory => Key::fresh()?,
            _ => Opening { kind, store: &store, passphrase, key_source: &key_source }.unlocked()?,
        };
        Ok(Self(Arc::new(Opened { kind, store, key, key_source, replies: Mutex::default() })))
    }

    /// Where the key is.
    pub fn kind(&self) -> VaultKind {
        self.0.kind
    }

    /// The newest record of a profile as it is now, without the lease: another process may replace it at any moment.
    pub fn snapshot(&self, profile: &ProfileName) -> Result<Option<Record>, VaultError> {
        self.record(profile.as_str())
    }

    /// The refresh that the journal says was sent last and has no stored answer, see [`Entry::in_flight`].
    pub fn in_flight(&self, profile: &ProfileName) -> Result<Option<InFlightRefresh>, VaultError> {
        self.in_flight_of(profile.as_str())
    }

    /// Takes the lease of a profile. Waits up to a minute for another thread or process that holds it, then fails with
    /// [`VaultError::LeaseTaken`].
    pub fn lease(&self, profile: &ProfileName) -> Result<Entry, VaultError> {
        self.lease_within(profile, LEASE_WAIT)
    }

    /// [`Vault::lease`] with another limit.
    pub fn lease_within(&self, profile: &ProfileName, wait: Duration) -> Result<Entry, VaultError> {
        self.entry(profile.as_str(), wait)
    }

    /// The entry of a record that belongs to the program itself. Its name starts with `_`, which no profile's name does.
    pub fn lease_own(&self, name: &'static str) -> Result<Entry, VaultError> {
        self.entry(name, LEASE_WAIT)
    }

    pub(in crate::vault) fn entry(&self, name: &str, wait: Duration) -> Result<Entry, VaultError> {
        let taken = || VaultError::LeaseTaken { profile: name.to_owned(), waited: wait };
        let row = self.0.store.lease(name, wait)?.ok_or_else(taken)?;
        let entry = Entry(Arc::new(Held { vault: self.clone(), name: name.to_owned(), row, begun: Mutex::default() }));
        let reply = entry.take_up_reply()?;
        self.0.replies.lock().unwrap_or_else(PoisonError::into_inner).extend(reply);
        Ok(entry)
    }

    /// Takes up all replies that wait on this machine, see [`Reply`]. Returns the first fault; those that could be taken up are.
    pub fn take_up_replies(&self) -> Result<(), VaultError> {
        let waiting = self.0.store.replies().map(Replies::names).unwrap_or_default();
        waiting.iter().map(|name| self.entry(name, LEASE_WAIT).map(drop)).fold(Ok(()), Result::and)
    }

    /// What became of the replies that were found, since the last call.
    pub fn take_replies(&self) -> Vec<Reply> {
        std::mem::take(&mut self.0.replies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Checks that a record can be written: called before a token is spent that belongs to no record yet.
    pub fn check_writable(&self) -> Result<(), VaultError> {
        Ok(self.0.store.check_writable()?)
    }

    /// Whether [`Entry::repair`] would succeed or has nothing to do; otherwise what stands in its way.
    pub fn check_repairable(&self, profile: &ProfileName) -> Result<(), VaultError> {
        match self.record(profile.as_str()) {
            Ok(_) => Ok(()),
            Err(fault) => self.salvage(profile.as_str(), fault).map(drop),
        }
    }

    /// Opens every stored record; `None` for a vault in memory.
    pub fn inspect(&self) -> Result<Option<Inspection>, VaultError> {
        if self.0.kind == VaultKind::Memory {
            return Ok(None);
        }
        let mut found = Inspection { place: self.0.store.place().to_owned(), ..Inspection::default() };
        found.faults.extend(self.0.store.check().err().map(VaultError::from));
        for name in self.0.store.secrets()? {
            match self.record(&name) {
                Ok(_) => found.whole += 1,
                Err(error) => found.faults.push(error),
            }
        }
        Ok(Some(found))
    }

    /// Locks the vault's key anew, with a passphrase or a key in the keyring, and returns the vault of that kind. Nothing else
    /// is sealed again, so a process that has the vault open goes on.
    pub fn rekey(&self, kind: VaultKind, passphrase: Option<&Secret>) -> Result<Self, VaultError> {
        let Opened { kind: from, store, key, key_source } = &*self.0;
        match (from, kind) {
            (VaultKind::Memory, _) => return Err(VaultError::NothingToMove),
            (_, VaultKind::Memory) => return Err(VaultError::MemoryRefused),
            // Another passphrase is another key; another entry in the same keyring is of no use to anyone.
            (VaultKind::Keyring, VaultKind::Keyring) => return Err(VaultError::ThereAlready { kind }),
            _ => {}
        }
        let opening = Opening { kind, store, passphrase, key_source };
        let there = store.vault_lock()?.filter(|lock| lock.mark == key.mark()).ok_or_else(|| self.replaced())?;
        if !opening.lock(Some(&there), key)? {
            return Err(self.replaced());
        }
        if let Ok((old, _)) = Lock::from_text(&there.text) {
            opening.drop_entry(&old);
        }
        let (store, key, key_source) = (Arc::clone(store), key.clone(), key_source.clone());
        Ok(Self(Arc::new(Opened { kind, store, key, key_source, replies: Mutex::default() })))
    }

    fn replaced(&self) -> VaultError {
        VaultError::Replaced { place: self.0.store.place().to_owned() }
    }

    /// The mark that the store's lock must have for a write; a vault in memory has no lock.
    fn mark(&self) -> Option<Mark> {
        (self.0.kind != VaultKind::Memory).then(|| self.0.key.mark())
    }

    /// A secret, which is refused if a newer one is known to have been there. Read twice, since a profile may be forgotten and
    /// made anew between the two readings of which one attempt consists.
    fn stored(&self, name: &str) -> Result<Option<Stored>, VaultError> {
        let read = || -> Result<_, VaultError> {
            let seen = self.0.store.seen(name);
            let stored = self.0.store.stored(name)?;
            check_seen(name, seen, stored.as_ref())?;
            Ok(stored)
        };
        match read() {
            Err(VaultError::RolledBack { .. } | VaultError::Missing { .. }) => read(),
            stored => stored,
        }
    }

    fn record(&self, name: &str) -> Result<Option<Record>, VaultError> {
        self.stored(name)?.map(|stored| self.open_newest(name, &stored)).transpose()
    }

    fn open_newest(&self, name: &str, stored: &Stored) -> Result<Record, VaultError> {
        let damaged = || VaultError::Damaged { profile: name.to_owned(), generation: stored.version.generation };
        let record = stored.newest.as_ref().ok_or_else(damaged).and_then(|sealed| self.open_body(name, sealed));
        match record {
            Err(VaultError::Damaged { .. }) if !self.has_its_key()? => Err(self.replaced()),
            record => record,
        }
    }

    fn open_body(&self, name: &str, sealed: &Sealed) -> Result<Record, VaultError> {
        let number = sealed.version.generation;
        let damaged = || VaultError::Damaged { profile: name.to_owned(), generation: number };
        let text = unseal(&self.0.key, name, sealed).ok_or_else(damaged)?;
        Record::from_text(number, &text).map_err(|unreadable| match unreadable {
            Unreadable::Version(version) => VaultError::NewerRecord { profile: name.to_owned(), version },
            Unreadable::Shape => damaged(),
        })
    }

    /// Whether the store's lock is still that of this vault's key.
    fn has_its_key(&self) -> Result<bool, StoreError> {
        let Some(mark) = self.mark() else { return Ok(true) };
        Ok(self.0.store.vault_lock()?.is_some_and(|lock| lock.mark == mark))
    }

    fn in_flight_of(&self, name: &str) -> Result<Option<InFlightRefresh>, VaultError> {
        let Some(Stored { in_flight: Some(note), in_flight_age, .. }) = self.0.store.stored(name)? else {
            return Ok(None);
        };
        let Some(refresh) = InFlightRefresh::from_text(&note) else { return Ok(None) };
        let is_elsewhere = refresh.origin.as_deref() != self.0.store.origin();
        let elsewhere = is_elsewhere.then(|| in_flight_age.unwrap_or_default());
        Ok(Some(InFlightRefresh { elsewhere, ..refresh }))
    }

    /// What can be used in spite of this fault, and the version that it is found at; the fault itself where nothing can.
    fn salvage(&self, name: &str, fault: VaultError) -> Result<(Record, Stored), VaultError> {
        let Some(stored) = self.0.store.stored(name)? else { return Err(fault) };
        let mut earlier =
            self.0.store.earlier(name)?.into_iter().filter_map(|sealed| self.open_body(name, &sealed).ok());
        let record = match fault {
            VaultError::RolledBack { .. } => self.open_newest(name, &stored).ok().or_else(|| earlier.next()),
            VaultError::Damaged { .. } => earlier.next(),
            fault => return Err(fault),
        };
        let Some(mut record) = record else { return Err(fault) };
        // One that opens as well may hold tokens that this one does not know of.
        if let Some(Record { number, contents, .. }) = earlier.next()
            && let Some(tokens) = contents.tokens
            && Some(&tokens) != record.contents.tokens.as_ref()
        {
            record.history.retain(number, tokens);
        }
        Ok((record, stored))
    }
}

/// Refuses a secret that is older than the one seen last, or gone without having been removed.
fn check_seen(name: &str, seen: Option<Seen>, stored: Option<&Stored>) -> Result<(), VaultError> {
    let Some(Seen { id, version: known }) = seen else { return Ok(()) };
    match stored {
        None => Err(VaultError::Missing { profile: name.to_owned(), known: known.generation }),
        Some(stored)
            if stored.id != id
                || stored.version.generation < known.generation
                || stored.version.fence < known.fence =>
        {
            Err(VaultError::RolledBack { profile: name.to_owned(), found: stored.version, known })
        }
        Some(_) => Ok(()),
    }
}

/// The record of one profile while this process holds its lease. The lease ends when the last clone is dropped, or with
/// the process.
#[must_use = "the lease ends when the entry is dropped"]
#[derive(Clone)]
pub struct Entry(Arc<Held>);

struct Held {
    vault: Vault,
    name: String,
    row: Box<dyn Leased>,
    /// The fence that the last [`Entry::begin_refresh`] raised. If another one is found, another machine took this one for dead.
    begun: Mutex<Option<u64>>,
}

impl Entry {
    /// The newest record; `None` where there is none. Older tokens in its history are there for a person to go back to
    /// and are never used in its place: their refresh tokens may be spent.
    pub fn get(&self) -> Result<Option<Record>, VaultError> {
        self.0.vault.record(&self.0.name)
    }

    /// Writes the next generation and returns its number. `expected` is the generation that the caller has read, `None`
    /// where there was none; [`VaultError::Conflict`] if another one is there.
    pub fn put(
        &self,
        expected: Option<u64>,
        contents: &Contents,
        change: impl Into<Change>,
    ) -> Result<u64, VaultError> {
        let Held { vault, name, .. } = &*self.0;
        let stored = vault.stored(name)?;
        // Opened rather than believed: a damaged one is not written over.
        let last = stored.as_ref().map(|stored| vault.open_newest(name, stored)).transpose()?;
        let found = last.as_ref().map(|last| last.number);
        if found != expected {
            return Err(VaultError::Conflict { profile: name.clone(), expected, found });
        }
        let change = change.into();
        let number = change.number_after(found);
        let next = Record::next(last.as_ref(), number, contents, change, Stamp::now());
        // If the fence is another one, the store refuses this, and whoever takes the lease next has the last word.
        let expected = stored.map(|stored| Seen { version: self.as_begun(stored.version), id: stored.id });
        let fence = expected.map_or(0, |expected| expected.version.fence);
        let answers = last.is_none_or(|last| last.contents.tokens != contents.tokens);
        self.write(expected, Version { generation: number, fence }, &next, answers)?;
        Ok(number)
    }

    fn as_begun(&self, version: Version) -> Version {
        let begun = *self.0.begun.lock().unwrap_or_else(PoisonError::into_inner);
        Version { fence: begun.unwrap_or(version.fence), ..version }
    }

    fn write(&self, last: Option<Seen>, version: Version, next: &Record, answers: bool) -> Result<(), VaultError> {
        let Held { vault, name, row, .. } = &*self.0;
        let mut id = last.map_or([0; 16], |last| last.id);
        if last.is_none() {
            fill(&mut id)?;
        }
        let sealed = seal(&vault.0.key, name, (id, version), next.to_text())?;
        let expected = last.map(|last| last.version);
        self.written(row.put(expected, &sealed, answers, vault.mark().as_ref())?, expected)
    }

    fn written(&self, written: Written, expected: Option<Version>) -> Result<(), VaultError> {
        let generation = |version: Option<Version>| version.map(|version| version.generation);
        match written {
            Written::Done => Ok(()),
            Written::OtherKey => Err(self.0.vault.replaced()),
            Written::Conflict { found: Some(found) }
                if expected.is_some_and(|it| it.generation == found.generation && it.fence < found.fence) =>
            {
                Err(VaultError::Overtaken { profile: self.0.name.clone() })
            }
            Written::Conflict { found } => Err(VaultError::Conflict {
                profile: self.0.name.clone(),
                expected: generation(expected),
                found: generation(found),
            }),
        }
    }

    /// Removes the profile: its secrets, and what the same store has of it in plain, in one step.
    pub fn forget(&self) -> Result<(), VaultError> {
        Ok(self.0.row.remove()?)
    }

    /// The refresh that was sent last and whose answer is not known to be stored. It means something only while the
    /// newest tokens are the ones it was sent with: [`crate::vault::History::is_unanswered`].
    pub fn in_flight(&self) -> Result<Option<InFlightRefresh>, VaultError> {
        self.0.vault.in_flight_of(&self.0.name)
    }

    /// Notes in the journal, before it is sent, that a refresh spends the newest refresh token, and reserves what the
    /// next `put` needs: this fails where that `put` would. Once it returns, the note survives a crash.
    pub fn begin_refresh(&self, refresh: &InFlightRefresh) -> Result<(), VaultError> {
        let Held { vault, name, row, .. } = &*self.0;
        let conflict =
            |found: Option<u64>| VaultError::Conflict { profile: name.clone(), expected: Some(refresh.number), found };
        let stored = vault.stored(name)?.ok_or_else(|| conflict(None))?;
        let record = vault.open_newest(name, &stored)?;
        if !record.history.is_unanswered(refresh) {
            return Err(conflict(Some(record.number)));
        }
        let origin = refresh.origin.clone().or_else(|| vault.0.store.origin().map(str::to_owned));
        let note = InFlightRefresh { origin, ..refresh.clone() }.to_text();
        self.written(row.begin(stored.version, &note)?, Some(stored.version))?;
        *self.0.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(stored.version.fence.saturating_add(1));
        Ok(())
    }

    /// Takes the note back: the answer is here and brought nothing to store. A `put` of new tokens does so by itself.
    pub fn end_refresh(&self) -> Result<(), VaultError> {
        Ok(self.0.row.end()?)
    }

    /// Makes a record usable again that is damaged or older than the one last seen: the best that opens becomes the newest
    /// generation. Changes nothing where nothing is wrong.
    pub fn repair(&self) -> Result<Option<Repaired>, VaultError> {
        let Held { vault, name, .. } = &*self.0;
        let Err(fault) = vault.record(name) else { return Ok(None) };
        let (record, stored) = vault.salvage(name, fault)?;
        let known = vault.0.store.seen(name).map_or(stored.version, |seen| seen.version);
        let from = record.number;
        let number = known.generation.max(stored.version.generation).saturating_add(1);
        let version = Version { generation: number, fence: known.fence.max(stored.version.fence) };
        let change = Change::New(How::Restored(from));
        let next = Record::next(Some(&record), number, &record.contents, change, Stamp::now());
        let last = Seen { id: stored.id, version: stored.version };
        self.write(Some(last), version, &next, true)?;
        Ok(Some(Repaired { from, number }))
    }

    /// Takes up what an earlier holder on this machine journalled and did not see written. A database that cannot be
    /// asked is a fault: going on without would spend a refresh token that is spent.
    fn take_up_reply(&self) -> Result<Option<Reply>, VaultError> {
        let Held { vault, name, .. } = &*self.0;
        let Some(replies) = vault.0.store.replies() else { return Ok(None) };
        let damaged = || Ok(Some(Reply::Damaged { profile: name.clone(), path: replies.set_aside(name) }));
        let sealed = match replies.read(name) {
            Ok(None) => return Ok(None),
            Ok(Some(sealed)) => sealed,
            Err(_) => return damaged(),
        };
        let Ok(late) = vault.open_body(name, &sealed) else { return damaged() };
        let newest = match vault.record(name) {
            // A person decides first what to do about these.
            Err(VaultError::RolledBack { .. } | VaultError::Missing { .. } | VaultError::NewerRecord { .. }) => {
                return Ok(None);
            }
            newest => newest,
        };
        let stored = vault.0.store.stored(name)?;
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.0.name).finish()
    }
}
