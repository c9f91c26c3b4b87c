//! Blocking work off the threads of the use cases, and locks that are held for a moment only.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::app::Failure;

/// Runs blocking work on a thread of its own.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        // The words of a panic may quote a secret.
        if error.is_panic() { Failure::fault() } else { Failure::inside(&error.to_string()) }
    })
}

/// The lock, whatever a panic elsewhere has left of it: each change under it is one step.
pub(in crate::app) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
