//! A vault that nothing outlives: for a machine without a keyring, and for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::vault::{Lease, ProfileSecrets, Record, Vault, VaultError, VaultKind};

/// Secrets kept only while the program runs.
#[derive(Debug, Default)]
pub struct MemoryVault {
    records: Mutex<BTreeMap<String, Kept>>,
    leases: Arc<Leases>,
}

/// A record and the one before it.
#[derive(Debug)]
struct Kept {
    last: Record,
    previous: Option<Record>,
}

/// The profiles that are held, and the bell that rings when one is free again.
#[derive(Debug, Default)]
struct Leases {
    held: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

impl Vault for MemoryVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn get(&self, profile: &str) -> Result<Option<Record>, VaultError> {
        Ok(locked(&self.records).get(profile).map(|kept| kept.last.clone()))
    }

    fn previous(&self, profile: &str) -> Result<Option<Record>, VaultError> {
        Ok(locked(&self.records).get(profile).and_then(|kept| kept.previous.clone()))
    }

    fn put(&self, profile: &str, expected: Option<u64>, secrets: &ProfileSecrets) -> Result<u64, VaultError> {
        let mut records = locked(&self.records);
        let found = records.get(profile).map(|kept| kept.last.number);
        if found != expected {
            return Err(VaultError::Conflict { profile: profile.to_owned(), expected, found });
        }
        let number = found.unwrap_or(0) + 1;
        let previous = records.remove(profile).map(|kept| kept.last);
        let last = Record { number, secrets: secrets.clone() };
        records.insert(profile.to_owned(), Kept { last, previous });
        Ok(number)
    }

    fn remove(&self, profile: &str) -> Result<(), VaultError> {
        locked(&self.records).remove(profile);
        Ok(())
    }

    fn lease(&self, profile: &str, wait: Duration) -> Result<Lease, VaultError> {
        let held = locked(&self.leases.held);
        let (mut held, waited) = self
            .leases
            .freed
            .wait_timeout_while(held, wait, |held| held.contains(profile))
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(VaultError::LeaseTaken { profile: profile.to_owned(), waited: wait });
        }
        held.insert(profile.to_owned());
        Ok(Lease::new(Held { profile: profile.to_owned(), leases: Arc::clone(&self.leases) }))
    }
}

/// Frees its profile on drop.
struct Held {
    profile: String,
    leases: Arc<Leases>,
}

impl Drop for Held {
    fn drop(&mut self) {
        locked(&self.leases.held).remove(&self.profile);
        self.leases.freed.notify_all();
    }
}

/// What a thread that panicked has left is whole: every change is one call.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
