//! The settings of connections and the browser, and what the program says about itself.

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::{Failure, FailureKind};
use crate::config::{Config, NetworkSettings, Places};
use crate::diagnosis::Diagnose as _;

/// How the program reaches services, and what shows their pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// The command line of the browser; `None` is the system's default browser.
    pub browser: Option<String>,
    pub network: NetworkSettings,
}

/// What the page of the settings shows beside those of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSettings {
    pub connections: Connections,
    /// Where the program keeps its files.
    pub places: Places,
}

impl App {
    pub async fn program_settings(&self) -> Result<ProgramSettings, Failure> {
        let settings = self.with_config(Config::load_settings).await?;
        let connections = Connections { browser: settings.browser, network: settings.network };
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
