//! The log of calls: what every process of this user on this machine sent in the last day, without a secret.
//!
//! It is a folder of files of JSON lines. A line is an entry of an HTTP archive (HAR 1.2) with some members of our own. Processes
//! add lines at the same time, since a file is only appended to, and nobody waits for another. A file is begun every few hours or
//! when one is full, and old ones are removed: that keeps the log small without a lock. What is lost in a crash is lost.

mod line;
mod watch;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};

use crate::durable::{self, FileError};

pub use crate::call_log::line::LoggedCall;
pub use crate::call_log::watch::Watch;

/// How long a call is listed.
const LISTED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How long lines are added to a file.
const FILE_AGE: SignedDuration = SignedDuration::from_hours(6);
/// How much later than now a file may have begun, by a clock that was set back a little.
const CLOCK: SignedDuration = SignedDuration::from_mins(5);
/// The most bytes of a file before another is begun, and of all files.
const FILE_SIZE: u64 = 1024 * 1024;
const ALL_SIZE: u64 = 4 * 1024 * 1024;
/// No more bytes than this, and the last line, are added at once.
const MOST_AT_ONCE: usize = 1024 * 1024;
/// A larger file is not ours: the last lines may go beyond `FILE_SIZE`.
const READ_LIMIT: u64 = 4 * FILE_SIZE;
/// The name of a file is when it was begun.
const NAME: &str = "%Y%m%dT%H%M%SZ";
const EXTENSION: &str = "jsonl";

/// The log in this folder.
#[derive(Clone, Debug)]
pub struct CallLog {
    folder: PathBuf,
}

/// What files there are, and how long each is: two of the same have the same calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogState(Vec<(PathBuf, u64)>);

struct LogFile {
    path: PathBuf,
    began: Timestamp,
    length: u64,
}

impl CallLog {
    /// Creates nothing before there is a call.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Adds calls, and removes what is too old or too much.
    pub fn add(&self, calls: &[LoggedCall], now: Timestamp) -> Result<(), FileError> {
        // Begins a line even after one that somebody could not end.
        let mut text = String::new();
        for line in calls.iter().filter_map(LoggedCall::to_line) {
            if text.len() < MOST_AT_ONCE {
                text.extend(["\n", &line, "\n"]);
            }
        }
        durable::create_private_folder(&self.folder).map_err(FileError::at("create", &self.folder))?;
        let files = self.files()?;
        let is_current = |file: &&LogFile| {
            let age = now.duration_since(file.began);
            age < FILE_AGE && age > -CLOCK && file.length < FILE_SIZE
        };
        let current = files.iter().rev().find(is_current).map(|file| file.path.clone());
        let path = current.unwrap_or_else(|| self.folder.join(format!("{}.{EXTENSION}", now.strftime(NAME))));
        remove_old(&files, &path, now);
        durable::append_private(&path, text.as_bytes()).map_err(FileError::at("write", &path))
    }

    /// The calls of the last day, the newest last. What is no line of ours is passed over.
    pub fn read(&self, now: Timestamp) -> Result<Vec<LoggedCall>, FileError> {
        let mut calls = Vec::new();
        for file in self.files()? {
            let bytes = durable::read(&file.path, READ_LIMIT).map_err(FileError::at("read", &file.path))?;
            let bytes = bytes.unwrap_or_default();
            calls.extend(bytes.split(|byte| *byte == b'\n').filter_map(LoggedCall::of_line));
        }
        calls.retain(|logged| now.duration_since(logged.call.at) < LISTED_FOR);
        calls.sort_by_key(|logged| logged.call.at);
        Ok(calls)
    }

    /// What there is to read.
    pub fn state(&self) -> LogState {
        LogState(self.files().unwrap_or_default().into_iter().map(|file| (file.path, file.length)).collect())
    }

    /// Removes all calls.
    pub fn clear(&self) -> Result<(), FileError> {
        self.files()?.iter().try_for_each(|file| remove(&file.path))
    }

    /// Calls this function, on a thread of its own, when the log may have changed, until the watch is dropped.
    pub fn watch(&self, tell: impl Fn() + Send + 'static) -> Result<Watch, FileError> {
        durable::create_private_folder(&self.folder).map_err(FileError::at("create", &self.folder))?;
        Watch::start(&self.folder, tell)
    }

    /// The files of the log, the oldest first.
    fn files(&self) -> Result<Vec<LogFile>, FileError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(FileError::at("list", &self.folder)(error)),
        };
        let mut files: Vec<LogFile> = entries.flatten().filter_map(|entry| LogFile::at(entry.path())).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }
}

impl LogFile {
    /// `None` for a file that is none of the log.
    fn at(path: PathBuf) -> Option<Self> {
        let stem = path.file_name()?.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
        let began = civil::DateTime::strptime(NAME, stem).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let found = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some(Self { began, length: found.len(), path })
    }
}

/// Removes files whose calls are all too old, those from a future that a clock has left, and the oldest of too many. What cannot
/// be removed now is tried again the next time.
fn remove_old(files: &[LogFile], current: &Path, now: Timestamp) {
    let mut length: u64 = files.iter().map(|file| file.length).sum();
    for file in files.iter().filter(|file| file.path != current) {
        let age = now.duration_since(file.began);
        if age >= LISTED_FOR + FILE_AGE || age < -CLOCK || length > ALL_SIZE - FILE_SIZE {
            let _ = remove(&file.path);
            length -= file.length;
        }
    }
}

/// Another process may have done it already.
fn remove(path: &Path) -> Result<(), FileError> {
    let is_gone = |error: &io::Error| error.kind() == ErrorKind::NotFound;
    fs::remove_file(path)
        .or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) })
        .map_err(FileError::at("remove", path))
}

#[cfg(test)]
mod tests;
