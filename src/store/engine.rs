//! The port: what a store must be able to do, whatever keeps the rows.
//!
//! A profile has a plain part, which anybody may read and change in one step, and a secret, which is written only through
//! [`Leased`]: the right to be the only one at work on it. The laws in `tests.rs` hold for every engine.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::store::{Replies, StoreError};

/// How long a forgotten profile can be brought back.
pub const FORGOTTEN_FOR: Duration = Duration::from_hours(7 * 24);
/// How much longer one is stored whose client is still registered at a server, so that it can be deleted there.
pub const OVERDUE_FOR: Duration = Duration::from_hours(30 * 24);

/// How a profile is forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgetting {
    /// Whether only the newest generation of its secret is left.
    pub newest_only: bool,
    /// Whether it has a registered client that is to be deleted before it is erased.
    pub has_client: bool,
}

/// Which forgotten profiles are erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erased {
    /// All of this name.
    Named(String),
    /// One, see [`Forgotten::number`].
    Numbered(i64),
    /// Those that were forgotten longer than [`FORGOTTEN_FOR`] ago; with a registered client, 30 days longer.
    Old,
}

/// A profile that was forgotten and can be brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// Tells it from others of the same name.
    pub number: i64,
    pub name: String,
    /// When, in seconds since 1970.
    pub at: i64,
    pub definition: Option<String>,
    pub has_secret: bool,
    /// See [`Forgetting::has_client`].
    pub has_client: bool,
}

/// The part of a profile that is no secret. Each text is written and read by its owner in `service`, `app` and `export`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// The profile itself, as TOML. A draft may have none yet, and so may a profile whose key was made ahead.
    pub definition: Option<String>,
    /// The mark that makes it a draft.
    pub draft: Option<String>,
    /// The files that it was exported to.
    pub sinks: Option<String>,
}

impl Plain {
    /// Whether nothing is left that is worth a row.
    pub(in crate::store) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Which state of a profile a [`Summary`] was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Changes with the plain part.
    pub plain: i64,
    /// Changes with the secret; `None` if there is none.
    pub secret: Option<i64>,
}

/// What a list shows of a profile, so that listing 10,000 opens none of them. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub display_name: String,
    pub service_id: String,
    pub service: String,
    /// With a space between.
    pub tags: String,
    pub environment: String,
    pub keep_alive: bool,
    /// The state of the tokens, as a number of the caller's.
    pub state: u8,
    pub refreshable: bool,
    /// Points in time, in nanoseconds since 1970, with a meaning of the caller's.
    pub times: [Option<i64>; 3],
    pub scopes: Option<String>,
    /// What is wrong, as a text of the caller's.
    pub trouble: Option<String>,
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub is_draft: bool,
    pub revision: Revision,
    /// `None` if none was remembered since the profile, its secret or the key changed.
    pub summary: Option<Summary>,
}

/// Which of its states a secret is in. Two processes that have read the same version cannot both replace it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Rises with each new set of tokens, from 1.
    pub generation: u64,
    /// Rises with each note that a refresh token is being spent, so that a late writer is refused.
    pub fence: u64,
}

/// Drawn once for a secret: a row from before a profile was forgotten is not taken for one of its successor's.
pub type SecretId = [u8; 16];

/// One generation of a secret, sealed by somebody else: a store has no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub id: SecretId,
    pub version: Version,
    pub body: Vec<u8>,
}

/// The secret of a profile, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub id: SecretId,
    /// What a `put` must name. Its fence is at least that of the newest body.
    pub version: Version,
    /// The note that a refresh token is being spent, see [`Leased::begin`].
    pub in_flight: Option<String>,
    /// How old that note is by the store's own clock; `None` where the machine's clock is the only one.
    pub in_flight_age: Option<Duration>,
    /// The newest body. `None` if its row is gone.
    pub newest: Option<Sealed>,
}

/// The newest version that was seen of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub id: SecretId,
    pub version: Version,
}

/// How the key of a vault is locked. Its text is the vault's; a store keeps it, and replaces it only where it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultLock {
    pub text: String,
    /// Tells one key from another without telling the key.
    pub mark: Mark,
}

/// The mark of a key.
pub type Mark = [u8; 16];

/// The outcome of a write that names what it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Done,
    /// Something else is there now.
    Conflict {
        found: Option<Version>,
    },
    /// The vault has another key by now: what was sealed with this one would not open.
    OtherKey,
    /// Something is stored under the other name.
    NameTaken,
}

/// A secret under another name, see [`Leased::rename`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resealed {
    /// What was read under the old name.
    pub read: Seen,
    /// Its bodies, newest first, sealed for the new name under an id drawn for it. There is at least one.
    pub bodies: Vec<Sealed>,
}

impl Resealed {
    /// The newest version under the new name.
    pub(in crate::store) fn seen(&self) -> Option<Seen> {
        self.bodies.first().map(|newest| Seen { id: newest.id, version: self.read.version })
    }
}

/// What another process or machine did.
#[derive(Debug)]
pub enum Watched {
    /// It changed this profile, or its secret.
    Changed(String),
    /// Any profile may have changed, or the lock of the vault.
    Anything,
    /// It cannot be heard of for now; said once, until the server is back.
    Away(StoreError),
}

/// A change of a plain part.
pub type Change = Box<dyn FnOnce(&mut Plain) + Send>;

/// A place that keeps profiles by name. Every call may block.
pub trait Engine: Send + Sync + fmt::Debug {
    /// Where it is, for messages.
    fn place(&self) -> &Path;

    /// What tells this machine from others that use the store; `None` where none do. Whoever holds a lease knows that an
    /// earlier holder of the same origin has ended; one of another origin may only have lost its connection.
    fn origin(&self) -> Option<&str>;

    /// Whether its server could not be reached when it was last asked, so that what is read is what this machine saw last.
    fn is_away(&self) -> bool {
        false
    }

    /// Every profile that has a definition, by name, with the summary that was remembered under the same key.
    fn list(&self, key: i64) -> Result<Vec<Listed>, StoreError>;

    /// Remembers what a list shows. Those that were remembered under another key are dropped.
    fn remember(&self, key: i64, summaries: Vec<(String, Revision, Summary)>) -> Result<(), StoreError>;

    /// The names of all drafts.
    fn drafts(&self) -> Result<Vec<String>, StoreError>;

    /// Whether there is a profile of this name, or a secret. What it was exported to does not count.
    fn has(&self, name: &str) -> Result<bool, StoreError>;

    /// The plain part of one profile, empty if there is none.
    fn profile(&self, name: &str) -> Result<Plain, StoreError>;

    /// Changes the plain part of one profile; nobody else changes it between the reading and the writing.
    fn change(&self, name: &str, change: Change) -> Result<(), StoreError>;

    /// The names of all secrets, in order, those included that are known to be lost.
    fn secrets(&self) -> Result<Vec<String>, StoreError>;

    /// A secret as it is now; another process may replace it at any moment.
    fn stored(&self, name: &str) -> Result<Option<Stored>, StoreError>;

    /// A secret that nobody has replaced since it was read, as far as this process has heard: for who wants to use it, and not
    /// to write. One that was replaced from this machine before the call is never returned; one that another machine has
    /// replaced is, until this process hears of it, which takes milliseconds, or notices that it hears nothing any more, which
    /// takes seconds. `None` where every commit is not heard of.
    fn recalled(&self, _name: &str) -> Option<Stored> {
        None
    }

    /// Reads these profiles together, so that nobody has to be asked when each of them is read next. They are read as they are
    /// now; the next call, even with no names, forgets them.
    fn read_ahead(&self, _names: &[String]) -> Result<(), StoreError> {
        Ok(())
    }

    /// Reads again what it would recall: another process of this machine says that it has changed something.
    fn reread(&self) {}

    /// The bodies of the generations before the newest that are still stored, newest first.
    fn earlier(&self, name: &str) -> Result<Vec<Sealed>, StoreError>;

    /// The newest version of a secret that this machine knows of. What is stored is older only if commits were lost, or the
    /// whole store was put back. It is written after the store, so it is read before it.
    fn seen(&self, name: &str) -> Option<Seen>;

    /// Whether a secret of this id was removed on purpose, though it was seen here.
    fn is_removed(&self, _name: &str, _id: &SecretId) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// The profiles that were forgotten no longer than [`FORGOTTEN_FOR`] ago, the latest first.
    fn forgotten(&self) -> Result<Vec<Forgotten>, StoreError>;

    /// Those with a registered client that were forgotten longer than [`FORGOTTEN_FOR`] ago, the latest first.
    fn overdue(&self) -> Result<Vec<Forgotten>, StoreError>;

    /// Erases forgotten profiles; [`Erased::Old`] happens by itself whenever a process opens the store to write. How many were
    /// erased.
    fn erase_forgotten(&self, erased: Erased) -> Result<usize, StoreError>;

    /// The bodies of a forgotten secret.
    fn forgotten_bodies(&self, number: i64) -> Result<Vec<Sealed>, StoreError>;

    /// Replaces the bodies of a forgotten secret by those of the same generations that were sealed with another key.
    fn reseal_forgotten(&self, number: i64, bodies: Vec<Sealed>) -> Result<(), StoreError>;

    /// Takes the lease of a secret, whether there is one or not; `None` if somebody else holds it for all of `wait`.
    fn lease(&self, name: &str, wait: Duration) -> Result<Option<Box<dyn Leased>>, StoreError>;

    /// How the vault is locked; `None` if it never was.
    fn vault_lock(&self) -> Result<Option<VaultLock>, StoreError>;

    /// Replaces the lock, if it is still the one that is expected. Whether it was.
    fn set_vault_lock(&self, expected: Option<&VaultLock>, lock: &VaultLock) -> Result<bool, StoreError>;

    /// The replies that wait on this machine, where the rows are on another; see [`Leased::put`].
    fn replies(&self) -> Option<&Replies> {
        None
    }

    /// Tells what others do from now on, until the receiver is gone, if the store can hear of it. A second call with the same
    /// channel does nothing.
    fn watch(&self, _tell: &UnboundedSender<Watched>) -> Result<(), StoreError> {
        Ok(())
    }

    /// Tidies up after writes, as nothing is going to be written for a while.
    fn rest(&self) {}

    /// Checks that a write would succeed, and that there is room for it.
    fn check_writable(&self) -> Result<(), StoreError>;

    /// Checks all that is stored, and names what is wrong with the store as a whole.
    fn check(&self) -> Result<(), StoreError>;
}

/// The right to write one secret. It ends when this is dropped, or with the process.
pub trait Leased: Send + Sync {
    /// The name of the profile.
    fn name(&self) -> &str;

    /// Remembers on this machine which version was written last; `None` that there is no secret any more.
    fn saw(&self, seen: Option<Seen>);

    /// Writes the body that follows `expected`, which is `None` where there is no secret yet, and makes its version the newest.
    /// `answers` takes back the note of [`Leased::begin`]; such a body may be nowhere else, so an engine with [`Engine::replies`] has it
    /// there before it is sent, and until it is known to be written or of no use to anybody. `mark` is that of the key that sealed it, `None` for a vault whose
    /// key is stored nowhere.
    fn put(
        &self,
        expected: Option<Version>,
        next: &Sealed,
        answers: bool,
        mark: Option<&Mark>,
    ) -> Result<Written, StoreError>;

    /// Notes, before a request is sent, that it spends the newest refresh token, and raises the fence. Fails where the next
    /// `put` would fail: on this machine, room is reserved for a body that is several times as long as `length`, that of the
    /// newest. Once it returns, the note survives a crash.
    fn begin(&self, expected: Version, note: &str, length: usize) -> Result<Written, StoreError>;

    /// Takes back the note that raised the fence to this, if it is still the last one.
    fn end(&self, fence: u64) -> Result<(), StoreError>;

    /// Removes the secret and the plain part of its profile. It is no error if there is none.
    fn remove(&self) -> Result<(), StoreError>;

    /// Removes the same so that it can be brought back: nobody else finds it meanwhile.
    fn forget(&self, how: Forgetting) -> Result<(), StoreError>;

    /// Brings a forgotten profile of this name back, with its secret and the note of [`Leased::begin`]. A
    /// [`Written::Conflict`] if it was erased meanwhile.
    fn bring_back(&self, number: i64) -> Result<Written, StoreError>;

    /// Removes what [`Leased::remove`] does, but only while the secret is the one that the caller has copied elsewhere; `None` where there was none.
    /// In one step with that check, so that a refresh either was noted before, and is found, or finds no secret to note it at.
    /// `mark` is that of [`Leased::put`].
    fn take_out(&self, copied: Option<Seen>, mark: Option<&Mark>) -> Result<Written, StoreError>;

    /// Gives a profile the name of another lease of the same engine, with its plain part, its secret, if it has one, and the
    /// note of [`Leased::begin`]. In one step, and only while the secret is the one that was read and nothing is stored under
    /// the other name; what that was exported to does not count. `mark` is that of [`Leased::put`].
    fn rename(&self, to: &dyn Leased, secret: Option<&Resealed>, mark: Option<&Mark>) -> Result<Written, StoreError>;
}
