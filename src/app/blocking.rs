//! Blocking work off the async threads, and locks held only for a moment.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::app::Failure;

/// Runs blocking work on a thread of its own.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        // The panic message may quote a secret.
        if error.is_panic() { Failure::fault() } else { Failure::inside(&error.to_string()) }
    })
}

/// Locks, even after a panic elsewhere: each change under the lock is one step.
pub(in crate::app) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
