//! The right to be the only one at work on a saved profile. Whoever changes what is kept of it takes it first: a refresh, a
//! save, a removal, a token that is given away.

use std::time::Duration;

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::progress::{Progress, Report};
use crate::diagnosis::Diagnosis;
use crate::service::ProfileName;
use crate::vault::{LEASE_WAIT, Lease};

/// How long a person waits without being told for what.
const SILENCE: Duration = Duration::from_secs(1);

/// Takes the lease, and waits for who holds it.
pub(crate) async fn lease(app: &App, name: &ProfileName) -> Result<Lease, Failure> {
    let leased = name.to_string();
    app.with_vault(move |vault| vault.lease(&leased, LEASE_WAIT)).await
}

/// The same, and tells what is waited for where it takes long.
pub(crate) async fn lease_for(app: &App, report: &Report, name: &ProfileName) -> Result<Lease, Failure> {
    let mut taken = std::pin::pin!(lease(app, name));
    if let Ok(lease) = tokio::time::timeout(SILENCE, &mut taken).await {
        return lease;
    }
    let asked = name.to_string();
    let begun = app.with_vault(move |vault| vault.begun(&asked)).await.ok().flatten();
    let summary = match begun {
        Some(begun) => format!("waiting for the refresh of `{name}` that {} has begun", begun.by),
        None => format!("waiting for another window or command that is at work on `{name}`"),
    };
    report.tell(Progress::LeaseBusy(Diagnosis::new(summary)));
    taken.await
}
