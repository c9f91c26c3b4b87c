//! The lease: the right to be the only process that changes a saved profile. Refresh, save, removal and hand-over all
//! take it first.

use std::time::Duration;

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::vault::Entry;

/// How long to wait before the person is told what for.
const SILENCE: Duration = Duration::from_secs(1);

/// Takes the lease, waiting for its holder. Only the returned entry can write or remove the profile's record.
pub(crate) async fn lease(app: &App, name: &ProfileName) -> Result<Entry, Failure> {
    let leased = name.clone();
    app.with_vault(move |vault| vault.lease(&leased)).await
}

/// [`lease`], reporting what is waited for if it takes long.
pub(crate) async fn lease_for(app: &App, report: &Report, name: &ProfileName) -> Result<Entry, Failure> {
    let mut taken = std::pin::pin!(lease(app, name));
    if let Ok(entry) = tokio::time::timeout(SILENCE, &mut taken).await {
        return entry;
    }
    let asked = name.clone();
    let refresh = app.with_vault(move |vault| vault.in_flight(&asked)).await.ok().flatten();
    let summary = match refresh {
        Some(refresh) => format!("waiting for {} to finish its refresh of `{name}`", refresh.by),
        None => format!("waiting for another window or command to finish with `{name}`"),
    };
    report.tell(Progress::LeaseBusy(Diagnosis::new(summary)));
    taken.await
}
