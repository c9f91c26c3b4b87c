//! The bundle of presets in use: the key and the address that are pinned, and the last two versions that were taken. Both versions
//! are files of their own; which of them is in use, the file `pin.toml` alone says, so that it is the old one or the new one.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::{Config, ConfigError, owner, read, save};
use crate::durable::{self, FileError};

/// How often a version is looked for that another process replaces meanwhile.
const TRIES: usize = 3;

/// What is remembered of the publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundlePin {
    /// What the publisher calls it.
    pub name: String,
    /// The thumbprint of the publisher's key (RFC 7638).
    pub key: String,
    /// Where it is fetched: an `https` address, or the path of a file.
    pub address: String,
    /// The highest number that was ever taken.
    pub newest: u64,
    /// The SHA-256 of what that one says, in base64url.
    pub digest: String,
    /// The version of this program that checked its presets last.
    pub program: String,
    /// The numbers that are kept; the last one is in use. None is in use if there is none.
    pub kept: Vec<u64>,
}

/// The pin, and the file in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedBundle {
    pub pin: BundlePin,
    /// Path and text; `None` if what is built in is in use.
    pub in_use: Option<(PathBuf, String)>,
}

impl Config {
    fn pin_file(&self) -> PathBuf {
        self.places.bundle_folder().join("pin.toml")
    }

    fn version_file(&self, number: u64) -> PathBuf {
        self.places.bundle_folder().join(format!("{number}.jws"))
    }

    /// The bundle that is pinned, if there is one.
    pub fn load_bundle(&self) -> Result<Option<LoadedBundle>, ConfigError> {
        for _ in 0..TRIES {
            let Some(pin) = self.load_pin()? else { return Ok(None) };
            let Some(number) = pin.kept.last() else { return Ok(Some(LoadedBundle { pin, in_use: None })) };
            let path = self.version_file(*number);
            if let Some(text) = read(&path)? {
                return Ok(Some(LoadedBundle { pin, in_use: Some((path, text)) }));
            }
            if self.load_pin()?.as_ref() == Some(&pin) {
                return Err(FileError::at("read", path)(ErrorKind::NotFound.into()).into());
            }
        }
        Err(ConfigError::BundleChanged)
    }

    fn load_pin(&self) -> Result<Option<BundlePin>, ConfigError> {
        owner::check(&self.places.bundle_folder())?;
        let path = self.pin_file();
        let Some(text) = read(&path)? else { return Ok(None) };
        // foreign: the library's words may have several lines.
        let broken =
            |error: toml::de::Error| ConfigError::BrokenPin { path, reason: error.message().replace('\n', " ") };
        toml::from_str(&text).map(Some).map_err(broken)
    }

    /// Replaces the pin that was read before, and saves a version that is new. Refused if another process has changed it since.
    pub fn change_bundle(
        &self,
        before: Option<&BundlePin>,
        after: &BundlePin,
        version: Option<(u64, &str)>,
    ) -> Result<(), ConfigError> {
        let _held = self.hold_bundle()?;
        if self.load_pin()?.as_ref() != before {
            return Err(ConfigError::BundleChanged);
        }
        if let Some((number, text)) = version {
            save(&self.version_file(number), text)?;
        }
        let text = toml::to_string_pretty(after).expect("a pin holds texts and numbers, which TOML can write");
        save(&self.pin_file(), &text)?;
        self.remove_versions(&after.kept);
        Ok(())
    }

    /// Forgets key, address and versions, whatever state the files are in.
    pub fn forget_bundle(&self) -> Result<(), ConfigError> {
        let _held = self.hold_bundle()?;
        let path = self.pin_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(FileError::at("remove", path)(error).into());
            }
            _ => self.remove_versions(&[]),
        }
        Ok(())
    }

    /// Holds off other processes until it is dropped.
    fn hold_bundle(&self) -> Result<fs::File, ConfigError> {
        let folder = self.places.bundle_folder();
        owner::check(&folder)?;
        durable::create_folder(&folder).map_err(FileError::at("create", &folder))?;
        let path = folder.join("lock");
        let lock = durable::open_lock(&path).map_err(FileError::at("open", &path))?;
        lock.lock().map_err(FileError::at("lock", &path))?;
        Ok(lock)
    }

    /// Removes the versions that are not kept. One that cannot be removed does no harm.
    fn remove_versions(&self, kept: &[u64]) {
        for entry in fs::read_dir(self.places.bundle_folder()).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".jws")?.parse::<u64>().ok());
            if number.is_some_and(|number| !kept.contains(&number)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Places;
    use crate::diagnosis::Diagnose as _;

    fn config() -> (tempfile::TempDir, Config) {
        let home = tempfile::tempdir().expect("a folder");
        let places = Places::find(Some(home.path().to_owned())).expect("places");
        (home, Config::new(places))
    }

    fn pin(kept: &[u64]) -> BundlePin {
        BundlePin {
            name: "acme".into(),
            key: "thumbprint".into(),
            address: "https://presets.example/bundle.jws".into(),
            newest: 12,
            digest: "digest".into(),
            program: "0.1.0".into(),
            kept: kept.to_vec(),
        }
    }

    fn in_use(config: &Config) -> Option<String> {
        config.load_bundle().expect("read").and_then(|loaded| loaded.in_use).map(|(_, text)| text)
    }

    #[test]
    fn the_last_version_kept_is_in_use_and_others_are_removed() {
        let (_home, config) = config();
        assert_eq!(config.load_bundle().expect("read"), None);
        let (first, second, third) = (pin(&[10]), pin(&[10, 11]), pin(&[11, 12]));
        config.change_bundle(None, &first, Some((10, "ten"))).expect("taken");
        config.change_bundle(Some(&first), &second, Some((11, "eleven"))).expect("taken");
        config.change_bundle(Some(&second), &third, Some((12, "twelve"))).expect("taken");
        assert_eq!(in_use(&config).as_deref(), Some("twelve"));
        assert!(!config.version_file(10).exists() && config.version_file(11).exists());
        let back = pin(&[11]);
        config.change_bundle(Some(&third), &back, None).expect("rolled back");
        assert_eq!(in_use(&config).as_deref(), Some("eleven"));
        config.change_bundle(Some(&back), &pin(&[]), None).expect("rolled back");
        assert_eq!(in_use(&config), None);
        config.forget_bundle().expect("forgotten");
        assert_eq!(config.load_bundle().expect("read"), None);
    }

    #[test]
    fn of_two_processes_that_have_read_the_same_pin_one_changes_it() {
        let (_home, config) = config();
        let first = pin(&[10]);
        config.change_bundle(None, &first, Some((10, "ten"))).expect("taken");
        let late = config.change_bundle(None, &pin(&[11]), Some((11, "eleven"))).expect_err("too late");
        assert!(matches!(late, ConfigError::BundleChanged));
        assert!(in_use(&config).as_deref() == Some("ten") && !config.version_file(11).exists());
    }

    #[test]
    fn a_damaged_pin_and_a_missing_version_are_named_and_can_be_forgotten() {
        let (_home, config) = config();
        config.change_bundle(None, &pin(&[10]), Some((10, "ten"))).expect("taken");
        fs::remove_file(config.version_file(10)).expect("removed");
        let path = config.version_file(10).display().to_string();
        assert!(config.load_bundle().expect_err("missing").to_string().starts_with(&format!("cannot read `{path}`")));
        fs::write(config.pin_file(), "name = 1\n").expect("written");
        let told = config.load_bundle().expect_err("broken").diagnose().to_string();
        assert!(told.starts_with(&format!("`{}` is damaged: ", config.pin_file().display())), "{told}");
        config.forget_bundle().expect("forgotten");
        assert_eq!(config.load_bundle().expect("read"), None);
    }
}
