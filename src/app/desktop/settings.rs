//! The settings of connections and the browser, and what the program says about itself.

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::{Failure, FailureKind};
use crate::config::{Config, Connections, Places};
use crate::diagnosis::Diagnose as _;

/// What the page of the settings shows beside those of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSettings {
    pub connections: Connections,
    /// Where the program keeps its files.
    pub places: Places,
}

impl App {
    pub async fn program_settings(&self) -> Result<ProgramSettings, Failure> {
        let connections = self.with_config(Config::load_connections).await?;
        Ok(ProgramSettings { connections, places: self.ports.config.places().clone() })
    }

    /// Saves them; they hold from the next call. What cannot be used is a failure, but saved: a file may be put there later.
    pub async fn save_connections(&self, connections: Connections) -> Result<(), Failure> {
        self.change_settings(move |settings| {
            settings.browser = connections.browser;
            settings.network = connections.network;
        })
        .await?;
        let app = self.clone();
        let checked = blocking(move || app.ports.transport.check()).await?;
        checked.map_err(|error| Failure::new(FailureKind::Usage, error.diagnose()))
    }
}
