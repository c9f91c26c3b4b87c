//! The intent mark: that a refresh token is about to be spent. It is on the disk before the call goes out and goes away
//! with the answer, so a mark that is found later tells of a call whose answer never arrived. No secret is in it.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::durable::{self, FileError};
use crate::vault::VaultError;
use crate::vault::generation::By;
use crate::vault::generation::Stamp;

/// More bytes than a mark has.
const SIZE_LIMIT: u64 = 64 * 1024;

/// A call that was begun with the refresh token of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlightRefresh {
    /// The newest generation when it was begun. Once other tokens follow, the mark says nothing any more.
    #[serde(rename = "generation")]
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// By which process.
    pub by: By,
}

impl InFlightRefresh {
    /// A call that this process is about to make.
    pub fn now(number: u64) -> Self {
        let Stamp { at, by } = Stamp::now();
        Self { number, at, by }
    }

    /// Reads the mark; `None` where there is none. One that cannot be read tells nothing, and is as good as none.
    pub(in crate::vault) fn load(path: &Path) -> Result<Option<Self>, VaultError> {
        let bytes = durable::read(path, SIZE_LIMIT).map_err(FileError::at("read", path))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Writes the mark, which outlives a crash once this returns.
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
