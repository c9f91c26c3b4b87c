//! Group commit: whoever gets the connection does the work of all that wait for it, in one transaction and with one flush
//! of the disk. Each has a savepoint of its own, so that one failure stays its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::store::StoreError;
use crate::store::error::DatabaseError;
use crate::store::sqlite::connection;

/// The most jobs of one transaction.
const MOST_JOBS: usize = 256;

/// The connection that writes, and the jobs that wait for it.
pub(in crate::store) struct Writer {
    path: PathBuf,
    /// Opened by the first job: most commands write nothing.
    connection: Mutex<Option<Connection>>,
    waiting: Mutex<Vec<Box<dyn Job>>>,
    /// Whether anything was written since the log was emptied.
    has_written: AtomicBool,
}

/// Something to write. What it returns is told once the transaction is durable.
trait Job: Send {
    /// Whether its changes are kept.
    fn run(&mut self, connection: &Connection) -> bool;

    fn tell(self: Box<Self>, committed: Result<(), DatabaseError>);
}

struct Work<T, F> {
    step: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: SyncSender<Result<T, StoreError>>,
}

impl Writer {
    pub(in crate::store) fn new(path: &Path, connection: Option<Connection>) -> Self {
        Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
            waiting: Mutex::default(),
            has_written: AtomicBool::default(),
        }
    }

    /// Runs `work` in a transaction. Nothing of it is kept if it fails; all of it is durable once this returns.
    pub(in crate::store) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = mpsc::sync_channel(1);
        locked(&self.waiting).push(Box::new(Work { step: Some(work), result: None, reply }));
        let mut writing = locked(&self.connection);
        // Empty if another has done ours meanwhile.
        let jobs = self.take_waiting();
        if !jobs.is_empty() {
            self.commit(&mut writing, jobs);
        }
        drop(writing);
        answer.recv().map_err(|_| StoreError::Interrupted { path: self.path.clone() })?
    }

    /// The next job opens a new connection.
    pub(in crate::store) fn close(&self) {
        locked(&self.connection).take();
    }

    fn take_waiting(&self) -> Vec<Box<dyn Job>> {
        let mut waiting = locked(&self.waiting);
        let count = waiting.len().min(MOST_JOBS);
        waiting.drain(..count).collect()
    }

    /// Empties the log if this process has written to it. Another process that reads it stops that, and does no harm.
    pub(in crate::store) fn rest(&self) {
        if self.has_written.swap(false, Ordering::Relaxed) {
            self.empty_log();
        }
    }

    /// Copies what is in the log to the database and empties it; whether that was possible.
    pub(in crate::store) fn empty_log(&self) -> bool {
        let mut writing = locked(&self.connection);
        let Ok(connection) = self.connected(&mut writing) else { return false };
        let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, bool>(0));
        is_busy.is_ok_and(|is_busy| !is_busy)
    }

    /// Reads through the writing connection, where there is no other.
    pub(in crate::store) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Option<rusqlite::Result<T>> {
        locked(&self.connection).as_ref().map(work)
    }

    /// The same, with a connection that is opened if there is none.
    pub(in crate::store) fn read_connected<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<rusqlite::Result<T>, DatabaseError> {
        let mut writing = locked(&self.connection);
        Ok(work(self.connected(&mut writing)?))
    }

    fn commit(&self, writing: &mut Option<Connection>, mut jobs: Vec<Box<dyn Job>>) {
        let committed = match self.connected(writing) {
            Ok(connection) => {
                in_one(connection, &mut jobs).map_err(|error| connection::failed("write", &self.path, &error))
            }
            Err(error) => Err(error),
        };
        self.has_written.store(true, Ordering::Relaxed);
        for job in jobs {
            job.tell(committed.clone());
        }
    }

    fn connected<'a>(&self, writing: &'a mut Option<Connection>) -> Result<&'a mut Connection, DatabaseError> {
        let opened = match writing.take() {
            Some(opened) => opened,
            None => connection::open(&self.path).map_err(|error| connection::failed("write", &self.path, &error))?,
        };
        Ok(writing.insert(opened))
    }
}

fn in_one(connection: &mut Connection, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    // Immediate: one that reads first and writes later is refused at once if another process wrote in between.
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in jobs {
        let savepoint = transaction.savepoint()?;
        if job.run(&savepoint) {
            savepoint.commit()?;
        }
    }
    transaction.commit()
}

impl<T: Send, F: FnOnce(&Connection) -> Result<T, StoreError> + Send> Job for Work<T, F> {
    fn run(&mut self, connection: &Connection) -> bool {
        self.result = self.step.take().map(|step| step(connection));
        matches!(self.result, Some(Ok(_)))
    }

    fn tell(self: Box<Self>, committed: Result<(), DatabaseError>) {
        let result = match (self.result, committed) {
            // Its own failure says more than that of the transaction.
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (Some(done), Ok(())) => done,
            (None, Ok(())) => return,
        };
        // Nobody waits any more where the asker's thread has ended.
        let _ = self.reply.send(result);
    }
}

/// A thread that panicked has left no half transaction: dropping one rolls it back.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
