//! Secrets at rest: what is sealed for each profile, under a key that is kept elsewhere.
//!
//! Three kinds of vault stand behind one small interface, [`Vault`]. What may not break: a secret reaches the disk
//! only sealed; a record is replaced only by someone who has read the last one; and no key is made
//! anew while something sealed with an older one is there.
//!
//! Opening a vault may wait for the system's keyring, and every call reads or writes files: none of it belongs on a
//! thread that paints a window.

#![warn(missing_docs)]

mod begun;
mod copies;
mod error;
mod file;
mod generation;
mod header;
mod history;
mod key;
mod keyring;
mod known;
mod lease;
mod memory;
mod modes;
mod moving;
mod opening;
mod room;
mod sealed;
mod secrets;
mod upkeep;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::secret::Secret;
use crate::vault::file::FileVault;
use crate::vault::header::Header;
use crate::vault::key::Cost;
use crate::vault::keyring::Keyring;

pub use crate::vault::begun::Begun;
pub use crate::vault::error::VaultError;
pub use crate::vault::generation::{By, Change, Generation, How, Outcome};
pub use crate::vault::history::{Earlier, History};
pub use crate::vault::lease::{LEASE_WAIT, Lease};
pub use crate::vault::memory::MemoryVault;
pub use crate::vault::secrets::{ProfileSecrets, Record};
pub use crate::vault::upkeep::{Inspection, Mended, Note, Upkeep};

/// Where the secrets of profiles are kept. The calls are few and compare before they set, so that a store shared by
/// several machines can stand behind them as well.
pub trait Vault: Send + Sync + fmt::Debug {
    /// Which kind this is.
    fn kind(&self) -> VaultKind;

    /// The newest record of a profile, with the number of its generation; `None` where there is none. Older tokens in its
    /// history are kept for a person to go back to, never used in its place: their refresh tokens may be spent.
    fn get(&self, profile: &str) -> Result<Option<Record>, VaultError>;

    /// Puts the next generation and returns its number, but only if the last one still is `expected` (`None`: there
    /// is none yet); [`VaultError::Conflict`] otherwise. `change` is what the history says of it; how tokens fared
    /// is noted under the number that is there. The mark of a call that was begun goes away with other tokens. Numbers
    /// start at 1 again after `remove`.
    fn put(
        &self,
        profile: &str,
        expected: Option<u64>,
        secrets: &ProfileSecrets,
        change: Change,
    ) -> Result<u64, VaultError>;

    /// Removes all that is kept of a profile. Nothing to remove is no error. The caller holds the lease, so that nobody is
    /// about to put what belongs to the removed records.
    fn remove(&self, profile: &str) -> Result<(), VaultError>;

    /// The call that was begun last and whose answer is not known to have arrived. It tells something only while the
    /// newest tokens are those that it was begun with: [`History::is_open`].
    fn begun(&self, profile: &str) -> Result<Option<Begun>, VaultError>;

    /// Notes, before it is sent, that a call spends the refresh token of the newest record, or that its answer is here
    /// (`None`). The note outlives a crash once this returns, and what the next `put` needs is taken for it: it fails where
    /// that `put` would. The caller holds the lease.
    fn set_begun(&self, profile: &str, begun: Option<&Begun>) -> Result<(), VaultError>;

    /// Whether something can be put at all: asked before a token is spent that belongs to no record yet.
    fn check(&self) -> Result<(), VaultError> {
        Ok(())
    }

    /// Makes the caller the only holder for this profile among all threads and processes, waiting no longer than
    /// `wait`. A refresh takes it, so that one refresh token is not spent twice. It asks nothing of `get` and
    /// `put`, and ends with the [`Lease`] or the process.
    fn lease(&self, profile: &str, wait: Duration) -> Result<Lease, VaultError>;

    /// What looks after the files, where it is files.
    fn upkeep(&self) -> Option<&dyn Upkeep> {
        None
    }
}

/// How a vault keeps its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    /// In the keyring of the operating system; the secrets in sealed files.
    Keyring,
    /// Nowhere: it is derived from a passphrase each time; the secrets in sealed files.
    Passphrase,
    /// Nothing outlives the process.
    Memory,
}

impl fmt::Display for VaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
            Self::Memory => "memory",
        })
    }
}

/// A text that names no kind of vault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no kind of vault")]
pub struct UnknownVaultKind(pub String);

impl Diagnose for UnknownVaultKind {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("`TOKENWRIGHT_VAULT` is one of `keyring`, `passphrase`, `memory`")
    }
}

impl FromStr for VaultKind {
    type Err = UnknownVaultKind;

    fn from_str(text: &str) -> Result<Self, UnknownVaultKind> {
        [Self::Keyring, Self::Passphrase, Self::Memory]
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or_else(|| UnknownVaultKind(text.to_owned()))
    }
}

/// Opens the vault in a folder, or makes it where there is none. The passphrase is looked at only by the kind that
/// needs one; without it that kind answers [`VaultError::PassphraseNeeded`], and the caller asks and comes again.
/// The key is read or derived here, once; what is opened keeps it. Blocks: up to ten seconds for each of
/// at most three calls of the keyring, and some tenths of a second for a passphrase.
pub fn open(kind: VaultKind, folder: &Path, passphrase: Option<Secret>) -> Result<Arc<dyn Vault>, VaultError> {
    if kind == VaultKind::Memory {
        return Ok(Arc::new(MemoryVault::default()));
    }
    let passphrase = passphrase.filter(|passphrase| !passphrase.is_empty());
    let locksmith = Locksmith { keyring: Keyring::of_system(), cost: Cost::DEFAULT };
    Ok(Arc::new(FileVault::open(kind, folder, passphrase.as_ref(), &locksmith)?))
}

/// The kind of the vault that is in a folder; `None` where there is none yet. Asks neither keyring nor passphrase.
pub fn kind_in(folder: &Path) -> Result<Option<VaultKind>, VaultError> {
    Ok(Header::load(folder)?.map(|header| header.kind()))
}

/// Finds out whether the system's keyring works, by writing, reading and removing an entry of its own. Meant to be
/// called before a person is sent to the browser: the error's diagnosis names the other kinds of vault. Blocks, up
/// to ten seconds.
pub fn probe_keyring() -> Result<(), VaultError> {
    Keyring::of_system().probe()
}

/// What keys are made with; tests have a keyring of their own and spend less on a passphrase.
#[derive(Clone, Debug)]
struct Locksmith {
    keyring: Keyring,
    cost: Cost,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in [VaultKind::Keyring, VaultKind::Passphrase, VaultKind::Memory] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let unknown = "Keyring".parse::<VaultKind>().expect_err("case matters");
        assert_eq!(
            unknown.diagnose().to_string(),
            "`Keyring` is no kind of vault\nhint: `TOKENWRIGHT_VAULT` is one of `keyring`, `passphrase`, `memory`"
        );
    }
}
