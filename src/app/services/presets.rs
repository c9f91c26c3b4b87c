//! The presets there are, and saving one of the user's own.

use std::path::PathBuf;

use crate::app::blocking::locked;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::state::{PresetFiles, Presets};
use crate::app::{Failure, FailureCode, FailureKind};
use crate::config::ConfigError;
use crate::diagnosis::{Diagnose, Diagnosis};
use crate::service::{Catalog, Service, write_preset};

impl App {
    /// The presets, and the problems found in your own ones and in the bundle.
    pub async fn catalog(&self) -> Result<(Catalog, Vec<Diagnosis>), Failure> {
        self.with_presets(|presets| (presets.catalog.clone(), presets.problems.clone())).await
    }

    /// Reads of the presets there are, which are made anew only if their files have changed.
    pub(in crate::app) async fn with_presets<T>(&self, read: impl FnOnce(&Presets) -> T) -> Result<T, Failure> {
        let files = self.with_config(|config| Ok((config.list_user_presets(), config.load_bundle()))).await?;
        let own = files.0.into_iter().map(|(path, text)| (path, text.map_err(|error| error.diagnose())));
        let files = PresetFiles { own: own.collect(), bundle: files.1.map_err(|error| error.diagnose()) };
        let mut last = locked(&self.presets);
        let presets = match last.take().filter(|last| last.files == files) {
            Some(last) => last,
            None => Presets::new(files),
        };
        Ok(read(last.insert(presets)))
    }

    /// Writes the preset, reloads the services so that its card appears, and returns the file. The text is parsed
    /// first: a file that the program itself rejects helps nobody.
    pub async fn save_preset(&self, service: Service, replace: bool) -> Result<PathBuf, Failure> {
        let text = write_preset(&service);
        let (catalog, _) = self.catalog().await?;
        let read = catalog.parse(&format!("{}.toml", service.id), &text);
        read.map_err(|error| {
            Failure::new(FailureKind::Usage, Diagnosis { hint: error.hint, ..Diagnosis::new(error.problem) })
        })?;
        let saved = self.with_config(move |config| Ok(config.save_user_preset(&service.id, &text, replace))).await?;
        let path = saved.map_err(|error| match error {
            ConfigError::PresetExists { .. } => {
                Failure::new(FailureKind::Usage, error.diagnose()).coded(FailureCode::PresetExists)
            }
            error => Failure::from(error),
        })?;
        let (catalog, problems) = self.catalog().await?;
        self.tell(News::Services(catalog.services(), problems));
        Ok(path)
    }
}
