//! The port: what the program asks of a vault, whatever keeps the records.
//!
//! Anybody may read a [`Vault::snapshot`]. Only an [`Entry`], which is a record whose lease is held, can write or
//! remove, so nothing is written behind the back of a refresh.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::secret::Secret;
use crate::service::ProfileName;
use crate::vault::{Change, Contents, InFlightRefresh, Inspection, Note, Record, Repaired, VaultError, VaultKind};

/// How long to wait for another holder of a lease: longer than a refresh takes with all its retries.
pub(in crate::vault) const LEASE_WAIT: Duration = Duration::from_mins(1);

/// An open vault. Every method may block on files or locks; clones are cheap and share the vault.
#[derive(Clone, Debug)]
pub struct Vault(Arc<dyn Storage>);

impl Vault {
    pub(in crate::vault) fn new(storage: impl Storage + 'static) -> Self {
        Self(Arc::new(storage))
    }

    /// Where the key is kept.
    pub fn kind(&self) -> VaultKind {
        self.0.kind()
    }

    /// The newest record of a profile as it is now, without the lease: another process may replace it at any moment.
    pub fn snapshot(&self, profile: &ProfileName) -> Result<Option<Record>, VaultError> {
        self.0.get(profile.as_str())
    }

    /// The refresh that the journal says was sent last and has no stored answer, see [`Entry::in_flight`].
    pub fn in_flight(&self, profile: &ProfileName) -> Result<Option<InFlightRefresh>, VaultError> {
        self.0.in_flight(profile.as_str())
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

    fn entry(&self, name: &str, wait: Duration) -> Result<Entry, VaultError> {
        let lease = self.0.lease(name, wait)?;
        Ok(Entry(Arc::new(Leased { storage: Arc::clone(&self.0), name: name.to_owned(), _lease: lease })))
    }

    /// Checks that a record can be written: called before a token is spent that belongs to no record yet.
    pub fn check_writable(&self) -> Result<(), VaultError> {
        self.0.check_writable()
    }

    /// Whether [`Entry::repair`] would succeed or has nothing to do; otherwise what stands in its way.
    pub fn check_repairable(&self, profile: &ProfileName) -> Result<(), VaultError> {
        self.0.check_repairable(profile.as_str())
    }

    /// What was fixed without being asked since the last call.
    pub fn take_notes(&self) -> Vec<Note> {
        self.0.take_notes()
    }

    /// Looks at every stored record; `None` for a vault in memory.
    pub fn inspect(&self) -> Result<Option<Inspection>, VaultError> {
        self.0.inspect()
    }

    /// Seals everything with a new key, derived from the passphrase or kept in the keyring, and returns the vault
    /// opened with it.
    pub fn rekey(&self, kind: VaultKind, passphrase: Option<&Secret>) -> Result<Self, VaultError> {
        self.0.rekey(kind, passphrase).map(Self)
    }
}

/// The record of one profile while this process holds its lease. The lease ends when the last clone is dropped, or with
/// the process.
#[must_use = "the lease ends when the entry is dropped"]
#[derive(Clone)]
pub struct Entry(Arc<Leased>);

struct Leased {
    storage: Arc<dyn Storage>,
    name: String,
    _lease: Lease,
}

impl Entry {
    /// The newest record; `None` where there is none. Older tokens in its history are there for a person to go back to
    /// and are never used in its place: their refresh tokens may be spent.
    pub fn get(&self) -> Result<Option<Record>, VaultError> {
        self.0.storage.get(&self.0.name)
    }

    /// Writes the next generation and returns its number. `expected` is the generation that the caller has read, `None`
    /// where there was none; [`VaultError::Conflict`] if another one is there, which only a machine that does not see
    /// the lease can cause.
    pub fn put(
        &self,
        expected: Option<u64>,
        contents: &Contents,
        change: impl Into<Change>,
    ) -> Result<u64, VaultError> {
        self.0.storage.put(&self.0.name, expected, contents, change.into())
    }

    /// Removes everything that is stored for the profile. It is no error if there is nothing.
    pub fn remove(&self) -> Result<(), VaultError> {
        self.0.storage.remove(&self.0.name)
    }

    /// The refresh that was sent last and whose answer is not known to be stored. It means something only while the
    /// newest tokens are the ones it was sent with: [`crate::vault::History::is_unanswered`].
    pub fn in_flight(&self) -> Result<Option<InFlightRefresh>, VaultError> {
        self.0.storage.in_flight(&self.0.name)
    }

    /// Notes in the journal, before it is sent, that a refresh spends the newest refresh token, and reserves what the
    /// next `put` needs: this fails where that `put` would. Once it returns, the note survives a crash.
    pub fn begin_refresh(&self, refresh: &InFlightRefresh) -> Result<(), VaultError> {
        self.0.storage.begin_refresh(&self.0.name, refresh)
    }

    /// Takes the note back: the answer is here and brought nothing to store. A `put` of new tokens does so by itself.
    pub fn end_refresh(&self) -> Result<(), VaultError> {
        self.0.storage.end_refresh(&self.0.name)
    }

    /// Makes a record usable again that is damaged, missing or older than the one last seen: the best that opens becomes
    /// the newest generation, and what does not open is set aside. Changes nothing where nothing is wrong.
    pub fn repair(&self) -> Result<Option<Repaired>, VaultError> {
        self.0.storage.repair(&self.0.name)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.0.name).finish()
    }
}

/// What holds a lease; dropping it ends the lease.
pub(in crate::vault) type Lease = Box<dyn Any + Send + Sync>;

/// A place that keeps records by name, behind [`Vault`] and [`Entry`], whose methods say what each call means. Writes
/// compare and set, so that a store shared by several machines can stand here as well.
pub(in crate::vault) trait Storage: Send + Sync + fmt::Debug {
    fn kind(&self) -> VaultKind;

    fn get(&self, name: &str) -> Result<Option<Record>, VaultError>;

    fn put(&self, name: &str, expected: Option<u64>, contents: &Contents, change: Change) -> Result<u64, VaultError>;

    fn remove(&self, name: &str) -> Result<(), VaultError>;

    fn in_flight(&self, name: &str) -> Result<Option<InFlightRefresh>, VaultError>;

    fn begin_refresh(&self, name: &str, refresh: &InFlightRefresh) -> Result<(), VaultError>;

    fn end_refresh(&self, name: &str) -> Result<(), VaultError>;

    /// Excludes every other holder, in this process or another, from this name.
    fn lease(&self, name: &str, wait: Duration) -> Result<Lease, VaultError>;

    fn check_writable(&self) -> Result<(), VaultError> {
        Ok(())
    }

    fn take_notes(&self) -> Vec<Note> {
        Vec::new()
    }

    fn inspect(&self) -> Result<Option<Inspection>, VaultError> {
        Ok(None)
    }

    fn repair(&self, _name: &str) -> Result<Option<Repaired>, VaultError> {
        Ok(None)
    }

    fn check_repairable(&self, name: &str) -> Result<(), VaultError> {
        self.get(name).map(drop)
    }

    fn rekey(&self, _kind: VaultKind, _passphrase: Option<&Secret>) -> Result<Arc<dyn Storage>, VaultError> {
        Err(VaultError::NothingToMove)
    }
}
