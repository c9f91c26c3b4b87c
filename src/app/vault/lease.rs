//! The right to be the only one at work on a saved profile. Whoever changes what is kept of it takes it first: a refresh, a
//! save, a removal, a token that is given away.

use std::time::Duration;

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::vault::Entry;

/// How long a person waits without being told for what.
const SILENCE: Duration = Duration::from_secs(1);

/// Takes the lease, and waits for who holds it. The entry is the only way to write or remove what is kept.
pub(crate) async fn lease(app: &App, name: &ProfileName) -> Result<Entry, Failure> {
    let leased = name.clone();
    app.with_vault(move |vault| vault.lease(&leased)).await
}

/// The same, and tells what is waited for where it takes long.
pub(crate) async fn lease_for(app: &App, report: &Report, name: &ProfileName) -> Result<Entry, Failure> {
    let mut taken = std::pin::pin!(lease(app, name));
    if let Ok(entry) = tokio::time::timeout(SILENCE, &mut taken).await {
        return entry;
    }
    let asked = name.clone();
    let refresh = app.with_vault(move |vault| vault.in_flight(&asked)).await.ok().flatten();
    let summary = match refresh {
        Some(refresh) => format!("waiting for the refresh of `{name}` that {} has begun", refresh.by),
        None => format!("waiting for another window or command that is at work on `{name}`"),
    };
    report.tell(Progress::LeaseBusy(Diagnosis::new(summary)));
    taken.await
}
