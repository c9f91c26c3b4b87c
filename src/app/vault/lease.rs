//! The right to be the only one at work on a saved profile. Whoever changes what is kept of it takes it first: a refresh, a
//! save, a removal, a token that is given away.

use std::time::Duration;

use crate::app::shared::Shared;
use crate::app::{Attempt, Event, Failure};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::vault::Entry;

/// How long a person waits without being told for what.
const SILENCE: Duration = Duration::from_secs(1);

/// Takes the lease, and waits for who holds it. The entry is the only way to write or remove what is kept.
pub(crate) async fn lease(shared: &Shared, name: &ProfileName) -> Result<Entry, Failure> {
    let leased = name.clone();
    shared.with_vault(move |vault| vault.lease(&leased)).await
}

/// The same, and tells what is waited for where it takes long.
pub(crate) async fn lease_for(shared: &Shared, attempt: Attempt, name: &ProfileName) -> Result<Entry, Failure> {
    let mut taken = std::pin::pin!(lease(shared, name));
    if let Ok(entry) = tokio::time::timeout(SILENCE, &mut taken).await {
        return entry;
    }
    let asked = name.clone();
    let refresh = shared.with_vault(move |vault| vault.in_flight(&asked)).await.ok().flatten();
    let summary = match refresh {
        Some(refresh) => format!("waiting for the refresh of `{name}` that {} has begun", refresh.by),
        None => format!("waiting for another window or command that is at work on `{name}`"),
    };
    shared.emit(Event::HeldUp(attempt, Diagnosis::new(summary)));
    taken.await
}
