//! Secrets at rest, sealed for each profile under a key that is stored elsewhere.
//!
//! Callers see [`Vault`] and [`Entry`] only; the sealed records are in a [`crate::store`]. Invariants: a secret reaches the disk
//! only sealed; only the holder of a profile's lease writes its record; and no new key is made while something sealed with
//! an older one is there.
//!
//! Opening a vault may wait for the system's keyring, and every call reads or writes the disk: none of it belongs on a
//! thread that paints a window or drives async tasks.

#![warn(missing_docs)]

mod error;
mod forgotten;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod generation;
mod history;
mod inspection;
mod journal;
mod key;
mod keyring;
mod kind;
mod lock;
mod realm;
mod record;
mod records;
mod refresh;
mod registered_client;
mod rename;
mod reply;
mod seal;
mod take_out;
mod team;
#[cfg(test)]
mod tests;
mod unlock;
mod wire_tokens;

use std::sync::Once;

use crate::secret::Secret;
use crate::store::Store;
use crate::vault::key::Cost;
use crate::vault::keyring::{KeySource, Keyring};
use crate::vault::lock::Lock;
use crate::vault::team::Team;

pub use crate::vault::error::VaultError;
#[cfg(fuzzing)]
pub use crate::vault::fuzzing::{read_any_document, read_any_record};
pub use crate::vault::generation::{By, Change, Generation, How, Outcome};
pub use crate::vault::history::History;
pub use crate::vault::inspection::{Inspection, Repaired, TeamRecords};
pub use crate::vault::journal::InFlightRefresh;
pub use crate::vault::kind::VaultKind;
pub use crate::vault::record::{Contents, Record};
pub use crate::vault::records::{Entry, Vault};
pub use crate::vault::reply::Reply;
pub use crate::vault::take_out::Copied;
pub use crate::vault::team::{Member, Request, Standing, TeamError, TeamStatus};

/// Opens the vault in a store, or creates it. Without a passphrase, a passphrase vault fails with
/// [`VaultError::PassphraseNeeded`]; other kinds ignore it. The key is read or derived once and stays in memory. Blocks: up to
/// ten seconds for each of at most three keyring calls, and some tenths of a second for a passphrase.
pub fn open(kind: VaultKind, store: &Store, passphrase: Option<Secret>) -> Result<Vault, VaultError> {
    let passphrase = passphrase.filter(|passphrase| !passphrase.is_empty());
    let key_source = KeySource { keyring: Keyring::of_system(), cost: Cost::DEFAULT };
    let engine = if kind == VaultKind::Memory { Store::in_memory()? } else { store.engine()? };
    Vault::open(kind, engine, passphrase.as_ref(), key_source, Team::of(store))
}

/// Connects to the keyring while the store is opened: a command that asks for one token waits for little else.
pub fn connect_keyring_ahead() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| Keyring::of_system().connect_ahead());
}

/// What a member is called who does not say: the user and the machine.
pub fn proposed_member_name() -> String {
    team::proposed_member_name()
}

/// The kind of the vault in a store; `None` if there is none yet. Needs neither keyring nor passphrase.
pub fn kind_in(store: &Store) -> Result<Option<VaultKind>, VaultError> {
    let lock = store.reader()?.map(|engine| engine.vault_lock()).transpose()?.flatten();
    lock.map(|lock| Ok(Lock::from_text(&lock.text)?.0.kind())).transpose()
}
