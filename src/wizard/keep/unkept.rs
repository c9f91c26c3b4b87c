//! Tokens that were received and could not be kept: a disk is full, a folder read-only, a keyring locked. They stay in
//! memory, are used in place of the older ones on the disk, and are tried to be kept again until it works. The old
//! refresh token may be spent, so these may be the only ones that are good.

use std::rc::Rc;
use std::time::Duration;

use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::service::ProfileName;
use crate::vault::{How, Record, VaultError};
use crate::wizard::keep::{LEASE_WAIT, needs_sign_in};
use crate::wizard::shared::Shared;
use crate::wizard::{Event, Failure, drafts, profiles};

/// How often the new tokens are tried to be kept at once: a disk may be full for a moment, a synced folder busy.
const TRIES: u32 = 4;
/// How long after that they are tried again, the first time and at most.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// What could not be kept.
#[derive(Clone, Debug)]
pub(crate) struct Unkept {
    /// The record as it has to become, with the number of the one that it follows.
    pub(crate) record: Record,
    /// How its tokens were had.
    pub(crate) how: How,
}

/// The record of a profile; where newer tokens wait in memory, with those.
pub(crate) async fn read(shared: &Shared, name: &ProfileName) -> Result<Record, Failure> {
    let asked = name.to_string();
    let record = shared.with_vault(move |vault| vault.get(&asked)).await;
    if let Some(unkept) = shared.unkept(name) {
        match &record {
            // Somebody signed in anew meanwhile: what waited is worth nothing any more.
            Ok(Some(record)) if record.number != unkept.record.number => is_settled(shared, name),
            _ => return Ok(unkept.record),
        }
    }
    record?.ok_or_else(|| needs_sign_in(name, "has no tokens"))
}

/// Keeps new tokens; where that fails they wait in memory, and the face is told.
pub(crate) async fn put(shared: &Shared, name: &ProfileName, unkept: Unkept) {
    // They wait from the first: a run that is cancelled between two tries must not lose them.
    shared.set_unkept(name, unkept.clone());
    let _alarm = Alarm(shared);
    let mut tries = 1;
    loop {
        let Err(diagnosis) = put_once(shared, name, &unkept).await else { return is_settled(shared, name) };
        if tries == TRIES {
            return shared.emit(Event::Unkept(name.clone(), diagnosis));
        }
        // waits: nothing tells when a disk has room again.
        tokio::time::sleep(Duration::from_millis(50) * tries).await;
        tries += 1;
    }
}

/// Wakes [`keep_trying`] when a run ends and something still waits.
struct Alarm<'a>(&'a Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if !self.0.unkept_names().is_empty() {
            self.0.tell_unkept();
        }
    }
}

async fn put_once(shared: &Shared, name: &ProfileName, unkept: &Unkept) -> Result<(), Diagnosis> {
    let Unkept { record, how } = unkept;
    let how = *how;
    let (kept, last, secrets) = (name.to_string(), record.number, record.secrets.clone());
    let obtained_at = |record: &Record| record.secrets.tokens.as_ref().map(|tokens| tokens.obtained_at);
    let ours = obtained_at(record);
    let put = shared.with_vault(move |vault| {
        let put = match vault.put(&kept, Some(last), &secrets, how.into()) {
            // A folder that another machine writes to as well knows nothing of our lease: the newer tokens win.
            Err(VaultError::Conflict { found, .. }) => match vault.get(&kept)? {
                Some(theirs) if obtained_at(&theirs) >= ours => Ok(theirs.number),
                _ => vault.put(&kept, found, &secrets, how.into()),
            },
            put => put,
        };
        Ok(put.map_err(|error| error.diagnose()))
    });
    let failed = |diagnosis: Diagnosis| {
        let summary = format!("the new tokens of `{name}` could not be kept: {}", diagnosis.summary);
        Diagnosis { summary, ..diagnosis }
    };
    match put.await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(diagnosis)) => Err(failed(diagnosis)),
        Err(failure) => Err(failed(failure.diagnosis)),
    }
}

/// Nothing of this profile waits any more.
fn is_settled(shared: &Shared, name: &ProfileName) {
    shared.take_unkept(name);
    shared.emit(Event::Kept(name.clone()));
}

/// Tries once more to keep what waits, because a person asks for it.
pub(crate) async fn try_again(shared: &Shared) -> Result<(), Failure> {
    for name in shared.unkept_names() {
        if let Err(diagnosis) = keep_one(shared, &name).await {
            shared.emit(Event::Unkept(name, diagnosis));
        }
    }
    drafts::keep_held(shared).await;
    profiles::list(shared).await
}

/// Whether something waits that can be tried again.
fn waits(shared: &Shared) -> bool {
    !shared.unkept_names().is_empty() || shared.has_vault() && !shared.held.is_empty()
}

/// Tries now and again to keep what waits; sleeps without a sound while nothing does.
pub(crate) async fn keep_trying(shared: Rc<Shared>) {
    loop {
        shared.unkept_news().await;
        let mut pause = PAUSES.0;
        while waits(&shared) {
            // waits: nothing tells when a disk has room again.
            tokio::time::sleep(pause).await;
            for name in shared.unkept_names() {
                if let Err(diagnosis) = keep_one(&shared, &name).await {
                    shared.emit(Event::Unkept(name, diagnosis));
                }
            }
            drafts::keep_held(&shared).await;
            pause = (pause * 2).min(PAUSES.1);
        }
        // A list that cannot be read is no news; the next one tells.
        let _ = profiles::list(&shared).await;
    }
}

/// Under the lease, since another process may be at work on the profile.
async fn keep_one(shared: &Shared, name: &ProfileName) -> Result<(), Diagnosis> {
    let leased = name.to_string();
    let lease = shared.with_vault(move |vault| vault.lease(&leased, LEASE_WAIT)).await;
    let _lease = lease.map_err(|failure: Failure| failure.diagnosis)?;
    let Some(unkept) = shared.unkept(name) else { return Ok(()) };
    put_once(shared, name, &unkept).await?;
    is_settled(shared, name);
    Ok(())
}
