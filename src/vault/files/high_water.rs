//! The highest generation of each profile that was ever put, in a sealed file of its own, so that an older sealed file put
//! back in place of a newer one (a backup, a synced folder) is noticed. A profile's own file cannot tell: it was
//! genuine once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::durable::{self, FileError};
use crate::vault::VaultError;
use crate::vault::files::key::Key;
use crate::vault::files::sealed::{SIZE_LIMIT, seal_text, unseal_text};

/// No name of a profile gives this file name.
pub(in crate::vault) const FILE: &str = ".generations";

/// The name it is sealed under, which no profile has.
const NAME: &str = "\0generations";

/// The highest generation by profile.
pub(in crate::vault) type HighWater = BTreeMap<String, u64>;

/// What was read last, and of which state of the file: a list of many profiles reads it once.
#[derive(Debug, Default)]
pub(in crate::vault) struct Remembered(Mutex<Option<(State, HighWater)>>);

/// Changes with every write, since each write is a new file: when, how long, and its number on the disk.
type State = (SystemTime, u64, u64);

/// The highest known generations. A file that does not open is as good as none: it protects from mistakes, and what
/// is lost with it is written again with the next `put`.
pub(in crate::vault) fn load(folder: &Path, key: &Key, remembered: &Remembered) -> HighWater {
    let Some(state) = state(&path(folder)) else { return HighWater::new() };
    let mut last = remembered.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known_state, known)) = &*last
        && *known_state == state
    {
        return known.clone();
    }
    let known = read(folder, key).unwrap_or_default();
    *last = Some((state, known.clone()));
    known
}

/// Reads the file; `None` where there is none that opens.
pub(in crate::vault) fn read(folder: &Path, key: &Key) -> Option<HighWater> {
    let path = path(folder);
    let sealed = durable::read(&path, SIZE_LIMIT).ok().flatten()?;
    let (_, text) = unseal_text(key, NAME, &path, &sealed).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Writes them. Called under the folder's lock, after the record whose number is in it: a crash between the two leaves a
/// record newer than known, which is no harm.
pub(in crate::vault) fn save(folder: &Path, key: &Key, known: &HighWater) -> Result<(), VaultError> {
    let text = serde_json::to_vec(known).expect("numbers under text are JSON");
    let sealed = seal_text(key, NAME, 0, Zeroizing::new(text))?;
    Ok(durable::write_private(&path(folder), &sealed).map_err(FileError::at("write", path(folder)))?)
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

fn state(path: &Path) -> Option<State> {
    let found = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&found);
    #[cfg(not(unix))]
    let number = 0;
    Some((found.modified().ok()?, found.len(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written_and_under_no_other_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = |byte| Key::from_bytes(&[byte; 32]).expect("a key");
        let remembered = Remembered::default();
        assert_eq!(load(folder.path(), &key(1), &remembered), HighWater::new());
        for number in 1..4 {
            let known = HighWater::from([("demo".to_owned(), number)]);
            save(folder.path(), &key(1), &known).expect("written");
            assert_eq!(load(folder.path(), &key(1), &remembered), known);
        }
        assert_eq!(read(folder.path(), &key(2)), None);
    }
}
