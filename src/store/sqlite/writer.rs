//! Group commit: one of those that have something to write does the work of all that wait, in one transaction and with one
//! flush of the disk, and then hands over to one that has come meanwhile. Each has a savepoint of its own, so that one
//! failure stays its own.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::store::StoreError;
use crate::store::error::DatabaseError;
use crate::store::sqlite::{connection, forgotten};

/// The most jobs of one transaction.
const MOST_JOBS: usize = 256;

/// The connection that writes, and the jobs that wait for it.
pub(in crate::store) struct Writer {
    path: PathBuf,
    /// Opened by the first job: most commands write nothing.
    connection: Mutex<Option<Connection>>,
    queue: Mutex<Queue>,
    /// Whether anything was written since the log was emptied.
    has_written: AtomicBool,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Job>>,
    /// Whether a thread is committing, which hands over at its end.
    is_led: bool,
}

/// Something to write. What it returns is told once the transaction is durable.
trait Job: Send {
    /// Whether its changes are kept.
    fn run(&mut self, connection: &Connection) -> bool;

    fn tell(self: Box<Self>, committed: Result<(), DatabaseError>);

    /// Lets the thread that waits for it commit what waits; whether there is one.
    fn lead(&self) -> bool;
}

/// What a thread hears that waits for its job.
enum Reply<T> {
    Done(Result<T, StoreError>),
    /// It is the one to commit now.
    Lead,
}

struct Work<T, F> {
    step: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: SyncSender<Reply<T>>,
}

impl Writer {
    pub(in crate::store) fn new(path: &Path, connection: Option<Connection>) -> Self {
        Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
            queue: Mutex::default(),
            has_written: AtomicBool::default(),
        }
    }

    /// Runs `work` in a transaction. Nothing of it is kept if it fails; all of it is durable once this returns.
    pub(in crate::store) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = mpsc::sync_channel(1);
        let mut queue = locked(&self.queue);
        queue.waiting.push_back(Box::new(Work { step: Some(work), result: None, reply }));
        let leads = !std::mem::replace(&mut queue.is_led, true);
        drop(queue);
        if leads {
            self.commit_waiting();
        }
        loop {
            match answer.recv() {
                Ok(Reply::Done(result)) => return result,
                Ok(Reply::Lead) => self.commit_waiting(),
                Err(_) => return Err(StoreError::Interrupted { path: self.path.clone() }),
            }
        }
    }

    /// Commits what waits, the job of this thread among it.
    fn commit_waiting(&self) {
        let _hand_over = HandOver(&self.queue);
        let jobs: Vec<_> = {
            let mut queue = locked(&self.queue);
            let count = queue.waiting.len().min(MOST_JOBS);
            queue.waiting.drain(..count).collect()
        };
        let mut writing = locked(&self.connection);
        self.commit(&mut writing, jobs);
    }

    /// The next job opens a new connection.
    pub(in crate::store) fn close(&self) {
        locked(&self.connection).take();
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
        if let Some(opened) = writing.take() {
            return Ok(writing.insert(opened));
        }
        let failed = |error| connection::failed("write", &self.path, &error);
        let opened = connection::open(&self.path).map_err(failed)?;
        // If that fails, what comes next does as well, or it is done the next time.
        let _ = forgotten::erase_old(&opened);
        Ok(writing.insert(opened))
    }
}

/// Hands over when it is dropped, after a panic too.
struct HandOver<'a>(&'a Mutex<Queue>);

impl Drop for HandOver<'_> {
    fn drop(&mut self) {
        let mut queue = locked(self.0);
        while queue.waiting.front().is_some_and(|next| !next.lead()) {
            queue.waiting.pop_front();
        }
        queue.is_led = !queue.waiting.is_empty();
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
        let _ = self.reply.send(Reply::Done(result));
    }

    fn lead(&self) -> bool {
        self.reply.send(Reply::Lead).is_ok()
    }
}

/// A thread that panicked has left no half transaction: dropping one rolls it back.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn all_that_write_at_once_are_told_and_one_that_panics_holds_nobody_up() {
        let connection = Connection::open_in_memory().expect("opened");
        connection.execute_batch("CREATE TABLE numbers (number INTEGER)").expect("a table");
        let writer = Writer::new(Path::new(":memory:"), Some(connection));
        let insert = |number: u32| {
            let job = move |connection: &Connection| {
                assert!(!number.is_multiple_of(97), "a mistake");
                connection.execute("INSERT INTO numbers VALUES (?)", [number]).expect("inserted");
                Ok(())
            };
            // Those in one transaction with a job that panics are told that it was interrupted.
            u32::from(catch_unwind(AssertUnwindSafe(|| writer.run(job))).is_ok_and(|done| done.is_ok()))
        };
        let done: u32 = std::thread::scope(|scope| {
            let insert = &insert;
            let threads: Vec<_> = (0..16)
                .map(|thread| scope.spawn(move || (1..=60).map(|n| insert(thread * 60 + n)).sum::<u32>()))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("ended")).sum()
        });
        let stored = writer
            .read(|connection| connection.query_row("SELECT count(*) FROM numbers", (), |row| row.get::<_, u32>(0)));
        assert_eq!(stored.expect("a connection").expect("read"), done);
        assert!((480..=951).contains(&done), "{done} of 960 were kept");
        assert!(!locked(&writer.queue).is_led && locked(&writer.queue).waiting.is_empty());
    }
}
