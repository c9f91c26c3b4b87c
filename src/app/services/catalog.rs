//! What the window loads at its start, and what it reads again: presets, settings, profiles, the state of the vault.

use std::collections::BTreeSet;

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::drafts;
use crate::app::team;
use crate::app::types::{VaultState, WindowSettings};
use crate::app::vault::open;
use crate::app::{Failure, FailureKind};
use crate::config::Settings;
use crate::diagnosis::Diagnose;

impl App {
    /// Loads what the window shows at its start; from then on, changes to the list of profiles are reported as news.
    pub async fn load_all(&self) -> Result<(), Failure> {
        self.show_list();
        self.trace();
        let settings = self.with_config(|config| Ok(config.load_settings())).await?;
        // A broken file is reported once and left untouched.
        let settings = settings.unwrap_or_else(|error| {
            self.tell(News::Problem(Failure::new(FailureKind::Machine, error.diagnose())));
            Settings::default()
        });
        self.tell(News::Window(WindowSettings::of(&settings)));
        self.tell(News::Ticks(settings.ticks));
        let (catalog, problems) = self.catalog().await?;
        self.tell(News::Services(catalog.services(), problems));
        self.probe_vault().await;
        self.tell_profiles().await;
        // The vault may be open now.
        self.scheduler.reload();
        Ok(())
    }

    /// Reads again what other processes may have changed: the team and the profiles.
    pub async fn load_again(&self) -> Result<(), Failure> {
        team::follow(self).await;
        self.scheduler.reload();
        self.tell_profiles().await;
        Ok(())
    }

    /// Opens the vault if that needs no input. A vault that cannot be opened is a state, not a failure.
    pub async fn probe_vault(&self) -> VaultState {
        let state = open::probe(self).await;
        if self.has_vault()
            && let Err(failure) = drafts::finish_moves(self).await
        {
            self.tell(News::Problem(failure));
        }
        self.tell(News::Vault(state.clone()));
        state
    }

    /// Remembers how the window looks.
    pub async fn save_window(&self, window: WindowSettings) -> Result<(), Failure> {
        self.change_settings(move |settings| window.apply(settings)).await
    }

    /// Remembers what is ticked of the checklist of a service.
    pub async fn save_ticks(&self, service: String, ticked: BTreeSet<usize>) -> Result<(), Failure> {
        let change = move |settings: &mut Settings| {
            if ticked.is_empty() {
                settings.ticks.remove(&service);
            } else {
                settings.ticks.insert(service, ticked);
            }
        };
        self.change_settings(change).await
    }

    /// Changes the settings file.
    pub(in crate::app) async fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings) + Send + 'static,
    ) -> Result<(), Failure> {
        self.with_config(move |config| {
            let mut settings = config.load_settings()?;
            change(&mut settings);
            config.save_settings(&settings)
        })
        .await
    }
}
