//! Takes a profile out of a team. Another machine may believe that it holds the lease, so what was copied is removed only if it
//! is still there as it was.

use crate::store::Seen;
use crate::vault::{Entry, Record, VaultError};

/// What is to be taken out, as it was read.
#[derive(Clone, Debug)]
pub struct Copied {
    /// `None` if the profile has no secrets.
    pub record: Option<Record>,
    seen: Option<Seen>,
}

impl Copied {
    /// Tells this secret from a later one under the same name, as hex digits; empty if there is none.
    pub fn id(&self) -> String {
        self.seen.map(|seen| format!("{:032x}", u128::from_be_bytes(seen.id))).unwrap_or_default()
    }
}

impl Entry {
    /// The newest record, to be copied and then taken out.
    pub fn to_copy(&self) -> Result<Copied, VaultError> {
        self.in_realm(|realm| {
            let (stored, record) = self.newest(realm)?.unzip();
            Ok(Copied { record, seen: stored.map(|stored| Seen { id: stored.id, version: stored.version }) })
        })
    }

    /// Removes the profile, as [`Entry::erase`] does. [`VaultError::Overtaken`] if a refresh was begun since it was copied, and
    /// [`VaultError::Conflict`] if anything was saved; then nothing is removed.
    pub fn take_out(&self, copied: &Copied) -> Result<(), VaultError> {
        self.in_realm(|realm| {
            let taken = self.0.row.take_out(copied.seen, realm.keys.mark.as_ref())?;
            realm.written(&self.0.name, taken, copied.seen.map(|seen| seen.version))
        })
    }
}
