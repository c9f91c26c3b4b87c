//! Being the only one: a lock on a file of its own, which the system releases when its holder dies.
//!
//! The lock file stays when it is released. Removing it would let a second holder lock a new file of the same name
//! while the first still holds the old one.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::durable;

/// How often a lock that is taken is tried again: soon at first, then seldom enough to cost nothing. The system
/// has no call that waits for a file lock and also gives up.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Locks a file, made where it is missing, against every other opening of it in this process or another, and gives up
/// after `wait` with `None`. The lock ends with the `File`.
pub(in crate::vault) fn lock(path: &Path, wait: Duration) -> io::Result<Option<File>> {
    let file = durable::open_lock(path)?;
    let began = Instant::now();
    let mut pause = PAUSES.0;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        let left = wait.saturating_sub(began.elapsed());
        if left.is_zero() {
            return Ok(None);
        }
        // waits: the system tells nobody when a lock is let go.
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(PAUSES.1);
    }
}
