//! Secrets at rest, sealed for each profile under a key that is stored elsewhere.
//!
//! Callers see [`Vault`] and [`Entry`] only; a vault is files or memory behind them. Invariants: a secret reaches the
//! disk only sealed; only the holder of a profile's lease writes its record; and no new key is made while something
//! sealed with an older one is there.
//!
//! Opening a vault may wait for the system's keyring, and every call reads or writes files: none of it belongs on a
//! thread that paints a window or drives async tasks.

#![warn(missing_docs)]

mod error;
mod files;
mod generation;
mod history;
mod inspection;
mod journal;
mod kind;
mod memory;
mod port;
mod record;

use std::path::Path;

use crate::secret::Secret;
use crate::vault::files::{Cost, FileVault, Header, KeySource, Keyring};
use crate::vault::memory::MemoryVault;

pub use crate::vault::error::VaultError;
pub use crate::vault::generation::{By, Change, Generation, How, Outcome};
pub use crate::vault::history::History;
pub use crate::vault::inspection::{Inspection, Note, Repaired};
pub use crate::vault::journal::InFlightRefresh;
pub use crate::vault::kind::VaultKind;
pub use crate::vault::port::{Entry, Vault};
pub use crate::vault::record::{Contents, Record};

/// Opens the vault in a folder, or creates it. Without a passphrase, a passphrase vault fails with
/// [`VaultError::PassphraseNeeded`]; other kinds ignore it. The key is read or derived once and stays in memory. Blocks: up to
/// ten seconds for each of at most three keyring calls, and some tenths of a second for a passphrase.
pub fn open(kind: VaultKind, folder: &Path, passphrase: Option<Secret>) -> Result<Vault, VaultError> {
    if kind == VaultKind::Memory {
        return Ok(Vault::new(MemoryVault::default()));
    }
    let passphrase = passphrase.filter(|passphrase| !passphrase.is_empty());
    let key_source = KeySource { keyring: Keyring::of_system(), cost: Cost::DEFAULT };
    FileVault::open(kind, folder, passphrase.as_ref(), &key_source).map(Vault::new)
}

/// The kind of the vault in a folder; `None` if there is none yet. Needs neither keyring nor passphrase.
pub fn kind_in(folder: &Path) -> Result<Option<VaultKind>, VaultError> {
    Ok(Header::load(folder)?.map(|header| header.kind()))
}
