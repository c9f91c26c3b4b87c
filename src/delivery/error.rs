//! Why a text was not put into a file.

use std::path::PathBuf;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable::FileError;

/// Why a text was not put into a file.
#[derive(Debug, Error)]
pub enum DeliveryError {
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder is no file.
    #[error("`{path}` is a folder")]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// Somebody else wrote it.
    #[error("`{path}` is there already, and this program did not write it")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Somebody changed it.
    #[error("`{path}` was changed since this program wrote it")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A commit would publish the secret.
    #[error("`{path}` is in the git work tree `{tree}`, which does not ignore it")]
    InWorkTree {
        /// The file.
        path: PathBuf,
        /// The work tree.
        tree: PathBuf,
    },
}

impl Diagnose for DeliveryError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::File(error) => diagnosis.hint(error.advice()),
            Self::Folder { .. } => diagnosis.hint("name a file in it"),
            Self::Foreign { .. } | Self::Changed { .. } => diagnosis.hint("choose another file"),
            Self::InWorkTree { path, .. } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                diagnosis.hint(format!("add `{name}` to `.gitignore`, choose a place outside"))
            }
        }
    }
}
