//! Where the files are: in the operating system's folders for them, or all in one home.

use std::path::{self, PathBuf};

use directories::ProjectDirs;

use crate::config::ConfigError;
use crate::durable::FileError;

/// The folders of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Of the store, and of the person's presets and formats.
    pub data: PathBuf,
    /// Of the settings file.
    pub settings: PathBuf,
}

impl Places {
    /// The system's folders, or `home` (`TOKENWRIGHT_HOME`) for everything. An empty home counts as none, as usual for an
    /// environment variable.
    pub fn find(home: Option<PathBuf>) -> Result<Self, ConfigError> {
        if let Some(home) = home.filter(|home| !home.as_os_str().is_empty()) {
            // Made absolute now, since the current folder may change.
            let home = path::absolute(&home).map_err(FileError::at("find", home))?;
            return Ok(Self { data: home.clone(), settings: home });
        }
        let folders = ProjectDirs::from("", "", "tokenwright").ok_or(ConfigError::NoHome)?;
        // Not the roaming folder of Windows: the vault's key stays on this machine, and so should its files.
        Ok(Self { data: folders.data_local_dir().to_owned(), settings: folders.config_local_dir().to_owned() })
    }

    /// Holds the database of profiles and their sealed secrets.
    pub fn store_folder(&self) -> PathBuf {
        self.data.join("store")
    }

    pub fn presets_folder(&self) -> PathBuf {
        self.data.join("presets")
    }

    /// Holds the bundle of presets that a publisher signed.
    pub fn bundle_folder(&self) -> PathBuf {
        self.data.join("bundle")
    }

    /// Holds the person's own export formats.
    pub fn formats_folder(&self) -> PathBuf {
        self.data.join("formats")
    }

    /// Holds what was told of each profile: which ends were announced, and whether hooks have heard that it is broken.
    pub fn watch_folder(&self) -> PathBuf {
        self.data.join("watch")
    }

    /// Holds the log of the calls of the day.
    pub fn call_log_folder(&self) -> PathBuf {
        self.data.join("calls")
    }

    pub fn settings_file(&self) -> PathBuf {
        self.settings.join("settings.toml")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_home_of_its_own_holds_everything() {
        let home = tempfile::tempdir().expect("a folder");
        let places = Places::find(Some(home.path().to_owned())).expect("places");
        let all = [places.store_folder(), places.presets_folder(), places.settings_file()];
        assert_eq!(all, ["store", "presets", "settings.toml"].map(|name| home.path().join(name)));
    }

    #[test]
    fn a_relative_home_is_made_absolute_and_an_empty_one_is_none() {
        let places = Places::find(Some("some/home".into())).expect("places");
        assert!(places.data.is_absolute() && places.data.ends_with("some/home"), "{}", places.data.display());
        assert_ne!(Places::find(Some(PathBuf::new())).ok().map(|places| places.data), Some(Path::new("").to_owned()));
        assert_eq!(Places::find(Some(PathBuf::new())).ok(), Places::find(None).ok());
    }
}
