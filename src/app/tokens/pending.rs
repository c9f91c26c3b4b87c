//! Pending writes: tokens that were received and could not be saved, because a disk is full, a folder read-only or a keyring
//! locked. They stay in memory, replace the older ones on the disk, and are written again and again until that works. The
//! old refresh token may be spent, so they may be the only valid ones.

use std::time::Duration;

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::drafts;
use crate::app::state::PendingWrite;
use crate::app::tokens::needs_sign_in;
use crate::app::vault::lease::lease;
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::service::ProfileName;
use crate::vault::{Entry, Record, Vault, VaultError};

/// How often a write is tried at once: a disk may be full, or the database busy, for a moment only.
const TRIES: u32 = 4;
/// The first and the longest pause before it is tried again.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// The newest record of a profile: the saved one, or a pending write that follows it.
pub(crate) fn newest(app: &App, name: &ProfileName, saved: Option<Record>) -> Option<Record> {
    let Some(pending) = app.pending(name) else { return saved };
    if saved.as_ref().is_some_and(|saved| pending.follows(saved, false)) {
        return Some(pending.record);
    }
    done(app, name);
    saved
}

/// The newest record of a profile.
pub(crate) async fn read(app: &App, name: &ProfileName) -> Result<Record, Failure> {
    let asked = name.clone();
    newest_of(app, name, app.with_vault(move |vault| vault.snapshot(&asked)).await)
}

/// The same for whoever holds the profile's lease.
pub(in crate::app::tokens) async fn read_leased(
    app: &App,
    name: &ProfileName,
    entry: &Entry,
) -> Result<Record, Failure> {
    newest_of(app, name, app.with_entry(entry, Entry::get).await)
}

fn newest_of(app: &App, name: &ProfileName, saved: Result<Option<Record>, Failure>) -> Result<Record, Failure> {
    let record = match (saved, app.pending(name)) {
        (Ok(saved), _) => newest(app, name, saved),
        // The same fault may be why the write is pending.
        (Err(_), Some(pending)) => Some(pending.record),
        (Err(failure), None) => return Err(failure),
    };
    record.ok_or_else(|| needs_sign_in(name, "has no tokens"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app::tokens) enum Put {
    /// The tokens are saved, or pending.
    Saved,
    /// The profile was forgotten, so they belong to nothing.
    Forgotten,
    /// Somebody has signed in to the profile meanwhile, which counts.
    Replaced,
}

/// Why tokens were not saved.
struct Unsaved {
    why: Diagnosis,
    /// Another machine has taken this one for dead; who has the lease next decides.
    is_overtaken: bool,
}

/// Saves new tokens; if that fails they are a pending write, and the face is told. The lease is returned, unless it was lost.
pub(in crate::app::tokens) async fn put(
    app: &App,
    (name, mut entry): (&ProfileName, Entry),
    pending: PendingWrite,
) -> (Put, Option<Entry>) {
    // Pending from the start: a cancellation between two tries must not lose them.
    app.set_pending(name, pending.clone());
    let _alarm = Alarm(app);
    let (contents, how) = (pending.record.contents.clone(), pending.how);
    // If this machine's disk is full, the database is the only place, and all the more reason to go on.
    let _ = app.with_entry(&entry, move |entry| entry.journal_reply(&contents, how)).await;
    let mut tries = 1;
    loop {
        let Unsaved { why, is_overtaken } = match put_once(app, (name, &entry), &pending).await {
            Ok(put) => {
                done(app, name);
                // A reply that still waits was not saved, since another machine has gone on: a new lease drops it and says so.
                let is_dropped = entry.is_shared() && app.is_waiting(name).await;
                if !is_dropped {
                    return (put, Some(entry));
                }
                drop(entry);
                return (put, lease(app, name).await.ok());
            }
            Err(unsaved) => unsaved,
        };
        let waits = app.is_waiting(name).await;
        if tries == TRIES || waits && !is_overtaken {
            app.tell(if waits { waiting(&why) } else { News::WritePending(name.clone(), why) });
            return (Put::Saved, Some(entry));
        }
        if is_overtaken {
            drop(entry);
            entry = match lease(app, name).await {
                Ok(entry) => entry,
                Err(failure) => {
                    app.tell(if waits {
                        waiting(&failure.diagnosis)
                    } else {
                        News::WritePending(name.clone(), failure.diagnosis)
                    });
                    return (Put::Saved, None);
                }
            };
        } else {
            // waits: nothing tells when a disk has room again.
            tokio::time::sleep(Duration::from_millis(50) * tries).await;
        }
        tries += 1;
    }
}

/// Nothing is lost when this program ends.
fn waiting(why: &Diagnosis) -> News {
    let summary = format!("{}; they wait on this machine, sealed", why.summary);
    let hint = "the agent, the window or the next command that uses the profile saves them once the database is back";
    News::Replies(vec![Diagnosis::new(summary).hint(hint)])
}

/// Wakes [`write_pending`] at the end if a write is still pending.
struct Alarm<'a>(&'a App);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if !self.0.pending_names().is_empty() {
            self.0.tell_pending();
        }
    }
}

async fn put_once(app: &App, (name, entry): (&ProfileName, &Entry), pending: &PendingWrite) -> Result<Put, Unsaved> {
    let pending = pending.clone();
    let put = app.with_entry(entry, move |entry| {
        // Who does not know the lease, such as a restored backup, has the last word: newer tokens win, and what is gone
        // stays gone.
        let Some(last) = entry.get()? else { return Ok(Ok(Put::Forgotten)) };
        if !pending.follows(&last, entry.is_shared()) {
            let is_there = last.history.continues(&pending.record.history);
            return Ok(Ok(if is_there { Put::Saved } else { Put::Replaced }));
        }
        let put = entry.put(Some(last.number), &pending.record.contents, pending.how);
        let is_overtaken = match put {
            Err(VaultError::Overtaken { .. }) => true,
            Err(VaultError::Conflict { .. }) => entry.is_shared(),
            _ => false,
        };
        Ok(put.map(|_| Put::Saved).map_err(|error| (error.diagnose(), is_overtaken)))
    });
    let failed = |(diagnosis, is_overtaken): (Diagnosis, bool)| {
        let summary = format!("the new tokens of `{name}` could not be saved: {}", diagnosis.summary);
        Unsaved { why: Diagnosis { summary, ..diagnosis }, is_overtaken }
    };
    put.await.map_err(|failure| failed((failure.diagnosis, false)))?.map_err(failed)
}

/// The profile has no pending write any more.
fn done(app: &App, name: &ProfileName) {
    app.take_pending(name);
    app.tell(News::WriteDone(name.clone()));
}

/// Tries once more because a person asks for it.
pub(in crate::app::tokens) async fn try_again(app: &App) {
    for name in app.pending_names() {
        if let Err(diagnosis) = write_one(app, &name).await {
            app.tell(News::WritePending(name, diagnosis));
        }
    }
    drafts::save_held(app).await;
}

/// Saves what waits on this machine for the team's database, while the caller goes on.
pub(crate) async fn take_up_waiting(app: &App) {
    let waits = app.with_store(|store| Ok(!store.waiting().is_empty())).await.unwrap_or_default();
    if !app.has_vault() || !waits {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        match app.with_vault(Vault::take_up_replies).await {
            Ok(()) => app.tell_profiles().await,
            Err(failure) => app.tell(News::Problem(failure)),
        }
    });
}

/// Whether there is something that can be tried again.
fn is_waiting(app: &App) -> bool {
    !app.pending_names().is_empty() || app.has_vault() && !app.held.is_empty()
}

/// Retries pending writes, with growing pauses; sleeps while there are none.
pub(crate) async fn write_pending(app: &App) {
    loop {
        app.pending_news().await;
        let mut pause = PAUSES.0;
        while is_waiting(app) {
            // waits: nothing tells when a disk has room again.
            tokio::time::sleep(pause).await;
            for name in app.pending_names() {
                if let Err(diagnosis) = write_one(app, &name).await {
                    app.tell(News::WritePending(name, diagnosis));
                }
            }
            drafts::save_held(app).await;
            pause = (pause * 2).min(PAUSES.1);
        }
        app.tell_profiles().await;
    }
}

/// Under the lease, since another process may be changing the profile.
async fn write_one(app: &App, name: &ProfileName) -> Result<(), Diagnosis> {
    let entry = lease(app, name).await.map_err(|failure| failure.diagnosis)?;
    let Some(pending) = app.pending(name) else { return Ok(()) };
    put_once(app, (name, &entry), &pending).await.map_err(|unsaved| unsaved.why)?;
    done(app, name);
    Ok(())
}
