//! The refresh journal: a note that a refresh token is about to be spent. It is on the disk before the request is sent and
//! removed with the response, so a note that is found later means that the response was lost. It holds no secret.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::durable::{self, FileError};
use crate::vault::VaultError;
use crate::vault::generation::By;
use crate::vault::generation::Stamp;

/// More bytes than a note has.
const SIZE_LIMIT: u64 = 64 * 1024;

/// A refresh that was sent with the refresh token of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlightRefresh {
    /// The newest generation when it was sent. Once other tokens follow, the note means nothing.
    #[serde(rename = "generation")]
    pub number: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// The process that sent it.
    pub by: By,
}

impl InFlightRefresh {
    /// A refresh that this process is about to send.
    pub fn now(number: u64) -> Self {
        let Stamp { at, by } = Stamp::now();
        Self { number, at, by }
    }

    /// Reads the note; `None` if there is none, or if it cannot be read.
    pub(in crate::vault) fn load(path: &Path) -> Result<Option<Self>, VaultError> {
        let bytes = durable::read(path, SIZE_LIMIT).map_err(FileError::at("read", path))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Writes the note, which survives a crash once this returns.
    pub(in crate::vault) fn save(&self, path: &Path) -> Result<(), VaultError> {
        let text = serde_json::to_vec(self).expect("numbers and text are JSON");
        Ok(durable::write_private(path, &text).map_err(FileError::at("write", path))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_a_torn_one_tells_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("demo.begun");
        assert_eq!(InFlightRefresh::load(&path).expect("read"), None);
        let begun = InFlightRefresh::now(7);
        begun.save(&path).expect("written");
        assert_eq!(InFlightRefresh::load(&path).expect("read"), Some(begun));
        std::fs::write(&path, "{").expect("written");
        assert_eq!(InFlightRefresh::load(&path).expect("read"), None);
    }
}
