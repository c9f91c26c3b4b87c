//! A leased secret: the row that stands for it stays locked until its holder drops it, or dies.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Client;

use crate::store::StoreError;
use crate::store::engine::{Engine as _, Forgetting, Leased, Mark, Resealed, Sealed, Seen, Stored, Version, Written};
use crate::store::lease::Lease;
use crate::store::postgres::connection::Patience;
use crate::store::postgres::forgotten;
use crate::store::postgres::rename::{self, Rename};
use crate::store::postgres::secrets::{self, Put};
use crate::store::postgres::{Postgres, Shared, drawn};

/// How often a connection is used that holds a lease: several times before the server would take it for dead.
const PING: Duration = Duration::from_secs(15);

/// A row that is locked by a transaction, whose connection is used now and then until it ends.
pub(in crate::store) struct HeldRow {
    shared: Arc<Shared>,
    /// `None` once it ends.
    client: Option<Arc<Client>>,
}

impl HeldRow {
    pub(in crate::store) fn new(shared: &Arc<Shared>, client: Client) -> Self {
        let client = Arc::new(client);
        let held = Arc::downgrade(&client);
        if let Some(handle) = shared.server.handle() {
            handle.spawn(async move {
                loop {
                    tokio::time::sleep(PING).await;
                    let Some(client) = held.upgrade() else { return };
                    if client.batch_execute("SELECT 1").await.is_err() {
                        return;
                    }
                }
            });
        }
        Self { shared: Arc::clone(shared), client: Some(client) }
    }
}

impl Drop for HeldRow {
    /// The lock ends with the transaction, and the connection is used for something else.
    fn drop(&mut self) {
        let (shared, client) = (Arc::downgrade(&self.shared), self.client.take());
        if let (Some(handle), Some(client)) = (self.shared.server.handle(), client) {
            handle.spawn(async move {
                let ended = client.batch_execute("ROLLBACK").await;
                if let (Ok(()), Some(client), Some(shared)) = (ended, Arc::into_inner(client), shared.upgrade()) {
                    shared.server.put_back(client);
                }
            });
        }
    }
}

/// A leased secret. The row is let go of before the file.
pub(in crate::store) struct LeasedRow {
    store: Postgres,
    name: String,
    _row: HeldRow,
    lease: Lease,
}

impl LeasedRow {
    pub(in crate::store) fn new(store: &Postgres, name: &str, row: HeldRow, lease: Lease) -> Self {
        Self { store: store.clone(), name: name.to_owned(), _row: row, lease }
    }
}

impl Leased for LeasedRow {
    fn name(&self) -> &str {
        &self.name
    }

    fn saw(&self, seen: Option<Seen>) {
        self.lease.saw(seen);
    }

    fn put(
        &self,
        expected: Option<Version>,
        next: &Sealed,
        answers: bool,
        mark: Option<&Mark>,
    ) -> Result<Written, StoreError> {
        let writer = drawn(self.store.place())?;
        let news = &self.store.news_of(&self.name);
        let put = Put { name: &self.name, expected, next, answers, key: mark, writer, news };
        let replies = self.store.replies().filter(|_| answers);
        let unwritten = replies.filter(|replies| !replies.has(&self.name, next));
        // If this machine's disk is full, the database is the only place, and all the more reason to go on.
        let _ = unwritten.map(|replies| replies.write(&self.name, next));
        let memory = self.store.memory();
        let reading = memory.reading();
        let written = self.store.0.server.run("write", Patience::Only, async |client| secrets::put(client, &put).await);
        let written = match written {
            Ok(Written::Done) if answers => {
                let (id, version) = (next.id, next.version);
                let stored = Stored { id, version, in_flight: None, in_flight_age: None, newest: Some(next.clone()) };
                memory.wrote(reading, &self.name, stored);
                Written::Done
            }
            written => {
                memory.forget(&self.name);
                written?
            }
        };
        if written == Written::Done {
            self.lease.saw(Some(Seen { id: next.id, version: next.version }));
        }
        // Where another version is found, what it holds decides.
        if let (Written::Done | Written::Conflict { found: None }, Some(replies)) = (written, replies) {
            replies.remove(&self.name);
        }
        Ok(written)
    }

    fn begin(&self, expected: Version, note: &str, _length: usize) -> Result<Written, StoreError> {
        let writer = drawn(self.store.place())?;
        let noted = (self.name.as_str(), expected);
        let begin = async |client: &mut Client| secrets::begin(client, noted, note, &writer).await;
        // A note whose commit was not heard of may be there, and would say that the token was sent: better to wait for the
        // server, which has just answered, or for the one that takes its place.
        let written = self.store.write((&self.name, Patience::Only), begin)?;
        if written == Written::Done {
            self.lease.saw_note(expected);
        }
        Ok(written)
    }

    fn end(&self, fence: u64) -> Result<(), StoreError> {
        let end = async |client: &mut Client| secrets::end(client, &self.name, fence).await;
        self.store.write((&self.name, Patience::Restart), end)
    }

    fn remove(&self) -> Result<(), StoreError> {
        let news = self.store.news_of(&self.name);
        let remove = async |client: &mut Client| secrets::remove(client, &self.name, &news).await;
        let removed = || self.store.write((&self.name, Patience::Restart), remove).map(|()| Written::Done);
        self.lease.removing(removed)?;
        self.store.0.replies.remove(&self.name);
        Ok(())
    }

    fn forget(&self, how: Forgetting) -> Result<(), StoreError> {
        let news = self.store.news_of(&self.name);
        let forget = async |client: &mut Client| forgotten::forget(client, (&self.name, &news), how).await;
        let forgotten = || self.store.write((&self.name, Patience::Restart), forget).map(|()| Written::Done);
        self.lease.removing(forgotten)?;
        self.store.0.replies.remove(&self.name);
        Ok(())
    }

    fn bring_back(&self, number: i64) -> Result<Written, StoreError> {
        let (news, writer) = (self.store.news_of(&self.name), drawn(self.store.place())?);
        let bring_back =
            async |client: &mut Client| forgotten::bring_back(client, (&self.name, &news), number, &writer).await;
        let (written, seen) = self.store.write((&self.name, Patience::Restart), bring_back)?;
        if seen.is_some() {
            self.lease.saw(seen);
        }
        Ok(written)
    }

    fn take_out(&self, copied: Option<Seen>, mark: Option<&Mark>) -> Result<Written, StoreError> {
        let news = self.store.news_of(&self.name);
        let copied = (self.name.as_str(), copied);
        let take_out = async |client: &mut Client| secrets::take_out(client, copied, mark, &news).await;
        let written = self.lease.removing(|| self.store.write((&self.name, Patience::Restart), take_out))?;
        if written == Written::Done {
            self.store.0.replies.remove(&self.name);
        }
        Ok(written)
    }

    fn rename(&self, to: &dyn Leased, secret: Option<&Resealed>, mark: Option<&Mark>) -> Result<Written, StoreError> {
        let names = [self.name.as_str(), to.name()];
        let news = names.map(|name| self.store.news_of(name));
        let (writer, key) = (drawn(self.store.place())?, mark);
        let order = Rename { names, secret, key, writer, news: [&news[0], &news[1]] };
        let rename = async |client: &mut Client| rename::rename(client, &order).await;
        let written = self.lease.removing(|| self.store.write((&self.name, Patience::Restart), rename));
        self.store.memory().forget(to.name());
        let written = written?;
        if written == Written::Done {
            to.saw(secret.and_then(Resealed::seen));
            self.store.0.replies.remove(&self.name);
        }
        Ok(written)
    }
}
