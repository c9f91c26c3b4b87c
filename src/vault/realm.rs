//! The secrets of this machine, or those of a team: the store that they are in, and the keys that they are sealed with.

use std::sync::Arc;

use crate::store::{Engine, Leased, Mark, Sealed, Seen, StoreError, Stored, Version, Written};
use crate::vault::key::{Key, fill};
use crate::vault::record::Unreadable;
use crate::vault::seal::{seal, unseal};
use crate::vault::{InFlightRefresh, Record, VaultError};

/// Where the secrets of a profile are, and what they are sealed with.
#[derive(Clone, Debug)]
pub(in crate::vault) struct Realm {
    pub store: Arc<dyn Engine>,
    pub keys: Keys,
    /// Whether it is a team's, whose keys change with its members.
    pub is_team: bool,
}

/// What opens the secrets of a realm.
#[derive(Clone, Debug)]
pub(in crate::vault) struct Keys {
    /// Seals all that is written.
    pub newest: Key,
    /// Those before it, which open what was not sealed anew yet; the latest first.
    pub earlier: Vec<Key>,
    /// The mark that the store's lock must have for a write; a vault in memory has no lock.
    pub mark: Option<Mark>,
}

impl Realm {
    /// A secret, which is refused if a newer one is known to have been there. Read twice, since a profile may be forgotten and
    /// made anew between the two readings of which one attempt consists.
    pub(in crate::vault) fn stored(&self, name: &str) -> Result<Option<Stored>, VaultError> {
        let read = || -> Result<_, VaultError> {
            let seen = self.store.seen(name);
            let stored = self.store.stored(name)?;
            match (check_seen(name, seen, stored.as_ref()), seen) {
                (Err(_), Some(seen)) if self.store.is_removed(name, &seen.id)? => {}
                (checked, _) => checked?,
            }
            Ok(stored)
        };
        match read() {
            Err(VaultError::RolledBack { .. } | VaultError::Missing { .. }) => read(),
            stored => stored,
        }
    }

    /// The record for who wants to use it, see [`Engine::recalled`].
    pub(in crate::vault) fn recalled(&self, name: &str) -> Result<Option<Record>, VaultError> {
        let recalled = self.store.recalled(name).and_then(|stored| self.open_newest(name, &stored).ok());
        recalled.map_or_else(|| self.record(name), |record| Ok(Some(record)))
    }

    pub(in crate::vault) fn record(&self, name: &str) -> Result<Option<Record>, VaultError> {
        self.stored(name)?.map(|stored| self.open_newest(name, &stored)).transpose()
    }

    /// The newest record, and how it is stored. It is opened only if it is another one than the last that was `opened`.
    pub(in crate::vault) fn opened(
        &self,
        name: &str,
        stored: Stored,
        opened: &mut Option<(Sealed, Record)>,
    ) -> Result<(Stored, Record), VaultError> {
        if let Some((sealed, record)) = opened
            && stored.newest.as_ref() == Some(sealed)
        {
            return Ok((stored, record.clone()));
        }
        let record = self.open_newest(name, &stored)?;
        *opened = stored.newest.clone().map(|sealed| (sealed, record.clone()));
        Ok((stored, record))
    }

    /// Opens every record; how many can be opened.
    pub(in crate::vault) fn check_all(&self, faults: &mut Vec<VaultError>) -> Result<usize, VaultError> {
        let (names, before) = (self.store.secrets()?, faults.len());
        faults.extend(names.iter().filter_map(|name| self.record(name).err()));
        Ok(names.len() - (faults.len() - before))
    }

    pub(in crate::vault) fn open_newest(&self, name: &str, stored: &Stored) -> Result<Record, VaultError> {
        let damaged = || VaultError::Damaged { profile: name.to_owned(), generation: stored.version.generation };
        let record = stored.newest.as_ref().ok_or_else(damaged).and_then(|sealed| self.open_body(name, sealed));
        match record {
            Err(VaultError::Damaged { .. }) if !self.has_its_key()? => Err(self.replaced()),
            record => record,
        }
    }

    pub(in crate::vault) fn open_body(&self, name: &str, sealed: &Sealed) -> Result<Record, VaultError> {
        let number = sealed.version.generation;
        let damaged = || VaultError::Damaged { profile: name.to_owned(), generation: number };
        let Keys { newest, earlier, .. } = &self.keys;
        let mut opened = std::iter::once(newest).chain(earlier).filter_map(|key| unseal(key, name, sealed));
        let text = opened.next().ok_or_else(damaged)?;
        Record::from_text(number, &text).map_err(|unreadable| match unreadable {
            Unreadable::Version(version) => VaultError::NewerRecord { profile: name.to_owned(), version },
            Unreadable::Shape => damaged(),
        })
    }

    pub(in crate::vault) fn replaced(&self) -> VaultError {
        VaultError::Replaced { place: self.store.place().to_owned() }
    }

    /// Writes a record, whose lease is held, over the version `last`. `answers` takes back the note of a refresh.
    pub(in crate::vault) fn put(
        &self,
        row: &dyn Leased,
        name: &str,
        (last, version): (Option<Seen>, Version),
        (next, answers): (&Record, bool),
    ) -> Result<(), VaultError> {
        let mut id = last.map_or([0; 16], |last| last.id);
        if last.is_none() {
            fill(&mut id)?;
        }
        let sealed = seal(&self.keys.newest, name, (id, version), next.to_text())?;
        let expected = last.map(|last| last.version);
        self.written(name, row.put(expected, &sealed, answers, self.keys.mark.as_ref())?, expected)
    }

    pub(in crate::vault) fn written(
        &self,
        name: &str,
        written: Written,
        expected: Option<Version>,
    ) -> Result<(), VaultError> {
        let generation = |version: Option<Version>| version.map(|version| version.generation);
        match written {
            Written::Done => Ok(()),
            Written::OtherKey => Err(self.replaced()),
            Written::NameTaken => Err(VaultError::NameTaken { profile: name.to_owned() }),
            Written::Conflict { found: Some(found) }
                if expected.is_some_and(|last| last.generation == found.generation && last.fence < found.fence) =>
            {
                Err(VaultError::Overtaken { profile: name.to_owned() })
            }
            Written::Conflict { found } => Err(VaultError::Conflict {
                profile: name.to_owned(),
                expected: generation(expected),
                found: generation(found),
            }),
        }
    }

    /// Whether the store's lock is still that of the newest key.
    fn has_its_key(&self) -> Result<bool, StoreError> {
        let Some(mark) = self.keys.mark else { return Ok(true) };
        Ok(self.store.vault_lock()?.is_some_and(|lock| lock.mark == mark))
    }

    pub(in crate::vault) fn in_flight(&self, name: &str) -> Result<Option<InFlightRefresh>, VaultError> {
        Ok(self.store.stored(name)?.and_then(|stored| self.noted(&stored)))
    }

    /// The refresh that the note of a secret speaks of.
    pub(in crate::vault) fn noted(&self, stored: &Stored) -> Option<InFlightRefresh> {
        let refresh = InFlightRefresh::from_text(stored.in_flight.as_deref()?)?;
        let is_elsewhere = refresh.origin.as_deref() != self.store.origin();
        Some(InFlightRefresh { age: stored.in_flight_age, is_elsewhere, ..refresh })
    }

    pub(in crate::vault) fn check_repairable(&self, name: &str) -> Result<(), VaultError> {
        match self.record(name) {
            Ok(_) => Ok(()),
            Err(fault) => self.salvage(name, fault).map(drop),
        }
    }

    /// What can be used in spite of this fault, and the version that it is found at; the fault itself where nothing can.
    pub(in crate::vault) fn salvage(&self, name: &str, fault: VaultError) -> Result<(Record, Stored), VaultError> {
        let Some(stored) = self.store.stored(name)? else { return Err(fault) };
        let mut earlier = self.store.earlier(name)?.into_iter().filter_map(|sealed| self.open_body(name, &sealed).ok());
        let record = match fault {
            VaultError::RolledBack { .. } => self.open_newest(name, &stored).ok().or_else(|| earlier.next()),
            VaultError::Damaged { .. } => earlier.next(),
            fault => return Err(fault),
        };
        let Some(mut record) = record else { return Err(fault) };
        // One that opens as well may hold tokens that this one does not know of.
        if let Some(Record { number, contents, .. }) = earlier.next()
            && let Some(tokens) = contents.tokens
            && Some(&tokens) != record.contents.tokens.as_ref()
        {
            record.history.retain(number, tokens);
        }
        Ok((record, stored))
    }
}

/// Refuses a secret that is older than the one seen last, or gone without having been removed.
fn check_seen(name: &str, seen: Option<Seen>, stored: Option<&Stored>) -> Result<(), VaultError> {
    let Some(Seen { id, version: known }) = seen else { return Ok(()) };
    match stored {
        None => Err(VaultError::Missing { profile: name.to_owned(), known: known.generation }),
        Some(stored)
            if stored.id != id
                || stored.version.generation < known.generation
                || stored.version.fence < known.fence =>
        {
            Err(VaultError::RolledBack { profile: name.to_owned(), found: stored.version, known })
        }
        Some(_) => Ok(()),
    }
}
