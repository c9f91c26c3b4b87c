//! Leases, and the newest version of each secret that this machine has seen.
//!
//! A lease is a lock on a small file that belongs to one profile: the system frees it when its process dies, and nobody has
//! to guess by a clock whether a holder still lives. The file holds the version that was written last. It is written after
//! the database and never flushed, so it is never ahead; a database that is behind it has lost commits.
//!
//! Lock files stay when a profile is forgotten. Removing one would let a second holder lock a new file of the same name while
//! the first still holds the old one.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::durable::{self, FileError};
use crate::store::{Seen, StoreError, Version, Written};

/// How often a lock that is taken is tried again: soon at first, then seldom enough to cost nothing. The system has no call
/// that waits for a file lock and also gives up.
const PAUSES: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// The most bytes that are read of a file, which has some 60.
const SIZE_LIMIT: u64 = 256;

/// Where leases are taken.
#[derive(Clone, Debug)]
pub(in crate::store) enum Leases {
    /// In a folder, for every process that uses it.
    Files(PathBuf),
    /// In this process.
    Memory(Arc<Held>),
}

/// The leased profiles, and a signal when one is free again.
#[derive(Debug, Default)]
pub(in crate::store) struct Held {
    names: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

/// Ends when it is dropped.
#[derive(Debug)]
pub(in crate::store) enum Lease {
    File(Mutex<File>),
    Memory { name: String, held: Arc<Held> },
}

impl Leases {
    pub(in crate::store) fn take(&self, name: &str, wait: Duration) -> Result<Option<Lease>, StoreError> {
        match self {
            Self::Files(folder) => {
                durable::create_private_folder(folder).map_err(FileError::at("create", folder))?;
                let path = path(folder, name);
                let locked = lock(&path, wait).map_err(FileError::at("lock", &path))?;
                Ok(locked.map(|file| Lease::File(Mutex::new(file))))
            }
            Self::Memory(held) => {
                let names = held.names.lock().unwrap_or_else(PoisonError::into_inner);
                let free = held.freed.wait_timeout_while(names, wait, |names| names.contains(name));
                let (mut names, waited) = free.unwrap_or_else(PoisonError::into_inner);
                if waited.timed_out() {
                    return Ok(None);
                }
                names.insert(name.to_owned());
                Ok(Some(Lease::Memory { name: name.to_owned(), held: Arc::clone(held) }))
            }
        }
    }

    /// The version that was written last, as far as this machine knows. What cannot be read is not known.
    pub(in crate::store) fn seen(&self, name: &str) -> Option<Seen> {
        let Self::Files(folder) = self else { return None };
        let bytes = durable::read(&path(folder, name), SIZE_LIMIT).ok().flatten()?;
        Seen::parse(std::str::from_utf8(&bytes).ok()?)
    }

    /// The names of the secrets that were written and not forgotten.
    pub(in crate::store) fn names_seen(&self) -> impl Iterator<Item = String> {
        let folder = if let Self::Files(folder) = self { Some(folder) } else { None };
        let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        let seen = entries.filter(|entry| entry.metadata().is_ok_and(|found| found.is_file() && found.len() > 0));
        seen.filter_map(|entry| durable::name_of_stem(entry.file_name().to_str()?))
    }
}

impl Lease {
    /// Remembers what was written; `None` that there is no secret any more. A failure is ignored: the mark stays behind, and
    /// that does no harm.
    pub(in crate::store) fn saw(&self, seen: Option<Seen>) {
        let Self::File(file) = self else { return };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = match seen {
            Some(seen) => file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(seen.to_text().as_bytes())),
            None => file.set_len(0),
        };
    }

    /// Remembers that a note raised the fence of this version.
    pub(in crate::store) fn saw_note(&self, expected: Version) {
        if let Some(seen) = self.seen() {
            let version = Version { fence: expected.fence.saturating_add(1), ..expected };
            self.saw(Some(Seen { version, ..seen }));
        }
    }

    /// Removes a secret. The mark goes first: without its row it would say that the secret was lost.
    pub(in crate::store) fn removing(
        &self,
        remove: impl FnOnce() -> Result<Written, StoreError>,
    ) -> Result<Written, StoreError> {
        let seen = self.seen();
        self.saw(None);
        let removed = remove();
        if !matches!(removed, Ok(Written::Done)) {
            self.saw(seen);
        }
        removed
    }

    /// What was remembered.
    pub(in crate::store) fn seen(&self) -> Option<Seen> {
        let Self::File(file) = self else { return None };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        file.seek(SeekFrom::Start(0)).ok()?;
        Read::by_ref(&mut *file).take(SIZE_LIMIT).read_to_string(&mut text).ok()?;
        Seen::parse(&text)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Self::Memory { name, held } = self {
            held.names.lock().unwrap_or_else(PoisonError::into_inner).remove(name.as_str());
            held.freed.notify_all();
        }
    }
}

impl Seen {
    /// One line of always the same length, so that writing it again replaces it.
    pub(in crate::store) fn to_text(self) -> String {
        let Version { generation, fence } = self.version;
        format!("{:032x} {generation:016x} {fence:016x}\n", u128::from_be_bytes(self.id))
    }

    pub(in crate::store) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_suffix('\n')?.split(' ');
        let id = u128::from_str_radix(parts.next()?, 16).ok()?.to_be_bytes();
        let mut number = || u64::from_str_radix(parts.next()?, 16).ok();
        Some(Self { id, version: Version { generation: number()?, fence: number()? } })
    }
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(durable::file_stem(name))
}

/// Locks a file, made where it is missing, against every other opening of it in this process or another, and gives up after
/// `wait` with `None`. The lock ends with the `File`.
fn lock(path: &Path, wait: Duration) -> io::Result<Option<File>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_a_torn_one_tells_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let leases = Leases::Files(folder.path().to_owned());
        assert_eq!(leases.names_seen().count(), 0);
        let lease = leases.take("Demo", Duration::ZERO).expect("locked").expect("free");
        assert_eq!((leases.seen("Demo"), leases.names_seen().count()), (None, 0));
        for generation in [9, u64::MAX, 1] {
            let seen = Seen { id: [7; 16], version: Version { generation, fence: 3 } };
            lease.saw(Some(seen));
            assert_eq!((leases.seen("Demo"), lease.seen()), (Some(seen), Some(seen)));
        }
        assert_eq!(leases.names_seen().collect::<Vec<_>>(), ["Demo"]);
        fs::write(path(folder.path(), "Demo"), "00 01").expect("torn");
        assert_eq!(leases.seen("Demo"), None);
        lease.saw(None);
        assert_eq!(leases.names_seen().count(), 0);
    }

    #[test]
    fn a_lease_excludes_everybody_until_it_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        for leases in [Leases::Files(folder.path().join("leases")), Leases::Memory(Arc::default())] {
            let take = |name: &str| leases.take(name, Duration::from_millis(20)).expect("tried");
            let held = take("demo").expect("free");
            assert!(take("demo").is_none());
            assert!(take("other").is_some());
            drop(held);
            assert!(take("demo").is_some());
        }
    }
}
