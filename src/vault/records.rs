//! What the program asks of a vault: the records of profiles, sealed in a store.
//!
//! Anybody may read a [`Vault::snapshot`]. Only an [`Entry`], which is a record whose lease is held, can write or remove, so
//! nothing is written behind the back of a refresh.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::secret::Secret;
use crate::service::ProfileName;
use crate::store::{Engine, Leased, Replies, Sealed, Seen, Stored, Version};
use crate::vault::generation::Stamp;
use crate::vault::key::Key;
use crate::vault::keyring::KeySource;
use crate::vault::lock::Lock;
use crate::vault::realm::{Keys, Realm};
use crate::vault::reply::Begun;
use crate::vault::team::{Team, TeamError};
use crate::vault::unlock::Opening;
use crate::vault::{
    Change, Contents, InFlightRefresh, Inspection, Record, Reply, TeamRecords, VaultError, VaultKind, reply,
};

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
    team: Team,
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
        team: Team,
    ) -> Result<Self, VaultError> {
        let key = match kind {
            VaultKind::Memory => Key::fresh()?,
            _ => Opening { kind, store: &store, passphrase, key_source: &key_source }.unlocked()?,
        };
        Ok(Self(Arc::new(Opened { kind, store, key, key_source, team, replies: Mutex::default() })))
    }

    /// Where the key is.
    pub fn kind(&self) -> VaultKind {
        self.0.kind
    }

    /// The newest record of a profile as it is now, without the lease: another process may replace it at any moment.
    pub fn snapshot(&self, profile: &ProfileName) -> Result<Option<Record>, VaultError> {
        self.read(profile.as_str(), Realm::recalled)
    }

    /// The refresh that the journal says was sent last and has no stored answer, see [`Entry::in_flight`].
    pub fn in_flight(&self, profile: &ProfileName) -> Result<Option<InFlightRefresh>, VaultError> {
        self.read(profile.as_str(), Realm::in_flight)
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

    /// Fails unless this machine can open the team's secrets.
    pub fn check_member(&self) -> Result<(), VaultError> {
        self.0.team.realm(self).map(drop)
    }

    /// The lease of a profile on this machine, even if it is the team's.
    pub fn lease_here(&self, profile: &ProfileName) -> Result<Entry, VaultError> {
        self.entry_in(self.own(), profile.as_str(), LEASE_WAIT)
    }

    /// The lease of a profile in the team's store, even if it is this machine's.
    pub fn lease_with_team(&self, profile: &ProfileName) -> Result<Entry, VaultError> {
        self.entry_in(self.0.team.realm(self)?, profile.as_str(), LEASE_WAIT)
    }

    /// The entry of a record that belongs to the program itself. Its name starts with `_`, which no profile's name does.
    pub fn lease_own(&self, name: &'static str) -> Result<Entry, VaultError> {
        self.entry(name, LEASE_WAIT)
    }

    pub(in crate::vault) fn entry(&self, name: &str, wait: Duration) -> Result<Entry, VaultError> {
        self.entry_in(self.realm(name)?, name, wait)
    }

    /// An entry of a realm that need not be the profile's.
    pub(in crate::vault) fn entry_in(&self, realm: Realm, name: &str, wait: Duration) -> Result<Entry, VaultError> {
        let taken = || VaultError::LeaseTaken { profile: name.to_owned(), waited: wait };
        let row = realm.store.lease(name, wait)?.ok_or_else(taken)?;
        let (vault, realm, name) = (self.clone(), Mutex::new(realm), name.to_owned());
        let (read, opened, begun) = (Mutex::default(), Mutex::default(), Mutex::default());
        let entry = Entry(Arc::new(Held { vault, realm, name, row, read, opened, begun }));
        let reply = entry.take_up_reply()?;
        self.0.replies.lock().unwrap_or_else(PoisonError::into_inner).extend(reply);
        Ok(entry)
    }

    /// Takes up all replies that wait on this machine, see [`Reply`]. Returns the first fault, after trying all.
    pub fn take_up_replies(&self) -> Result<(), VaultError> {
        let team = if self.0.team.is_joined() { Some(self.0.team.realm(self)?) } else { None };
        let mut done = Ok(());
        for realm in std::iter::once(self.own()).chain(team) {
            for name in realm.store.replies().map(Replies::names).unwrap_or_default() {
                done = done.and(self.entry_in(realm.clone(), &name, LEASE_WAIT).map(drop));
            }
        }
        done
    }

    /// What became of the replies that were found, since the last call.
    pub fn take_replies(&self) -> Vec<Reply> {
        std::mem::take(&mut self.0.replies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// That of this machine.
    pub(in crate::vault) fn own(&self) -> Realm {
        let Opened { kind, store, key, .. } = &*self.0;
        let mark = (*kind != VaultKind::Memory).then(|| key.mark());
        let keys = Keys { newest: key.clone(), earlier: Vec::new(), mark };
        Realm { store: Arc::clone(store), keys, is_team: false }
    }

    pub(in crate::vault) fn team(&self) -> &Team {
        &self.0.team
    }

    /// Where a profile is: with the team if it is the team's, else on this machine.
    fn realm(&self, name: &str) -> Result<Realm, VaultError> {
        let is_own = name.starts_with('_') || !self.0.team.is_shared(name)? || self.0.store.has(name)?;
        if is_own { Ok(self.own()) } else { self.0.team.realm(self) }
    }

    fn read<T>(&self, name: &str, read: impl Fn(&Realm, &str) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let realm = self.realm(name)?;
        match read(&realm, name) {
            Err(VaultError::Replaced { .. }) if realm.is_team => read(&self.0.team.realm_anew(self)?, name),
            read => read,
        }
    }

    /// Checks that a record can be written: called before a token is spent that belongs to no record yet.
    pub fn check_writable(&self) -> Result<(), VaultError> {
        Ok(self.0.store.check_writable()?)
    }

    /// Whether [`Entry::repair`] would succeed or has nothing to do; otherwise what stands in its way.
    pub fn check_repairable(&self, profile: &ProfileName) -> Result<(), VaultError> {
        self.read(profile.as_str(), Realm::check_repairable)
    }

    /// Opens every stored record; `None` for a vault in memory.
    pub fn inspect(&self) -> Result<Option<Inspection>, VaultError> {
        if self.0.kind == VaultKind::Memory {
            return Ok(None);
        }
        let mut found = Inspection { place: self.0.store.place().to_owned(), ..Inspection::default() };
        found.faults.extend(self.0.store.check().err().map(VaultError::from));
        found.whole = self.own().check_all(&mut found.faults)?;
        found.forgotten = self.0.store.forgotten()?.len();
        match self.0.team.realm(self) {
            Ok(realm) => {
                let whole = realm.check_all(&mut found.faults)?;
                let (place, is_away) = (realm.store.place().to_owned(), realm.store.is_away());
                // Not known while the server is away.
                let forgotten = realm.store.forgotten().map(|all| all.len()).unwrap_or_default();
                found.team = Some(TeamRecords { place, whole, forgotten, is_away });
            }
            Err(VaultError::Team(TeamError::None)) => {}
            Err(error) => found.faults.push(error),
        }
        Ok(Some(found))
    }

    /// Locks the vault's key anew, with a passphrase or a key in the keyring, and returns the vault of that kind. Nothing else
    /// is sealed again, so a process that has the vault open goes on.
    pub fn rekey(&self, kind: VaultKind, passphrase: Option<&Secret>) -> Result<Self, VaultError> {
        let Opened { kind: from, store, key, key_source, team, .. } = &*self.0;
        match (from, kind) {
            (VaultKind::Memory, _) => return Err(VaultError::NothingToMove),
            (_, VaultKind::Memory) => return Err(VaultError::MemoryRefused),
            // Another passphrase is another key; another entry in the same keyring is of no use to anyone.
            (VaultKind::Keyring, VaultKind::Keyring) => return Err(VaultError::ThereAlready { kind }),
            _ => {}
        }
        let opening = Opening { kind, store, passphrase, key_source };
        let replaced = || self.own().replaced();
        let there = store.vault_lock()?.filter(|lock| lock.mark == key.mark()).ok_or_else(replaced)?;
        if !opening.lock(Some(&there), key)? {
            return Err(replaced());
        }
        if let Ok((old, _)) = Lock::from_text(&there.text) {
            opening.drop_entry(&old);
        }
        let (store, key, key_source, team) = (Arc::clone(store), key.clone(), key_source.clone(), team.clone());
        Ok(Self(Arc::new(Opened { kind, store, key, key_source, team, replies: Mutex::default() })))
    }
}

/// The record of one profile while this process holds its lease. The lease ends when the last clone is dropped, or with
/// the process.
#[must_use = "the lease ends when the entry is dropped"]
#[derive(Clone)]
pub struct Entry(pub(in crate::vault) Arc<Held>);

pub(in crate::vault) struct Held {
    vault: Vault,
    /// Replaced when a team's key has changed.
    pub realm: Mutex<Realm>,
    pub name: String,
    pub row: Box<dyn Leased>,
    /// The secret as it was read last, for the write that follows.
    read: Mutex<Option<Stored>>,
    opened: Mutex<Option<(Sealed, Record)>>,
    pub begun: Mutex<Option<Begun>>,
}

impl Entry {
    /// The newest record; `None` where there is none. Older tokens in its history are there for a person to go back to
    /// and are never used in its place: their refresh tokens may be spent.
    pub fn get(&self) -> Result<Option<Record>, VaultError> {
        self.in_realm(|realm| Ok(self.newest(realm)?.map(|(_, record)| record)))
    }

    pub(in crate::vault) fn newest(&self, realm: &Realm) -> Result<Option<(Stored, Record)>, VaultError> {
        let stored = self.read(realm)?;
        self.opened(realm, stored)
    }

    /// The same for a write that follows a generation: as it was read last, if that was it, since the store writes only over what
    /// was read. A secret that other machines write as well is read anew, to tell what they did.
    pub(in crate::vault) fn newest_to_replace(
        &self,
        realm: &Realm,
        expected: Option<u64>,
    ) -> Result<Option<(Stored, Record)>, VaultError> {
        let read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner).take();
        let is_it = |read: &Stored| realm.store.origin().is_none() && Some(read.version.generation) == expected;
        let stored = match read.filter(is_it) {
            Some(stored) => Some(stored),
            None => realm.stored(&self.0.name)?,
        };
        self.opened(realm, stored)
    }

    fn read(&self, realm: &Realm) -> Result<Option<Stored>, VaultError> {
        let stored = realm.stored(&self.0.name)?;
        self.0.read.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&stored);
        Ok(stored)
    }

    fn opened(&self, realm: &Realm, stored: Option<Stored>) -> Result<Option<(Stored, Record)>, VaultError> {
        let mut opened = self.0.opened.lock().unwrap_or_else(PoisonError::into_inner);
        stored.map(|stored| realm.opened(&self.0.name, stored, &mut opened)).transpose()
    }

    /// Whether other machines write it as well.
    pub fn is_shared(&self) -> bool {
        self.0.realm.lock().unwrap_or_else(PoisonError::into_inner).store.origin().is_some()
    }

    /// Does some work, and again if the team has got another key meanwhile.
    pub(in crate::vault) fn in_realm<T>(
        &self,
        work: impl Fn(&Realm) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let realm = self.0.realm.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match work(&realm) {
            Err(VaultError::Replaced { .. }) if realm.is_team => {
                let realm = self.0.vault.0.team.realm_anew(&self.0.vault)?;
                *self.0.realm.lock().unwrap_or_else(PoisonError::into_inner) = realm.clone();
                work(&realm)
            }
            done => done,
        }
    }

    /// Writes the next generation and returns its number. `expected` is the generation that the caller has read, `None`
    /// where there was none; [`VaultError::Conflict`] if another one is there.
    pub fn put(
        &self,
        expected: Option<u64>,
        contents: &Contents,
        change: impl Into<Change>,
    ) -> Result<u64, VaultError> {
        let change = change.into();
        self.in_realm(|realm| self.put_in(realm, expected, contents, change.clone()))
    }

    fn put_in(
        &self,
        realm: &Realm,
        expected: Option<u64>,
        contents: &Contents,
        change: Change,
    ) -> Result<u64, VaultError> {
        let name = &self.0.name;
        // Opened rather than believed: a damaged one is not written over.
        let (stored, last) = self.newest_to_replace(realm, expected)?.unzip();
        let found = last.as_ref().map(|last| last.number);
        if found != expected {
            return Err(VaultError::Conflict { profile: name.clone(), expected, found });
        }
        let number = change.number_after(found);
        let (begun, stamp) = self.begun();
        let next = Record::next(last.as_ref(), number, contents, change, stamp);
        // If another fence is there, the store refuses this, and whoever takes the lease next decides.
        let last_seen = stored.map(|Stored { id, version, .. }| Seen {
            id,
            version: Version { fence: begun.unwrap_or(version.fence), ..version },
        });
        let fence = last_seen.map_or(0, |seen| seen.version.fence);
        let answers = last.is_none_or(|last| last.contents.tokens != contents.tokens);
        realm.put(&*self.0.row, name, (last_seen, Version { generation: number, fence }), (&next, answers))?;
        Ok(number)
    }

    fn take_up_reply(&self) -> Result<Option<Reply>, VaultError> {
        self.in_realm(|realm| {
            let Held { name, row, .. } = &*self.0;
            reply::take_up(realm, name, |(last, version, next)| realm.put(&**row, name, (last, version), (&next, true)))
        })
    }

    /// Removes the profile: its secrets, and what the same store has of it in plain, in one step.
    pub fn erase(&self) -> Result<(), VaultError> {
        Ok(self.0.row.remove()?)
    }

    /// The refresh that was sent last and whose answer is not known to be stored. It means something only while the
    /// newest tokens are the ones it was sent with: [`crate::vault::History::is_unanswered`].
    pub fn in_flight(&self) -> Result<Option<InFlightRefresh>, VaultError> {
        self.in_realm(|realm| Ok(self.read(realm)?.and_then(|stored| realm.noted(&stored))))
    }

    /// The fence that was raised, and the stamp of what is written now.
    pub(in crate::vault) fn begun(&self) -> (Option<u64>, Stamp) {
        let begun = self.0.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let came = begun.as_ref().and_then(|begun| begun.came.clone());
        (begun.as_ref().map(|begun| begun.seen.version.fence), came.unwrap_or_else(Stamp::now))
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.0.name).finish()
    }
}
