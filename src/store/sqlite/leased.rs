//! A leased secret: the file of its lease stays locked until its holder drops it, or dies.

use rusqlite::Connection;

use crate::store::StoreError;
use crate::store::engine::{Forgetting, Leased, Mark, Resealed, Sealed, Seen, Version, Written};
use crate::store::lease::Lease;
use crate::store::sqlite::{Sqlite, forgotten, rows};

/// A leased secret.
pub(in crate::store) struct LeasedRow {
    pub store: Sqlite,
    pub name: String,
    pub lease: Lease,
}

impl Leased for LeasedRow {
    fn name(&self) -> &str {
        &self.name
    }

    fn saw(&self, seen: Option<Seen>) {
        self.lease.saw(seen);
    }

    fn put(
        &self,
        expected: Option<Version>,
        next: &Sealed,
        answers: bool,
        mark: Option<&Mark>,
    ) -> Result<Written, StoreError> {
        let written = self.store.insist(true, || {
            let (name, next, mark) = (self.name.clone(), next.clone(), mark.copied());
            self.store.write(move |connection| rows::put(connection, &name, expected, &next, answers, mark.as_ref()))
        })?;
        if written == Written::Done {
            self.lease.saw(Some(Seen { id: next.id, version: next.version }));
        }
        Ok(written)
    }

    fn begin(&self, expected: Version, note: &str, length: usize) -> Result<Written, StoreError> {
        self.store.reserve(length.saturating_mul(4))?;
        let written = self.store.insist(false, || {
            let (name, note) = (self.name.clone(), note.to_owned());
            self.store.write(move |connection| rows::begin(connection, &name, expected, &note))
        })?;
        if written == Written::Done {
            self.lease.saw_note(expected);
        }
        Ok(written)
    }

    fn end(&self, fence: u64) -> Result<(), StoreError> {
        let name = self.name.clone();
        self.store.write(move |connection| rows::end(connection, &name, fence))
    }

    fn remove(&self) -> Result<(), StoreError> {
        let name = self.name.clone();
        let remove = move |connection: &Connection| rows::remove(connection, &name).map(|()| Written::Done);
        self.lease.removing(|| self.store.write(remove)).map(drop)
    }

    fn forget(&self, how: Forgetting) -> Result<(), StoreError> {
        let name = self.name.clone();
        let forget = move |connection: &Connection| {
            forgotten::erase_old(connection)?;
            forgotten::forget(connection, &name, how).map(|()| Written::Done)
        };
        self.lease.removing(|| self.store.write(forget)).map(drop)
    }

    fn bring_back(&self, number: i64) -> Result<Written, StoreError> {
        let name = self.name.clone();
        let (written, seen) = self.store.write(move |connection| forgotten::bring_back(connection, &name, number))?;
        if seen.is_some() {
            self.lease.saw(seen);
        }
        Ok(written)
    }

    fn take_out(&self, copied: Option<Seen>, mark: Option<&Mark>) -> Result<Written, StoreError> {
        let (name, mark) = (self.name.clone(), mark.copied());
        let take_out = move |connection: &Connection| rows::take_out(connection, &name, copied, mark.as_ref());
        self.lease.removing(|| self.store.write(take_out))
    }

    fn rename(&self, to: &dyn Leased, secret: Option<&Resealed>, mark: Option<&Mark>) -> Result<Written, StoreError> {
        let (names, moved, mark) = ((self.name.clone(), to.name().to_owned()), secret.cloned(), mark.copied());
        let rename = move |connection: &Connection| {
            rows::rename(connection, (&names.0, &names.1), moved.as_ref(), mark.as_ref())
        };
        let written = self.lease.removing(|| self.store.write(rename))?;
        if written == Written::Done {
            to.saw(secret.and_then(Resealed::seen));
        }
        Ok(written)
    }
}
