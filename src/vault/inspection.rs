//! What a look at all records finds, and what a vault fixes by itself.

use std::fmt;
use std::path::PathBuf;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::vault::{VaultError, VaultKind};

/// What was found in the folder.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The folder.
    pub folder: PathBuf,
    /// How many profiles have a sealed file that opens.
    pub whole: usize,
    /// What is wrong, by profile where it is one's.
    pub faults: Vec<VaultError>,
    /// Older generations of which another machine had a newer one.
    pub older: Vec<PathBuf>,
    /// Files that were set aside since they do not open.
    pub aside: Vec<PathBuf>,
}

/// How a profile was made usable again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The generation that was taken.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
    /// Where the file is now that did not open.
    pub aside: Option<PathBuf>,
}

/// What a vault has mended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Others could read it.
    PermissionsFixed {
        /// The file or folder.
        path: PathBuf,
    },
    /// Another machine had left a copy of another generation.
    ConflictSetAside {
        /// Whose it is.
        profile: String,
        /// The generation that lost.
        older: u64,
        /// The generation that is used.
        newer: u64,
        /// Where the older one is.
        path: PathBuf,
    },
    /// A move that was interrupted is done.
    RekeyFinished {
        /// What the vault is now.
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
                write!(f, "another machine had put generation {older} of profile `{profile}` beside generation {newer}")
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
                diagnosis.hint("what is sealed in it was not readable; look at what gives files such rights")
            }
            Self::ConflictSetAside { older, path, .. } => {
                diagnosis.hint(format!("the newer one is used; generation {older} is kept as `{}`", path.display()))
            }
            Self::RekeyFinished { .. } => diagnosis,
        }
    }
}
