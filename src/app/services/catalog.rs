//! What a face begins with: presets, settings, profiles, and whether secrets can be stored.

use crate::app::handle::App;
use crate::app::news::News;
use crate::app::profiles::drafts;
use crate::app::types::{Theme, VaultState, WindowSettings};
use crate::app::vault::open;
use crate::app::{Failure, FailureKind};
use crate::diagnosis::Diagnose;
use crate::store::Settings;

impl App {
    /// Loads everything that the window shows first, and keeps the list of profiles up to date from now on.
    pub async fn load_all(&self) -> Result<(), Failure> {
        self.show_list();
        let settings = self.with_store(|store| Ok(store.load_settings())).await?;
        // A broken file is told once and stands untouched.
        let settings = settings.unwrap_or_else(|error| {
            self.tell(News::Problem(Failure::new(FailureKind::Machine, error.diagnose())));
            Settings::default()
        });
        self.tell(News::Window(WindowSettings {
            theme: theme_of(settings.theme),
            size: settings.window_size,
            tray: settings.tray,
            stop_before_token_call: settings.stop_before_token_call,
        }));
        let (catalog, problems) = self.catalog().await?;
        self.tell(News::Services(catalog.services(), problems));
        self.probe_vault().await;
        self.tell_profiles().await;
        // The vault may be open now.
        self.scheduler.reload();
        Ok(())
    }

    /// Opens the vault if it can be opened without asking. A vault that cannot is a state to be shown, not a failure.
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
        let theme = match window.theme {
            Theme::System => crate::store::Theme::System,
            Theme::Light => crate::store::Theme::Light,
            Theme::Dark => crate::store::Theme::Dark,
        };
        self.change_settings(move |settings| {
            settings.theme = theme;
            settings.tray = window.tray;
            settings.stop_before_token_call = window.stop_before_token_call;
            settings.window_size = window.size.or(settings.window_size);
        })
        .await
    }

    /// Changes the settings file.
    pub(in crate::app) async fn change_settings(
        &self,
        change: impl FnOnce(&mut Settings) + Send + 'static,
    ) -> Result<(), Failure> {
        self.with_store(move |store| {
            let mut settings = store.load_settings()?;
            change(&mut settings);
            store.save_settings(&settings)
        })
        .await
    }
}

fn theme_of(theme: crate::store::Theme) -> Theme {
    match theme {
        crate::store::Theme::System => Theme::System,
        crate::store::Theme::Light => Theme::Light,
        crate::store::Theme::Dark => Theme::Dark,
    }
}
