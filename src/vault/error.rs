//! Why a vault did not do as asked, and what a person can do about it. No variant carries a secret: what a library
//! said is kept only where it cannot hold what was read.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error as ThisError;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::store::{StoreError, Version};
use crate::vault::kind::VaultKind;
use crate::vault::team::TeamError;

/// The ways on without a keyring.
const WITHOUT_KEYRING: &str = "set `TOKENWRIGHT_VAULT=passphrase` to lock the secrets with a passphrase \
    (`TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE` for unattended use), or `TOKENWRIGHT_VAULT=memory` \
    to keep them only while the program runs";

/// Why a vault could not be opened, read or written.
#[derive(Debug, ThisError)]
#[allow(missing_docs, reason = "the fields are called what they are")]
pub enum VaultError {
    /// The system has no keyring service that answers.
    #[error("no system keyring was found")]
    KeyringUnavailable {
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The keyring is there, but locked, or has no collection to write to.
    #[error("the system keyring is locked")]
    KeyringLocked {
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The keyring refused a call.
    #[error("the system keyring failed: {reason}")]
    KeyringFailed { reason: String },
    /// The keyring did not answer in time; it may be showing a window of its own.
    #[error("the system keyring did not answer within {} s", waited.as_secs_f32())]
    KeyringTimeout { waited: Duration },
    /// Our entry holds something that is no key.
    #[error("the keyring entry `{entry}` does not hold a key: {found} bytes instead of 32")]
    KeyMalformed { entry: String, found: usize },
    /// The keyring has no key to what is sealed.
    #[error("the keyring has no entry `{entry}`, which is the key to the secrets in `{place}`")]
    KeyMissing { entry: String, place: PathBuf, is_shared: bool },
    /// The keyring holds a key, but another one.
    #[error("the key in the keyring entry `{entry}` does not open the vault in `{place}`")]
    WrongKey { entry: String, place: PathBuf },
    /// A passphrase vault was opened without a passphrase.
    #[error("{}", if *new { "a new passphrase is needed for the vault" } else { "the passphrase of the vault is needed" })]
    PassphraseNeeded { new: bool },
    /// The passphrase is not the one of this vault.
    #[error("the passphrase does not open the vault in `{place}`")]
    WrongPassphrase { place: PathBuf },
    /// The store holds secrets of another kind of vault.
    #[error("`{place}` holds a {found} vault, not a {asked} vault")]
    OtherKind { place: PathBuf, found: VaultKind, asked: VaultKind },
    /// There are sealed records, but nothing says how their key is locked.
    #[error("`{place}` holds sealed secrets, but not how their key is locked")]
    LockMissing { place: PathBuf },
    #[error("the lock of the vault is damaged: {reason}")]
    LockDamaged { reason: String },
    #[error("the lock of the vault has format {version}, which this version of the program does not know")]
    NewerLock { version: u32 },
    /// Another process made a new vault while this one had the old one open.
    #[error("the vault in `{place}` got a new key while it was open")]
    Replaced { place: PathBuf },
    /// A sealed record was changed, or belongs to another profile, generation or vault.
    #[error("the secrets of profile `{profile}` are damaged: generation {generation} does not open")]
    Damaged { profile: String, generation: u64 },
    /// An older state of the store stands where a newer one was. `known` was seen last.
    #[error("the secrets of profile `{profile}` are older than expected ({}): the store may have been restored from a \
        backup", older(*found, *known))]
    RolledBack { profile: String, found: Version, known: Version },
    /// Nobody has removed them.
    #[error("the secrets of profile `{profile}` are missing (last seen: generation {known})")]
    Missing { profile: String, known: u64 },
    /// A vault of files cannot become one in memory.
    #[error("a vault cannot be moved to memory: all tokens would be lost when the program ends")]
    MemoryRefused,
    /// A vault in memory has no key to replace.
    #[error("the vault is in memory only and has no key to replace")]
    NothingToMove,
    /// The vault is of that kind.
    #[error("the vault is a {kind} vault already")]
    ThereAlready { kind: VaultKind },
    /// The record was written by a later version of the program.
    #[error(
        "the secrets of profile `{profile}` have format {version}, which this version of the program does not know"
    )]
    NewerRecord { profile: String, version: u32 },
    /// The record would be larger than this many bytes.
    #[error("the secrets of profile `{profile}` are larger than {limit} bytes")]
    TooLarge { profile: String, limit: usize },
    /// Someone else put a record since the last one was read.
    #[error("the secrets of profile `{profile}` have changed ({}, not {})", generation(*found), generation(*expected))]
    Conflict { profile: String, expected: Option<u64>, found: Option<u64> },
    /// Another machine took over while this one was at work, and went on.
    #[error("another machine has taken over the refresh of `{profile}`")]
    Overtaken { profile: String },
    /// A profile cannot get the name of another one.
    #[error("a profile `{profile}` exists already")]
    NameTaken { profile: String },
    /// Another thread or process holds the lease.
    #[error("profile `{profile}` is in use elsewhere; waited {} s", waited.as_secs_f32())]
    LeaseTaken { profile: String, waited: Duration },
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something about the team.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// A bug in this program.
    #[error("the vault could not be opened: {reason}")]
    Internal { reason: String },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {reason}")]
    Entropy { reason: String },
}

impl Diagnose for VaultError {
    // flat: one arm a variant
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::KeyringUnavailable { .. } | Self::KeyringFailed { .. } => diagnosis.hint(WITHOUT_KEYRING),
            Self::KeyringLocked { .. } | Self::KeyringTimeout { .. } => {
                diagnosis.hint(format!("unlock the keyring and try again; or {WITHOUT_KEYRING}"))
            }
            Self::KeyMalformed { entry, .. } => diagnosis
                .hint(format!("something else wrote to the entry `{entry}` of `tokenwright`; restore its value")),
            Self::KeyMissing { is_shared: true, .. } => diagnosis.hint(
                "the key is in the keyring of the machine that made the vault: run `tokenwright vault rekey --to passphrase` \
                 there, and use that passphrase on every machine",
            ),
            Self::KeyMissing { .. } | Self::WrongKey { .. } => diagnosis.hint(
                "open the keyring that has the key; if it is lost, so are the secrets: remove the store and sign in again",
            ),
            Self::PassphraseNeeded { .. } => {
                diagnosis.hint("type it, or set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`")
            }
            Self::WrongPassphrase { .. } => {
                diagnosis.hint("try again; without the passphrase the secrets are lost: remove the store and sign in again")
            }
            Self::OtherKind { found, .. } => diagnosis.hint(format!(
                "set `TOKENWRIGHT_VAULT={found}`, or use another folder with `TOKENWRIGHT_HOME`"
            )),
            Self::LockMissing { .. } | Self::LockDamaged { .. } => {
                diagnosis.hint("restore the database from a backup; without it, remove its folder and sign in again")
            }
            Self::Replaced { .. } => {
                diagnosis.hint("restart this program")
            }
            Self::Damaged { profile, .. } => diagnosis.hint(format!(
                "`tokenwright restore {profile}` goes back one generation; or forget the profile and sign in again"
            )),
            Self::RolledBack { profile, .. } => diagnosis.hint(format!(
                "`tokenwright restore {profile}` uses the older ones, whose refresh token may be spent; or sign in again"
            )),
            Self::Missing { profile, .. } => diagnosis.hint(format!(
                "restore the database from a backup, or `tokenwright forget {profile}` and sign in again"
            )),
            Self::MemoryRefused => diagnosis.hint("move it to `keyring` or `passphrase`, or forget the profiles"),
            Self::NothingToMove => diagnosis.hint("choose another vault with `TOKENWRIGHT_VAULT`, then sign in"),
            Self::ThereAlready { .. } => diagnosis.hint("nothing needs to be done"),
            Self::NewerLock { .. } | Self::NewerRecord { .. } => diagnosis.hint("use the newer version of the program"),
            Self::TooLarge { .. } => diagnosis.hint("check what was pasted; no token is that long"),
            Self::Conflict { .. } => diagnosis.hint("read the profile again, then repeat the change"),
            Self::NameTaken { .. } => diagnosis.hint("choose another name"),
            Self::Overtaken { .. } => diagnosis.hint("what that machine saves is used"),
            Self::LeaseTaken { .. } => diagnosis.hint("wait until the other window or command is done, then try again"),
            Self::Store(error) => error.diagnose(),
            Self::Team(error) => error.diagnose(),
            Self::Internal { .. } => diagnosis.hint("this is a bug in the program: report it with what was printed before"),
            Self::Entropy { .. } => diagnosis,
        }
    }
}

/// A note that a refresh was sent can be lost without a generation.
fn older(found: Version, known: Version) -> String {
    let (found, last) = (found.generation, known.generation);
    if found < last {
        format!("generation {found}, last seen {last}")
    } else {
        format!("generation {found}, without the refresh that was sent last")
    }
}

fn generation(number: Option<u64>) -> String {
    number.map_or_else(|| "none".to_owned(), |number| format!("generation {number}"))
}
