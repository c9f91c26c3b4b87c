//! Why a vault did not do as asked, and what a person can do about it. No variant carries a secret: what a library
//! said is kept only where it cannot hold what was read.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error as ThisError;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable;
use crate::vault::VaultKind;

/// The ways on without a keyring.
const WITHOUT_KEYRING: &str = "set `TOKENWRIGHT_VAULT=passphrase` to lock the secrets with a passphrase \
    (`TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE` for unattended use), or `TOKENWRIGHT_VAULT=memory` \
    to keep them only while the program runs";

/// Why a vault could not be opened, read or written.
#[derive(Debug, ThisError)]
pub enum VaultError {
    /// The system has no keyring service that answers.
    #[error("no system keyring was found")]
    KeyringUnavailable {
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The keyring is there, but locked, or has no collection to write to.
    #[error("the system keyring is locked")]
    KeyringLocked {
        /// What the system said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The keyring refused a call.
    #[error("the system keyring failed: {reason}")]
    KeyringFailed {
        /// What it said, without what it holds.
        reason: String,
    },
    /// The keyring did not answer in time; it may be showing a window of its own.
    #[error("the system keyring did not answer within {} s", waited.as_secs_f32())]
    KeyringTimeout {
        /// How long it was waited for.
        waited: Duration,
    },
    /// Our entry holds something that is no key.
    #[error("the keyring entry `{entry}` does not hold a key: {found} bytes instead of 32")]
    KeyMalformed {
        /// The user name of the entry.
        entry: String,
        /// How many bytes it holds.
        found: usize,
    },
    /// The keyring has no key for sealed files that exist.
    #[error("the keyring has no entry `{entry}`, and the files in `{folder}` are sealed with its key")]
    KeyMissing {
        /// The user name of the entry.
        entry: String,
        /// The vault's folder.
        folder: PathBuf,
    },
    /// The keyring holds a key, but another one.
    #[error("the key in the keyring entry `{entry}` is not the one that `{folder}` was sealed with")]
    WrongKey {
        /// The user name of the entry.
        entry: String,
        /// The vault's folder.
        folder: PathBuf,
    },
    /// A passphrase vault was opened without a passphrase.
    #[error("{}", if *new { "a new passphrase is needed for the vault" } else { "the passphrase of the vault is needed" })]
    PassphraseNeeded {
        /// Whether the vault would be made with it, so that it is worth asking twice.
        new: bool,
    },
    /// The passphrase is not the one of this vault.
    #[error("the passphrase does not open the vault in `{folder}`")]
    WrongPassphrase {
        /// The vault's folder.
        folder: PathBuf,
    },
    /// The folder holds sealed files of another kind of vault.
    #[error("`{folder}` holds a {found} vault, not a {asked} vault")]
    OtherKind {
        /// The vault's folder.
        folder: PathBuf,
        /// What is there.
        found: VaultKind,
        /// What was asked for.
        asked: VaultKind,
    },
    /// Sealed files without the file that tells how they are locked.
    #[error("`{folder}` holds sealed files, but `vault.json`, which tells how they are locked, is missing")]
    HeaderMissing {
        /// The vault's folder.
        folder: PathBuf,
    },
    /// The file that tells how the vault is locked cannot be read.
    #[error("`{path}` is damaged: {reason}")]
    HeaderDamaged {
        /// The file.
        path: PathBuf,
        /// What about it.
        reason: String,
    },
    /// The vault was made anew by another process while this one had it open.
    #[error("the vault in `{folder}` was replaced while it was open")]
    Replaced {
        /// The vault's folder.
        folder: PathBuf,
    },
    /// A sealed file was changed or cut short.
    #[error("the sealed file `{path}` is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What about it.
        reason: &'static str,
    },
    /// A sealed file stands under another profile's name.
    #[error("the sealed file `{path}` belongs to profile `{found}`, not to `{asked}`")]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// Whose it says it is.
        found: String,
        /// Whose it should be.
        asked: String,
    },
    /// An older sealed file stands where a newer one was: a backup, or a folder that is synced.
    #[error("the sealed file `{path}` was put back: it is generation {found} where {known} was known")]
    RolledBack {
        /// The file.
        path: PathBuf,
        /// Its generation.
        found: u64,
        /// The highest generation that was put.
        known: u64,
    },
    /// A sealed file is gone that nobody has removed.
    #[error("the sealed file `{path}` is gone: generation {known} of it was known")]
    Missing {
        /// The file.
        path: PathBuf,
        /// The highest generation that was put.
        known: u64,
    },
    /// There is no older file to go back to.
    #[error("there is no older generation of profile `{profile}` that opens: `{path}` is missing or damaged")]
    NothingToRestore {
        /// The profile.
        profile: String,
        /// Where it would be.
        path: PathBuf,
    },
    /// A sealed file under a name that is no profile's, which could not be sorted out.
    #[error("`{path}` is a copy of the sealed file of profile `{profile}`, and cannot be compared with it")]
    Stray {
        /// The file.
        path: PathBuf,
        /// Whose it says it is.
        profile: String,
    },
    /// The vault's folder is another user's.
    #[error("`{folder}` belongs to the user with number {owner}, and this program runs as number {user}")]
    ForeignFolder {
        /// The vault's folder.
        folder: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who we are.
        user: u32,
    },
    /// A vault that is files cannot become one that is none.
    #[error("a vault cannot be moved to memory: all tokens would be gone when the program ends")]
    MemoryRefused,
    /// There is nothing in files that could be moved.
    #[error("the secrets are kept in memory only: there is nothing to move")]
    NothingToMove,
    /// The vault is of that kind.
    #[error("the vault is a {kind} vault already")]
    ThereAlready {
        /// The kind.
        kind: VaultKind,
    },
    /// A sealed file was brought from another vault.
    #[error("the sealed file `{path}` was sealed with the key of another vault")]
    SealedElsewhere {
        /// The file.
        path: PathBuf,
    },
    /// A file was written by a later version of the program.
    #[error("`{path}` has format {version}, which this version of the program does not know")]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The number it carries.
        version: u32,
    },
    /// More than a record may hold.
    #[error("the secrets of profile `{profile}` are larger than {limit} bytes")]
    TooLarge {
        /// The profile.
        profile: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Someone else put a record since the last one was read.
    #[error("the secrets of profile `{profile}` were changed meanwhile ({}, not {})", generation(*found), generation(*expected))]
    Conflict {
        /// The profile.
        profile: String,
        /// The generation that was read.
        expected: Option<u64>,
        /// The generation that is there.
        found: Option<u64>,
    },
    /// Another thread or process holds the lease.
    #[error("profile `{profile}` is in use elsewhere; waited {} s", waited.as_secs_f32())]
    LeaseTaken {
        /// The profile.
        profile: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Another process has been writing to the vault for too long.
    #[error("the vault in `{folder}` is being written by another process; waited {} s", waited.as_secs_f32())]
    Busy {
        /// The vault's folder.
        folder: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A file could not be read or written.
    #[error("cannot {action} `{path}`: {source}")]
    File {
        /// What was tried: `read`, `write`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A mistake of this program.
    #[error("the vault could not be opened: {reason}")]
    Inside {
        /// What is known of it.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {reason}")]
    Entropy {
        /// What it said.
        reason: String,
    },
}

impl VaultError {
    /// For `map_err` on what touches a file.
    pub(in crate::vault) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }
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
            Self::KeyMissing { .. } | Self::WrongKey { .. } => diagnosis.hint(
                "open the keyring in which the key was made; if it is lost, so are these secrets: remove the folder \
                 and sign in again",
            ),
            Self::PassphraseNeeded { .. } => {
                diagnosis.hint("type it, or set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`")
            }
            Self::WrongPassphrase { .. } => {
                diagnosis.hint("try again; if it is forgotten, so are the secrets: remove the folder and sign in again")
            }
            Self::OtherKind { found, .. } => diagnosis.hint(format!(
                "set `TOKENWRIGHT_VAULT={found}`, or give this vault a home of its own with `TOKENWRIGHT_HOME`"
            )),
            Self::HeaderMissing { .. } | Self::HeaderDamaged { .. } => {
                diagnosis.hint("restore `vault.json` from a backup; without it, remove the folder and sign in again")
            }
            Self::Replaced { .. } => {
                diagnosis.hint("it was moved to another key, or made anew; start this program again")
            }
            Self::Damaged { path, .. } => {
                let goes = "goes back to the generation before it; or forget the profile and sign in again";
                diagnosis.hint(format!("`{}` {goes}", restore(path)))
            }
            Self::Missing { path, .. } => {
                let goes = "takes the generation before it; or put the file back, or forget the profile";
                diagnosis.hint(format!("`{}` {goes}", restore(path)))
            }
            Self::RolledBack { path, .. } => diagnosis.hint(format!(
                "if the folder is synced, wait until that is done; `{}` goes on with the older one, whose refresh token \
                 may be spent",
                restore(path)
            )),
            Self::NothingToRestore { profile, .. } => diagnosis
                .hint(format!("put the file back from a backup, or `tokenwright forget {profile}` and sign in again")),
            Self::Stray { .. } => diagnosis.hint("move it away; `tokenwright vault status` names what is wrong"),
            Self::ForeignFolder { .. } => {
                diagnosis.hint("run the program as that user, or give this one a folder with `TOKENWRIGHT_HOME`")
            }
            Self::MemoryRefused => diagnosis.hint("move it to `keyring` or `passphrase`, or forget the profiles"),
            Self::NothingToMove => diagnosis.hint("choose another vault with `TOKENWRIGHT_VAULT`, then sign in"),
            Self::ThereAlready { .. } => diagnosis.hint("there is nothing to be done"),
            Self::Misplaced { .. } | Self::SealedElsewhere { .. } => {
                diagnosis.hint("put the file back where it came from, or forget the profile and sign in again")
            }
            Self::NewerFormat { .. } => diagnosis.hint("use the newer version of the program"),
            Self::TooLarge { .. } => diagnosis.hint("check what was pasted; no token is that long"),
            Self::Conflict { .. } => diagnosis.hint("read the profile again, then repeat the change"),
            Self::LeaseTaken { .. } => diagnosis.hint("wait until the other window or command is done, then try again"),
            Self::Busy { .. } => diagnosis.hint("end the other process if it hangs, then try again"),
            Self::File { source, .. } => diagnosis.hint(durable::advice(source)),
            Self::Inside { .. } => diagnosis.hint("this is a mistake in the program: report it with what was printed before"),
            Self::Entropy { .. } => diagnosis,
        }
    }
}

/// The command that goes back one step for the profile of this file.
fn restore(path: &Path) -> String {
    let name = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?)).unwrap_or_default();
    format!("tokenwright restore {name}")
}

/// A generation in words.
fn generation(number: Option<u64>) -> String {
    number.map_or_else(|| "none".to_owned(), |number| format!("generation {number}"))
}
