//! Why a vault did not do as asked, and what a person can do about it. No variant carries a secret: what a library
//! said is kept only where it cannot hold what was read.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error as ThisError;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable::{self, FileError};
use crate::vault::kind::VaultKind;

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
    /// The keyring has no key for sealed files that exist.
    #[error("the keyring has no entry `{entry}`, which is the key to the files in `{folder}`")]
    KeyMissing { entry: String, folder: PathBuf },
    /// The keyring holds a key, but another one.
    #[error("the key in the keyring entry `{entry}` does not open the vault in `{folder}`")]
    WrongKey { entry: String, folder: PathBuf },
    /// A passphrase vault was opened without a passphrase.
    #[error("{}", if *new { "a new passphrase is needed for the vault" } else { "the passphrase of the vault is needed" })]
    PassphraseNeeded { new: bool },
    /// The passphrase is not the one of this vault.
    #[error("the passphrase does not open the vault in `{folder}`")]
    WrongPassphrase { folder: PathBuf },
    /// The folder holds sealed files of another kind of vault.
    #[error("`{folder}` holds a {found} vault, not a {asked} vault")]
    OtherKind { folder: PathBuf, found: VaultKind, asked: VaultKind },
    /// There are sealed files without the file that says how they are locked.
    #[error("`{folder}` holds sealed files, but not `vault.json`, which says how they are locked")]
    HeaderMissing { folder: PathBuf },
    /// The file that says how the vault is locked cannot be read.
    #[error("`{path}` is damaged: {reason}")]
    HeaderDamaged { path: PathBuf, reason: String },
    /// Another process gave the vault a new key while this one had it open.
    #[error("the vault in `{folder}` got a new key while it was open")]
    Replaced { folder: PathBuf },
    /// A sealed file was changed or cut short.
    #[error("the vault file `{path}` is damaged: {reason}")]
    Damaged { path: PathBuf, reason: &'static str },
    /// A sealed file stands under another profile's name.
    #[error("the vault file `{path}` belongs to profile `{found}`, not to `{asked}`")]
    Misplaced { path: PathBuf, found: String, asked: String },
    /// An older sealed file stands where a newer one was: a backup, or a synced folder. `known` is the high-water mark.
    #[error(
        "the vault file `{path}` is older than expected (generation {found}, last seen {known}): it may have been restored from a backup"
    )]
    RolledBack { path: PathBuf, found: u64, known: u64 },
    /// A sealed file is gone that nobody has removed.
    #[error("the vault file `{path}` is missing (last seen: generation {known})")]
    Missing { path: PathBuf, known: u64 },
    /// There is no older file to go back to.
    #[error("no older generation of profile `{profile}` opens: `{path}` is missing or damaged")]
    NothingToRestore { profile: String, path: PathBuf },
    /// A sealed file has a name that is no profile's and could not be merged.
    #[error("`{path}` is a copy of the vault file of profile `{profile}` that cannot be merged")]
    Stray { path: PathBuf, profile: String },
    /// The vault's folder is another user's.
    #[error("`{folder}` belongs to user {owner}, and this program runs as user {user}")]
    ForeignFolder { folder: PathBuf, owner: u32, user: u32 },
    /// A vault of files cannot become one in memory.
    #[error("a vault cannot be moved to memory: all tokens would be lost when the program ends")]
    MemoryRefused,
    /// A vault in memory has no key to replace.
    #[error("the vault is in memory only and has no key to replace")]
    NothingToMove,
    /// The vault is of that kind.
    #[error("the vault is a {kind} vault already")]
    ThereAlready { kind: VaultKind },
    /// A sealed file was brought from another vault.
    #[error("the vault file `{path}` was sealed with the key of another vault")]
    SealedElsewhere { path: PathBuf },
    /// A file was written by a later version of the program.
    #[error("`{path}` has format {version}, which this version of the program does not know")]
    NewerFormat { path: PathBuf, version: u32 },
    /// The record would be larger than this many bytes.
    #[error("the secrets of profile `{profile}` are larger than {limit} bytes")]
    TooLarge { profile: String, limit: u64 },
    /// Someone else put a record since the last one was read.
    #[error("the secrets of profile `{profile}` have changed ({}, not {})", generation(*found), generation(*expected))]
    Conflict { profile: String, expected: Option<u64>, found: Option<u64> },
    /// Another thread or process holds the lease.
    #[error("profile `{profile}` is in use elsewhere; waited {} s", waited.as_secs_f32())]
    LeaseTaken { profile: String, waited: Duration },
    /// Another process has been writing to the vault for too long.
    #[error("another process is writing to the vault in `{folder}`; waited {} s", waited.as_secs_f32())]
    Busy { folder: PathBuf, waited: Duration },
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
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
            Self::KeyMissing { .. } | Self::WrongKey { .. } => diagnosis.hint(
                "open the keyring that has the key; if it is lost, so are the secrets: remove the folder and sign in again",
            ),
            Self::PassphraseNeeded { .. } => {
                diagnosis.hint("type it, or set `TOKENWRIGHT_PASSPHRASE` or `TOKENWRIGHT_PASSPHRASE_FILE`")
            }
            Self::WrongPassphrase { .. } => {
                diagnosis.hint("try again; without the passphrase the secrets are lost: remove the folder and sign in again")
            }
            Self::OtherKind { found, .. } => diagnosis.hint(format!(
                "set `TOKENWRIGHT_VAULT={found}`, or use another folder with `TOKENWRIGHT_HOME`"
            )),
            Self::HeaderMissing { .. } | Self::HeaderDamaged { .. } => {
                diagnosis.hint("restore `vault.json` from a backup; without it, remove the folder and sign in again")
            }
            Self::Replaced { .. } => {
                diagnosis.hint("restart this program")
            }
            Self::Damaged { path, .. } => {
                let goes = "goes back one generation; or forget the profile and sign in again";
                diagnosis.hint(format!("`{}` {goes}", restore(path)))
            }
            Self::Missing { path, .. } => {
                let goes = "takes the previous generation; or put the file back, or forget the profile";
                diagnosis.hint(format!("`{}` {goes}", restore(path)))
            }
            Self::RolledBack { path, .. } => diagnosis.hint(format!(
                "if the folder is synced, wait for that to finish; `{}` uses the older one, whose refresh token may be \
                 spent",
                restore(path)
            )),
            Self::NothingToRestore { profile, .. } => diagnosis
                .hint(format!("restore the file from a backup, or `tokenwright forget {profile}` and sign in again")),
            Self::Stray { .. } => diagnosis.hint("move it away; `tokenwright vault status` lists what is wrong"),
            Self::ForeignFolder { .. } => {
                diagnosis.hint("run the program as that user, or use another folder with `TOKENWRIGHT_HOME`")
            }
            Self::MemoryRefused => diagnosis.hint("move it to `keyring` or `passphrase`, or forget the profiles"),
            Self::NothingToMove => diagnosis.hint("choose another vault with `TOKENWRIGHT_VAULT`, then sign in"),
            Self::ThereAlready { .. } => diagnosis.hint("nothing needs to be done"),
            Self::Misplaced { .. } | Self::SealedElsewhere { .. } => {
                diagnosis.hint("put the file back where it came from, or forget the profile and sign in again")
            }
            Self::NewerFormat { .. } => diagnosis.hint("use the newer version of the program"),
            Self::TooLarge { .. } => diagnosis.hint("check what was pasted; no token is that long"),
            Self::Conflict { .. } => diagnosis.hint("read the profile again, then repeat the change"),
            Self::LeaseTaken { .. } => diagnosis.hint("wait until the other window or command is done, then try again"),
            Self::Busy { .. } => diagnosis.hint("end the other process if it hangs, then try again"),
            Self::File(error) => diagnosis.hint(error.advice()),
            Self::Internal { .. } => diagnosis.hint("this is a bug in the program: report it with what was printed before"),
            Self::Entropy { .. } => diagnosis,
        }
    }
}

/// The command that goes back one generation for the profile of this file.
fn restore(path: &Path) -> String {
    let name = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?)).unwrap_or_default();
    format!("tokenwright restore {name}")
}

fn generation(number: Option<u64>) -> String {
    number.map_or_else(|| "none".to_owned(), |number| format!("generation {number}"))
}
