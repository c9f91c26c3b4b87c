//! The result of checking all records, and of repairs.

use std::fmt;
use std::path::PathBuf;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::vault::{VaultError, VaultKind};

/// What was found in the vault's folder.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The folder.
    pub folder: PathBuf,
    /// How many profiles have a sealed file that opens.
    pub whole: usize,
    /// What is wrong.
    pub faults: Vec<VaultError>,
    /// Older generations that another machine had written beside newer ones.
    pub older: Vec<PathBuf>,
    /// Files that did not open and were moved away.
    pub aside: Vec<PathBuf>,
}

/// A repaired record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The generation that was restored.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
    /// Where the damaged file was moved to.
    pub aside: Option<PathBuf>,
}

/// What a vault has repaired by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Other users could read a file.
    PermissionsFixed {
        /// The file or folder.
        path: PathBuf,
    },
    /// Another machine had written another generation.
    ConflictSetAside {
        /// The profile.
        profile: String,
        /// The generation that lost.
        older: u64,
        /// The generation that is used.
        newer: u64,
        /// Where the older one is.
        path: PathBuf,
    },
    /// An interrupted move to another key was finished.
    RekeyFinished {
        /// The kind of vault now.
        to: VaultKind,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PermissionsFixed { path } => {
                write!(f, "`{}` could be read by others on this machine; it no longer can", path.display())
            }
            Self::ConflictSetAside { profile, older, newer, .. } => {
                write!(
                    f,
                    "another machine had written generation {older} of profile `{profile}` beside generation {newer}"
                )
            }
            Self::RekeyFinished { to } => write!(f, "a move of the vault was interrupted; it is a {to} vault now"),
        }
    }
}

impl Diagnose for Note {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::PermissionsFixed { .. } => {
                diagnosis.hint("its content is sealed and was not readable; find out what sets such permissions")
            }
            Self::ConflictSetAside { older, path, .. } => {
                diagnosis.hint(format!("the newer one is used; generation {older} was moved to `{}`", path.display()))
            }
            Self::RekeyFinished { .. } => diagnosis,
        }
    }
}
