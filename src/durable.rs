//! Files that are either the old or the new, never half, and for this user's eyes alone.
//!
//! The one word of layer 0 that touches the disk: two edges that must not know each other keep their files by the same
//! rules, and those rules are here. A file is written beside its place, flushed, then renamed over it; the
//! folder is flushed last, since it is the folder that holds the new name.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// How the name of a file that is still being written ends. One that is found later was left by a crash.
pub const UNFINISHED: &str = ".unfinished";

/// File names that Windows keeps for devices, whatever extension follows.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A file that could not be read or written.
#[derive(Debug, Error)]
#[error("cannot {action} `{path}`: {source}")]
pub struct FileError {
    /// What was tried: `read`, `write`, …
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

impl FileError {
    /// For `map_err`.
    pub fn at(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self { action, path, source }
    }

    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        advice(&self.source)
    }
}

/// Writes a file whole or not at all, readable and writable by this user only (0600), and survives a power cut once
/// it returns. The folder must exist.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path)?;
    // `tempfile` creates with 0600 on Unix; elsewhere the folder's own rights are inherited.
    let mut file = tempfile::Builder::new().prefix(".").suffix(UNFINISHED).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|refused| refused.error)?;
    sync_folder(folder)
}

/// Adds to the end of a file of this user only (0600), which is made where it is missing. What two processes add at once stands
/// one after the other. It need not survive a power cut.
pub fn append_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    own_file().append(true).create(true).open(path)?.write_all(bytes)
}

/// Opens a file that is there to be locked, and makes it where it is missing.
pub fn open_lock(path: &Path) -> io::Result<File> {
    own_file().read(true).write(true).create(true).truncate(false).open(path)
}

/// How a file of ours is opened or made: for this user only (0600), and never through a symbolic link, which would make or
/// change a file somewhere else.
fn own_file() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(NOFOLLOW);
    }
    options
}

/// `O_NOFOLLOW`, as the standard library takes it.
#[cfg(unix)]
const NOFOLLOW: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();

/// Reads a regular file of at most `limit` bytes; `None` where there is none. Anything else than a regular file is
/// refused, since a pipe would make the reader wait for ever.
pub fn read(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !found.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file"));
    }
    // Room for all of it: a buffer that grows is read into in many small steps.
    let room = usize::try_from(found.len().min(limit)).unwrap_or_default().saturating_add(1);
    let mut bytes = Vec::with_capacity(room);
    match File::open(path) {
        Ok(file) => file.take(limit + 1).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if u64::try_from(bytes.len()).map_or(true, |length| length > limit) {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(Some(bytes))
}

/// Creates a folder and those above it, each for this user only (0700). One that exists is left as it is.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The same, and takes the rights of others away (0700) where the folder was there before and had given them some.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    create_folder(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

/// A file name (without extension) for any text: small letters, digits, `-` and `_` stand for themselves, every other
/// byte is `%` and two hex digits. So no text leaves its folder, and `Demo` and `demo` stay two files where
/// the file system ignores case.
pub fn file_stem(name: &str) -> String {
    use std::fmt::Write;
    if name.is_empty() {
        return "%".to_owned();
    }
    let mut stem = String::with_capacity(name.len());
    for (at, byte) in name.bytes().enumerate() {
        let plain = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') && !(at == 0 && is_device(name));
        if plain {
            stem.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(stem, "%{byte:02x}");
        }
    }
    stem
}

/// The text that [`file_stem`] made this name of; `None` for a name that it would not make.
pub fn name_of_stem(stem: &str) -> Option<String> {
    let bytes = if stem == "%" { Vec::new() } else { percent_encoding::percent_decode_str(stem).collect() };
    let name = String::from_utf8(bytes).ok()?;
    (file_stem(&name) == stem).then_some(name)
}

/// What a person can do about a file that could not be read or written.
pub fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::PermissionDenied => "give this user the right to read and write there, or set `TOKENWRIGHT_HOME`",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on the disk, then try again",
        ErrorKind::ReadOnlyFilesystem => "set `TOKENWRIGHT_HOME` to a folder that can be written",
        ErrorKind::NotFound => "check that the folder exists and its disk is mounted",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory | ErrorKind::InvalidInput => {
            "something else stands where a file or folder is expected; move it away"
        }
        ErrorKind::FileTooLarge => "this is not a file of this program; move it away",
        _ => "check the disk, or set `TOKENWRIGHT_HOME` to another folder",
    }
}

/// `con`, `com1` and their like; the file's extension does not change what Windows makes of it.
fn is_device(name: &str) -> bool {
    let port = |start: &str| name.strip_prefix(start).is_some_and(|rest| rest.len() == 1 && rest != "0");
    DEVICES.contains(&name) || port("com") || port("lpt")
}

/// Where the file stands; the current folder for a bare name.
fn folder_of(path: &Path) -> io::Result<&Path> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Ok(Path::new(".")),
        Some(folder) => Ok(folder),
        None => Err(io::Error::new(ErrorKind::InvalidInput, "not the path of a file")),
    }
}

/// Makes a rename or removal last. Windows has no such call and flushes a rename with the file.
#[cfg_attr(not(unix), allow(clippy::unnecessary_wraps))]
fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, stem: &str) {
        assert_eq!(file_stem(name), stem);
        assert_eq!(name_of_stem(stem).as_deref(), Some(name));
    }

    #[test]
    fn any_name_becomes_a_file_name_and_back() {
        check("demo", "demo");
        check("Demo", "%44emo");
        check("../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd");
        check("v1.2", "v1%2e2");
        check("con", "%63on");
        check("com1", "%63om1");
        check("com0", "com0");
        check("ü", "%c3%bc");
        check("", "%");
    }

    #[test]
    fn a_name_made_by_hand_is_not_taken_for_one_of_ours() {
        for stem in ["Demo", "a.b", "%2E", "%61", "%zz", "%ff", "con"] {
            assert_eq!(name_of_stem(stem), None, "{stem}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        write_private(&path, b"first, and longer").expect("written");
        write_private(&path, b"second").expect("written");
        assert_eq!(read(&path, 6).expect("read"), Some(b"second".to_vec()));
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
        assert_eq!(read(&folder.path().join("b"), 6).expect("read"), None);
    }

    #[test]
    fn a_file_beyond_the_limit_and_a_folder_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        write_private(&path, b"1234567").expect("written");
        assert_eq!(read(&path, 6).expect_err("too large").kind(), ErrorKind::FileTooLarge);
        assert_eq!(read(folder.path(), 6).expect_err("a folder").kind(), ErrorKind::InvalidInput);
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_for_this_user_only() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("one/two");
        create_private_folder(&inner).expect("created");
        assert_eq!(mode(&inner), 0o700);
        assert_eq!(mode(&folder.path().join("one")), 0o700);
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).expect("opened up");
        create_folder(&inner).expect("left alone");
        assert_eq!(mode(&inner), 0o755);
        create_private_folder(&inner).expect("mended");
        assert_eq!(mode(&inner), 0o700);
        let file = inner.join("file");
        fs::write(&file, "old").expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("opened up");
        write_private(&file, b"new").expect("written");
        assert_eq!(mode(&file), 0o600);
    }
}
