//! What a face begins with: presets, settings, profiles, and whether secrets can be kept.

use crate::app::profiles;
use crate::app::profiles::drafts;
use crate::app::shared::Shared;
use crate::app::vault::open;
use crate::app::{Event, Failure, Theme, WindowSettings};
use crate::diagnosis::Diagnose;
use crate::store::Settings;

/// Loads everything that the window shows first.
pub(crate) async fn start(shared: &Shared) -> Result<(), Failure> {
    shared.show_list();
    let settings = settings(shared);
    shared.emit(Event::Window(WindowSettings {
        theme: theme_of(settings.theme),
        size: settings.window_size,
        tray: settings.tray,
        stop_before_token_call: settings.stop_before_token_call,
    }));
    let (catalog, problems) = shared.catalog();
    shared.emit(Event::Services(catalog.services(), problems));
    list(shared).await?;
    // The vault may be open now.
    shared.alive.reload();
    Ok(())
}

/// Lists the profiles. A vault that cannot be opened is a state to be shown, not a failure.
pub(crate) async fn list(shared: &Shared) -> Result<(), Failure> {
    probe(shared).await?;
    if shared.has_vault() {
        drafts::finish_moves(shared).await?;
    }
    profiles::list(shared).await
}

/// Tells whether secrets can be kept.
pub(crate) async fn probe(shared: &Shared) -> Result<(), Failure> {
    let state = open::probe(shared).await;
    shared.emit(Event::Vault(state));
    Ok(())
}

/// Loads the presets only.
#[allow(clippy::unnecessary_wraps, reason = "every command ends in the same type")]
pub(crate) fn load(shared: &Shared) -> Result<(), Failure> {
    let (catalog, problems) = shared.catalog();
    shared.emit(Event::Catalog(catalog, problems));
    Ok(())
}

/// Remembers how the window looks.
pub(crate) fn save_window(shared: &Shared, window: WindowSettings) -> Result<(), Failure> {
    let mut settings = shared.ports.store.load_settings()?;
    settings.theme = match window.theme {
        Theme::System => crate::store::Theme::System,
        Theme::Light => crate::store::Theme::Light,
        Theme::Dark => crate::store::Theme::Dark,
    };
    settings.tray = window.tray;
    settings.stop_before_token_call = window.stop_before_token_call;
    settings.window_size = window.size.or(settings.window_size);
    Ok(shared.ports.store.save_settings(&settings)?)
}

/// The settings; a broken file is told once and stands untouched.
fn settings(shared: &Shared) -> Settings {
    shared.ports.store.load_settings().unwrap_or_else(|error| {
        shared.emit(Event::Problem(Failure::new(crate::app::FailureKind::Machine, error.diagnose())));
        Settings::default()
    })
}

fn theme_of(theme: crate::store::Theme) -> Theme {
    match theme {
        crate::store::Theme::System => Theme::System,
        crate::store::Theme::Light => Theme::Light,
        crate::store::Theme::Dark => Theme::Dark,
    }
}
