//! The result of checking all records, and of repairs.

use std::path::PathBuf;

use crate::store::{Seen, Version};
use crate::vault::generation::Stamp;
use crate::vault::realm::Realm;
use crate::vault::{Change, Entry, How, Record, VaultError};

/// What was found in the store.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The database.
    pub place: PathBuf,
    /// How many records open.
    pub whole: usize,
    /// How many profiles were forgotten and can be brought back.
    pub forgotten: usize,
    /// The secrets of the team, if this machine is a member.
    pub team: Option<TeamRecords>,
    /// What is wrong.
    pub faults: Vec<VaultError>,
}

/// What was found of a team's secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRecords {
    /// The database.
    pub place: PathBuf,
    /// How many of its records open.
    pub whole: usize,
    /// How many of its profiles were forgotten and can be brought back.
    pub forgotten: usize,
    /// The server is away, so this machine's copies were looked at.
    pub is_away: bool,
}

/// A repaired record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The generation that was restored.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
}

impl Entry {
    /// Makes a record usable again that is damaged or older than the one last seen: the best that opens becomes the newest
    /// generation. Changes nothing where nothing is wrong.
    pub fn repair(&self) -> Result<Option<Repaired>, VaultError> {
        self.in_realm(|realm| self.repair_in(realm))
    }

    fn repair_in(&self, realm: &Realm) -> Result<Option<Repaired>, VaultError> {
        let name = &self.0.name;
        let Err(fault) = realm.record(name) else { return Ok(None) };
        let (record, stored) = realm.salvage(name, fault)?;
        let known = realm.store.seen(name).map_or(stored.version, |seen| seen.version);
        let from = record.number;
        let number = known.generation.max(stored.version.generation).saturating_add(1);
        let version = Version { generation: number, fence: known.fence.max(stored.version.fence) };
        let change = Change::New(How::Restored(from));
        let next = Record::next(Some(&record), number, &record.contents, change, Stamp::now());
        let last = Seen { id: stored.id, version: stored.version };
        realm.put(&*self.0.row, name, (Some(last), version), (&next, true))?;
        Ok(Some(Repaired { from, number }))
    }
}
