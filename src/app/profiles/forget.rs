//! Forgets profiles.

use crate::app::Failure;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::unknown;
use crate::app::progress::Report;
use crate::app::schedule::scheduler;
use crate::app::vault::lease::lease_for;
use crate::app::vault::open;
use crate::service::ProfileName;
use crate::store::Plain;
use crate::vault::Entry;

impl App {
    /// Forgets a saved profile and its tokens. Waits for a refresh in flight, whose tokens would otherwise be saved after the
    /// profile is gone.
    pub async fn forget(&self, name: &ProfileName, report: &Report) -> Result<(), Failure> {
        if self.held.drop(name) {
            self.tell(News::WriteDone(name.clone()));
            self.tell_profiles().await;
            return Ok(());
        }
        open::open_chosen(self).await?;
        let entry = lease_to_forget(self, report, name).await?;
        forget_held(self, name, &entry).await
    }
}

pub(crate) async fn lease_to_forget(app: &App, report: &Report, name: &ProfileName) -> Result<Entry, Failure> {
    lease_for(app, report, name).await.map_err(|mut failure| {
        failure.diagnosis.summary = format!("nothing was forgotten: {}", failure.diagnosis.summary);
        failure
    })
}

/// Forgets a profile whose lease is held.
pub(crate) async fn forget_held(app: &App, name: &ProfileName, entry: &Entry) -> Result<(), Failure> {
    let is_there = app.load_profile_text(name).await;
    // A record that cannot be read is removed too.
    let has_record = !matches!(app.with_entry(entry, Entry::get).await, Ok(None));
    // A key may have been saved before its profile.
    if matches!(is_there, Ok(None)) && !has_record {
        return Err(unknown(app, name).await);
    }
    let (store, gone) = (app.ports.store.clone(), name.to_string());
    // One closure, so that cancelling the caller cannot stop it half way or end the lease early.
    let removed = app.with_entry(entry, move |entry| {
        entry.forget()?;
        // Where the secrets were in memory, the plain part is elsewhere. If the team has one of that name, that one stays.
        Ok(store.engine()?.change(&gone, Box::new(|plain| *plain = Plain::default()))?)
    });
    removed.await?;
    app.take_pending(name);
    app.tell(News::WriteDone(name.clone()));
    scheduler::changed_profiles(app).await;
    app.tell_profiles().await;
    Ok(())
}
