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
    /// The database of the team and how many of its records open, if this machine is a member.
    pub team: Option<(PathBuf, usize)>,
    /// What is wrong.
    pub faults: Vec<VaultError>,
}

/// A repaired record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The generation that was restored.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
}
