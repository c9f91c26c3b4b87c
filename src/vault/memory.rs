//! A vault in memory, for machines without a keyring and for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::vault::generation::Stamp;
use crate::vault::port::{Lease, Storage};
use crate::vault::{Change, Contents, InFlightRefresh, Record, VaultError, VaultKind};

/// Records that are lost when the program ends.
#[derive(Debug, Default)]
pub(in crate::vault) struct MemoryVault {
    records: Mutex<BTreeMap<String, Record>>,
    in_flight: Mutex<BTreeMap<String, InFlightRefresh>>,
    leases: Arc<Leases>,
}

/// The leased profiles, and a signal when one is free again.
#[derive(Debug, Default)]
struct Leases {
    held: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

impl Storage for MemoryVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn get(&self, profile: &str) -> Result<Option<Record>, VaultError> {
        Ok(locked(&self.records).get(profile).cloned())
    }

    fn put(
        &self,
        profile: &str,
        expected: Option<u64>,
        contents: &Contents,
        change: Change,
    ) -> Result<u64, VaultError> {
        let mut records = locked(&self.records);
        let last = records.get(profile);
        let found = last.map(|last| last.number);
        if found != expected {
            return Err(VaultError::Conflict { profile: profile.to_owned(), expected, found });
        }
        let number = change.number_after(found);
        if last.is_none_or(|last| last.contents.tokens != contents.tokens) {
            locked(&self.in_flight).remove(profile);
        }
        let next = Record::next(last, number, contents, change, Stamp::now());
        records.insert(profile.to_owned(), next);
        Ok(number)
    }

    fn remove(&self, profile: &str) -> Result<(), VaultError> {
        locked(&self.records).remove(profile);
        locked(&self.in_flight).remove(profile);
        Ok(())
    }

    fn in_flight(&self, profile: &str) -> Result<Option<InFlightRefresh>, VaultError> {
        Ok(locked(&self.in_flight).get(profile).cloned())
    }

    fn begin_refresh(&self, profile: &str, refresh: &InFlightRefresh) -> Result<(), VaultError> {
        locked(&self.in_flight).insert(profile.to_owned(), refresh.clone());
        Ok(())
    }

    fn end_refresh(&self, profile: &str) -> Result<(), VaultError> {
        locked(&self.in_flight).remove(profile);
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
        Ok(Box::new(Held { profile: profile.to_owned(), leases: Arc::clone(&self.leases) }))
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

/// Every change is one call, so a thread that panicked has left consistent data.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
