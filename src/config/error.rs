//! Why a file of the person was not read or written: which file, the cause, and what to do.

use std::path::PathBuf;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable::FileError;

#[derive(Debug, Error)]
pub enum ConfigError {
    #[error("this user has no home folder")]
    NoHome,
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    #[error("line {line} of `{path}` is not UTF-8 text")]
    NotText {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// Its owner could change it and so decide where secrets are sent.
    #[error("`{path}` belongs to user {owner}, and this program runs as user {user}: it is not used")]
    ForeignOwner { path: PathBuf, owner: u32, user: u32 },
    #[error("the preset file `{path}` exists already with other content")]
    PresetExists { path: PathBuf },
    #[error("`{path}` is damaged: {reason}")]
    BrokenPin { path: PathBuf, reason: String },
    /// Another process took, rolled back or forgot a bundle meanwhile.
    #[error("another process has changed the bundle of presets meanwhile; nothing was changed here")]
    BundleChanged,
    #[error("line {line} of `{path}`{}: {reason}", key.as_ref().map(|key| format!(", key `{key}`")).unwrap_or_default())]
    BrokenSettings {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        key: Option<String>,
        reason: String,
    },
}

impl Diagnose for ConfigError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoHome => diagnosis.hint("set `TOKENWRIGHT_HOME` to a folder for this program"),
            Self::File(error) => diagnosis.hint(error.advice()),
            Self::NotText { .. } => diagnosis.hint("save the file as UTF-8"),
            Self::ForeignOwner { .. } => {
                diagnosis.hint("remove it, or make it your own with `chown` once you trust it")
            }
            Self::PresetExists { .. } => diagnosis.hint("choose another id, or replace it"),
            Self::BrokenPin { .. } => {
                diagnosis.hint("`tokenwright service update --forget` forgets the bundle; then take it again")
            }
            Self::BundleChanged => diagnosis.hint("look at it again: `tokenwright service update --dry-run`"),
            Self::BrokenSettings { .. } => diagnosis.hint("correct the line, or remove it to use the default"),
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
            let diagnosis = ConfigError::from(FileError::at("write", "/x/a.toml")(kind.into())).diagnose();
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
