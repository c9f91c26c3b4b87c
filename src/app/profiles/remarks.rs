//! What a person may change in a saved profile without signing in again: its display name, notes and tags.

use crate::app::Failure;
use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::{load, unknown};
use crate::service::{CheckEvery, DisplayName, Notes, Profile, ProfileName, Tags};

impl App {
    /// Sets the display name of a saved profile; an empty one removes it.
    pub async fn set_display_name(&self, name: &ProfileName, display_name: DisplayName) -> Result<(), Failure> {
        change(self, name, move |profile| profile.display_name = display_name).await?;
        self.tell_profiles().await;
        Ok(())
    }

    /// The notes of a saved profile.
    pub async fn notes(&self, name: &ProfileName) -> Result<Notes, Failure> {
        Ok(load(self, name).await?.notes)
    }

    /// Sets the notes of a saved profile; empty ones remove them.
    pub async fn set_notes(&self, name: &ProfileName, notes: Notes) -> Result<(), Failure> {
        change(self, name, move |profile| profile.notes = notes).await?;
        self.tell_profiles().await;
        Ok(())
    }

    /// Sets the only account that may sign in to a saved profile, as the service names it: the e-mail address, user name or ID. An
    /// empty one allows any. The tokens stay; the next sign-in is checked.
    pub async fn set_account(&self, name: &ProfileName, account: String) -> Result<(), Failure> {
        change(self, name, move |profile| account.trim().clone_into(&mut profile.account)).await?;
        self.tell_profiles().await;
        Ok(())
    }

    /// Sets how often a saved profile is checked by itself; `None` for never.
    pub async fn set_check_every(&self, name: &ProfileName, every: Option<CheckEvery>) -> Result<(), Failure> {
        change(self, name, move |profile| profile.check_every = every).await?;
        self.tell_profiles().await;
        self.scheduler.reload();
        Ok(())
    }

    /// Adds tags to a saved profile and removes some, in one step. Returns those that it has now.
    pub async fn change_tags(&self, name: &ProfileName, added: Tags, removed: Tags) -> Result<Tags, Failure> {
        let tags = change(self, name, move |profile| {
            profile.tags = profile.tags.changed(&added, &removed);
            profile.tags.clone()
        });
        let tags = tags.await?;
        self.tell_profiles().await;
        Ok(tags)
    }

    /// Sets notes and tags of a saved profile.
    pub async fn set_notes_and_tags(&self, name: &ProfileName, notes: Notes, tags: Tags) -> Result<(), Failure> {
        change(self, name, move |profile| (profile.notes, profile.tags) = (notes, tags)).await?;
        self.tell_profiles().await;
        Ok(())
    }
}

/// Changes a saved profile in one step: what another process changes meanwhile is not lost.
pub(in crate::app) async fn change<T: Send + 'static>(
    app: &App,
    name: &ProfileName,
    change: impl FnOnce(&mut Profile) -> T + Send + 'static,
) -> Result<T, Failure> {
    let (store, asked, (catalog, _)) = (app.ports.store.clone(), name.clone(), app.catalog().await?);
    let changed = move || -> Result<Option<T>, Failure> {
        let named = asked.clone();
        store.change(named.as_str(), move |plain| {
            let Some(text) = &plain.definition else { return Ok(None) };
            let mut profile = Profile::from_toml(&asked, text, &catalog)?;
            let done = change(&mut profile);
            plain.definition = Some(profile.to_toml(&catalog));
            Ok(Some(done))
        })
    };
    match blocking(changed).await?? {
        Some(done) => Ok(done),
        None => Err(unknown(app, name).await),
    }
}
