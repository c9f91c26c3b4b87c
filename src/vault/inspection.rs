//! The result of checking all records, and of repairs.

use std::path::PathBuf;

use crate::vault::VaultError;

/// What was found in the store.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The database.
    pub place: PathBuf,
    /// How many records open.
    pub whole: usize,
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
