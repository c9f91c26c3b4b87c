//! Why a text was not put into a file.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable;

/// Why a text was not put into a file.
#[derive(Debug, Error)]
pub enum DeliveryError {
    /// The file could not be read or written.
    #[error("cannot {action} `{path}`: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
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

impl DeliveryError {
    /// For `map_err` on what touches a file.
    pub(in crate::delivery) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}

impl Diagnose for DeliveryError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::File { source, .. } => diagnosis.hint(durable::advice(source)),
            Self::Folder { .. } => diagnosis.hint("name a file in it"),
            Self::Foreign { .. } | Self::Changed { .. } => diagnosis.hint("choose another file"),
            Self::InWorkTree { path, .. } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                diagnosis.hint(format!("add `{name}` to `.gitignore`, choose a place outside"))
            }
        }
    }
}
