//! Why a plain file was not read or written: which file, the cause, and what to do.

use std::path::PathBuf;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable::FileError;

/// Why the store did not do as asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system tells no home folder.
    #[error("this user has no home folder")]
    NoHome,
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is not UTF-8.
    #[error("line {line} of `{path}` is not UTF-8 text")]
    NotText {
        /// The file.
        path: PathBuf,
        /// Where it stops being text, from 1.
        line: usize,
    },
    /// Somebody else could change it at will, and so decide where secrets are sent.
    #[error("`{path}` belongs to user {owner}, and this program runs as user {user}: it is not used")]
    ForeignOwner {
        /// The file or folder.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who runs this program.
        user: u32,
    },
    /// A file among the profiles has a name that no profile gives.
    #[error("`{path}` is not named as a profile's file is")]
    ForeignName {
        /// The file.
        path: PathBuf,
        /// How it would be named.
        expected: String,
    },
    /// A preset's file would be changed, and nobody said that it may.
    #[error("there is a preset file `{path}` already, and it is not the same")]
    PresetExists {
        /// The file.
        path: PathBuf,
    },
    /// The settings are not what they should be.
    #[error("line {line} of `{path}`{}: {reason}", key.as_ref().map(|key| format!(", key `{key}`")).unwrap_or_default())]
    BrokenSettings {
        /// The file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
        /// The key on that line, where there is one.
        key: Option<String>,
        /// What about it.
        reason: String,
    },
}

impl Diagnose for StoreError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoHome => diagnosis.hint("set `TOKENWRIGHT_HOME` to a folder for this program"),
            Self::File(error) => diagnosis.hint(error.advice()),
            Self::NotText { .. } => diagnosis.hint("save the file as UTF-8"),
            Self::ForeignName { expected, .. } => diagnosis.hint(format!("rename it to `{expected}`")),
            Self::ForeignOwner { .. } => {
                diagnosis.hint("remove it, or make it your own with `chown` once you trust it")
            }
            Self::PresetExists { .. } => diagnosis.hint("choose another id, or replace it"),
            Self::BrokenSettings { .. } => diagnosis.hint("mend the line, or remove it to have the default again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn the_cause_decides_the_hint() {
        let check = |kind: ErrorKind, hint: &str| {
            let diagnosis = StoreError::from(FileError::at("write", "/x/a.toml")(kind.into())).diagnose();
            assert!(diagnosis.summary.starts_with("cannot write `/x/a.toml`: "), "{}", diagnosis.summary);
            assert_eq!(diagnosis.hint.as_deref(), Some(hint));
        };
        check(
            ErrorKind::PermissionDenied,
            "give this user the right to read and write there, or set `TOKENWRIGHT_HOME`",
        );
        check(ErrorKind::StorageFull, "make room on the disk, then try again");
        check(ErrorKind::ReadOnlyFilesystem, "set `TOKENWRIGHT_HOME` to a folder that can be written");
    }
}
