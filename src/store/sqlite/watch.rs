//! Hears that another process has written the database: the system says that a file of the folder has changed, and SQLite
//! whether this process did that itself.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::UnboundedSender;

use crate::durable::FileError;
use crate::store::engine::Watched;
use crate::store::sqlite::{Shared, Sqlite};
use crate::store::{StoreError, sqlite::connection};

/// A commit changes files many times, and to ask SQLite takes the connection that writes: so it is asked once for all changes
/// of this time.
const TOGETHER: Duration = Duration::from_millis(10);
/// After how many milliseconds more it is asked again. The log is written first; only after the disk has it is the commit to
/// be seen, and of that the system says nothing.
const DELAYS: [u64; 4] = [40, 150, 600, 2500];

/// What is watched already, and for whom.
#[derive(Default)]
pub(in crate::store) struct Watching(Option<(UnboundedSender<Watched>, RecommendedWatcher)>);

impl Sqlite {
    pub(in crate::store) fn watch_files(&self, tell: &UnboundedSender<Watched>) -> Result<(), StoreError> {
        // Nobody else has what is in memory.
        let Some(folder) = &self.0.folder else { return Ok(()) };
        let mut watching = self.0.watching.lock().unwrap_or_else(PoisonError::into_inner);
        if watching.0.as_ref().is_some_and(|(known, _)| known.same_channel(tell)) {
            return Ok(());
        }
        let (sender, changes) = mpsc::channel();
        let heard = move |event: notify::Result<Event>| {
            // An error may stand for events that were lost.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                let _ = sender.send(());
            }
        };
        let watcher = notify::recommended_watcher(heard).and_then(|mut watcher| {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        let watcher = watcher.map_err(|error| failed(folder, error))?;
        let mut other = Others {
            seen: self.commits_of_others()?,
            // The watcher is part of the store, which it must not keep alive.
            store: Arc::downgrade(&self.0),
            tell: tell.clone(),
        };
        let thread = thread::Builder::new().name("store watch".to_owned());
        thread.spawn(move || other.tell_all(&changes)).map_err(FileError::at("watch", folder))?;
        watching.0 = Some((tell.clone(), watcher));
        Ok(())
    }

    /// A number that changes with each commit of another connection than the one that writes here (`PRAGMA data_version`).
    fn commits_of_others(&self) -> Result<i64, StoreError> {
        let work = |connection: &rusqlite::Connection| {
            connection.query_row("PRAGMA data_version", (), |row| row.get::<_, i64>(0))
        };
        let read = self.0.writer.read_connected(work)?;
        Ok(read.map_err(|error| connection::failed("read", &self.0.path, &error))?)
    }
}

/// What other processes have committed, as far as it was told.
struct Others {
    seen: i64,
    store: Weak<Shared>,
    tell: UnboundedSender<Watched>,
}

impl Others {
    /// Until the watcher is gone.
    fn tell_all(&mut self, changes: &Receiver<()>) {
        while changes.recv().is_ok() {
            let mut delays = DELAYS.iter();
            while !self.is_told_of(changes)
                && let Some(delay) = delays.next()
            {
                match changes.recv_timeout(Duration::from_millis(*delay)) {
                    Ok(()) => delays = DELAYS.iter(),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }

    /// Whether there was something to tell after these changes and those that follow at once.
    fn is_told_of(&mut self, changes: &Receiver<()>) -> bool {
        // waits: for more of the same.
        thread::sleep(TOGETHER);
        while changes.try_recv().is_ok() {}
        let found = self.store.upgrade().and_then(|store| Sqlite(store).commits_of_others().ok());
        let Some(found) = found.filter(|found| *found != self.seen) else { return false };
        self.seen = found;
        // Whoever listened may be gone.
        let _ = self.tell.send(Watched::Anything);
        true
    }
}

fn failed(folder: &Path, error: notify::Error) -> StoreError {
    let reason = match error.kind {
        notify::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    };
    FileError::at("watch", folder)(reason).into()
}
