//! Plain files: profiles, settings, and the person's own presets and formats.
//!
//! This room cannot write a secret, since it does not know the type. Files are replaced atomically. One that cannot be read is
//! reported by name, never overwritten, and does not hide the others.

mod error;
mod owner;
mod places;
mod settings;

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::durable::{self, FileError};

pub use crate::store::error::StoreError;
pub use crate::store::places::Places;
pub use crate::store::settings::{Settings, Theme};

/// The most bytes of a text file: far more than a person writes, and too few to fill the memory.
const SIZE_LIMIT: u64 = 1024 * 1024;

const TEXT: &str = "toml";

/// The file that is locked while profiles are changed. No profile name gives this file name.
const LOCK: &str = ".lock";

/// The plain files of one user. Every call reads or writes the disk.
#[derive(Clone, Debug)]
pub struct Store {
    places: Places,
}

impl Store {
    /// Creates no folder before something is saved.
    pub fn new(places: Places) -> Self {
        Self { places }
    }

    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The settings; the default ones if none were saved.
    pub fn load_settings(&self) -> Result<Settings, StoreError> {
        let path = self.places.settings_file();
        read(&path)?.map_or_else(|| Ok(Settings::default()), |text| Settings::parse(&text, &path))
    }

    /// Saves the settings, unless the file cannot be read: a person may want a mistyped line back.
    pub fn save_settings(&self, settings: &Settings) -> Result<(), StoreError> {
        self.load_settings()?;
        save(&self.places.settings_file(), &settings.to_text())
    }

    /// The name and text of every profile, sorted by name.
    #[allow(clippy::type_complexity)]
    pub fn list_profiles(&self) -> Result<Vec<(String, Result<String, StoreError>)>, StoreError> {
        let mut profiles: Vec<_> = list(&self.places.profiles_folder())?.iter().map(|path| profile(path)).collect();
        profiles.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(profiles)
    }

    pub fn load_profile_text(&self, name: &str) -> Result<Option<String>, StoreError> {
        read(&self.profile_file(name))
    }

    pub fn save_profile_text(&self, name: &str, text: &str) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        save(&self.profile_file(name), text)
    }

    /// Changes the text of an existing profile; `false` if there is none. Locked, so that a change never brings a removed
    /// profile back.
    pub fn change_profile_text<E: From<StoreError>>(
        &self,
        name: &str,
        change: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<bool, E> {
        let _lock = self.lock()?;
        let path = self.profile_file(name);
        let Some(text) = read(&path)? else { return Ok(false) };
        save(&path, &change(&text)?)?;
        Ok(true)
    }

    /// `false` if there was none.
    pub fn remove_profile(&self, name: &str) -> Result<bool, StoreError> {
        let _lock = self.lock()?;
        remove(&self.profile_file(name))
    }

    /// The list of a profile's exports, as text.
    pub fn load_sinks_text(&self, profile: &str) -> Result<Option<String>, StoreError> {
        read(&self.sinks_file(profile))
    }

    /// Changes the list of a profile's exports under the lock; `None` removes it.
    pub fn change_sinks_text<E: From<StoreError>>(
        &self,
        profile: &str,
        change: impl FnOnce(Option<&str>) -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let _lock = self.lock()?;
        let path = self.sinks_file(profile);
        match change(read(&path)?.as_deref())? {
            Some(text) => save(&path, &text)?,
            None => drop(remove(&path)?),
        }
        Ok(())
    }

    /// `false` if there was none.
    pub fn remove_sinks(&self, profile: &str) -> Result<bool, StoreError> {
        let _lock = self.lock()?;
        remove(&self.sinks_file(profile))
    }

    /// The text that marks a profile as a draft; `None` if it is not one.
    pub fn load_draft_text(&self, profile: &str) -> Result<Option<String>, StoreError> {
        read(&self.draft_file(profile))
    }

    /// Marks a profile as a draft; its own file need not exist yet.
    pub fn save_draft_text(&self, profile: &str, text: &str) -> Result<(), StoreError> {
        save(&self.draft_file(profile), text)
    }

    /// `false` if there was none.
    pub fn remove_draft(&self, profile: &str) -> Result<bool, StoreError> {
        remove(&self.draft_file(profile))
    }

    /// The names of the profiles that are marked as drafts.
    pub fn list_drafts(&self) -> Result<Vec<String>, StoreError> {
        let paths = list(&self.places.drafts_folder())?;
        Ok(paths.iter().filter_map(|path| durable::name_of_stem(path.file_stem()?.to_str()?)).collect())
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
    pub fn load_format(&self, name: &str) -> Result<Option<String>, StoreError> {
        owner::check(&self.places.formats_folder())?;
        if !self.list_formats().iter().any(|known| known == name) {
            return Ok(None);
        }
        read(&self.places.formats_folder().join(name))
    }

    /// The file and text of every preset that the person wrote, by file name.
    pub fn list_user_presets(&self) -> Vec<(PathBuf, Result<String, StoreError>)> {
        let folder = self.places.presets_folder();
        match list(&folder) {
            Ok(paths) => paths.into_iter().map(|path| (path.clone(), text_of(&path))).collect(),
            Err(error) => vec![(folder, Err(error))],
        }
    }

    /// Saves the person's own preset and returns its path. An existing file with other content is replaced only with `replace`,
    /// since it may have been written by hand.
    pub fn save_user_preset(&self, id: &str, text: &str, replace: bool) -> Result<PathBuf, StoreError> {
        let path = self.places.presets_folder().join(format!("{}.{TEXT}", durable::file_stem(id)));
        if !replace && fs::symlink_metadata(&path).is_ok() && read(&path)?.as_deref() != Some(text) {
            return Err(StoreError::PresetExists { path });
        }
        save(&path, text).map(|()| path)
    }

    /// Excludes other processes that change profile files, until it is dropped.
    fn lock(&self) -> Result<File, StoreError> {
        let folder = self.places.profiles_folder();
        durable::create_folder(&folder).map_err(FileError::at("create", &folder))?;
        let path = folder.join(LOCK);
        let locked = durable::open_lock(&path).and_then(|file| file.lock().map(|()| file));
        Ok(locked.map_err(FileError::at("lock", &path))?)
    }

    fn sinks_file(&self, profile: &str) -> PathBuf {
        self.places.sinks_folder().join(format!("{}.{TEXT}", durable::file_stem(profile)))
    }

    fn draft_file(&self, profile: &str) -> PathBuf {
        self.places.drafts_folder().join(format!("{}.{TEXT}", durable::file_stem(profile)))
    }

    /// Any name gives a file in this folder.
    fn profile_file(&self, name: &str) -> PathBuf {
        self.places.profiles_folder().join(format!("{}.{TEXT}", durable::file_stem(name)))
    }
}

/// The name and text of a profile's file. A file name that this program would not give could be listed but not found by name,
/// so it is an error that tells the right one.
fn profile(path: &Path) -> (String, Result<String, StoreError>) {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(name) = durable::name_of_stem(&stem) {
        return (name, text_of(path));
    }
    let expected = format!("{}.{TEXT}", durable::file_stem(&stem));
    (stem, Err(StoreError::ForeignName { path: path.to_owned(), expected }))
}

fn text_of(path: &Path) -> Result<String, StoreError> {
    read(path)?.ok_or_else(|| FileError::at("read", path)(ErrorKind::NotFound.into()).into())
}

fn read(path: &Path) -> Result<Option<String>, StoreError> {
    owner::check(path)?;
    let Some(bytes) = durable::read(path, SIZE_LIMIT).map_err(FileError::at("read", path))? else {
        return Ok(None);
    };
    String::from_utf8(bytes).map(Some).map_err(|error| StoreError::NotText {
        path: path.to_owned(),
        line: error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count(),
    })
}

/// `false` if there was none.
fn remove(path: &Path) -> Result<bool, StoreError> {
    Ok(durable::remove(path).map_err(FileError::at("remove", path))?)
}

fn save(path: &Path, text: &str) -> Result<(), StoreError> {
    if let Some(folder) = path.parent() {
        durable::create_folder(folder).map_err(FileError::at("create", folder))?;
    }
    Ok(durable::write_private(path, text.as_bytes()).map_err(FileError::at("write", path))?)
}

/// The text files of a folder, sorted; none if it does not exist. Hidden files are left out, since editors make some.
fn list(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
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

    fn store() -> (tempfile::TempDir, Store) {
        let home = tempfile::tempdir().expect("a folder");
        let places = Places::find(Some(home.path().to_owned())).expect("places");
        (home, Store::new(places))
    }

    #[test]
    fn a_profile_is_found_again_under_its_very_name() {
        let (_home, store) = store();
        assert_eq!(store.load_profile_text("demo").expect("read"), None);
        assert_eq!(store.list_profiles().expect("listed").len(), 0);
        for name in ["demo", "Demo", "v1.2", "../escape"] {
            store.save_profile_text(name, name).expect("saved");
        }
        store.save_profile_text("demo", "newer").expect("saved");
        assert_eq!(store.load_profile_text("demo").expect("read").as_deref(), Some("newer"));
        let listed = store.list_profiles().expect("listed");
        let listed: Vec<_> =
            listed.iter().map(|(name, text)| (name.as_str(), text.as_deref().expect("read"))).collect();
        assert_eq!(listed, [("../escape", "../escape"), ("Demo", "Demo"), ("demo", "newer"), ("v1.2", "v1.2")]);
        assert!(store.remove_profile("Demo").expect("removed"));
        assert!(!store.remove_profile("Demo").expect("nothing there"));
        assert_eq!(store.load_profile_text("demo").expect("read").as_deref(), Some("newer"));
    }

    #[test]
    fn one_profile_that_cannot_be_read_does_not_hide_the_others() {
        let (_home, store) = store();
        store.save_profile_text("good", "text").expect("saved");
        let folder = store.places().profiles_folder();
        fs::write(folder.join("bad.toml"), b"one\ntwo \xff").expect("written");
        fs::write(folder.join("ByHand.toml"), "text").expect("written");
        fs::write(folder.join(".hidden.toml"), "text").expect("written");
        fs::create_dir(folder.join("folder.toml")).expect("created");
        let said: Vec<(String, String)> = store
            .list_profiles()
            .expect("listed")
            .into_iter()
            .map(|(name, text)| (name, text.unwrap_or_else(|error| error.diagnose().to_string())))
            .collect();
        let at = |name: &str| folder.join(name).display().to_string();
        let expected = [
            (
                "ByHand",
                format!(
                    "`{}` is not a valid file name for a profile\nhint: rename it to `%42y%48and.toml`",
                    at("ByHand.toml")
                ),
            ),
            ("bad", format!("line 2 of `{}` is not UTF-8 text\nhint: save the file as UTF-8", at("bad.toml"))),
            (
                "folder",
                format!(
                    "cannot read `{}`: not a regular file\nhint: something else stands where a file or folder is \
                     expected; move it away",
                    at("folder.toml")
                ),
            ),
            ("good", "text".to_owned()),
        ];
        assert_eq!(said, expected.map(|(name, said)| (name.to_owned(), said)));
    }

    #[test]
    fn presets_are_listed_by_file_and_a_missing_folder_is_an_empty_list() {
        let (_home, store) = store();
        assert!(store.list_user_presets().is_empty());
        let folder = store.places().presets_folder();
        fs::create_dir_all(&folder).expect("created");
        for (file, text) in [("b.toml", "b"), ("A.toml", "a"), ("notes.txt", "n")] {
            fs::write(folder.join(file), text).expect("written");
        }
        let listed: Vec<_> =
            store.list_user_presets().into_iter().map(|(path, text)| (path, text.expect("read"))).collect();
        assert_eq!(listed, [(folder.join("A.toml"), "a".to_owned()), (folder.join("b.toml"), "b".to_owned())]);
    }

    #[test]
    fn a_preset_of_ones_own_is_changed_only_when_told_so() {
        let (_home, store) = store();
        let path = store.save_user_preset("acme", "one", false).expect("saved");
        assert_eq!(path, store.places().presets_folder().join("acme.toml"));
        assert_eq!(store.save_user_preset("acme", "one", false).expect("the same text"), path);
        let refused = store.save_user_preset("acme", "two", false).expect_err("another text");
        assert_eq!(
            refused.diagnose().to_string(),
            format!(
                "the preset file `{}` exists already with other content\nhint: choose another id, or replace it",
                path.display()
            )
        );
        assert_eq!(fs::read_to_string(&path).expect("read"), "one");
        store.save_user_preset("acme", "two", true).expect("replaced");
        store.save_user_preset("../escape", "three", false).expect("saved");
        let listed: Vec<_> = store.list_user_presets().into_iter().map(|(_, text)| text.expect("read")).collect();
        assert_eq!(listed, ["three", "two"]);
    }

    #[test]
    fn a_folder_that_is_a_file_is_one_error() {
        let (_home, store) = store();
        let folder = store.places().presets_folder();
        fs::write(&folder, "a file").expect("written");
        let listed = store.list_user_presets();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].0, folder);
        assert!(matches!(listed[0].1, Err(StoreError::File(FileError { action: "list", .. }))));
        fs::write(store.places().profiles_folder(), "a file").expect("written");
        assert!(matches!(store.save_profile_text("x", "y"), Err(StoreError::File(_))));
    }

    #[test]
    fn broken_settings_are_named_by_line_and_key_and_never_written_over() {
        let (_home, store) = store();
        store.save_settings(&Settings::default()).expect("saved");
        let path = store.places().settings_file();
        fs::write(&path, "vault = \"memory\"\ntheme = \"blue\"\n").expect("written");
        let error = store.load_settings().expect_err("broken");
        assert_eq!(
            error.diagnose().to_string(),
            format!(
                "line 2 of `{}`, key `theme`: unknown variant `blue`, expected one of `system`, `light`, `dark`\n\
                 hint: correct the line, or remove it to use the default",
                path.display()
            )
        );
        assert!(matches!(store.save_settings(&Settings::default()), Err(StoreError::BrokenSettings { .. })));
        assert_eq!(fs::read_to_string(&path).expect("read"), "vault = \"memory\"\ntheme = \"blue\"\n");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_saved_is_for_this_user_only_and_a_home_keeps_its_rights() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let (home, store) = store();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("opened up");
        store.save_profile_text("demo", "text").expect("saved");
        store.save_settings(&Settings::default()).expect("saved");
        assert_eq!(mode(home.path()), 0o755);
        assert_eq!(mode(&store.places().profiles_folder()), 0o700);
        assert_eq!(mode(&store.places().profiles_folder().join("demo.toml")), 0o600);
        assert_eq!(mode(&store.places().settings_file()), 0o600);
    }
}
