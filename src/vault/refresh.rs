//! The refresh that the holder of a lease sends: noted before it is sent, answered or taken back after.

use std::sync::PoisonError;

use crate::store::{Seen, Version};
use crate::vault::realm::Realm;
use crate::vault::records::Held;
use crate::vault::reply::Begun;
use crate::vault::{Contents, Entry, How, InFlightRefresh, VaultError};

impl Entry {
    /// Notes in the journal, before it is sent, that a refresh spends the newest refresh token, and reserves what the
    /// next `put` needs: this fails where that `put` would. Once it returns, the note survives a crash.
    ///
    /// [`VaultError::Overtaken`] if another refresh was noted since the caller looked: a machine whose lease was taken away
    /// does not know it yet.
    pub fn begin_refresh(&self, refresh: &InFlightRefresh) -> Result<(), VaultError> {
        self.in_realm(|realm| self.begin_in(realm, refresh))
    }

    fn begin_in(&self, realm: &Realm, refresh: &InFlightRefresh) -> Result<(), VaultError> {
        let Held { name, row, .. } = &*self.0;
        let conflict =
            |found: Option<u64>| VaultError::Conflict { profile: name.clone(), expected: Some(refresh.number), found };
        let (stored, record) = self.newest_to_replace(realm, Some(refresh.number))?.ok_or_else(|| conflict(None))?;
        if !record.history.is_unanswered(refresh) {
            return Err(conflict(Some(record.number)));
        }
        // Decided by the same reading that the fence is raised by.
        let noted = realm.noted(&stored).filter(|noted| record.history.is_unanswered(noted));
        if noted.is_some_and(|noted| !noted.is_same(refresh)) {
            return Err(VaultError::Overtaken { profile: name.clone() });
        }
        let origin = refresh.origin.clone().or_else(|| realm.store.origin().map(str::to_owned));
        let note = InFlightRefresh { origin, ..refresh.clone() }.to_text();
        let length = stored.newest.as_ref().map_or(0, |newest| newest.body.len());
        realm.written(name, row.begin(stored.version, &note, length)?, Some(stored.version))?;
        let version = Version { fence: stored.version.fence.saturating_add(1), ..stored.version };
        let begun = Begun { seen: Seen { id: stored.id, version }, record, came: None };
        *self.0.begun.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        Ok(())
    }

    /// Writes the answer to the refresh that was begun to this machine's journal, before a shared database is asked for
    /// anything: it may be away, and whoever has the lease next on this machine would send the spent refresh token again.
    pub fn journal_reply(&self, contents: &Contents, how: How) -> Result<(), VaultError> {
        let mut begun = self.0.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let realm = self.0.realm.lock().unwrap_or_else(PoisonError::into_inner).clone();
        begun.as_mut().map_or(Ok(()), |begun| begun.journal(&realm, &self.0.name, contents, how))
    }

    /// Takes the note back: the answer is here and brought nothing to store. A `put` of new tokens does so by itself.
    /// One that another machine has written meanwhile stays.
    pub fn end_refresh(&self) -> Result<(), VaultError> {
        Ok(self.begun().0.map_or(Ok(()), |fence| self.0.row.end(fence))?)
    }
}
