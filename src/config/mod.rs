//! The files that a person may write by hand: settings, presets and export formats of their own.
//!
//! This room cannot write a secret, since it does not know the type. Files are replaced atomically. One that cannot be read is
//! reported by name, never overwritten, and does not hide the others.

mod bundle;
mod calls;
mod error;
mod hooks;
mod network;
mod owner;
mod places;
mod settings;
mod sources;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::durable::{self, FileError};

pub use crate::config::bundle::{BundlePin, LoadedBundle};
pub use crate::config::calls::{CallLogSettings, CallSettings};
pub use crate::config::error::ConfigError;
pub use crate::config::hooks::HookSettings;
pub use crate::config::network::{Connections, NetworkSettings, ProxySetting, SECONDS};
pub use crate::config::places::Places;
pub use crate::config::settings::{ListGroup, ListSettings, ListSort, Settings, TeamSettings, Theme, Ticks};
pub use crate::config::sources::{SourceSetting, SourceSettings, Sources};

/// The most bytes of a text file: far more than a person writes, and too few to fill the memory.
const SIZE_LIMIT: u64 = 1024 * 1024;

const TEXT: &str = "toml";

/// The files of one user. Every call reads or writes the disk.
#[derive(Clone, Debug)]
pub struct Config {
    places: Places,
}

impl Config {
    /// Creates no folder before something is saved.
    pub fn new(places: Places) -> Self {
        Self { places }
    }

    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The settings; the default ones if none were saved.
    pub fn load_settings(&self) -> Result<Settings, ConfigError> {
        let path = self.places.settings_file();
        read(&path)?.map_or_else(|| Ok(Settings::default()), |text| Settings::parse(&text, &path))
    }

    /// What a call needs of the settings; a mistake in another part of them is passed over.
    pub fn load_connections(&self) -> Result<Connections, ConfigError> {
        self.load_part()
    }

    /// The PKCS#11 module by which keys that stay in a token are used; a mistake in another part of the settings is passed over.
    pub fn load_pkcs11_module(&self) -> Result<Option<PathBuf>, ConfigError> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Keys {
            pkcs11_module: Option<PathBuf>,
        }
        Ok(self.load_part::<Keys>()?.pkcs11_module)
    }

    /// What the log of calls depends on; a mistake in another part of the settings is passed over.
    pub fn load_call_log(&self) -> Result<CallLogSettings, ConfigError> {
        self.load_part()
    }

    /// Where values are read that are not in the vault; a mistake in another part of the settings is passed over.
    pub fn load_sources(&self) -> Result<SourceSettings, ConfigError> {
        self.load_part()
    }

    fn load_part<T: Default + DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let path = self.places.settings_file();
        read(&path)?.map_or_else(|| Ok(T::default()), |text| Settings::parse_part(&text, &path))
    }

    /// Saves the settings, unless the file cannot be read: a person may want a mistyped line back.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), ConfigError> {
        self.load_settings()?;
        save(&self.places.settings_file(), &settings.to_text())
    }

    /// The names of the person's own export formats, which are their file names.
    pub fn list_formats(&self) -> Vec<String> {
        let files = fs::read_dir(self.places.formats_folder()).into_iter().flatten().flatten();
        let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    }

    /// The template of the person's own export format of this name.
    pub fn load_format(&self, name: &str) -> Result<Option<String>, ConfigError> {
        owner::check(&self.places.formats_folder())?;
        if !self.list_formats().iter().any(|known| known == name) {
            return Ok(None);
        }
        read(&self.places.formats_folder().join(name))
    }

    /// The file and text of every preset that the person wrote, by file name.
    pub fn list_user_presets(&self) -> Vec<(PathBuf, Result<String, ConfigError>)> {
        let folder = self.places.presets_folder();
        match list(&folder) {
            Ok(paths) => paths.into_iter().map(|path| (path.clone(), text_of(&path))).collect(),
            Err(error) => vec![(folder, Err(error))],
        }
    }

    /// Saves the person's own preset and returns its path. An existing file with other content is replaced only with `replace`,
    /// since it may have been written by hand.
    pub fn save_user_preset(&self, id: &str, text: &str, replace: bool) -> Result<PathBuf, ConfigError> {
        let path = self.places.presets_folder().join(format!("{}.{TEXT}", durable::file_stem(id)));
        if !replace && fs::symlink_metadata(&path).is_ok() && read(&path)?.as_deref() != Some(text) {
            return Err(ConfigError::PresetExists { path });
        }
        save(&path, text).map(|()| path)
    }
}

fn text_of(path: &Path) -> Result<String, ConfigError> {
    read(path)?.ok_or_else(|| FileError::at("read", path)(ErrorKind::NotFound.into()).into())
}

fn read(path: &Path) -> Result<Option<String>, ConfigError> {
    owner::check(path)?;
    let Some(bytes) = durable::read(path, SIZE_LIMIT).map_err(FileError::at("read", path))? else {
        return Ok(None);
    };
    String::from_utf8(bytes).map(Some).map_err(|error| ConfigError::NotText {
        path: path.to_owned(),
        line: error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count(),
    })
}

fn save(path: &Path, text: &str) -> Result<(), ConfigError> {
    if let Some(folder) = path.parent() {
        durable::create_folder(folder).map_err(FileError::at("create", folder))?;
    }
    Ok(durable::write_private(path, text.as_bytes()).map_err(FileError::at("write", path))?)
}

/// The text files of a folder, sorted; none if it does not exist. Hidden files are left out, since editors make some.
fn list(folder: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    owner::check(folder)?;
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(FileError::at("list", folder)(error).into()),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(FileError::at("list", folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == TEXT) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::Diagnose;

    fn config() -> (tempfile::TempDir, Config) {
        let home = tempfile::tempdir().expect("a folder");
        let places = Places::find(Some(home.path().to_owned())).expect("places");
        (home, Config::new(places))
    }

    #[test]
    fn presets_are_listed_by_file_and_a_missing_folder_is_an_empty_list() {
        let (_home, config) = config();
        assert!(config.list_user_presets().is_empty());
        let folder = config.places().presets_folder();
        fs::create_dir_all(&folder).expect("created");
        for (file, text) in [("b.toml", "b"), ("A.toml", "a"), ("notes.txt", "n")] {
            fs::write(folder.join(file), text).expect("written");
        }
        let listed: Vec<_> =
            config.list_user_presets().into_iter().map(|(path, text)| (path, text.expect("read"))).collect();
        assert_eq!(listed, [(folder.join("A.toml"), "a".to_owned()), (folder.join("b.toml"), "b".to_owned())]);
    }

    #[test]
    fn a_preset_of_ones_own_is_changed_only_when_told_so() {
        let (_home, config) = config();
        let path = config.save_user_preset("acme", "one", false).expect("saved");
        assert_eq!(path, config.places().presets_folder().join("acme.toml"));
        assert_eq!(config.save_user_preset("acme", "one", false).expect("the same text"), path);
        let refused = config.save_user_preset("acme", "two", false).expect_err("another text");
        assert_eq!(
            refused.diagnose().to_string(),
            format!(
                "the preset file `{}` exists already with other content\nhint: choose another id, or replace it",
                path.display()
            )
        );
        assert_eq!(fs::read_to_string(&path).expect("read"), "one");
        config.save_user_preset("acme", "two", true).expect("replaced");
        config.save_user_preset("../escape", "three", false).expect("saved");
        let listed: Vec<_> = config.list_user_presets().into_iter().map(|(_, text)| text.expect("read")).collect();
        assert_eq!(listed, ["three", "two"]);
    }

    #[test]
    fn a_folder_that_is_a_file_is_one_error() {
        let (_home, config) = config();
        let folder = config.places().presets_folder();
        fs::write(&folder, "a file").expect("written");
        let listed = config.list_user_presets();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].0, folder);
        assert!(matches!(listed[0].1, Err(ConfigError::File(FileError { action: "list", .. }))));
        assert!(matches!(config.save_user_preset("x", "y", false), Err(ConfigError::File(_))));
    }

    #[test]
    fn broken_settings_are_named_by_line_and_key_and_never_written_over() {
        let (_home, config) = config();
        config.save_settings(&Settings::default()).expect("saved");
        let path = config.places().settings_file();
        fs::write(&path, "vault = \"memory\"\ntheme = \"blue\"\n").expect("written");
        let error = config.load_settings().expect_err("broken");
        assert_eq!(
            error.diagnose().to_string(),
            format!(
                "line 2 of `{}`, key `theme`: unknown variant `blue`, expected one of `system`, `light`, `dark`\n\
                 hint: correct the line, or remove it to use the default",
                path.display()
            )
        );
        assert!(matches!(config.save_settings(&Settings::default()), Err(ConfigError::BrokenSettings { .. })));
        assert_eq!(fs::read_to_string(&path).expect("read"), "vault = \"memory\"\ntheme = \"blue\"\n");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_saved_is_for_this_user_only_and_a_home_keeps_its_rights() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let (home, config) = config();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("opened up");
        config.save_user_preset("demo", "text", false).expect("saved");
        config.save_settings(&Settings::default()).expect("saved");
        assert_eq!(mode(home.path()), 0o755);
        assert_eq!(mode(&config.places().presets_folder()), 0o700);
        assert_eq!(mode(&config.places().presets_folder().join("demo.toml")), 0o600);
        assert_eq!(mode(&config.places().settings_file()), 0o600);
    }
}
