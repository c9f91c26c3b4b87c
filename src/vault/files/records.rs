//! Reading and replacing one record: the sealed file, the one before it, and the next one until it is in its place.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::durable::{self, FileError};
use crate::vault::files::access;
use crate::vault::files::folder::{IN_FLIGHT, NEXT, PREVIOUS, RESERVED, SEALED, lock_folder};
use crate::vault::files::header::Header;
use crate::vault::files::high_water::{self, Remembered};
use crate::vault::files::key::{Key, Mark};
use crate::vault::files::keyring::KeySource;
use crate::vault::files::sealed::{SIZE_LIMIT, seal, unseal};
use crate::vault::{Note, Record, VaultError, VaultKind};

/// Sealed files in a folder, with the key to them.
#[derive(Debug)]
pub(in crate::vault) struct FileVault {
    pub kind: VaultKind,
    pub folder: PathBuf,
    pub key: Key,
    pub mark: Mark,
    pub key_source: KeySource,
    /// What was mended without being asked, until somebody is told.
    pub notes: Mutex<Vec<Note>>,
    pub remembered: Remembered,
}

impl FileVault {
    pub(in crate::vault) fn path(&self, profile: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", durable::file_stem(profile)))
    }

    pub(in crate::vault) fn note(&self, note: Note) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// The bytes and the record of a profile's file, whatever is known of its generation.
    pub(in crate::vault) fn read(
        &self,
        profile: &str,
        extension: &str,
    ) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        let path = self.path(profile, extension);
        let Some(sealed) = durable::read(&path, SIZE_LIMIT).map_err(FileError::at("read", &path))? else {
            return Ok(None);
        };
        if access::mend_file(&path)? {
            self.note(Note::PermissionsFixed { path: path.clone() });
        }
        match unseal(&self.key, profile, &path, &sealed) {
            Ok(record) => Ok(Some((sealed, record))),
            // Another process may have moved the vault meanwhile, or be at it.
            Err(error @ VaultError::SealedElsewhere { .. }) => self.check_header().and(Err(error)),
            Err(error) => Err(error),
        }
    }

    /// The newest record of a profile, which is refused where a newer one is known to have been.
    pub(in crate::vault) fn newest(&self, profile: &str) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        // First what is known: it is written after the record, so a record read later is never older.
        let known = high_water::load(&self.folder, &self.key, &self.remembered).get(profile).copied();
        let read = self.read(profile, SEALED)?;
        let Some(known) = known else { return Ok(read) };
        match &read {
            Some((_, record)) if record.number >= known => Ok(read),
            Some((_, record)) => {
                Err(VaultError::RolledBack { path: self.path(profile, SEALED), found: record.number, known })
            }
            None => Err(VaultError::Missing { path: self.path(profile, SEALED), known }),
        }
    }

    /// As [`FileVault::newest`], after what a process that died has left, and looks twice: between the two readings a
    /// profile may be removed and made anew.
    pub(in crate::vault) fn newest_settled(&self, profile: &str) -> Result<Option<(Vec<u8>, Record)>, VaultError> {
        if self.path(profile, NEXT).exists()
            && let Ok(_change) = lock_folder(&self.folder)
        {
            let _ = self.go_on(profile);
        }
        match self.newest(profile) {
            Err(VaultError::RolledBack { .. } | VaultError::Missing { .. }) => self.newest(profile),
            newest => newest,
        }
    }

    /// Writes the next record, keeping the bytes of the one before. The caller holds the folder's lock.
    pub(in crate::vault) fn write_next(
        &self,
        profile: &str,
        last: Option<&(Vec<u8>, Record)>,
        record: &Record,
    ) -> Result<(), VaultError> {
        let (sealed, next) = (seal(&self.key, profile, record)?, self.path(profile, NEXT));
        // First of all: should this process die in the next moment, whoever comes next finds it and goes on from here.
        let written = match fs::rename(self.path(profile, RESERVED), &next) {
            Ok(()) => durable::fill_draft(&next, &sealed),
            Err(_) => durable::write_draft(&next, &sealed),
        };
        written.map_err(FileError::at("write", &next))?;
        self.put_in_place(profile, last, record)
    }

    /// Gives the next record, which is complete, the place of the one before.
    fn put_in_place(&self, profile: &str, last: Option<&(Vec<u8>, Record)>, record: &Record) -> Result<(), VaultError> {
        let (next, place) = (self.path(profile, NEXT), self.path(profile, SEALED));
        if let Some((last, _)) = last {
            let previous = self.path(profile, PREVIOUS);
            durable::link_over(&place, &previous, last).map_err(FileError::at("write", &previous))?;
        }
        durable::rename(&next, &place).map_err(FileError::at("write", &place))?;
        let mut known = self.high_water();
        known.insert(profile.to_owned(), record.number);
        high_water::save(&self.folder, &self.key, &known)?;
        if last.is_none_or(|(_, last)| last.contents.tokens != record.contents.tokens) {
            // The answer to the call that was begun is kept now. Should this be lost, the mark is of an older generation.
            let _ = fs::remove_file(self.path(profile, IN_FLIGHT));
        }
        Ok(())
    }

    /// The highest generation of each profile, as the file has it now.
    pub(in crate::vault) fn high_water(&self) -> high_water::HighWater {
        high_water::read(&self.folder, &self.key).unwrap_or_default()
    }

    /// Refuses to go on with a key that the folder no longer goes by, or is about to.
    pub(in crate::vault) fn check_header(&self) -> Result<(), VaultError> {
        match Header::load(&self.folder)? {
            Some(header) if header.mark == self.mark && header.moving.is_none() => Ok(()),
            _ => Err(VaultError::Replaced { folder: self.folder.clone() }),
        }
    }

    /// Finishes a `put` whose process died on the way: the record is complete, and follows the one in its place. The caller
    /// holds the folder's lock.
    pub(in crate::vault) fn go_on(&self, profile: &str) -> Result<(), VaultError> {
        let next = self.path(profile, NEXT);
        let follows = match (self.read(profile, NEXT), self.newest(profile)) {
            (Ok(Some((_, next))), Ok(last)) => {
                let last_number = last.as_ref().map_or(0, |(_, last)| last.number);
                let follows = (last_number..=last_number.saturating_add(1)).contains(&next.number);
                follows.then_some((last, next))
            }
            (Ok(None), _) => return Ok(()),
            _ => None,
        };
        match follows {
            Some((last, record)) => self.put_in_place(profile, last.as_ref(), &record),
            // Half written, or overtaken: nothing was promised to anybody.
            None => Ok(durable::remove(&next).map(drop).map_err(FileError::at("remove", &next))?),
        }
    }
}
