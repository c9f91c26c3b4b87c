//! Tokens that were received and could not be saved: a disk is full, a folder read-only, a keyring locked. They stay in
//! memory, are used in place of the older ones on the disk, and are tried to be kept again until it works. The old
//! refresh token may be spent, so these may be the only ones that are good.

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
use crate::vault::{Entry, Record};

/// How often the new tokens are tried to be kept at once: a disk may be full for a moment, a synced folder busy.
const TRIES: u32 = 4;
/// How long after that they are tried again, the first time and at most.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// The newest record of a profile: what is kept, or what waits in memory to be.
pub(crate) fn newest(app: &App, name: &ProfileName, kept: Option<Record>) -> Option<Record> {
    let Some(unkept) = app.pending(name) else { return kept };
    if kept.as_ref().is_some_and(|kept| unkept.follows(kept)) {
        return Some(unkept.record);
    }
    is_settled(app, name);
    kept
}

/// The record of a profile; where newer tokens wait in memory, with those.
pub(crate) async fn read(app: &App, name: &ProfileName) -> Result<Record, Failure> {
    let asked = name.clone();
    let record = match (app.with_vault(move |vault| vault.snapshot(&asked)).await, app.pending(name)) {
        (Ok(kept), _) => newest(app, name, kept),
        // What cannot be read may be why it waits.
        (Err(_), Some(unkept)) => Some(unkept.record),
        (Err(failure), None) => return Err(failure),
    };
    record.ok_or_else(|| needs_sign_in(name, "has no tokens"))
}

/// What came of keeping new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app::tokens) enum Put {
    /// They are kept, or wait in memory until they can be.
    Kept,
    /// They belong to nothing that is kept any more.
    Dropped,
}

/// Keeps new tokens; where that fails they wait in memory, and the face is told.
pub(in crate::app::tokens) async fn put(app: &App, (name, entry): (&ProfileName, &Entry), unkept: PendingWrite) -> Put {
    // They wait from the first: a run that is cancelled between two tries must not lose them.
    app.set_pending(name, unkept.clone());
    let _alarm = Alarm(app);
    let mut tries = 1;
    loop {
        let diagnosis = match put_once(app, (name, entry), &unkept).await {
            Ok(put) => {
                is_settled(app, name);
                return put;
            }
            Err(diagnosis) => diagnosis,
        };
        if tries == TRIES {
            app.tell(News::WritePending(name.clone(), diagnosis));
            return Put::Kept;
        }
        // waits: nothing tells when a disk has room again.
        tokio::time::sleep(Duration::from_millis(50) * tries).await;
        tries += 1;
    }
}

/// Wakes [`keep_trying`] when a run ends and something still waits.
struct Alarm<'a>(&'a App);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if !self.0.pending_names().is_empty() {
            self.0.tell_pending();
        }
    }
}

async fn put_once(app: &App, (name, entry): (&ProfileName, &Entry), unkept: &PendingWrite) -> Result<Put, Diagnosis> {
    let unkept = unkept.clone();
    let put = app.with_entry(entry, move |entry| {
        // The lease keeps out whoever knows of it. A folder that another machine writes to as well knows nothing of it: there
        // the newer tokens win, and what was removed stays removed.
        let Some(last) = entry.get()? else { return Ok(Ok(Put::Dropped)) };
        if !unkept.follows(&last) {
            let is_there = last.history.continues(&unkept.record.history);
            return Ok(Ok(if is_there { Put::Kept } else { Put::Dropped }));
        }
        let put = entry.put(Some(last.number), &unkept.record.contents, unkept.how);
        Ok(put.map(|_| Put::Kept).map_err(|error| error.diagnose()))
    });
    let failed = |diagnosis: Diagnosis| {
        let summary = format!("the new tokens of `{name}` could not be saved: {}", diagnosis.summary);
        Diagnosis { summary, ..diagnosis }
    };
    put.await.map_err(|failure| failed(failure.diagnosis))?.map_err(failed)
}

/// Nothing of this profile waits any more.
fn is_settled(app: &App, name: &ProfileName) {
    app.take_pending(name);
    app.tell(News::WriteDone(name.clone()));
}

/// Tries once more to keep what waits, because a person asks for it.
pub(in crate::app::tokens) async fn try_again(app: &App) {
    for name in app.pending_names() {
        if let Err(diagnosis) = keep_one(app, &name).await {
            app.tell(News::WritePending(name, diagnosis));
        }
    }
    drafts::keep_held(app).await;
}

/// Whether something waits that can be tried again.
fn waits(app: &App) -> bool {
    !app.pending_names().is_empty() || app.has_vault() && !app.held.is_empty()
}

/// Tries now and again to keep what waits; sleeps without a sound while nothing does.
pub(crate) async fn keep_trying(app: &App) {
    loop {
        app.pending_news().await;
        let mut pause = PAUSES.0;
        while waits(app) {
            // waits: nothing tells when a disk has room again.
            tokio::time::sleep(pause).await;
            for name in app.pending_names() {
                if let Err(diagnosis) = keep_one(app, &name).await {
                    app.tell(News::WritePending(name, diagnosis));
                }
            }
            drafts::keep_held(app).await;
            pause = (pause * 2).min(PAUSES.1);
        }
        app.tell_profiles().await;
    }
}

/// Under the lease, since another process may be at work on the profile.
async fn keep_one(app: &App, name: &ProfileName) -> Result<(), Diagnosis> {
    let entry = lease(app, name).await.map_err(|failure| failure.diagnosis)?;
    let Some(unkept) = app.pending(name) else { return Ok(()) };
    put_once(app, (name, &entry), &unkept).await?;
    is_settled(app, name);
    Ok(())
}
