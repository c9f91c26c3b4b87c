//! The file that the window and the agent share, so that each thing is told by one of them.

use std::path::Path;

use crate::app::Failure;
use crate::app::FailureKind;
use crate::app::watch::told::Told;
use crate::diagnosis::Diagnosis;
use crate::durable::{self, FileError};

/// More bytes than what was told of 100,000 profiles.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Changes what was told in one step, which waits for another process that does.
pub(in crate::app::watch) fn change<T>(folder: &Path, change: impl FnOnce(&mut Told) -> T) -> Result<T, Failure> {
    durable::create_folder(folder).map_err(FileError::at("create", folder)).map_err(|error| failed(&error))?;
    let lock = folder.join("lock");
    let held = durable::open_lock(&lock).map_err(FileError::at("open", &lock)).map_err(|error| failed(&error))?;
    held.lock().map_err(FileError::at("lock", &lock)).map_err(|error| failed(&error))?;
    let path = folder.join("told.json");
    let bytes = durable::read(&path, LIMIT).map_err(FileError::at("read", &path)).map_err(|error| failed(&error))?;
    // One that cannot be read was written by nobody of us: it begins anew.
    let mut told: Told = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let before = told.clone();
    let done = change(&mut told);
    if told != before {
        let text = serde_json::to_vec(&told).unwrap_or_default();
        durable::write_private(&path, &text).map_err(FileError::at("write", &path)).map_err(|error| failed(&error))?;
    }
    Ok(done)
}

fn failed(error: &FileError) -> Failure {
    Failure::new(FailureKind::Machine, Diagnosis::new(error.to_string()).hint(error.advice()))
}
