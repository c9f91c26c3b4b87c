//! Why a text was not put into a file.

use std::path::PathBuf;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable::FileError;

#[derive(Debug, Error)]
pub enum DeliveryError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("`{path}` is a folder")]
    Folder { path: PathBuf },
    #[error("`{path}` exists, and this program did not write it")]
    Foreign { path: PathBuf },
    #[error("`{path}` was changed since this program wrote it")]
    Changed { path: PathBuf },
    #[error("`{path}` is in the git work tree `{tree}`, which does not ignore it")]
    InWorkTree { path: PathBuf, tree: PathBuf },
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
                diagnosis.hint(format!("add `{name}` to `.gitignore`, choose a path outside the work tree"))
            }
        }
    }
}
