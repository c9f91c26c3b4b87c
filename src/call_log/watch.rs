//! Hears that another process has added calls.

use std::io;
use std::path::Path;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::durable::FileError;

/// Watches the log until it is dropped.
#[derive(Debug)]
pub struct Watch(#[allow(dead_code, reason = "it watches as long as it lives")] RecommendedWatcher);

impl Watch {
    pub(in crate::call_log) fn start(folder: &Path, tell: impl Fn() + Send + 'static) -> Result<Self, FileError> {
        let heard = move |event: notify::Result<Event>| {
            // An error may stand for events that were lost.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                tell();
            }
        };
        let watcher = notify::recommended_watcher(heard).and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        watcher.map(Self).map_err(|error| failed(folder, error))
    }
}

fn failed(folder: &Path, error: notify::Error) -> FileError {
    let reason = match error.kind {
        notify::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    };
    FileError::at("watch", folder)(reason)
}
