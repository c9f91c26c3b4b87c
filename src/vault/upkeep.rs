//! Looking after a vault that is files: what is wrong with them, mending what a person agrees to, and moving them to
//! another key. A store that looks after itself has none of this.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::durable;
use crate::secret::Secret;
use crate::vault::file::{ASIDE, CONFLICT, FileVault, PREVIOUS, SEALED, files, lock_folder};
use crate::vault::history::Stamp;
use crate::vault::sealed::{SIZE_LIMIT, claims};
use crate::vault::{Change, How, Record, Vault, VaultError, VaultKind, copies, modes, moving};

/// Looking after a vault that is files.
pub trait Upkeep {
    /// What was mended without being asked since this was called last.
    fn take_notes(&self) -> Vec<Note>;

    /// Looks at every file.
    fn inspect(&self) -> Result<Inspection, VaultError>;

    /// Makes a profile usable again whose file is damaged, missing or older than one that is known: what is there and
    /// opens becomes the newest generation; what does not open is set aside. Changes nothing where nothing is wrong.
    fn mend(&self, profile: &str) -> Result<Option<Mended>, VaultError>;

    /// Seals everything under another key, made from the passphrase or kept in the keyring, and opens it with that.
    fn move_to(&self, kind: VaultKind, passphrase: Option<&Secret>) -> Result<Arc<dyn Vault>, VaultError>;
}

/// What was found in the folder.
#[derive(Debug, Default)]
pub struct Inspection {
    /// The folder.
    pub folder: PathBuf,
    /// How many profiles have a sealed file that opens.
    pub whole: usize,
    /// What is wrong, by profile where it is one's.
    pub faults: Vec<VaultError>,
    /// Older generations of which another machine had a newer one.
    pub older: Vec<PathBuf>,
    /// Files that were set aside since they do not open.
    pub aside: Vec<PathBuf>,
}

/// How a profile was made usable again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The generation that was taken.
    pub from: u64,
    /// The number it has now.
    pub number: u64,
    /// Where the file is now that did not open.
    pub aside: Option<PathBuf>,
}

/// What a vault has mended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Others could read it.
    ModeMended {
        /// The file or folder.
        path: PathBuf,
    },
    /// Another machine had left a copy of another generation.
    CopyKept {
        /// Whose it is.
        profile: String,
        /// The generation that lost.
        older: u64,
        /// The generation that is used.
        newer: u64,
        /// Where the older one is.
        path: PathBuf,
    },
    /// A move that was interrupted is done.
    MoveFinished {
        /// What the vault is now.
        to: VaultKind,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModeMended { path } => {
                write!(f, "`{}` could be read by others on this machine; it no longer can", path.display())
            }
            Self::CopyKept { profile, older, newer, .. } => {
                write!(f, "another machine had put generation {older} of profile `{profile}` beside generation {newer}")
            }
            Self::MoveFinished { to } => write!(f, "a move of the vault was interrupted; it is a {to} vault now"),
        }
    }
}

impl Diagnose for Note {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::ModeMended { .. } => {
                diagnosis.hint("what is sealed in it was not readable; look at what gives files such rights")
            }
            Self::CopyKept { older, path, .. } => {
                diagnosis.hint(format!("the newer one is used; generation {older} is kept as `{}`", path.display()))
            }
            Self::MoveFinished { .. } => diagnosis,
        }
    }
}

impl Upkeep for FileVault {
    fn take_notes(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn inspect(&self) -> Result<Inspection, VaultError> {
        let mut found = Inspection { folder: self.folder.clone(), ..Inspection::default() };
        for note in modes::check(&self.folder)? {
            self.note(note);
        }
        let mut known = self.known();
        let mut paths = files(&self.folder)?;
        paths.sort();
        for path in paths {
            let extension = path.extension().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
            let profile = path.file_stem().and_then(|stem| durable::name_of_stem(stem.to_str()?));
            match (extension.as_str(), profile) {
                (SEALED, Some(profile)) => {
                    known.remove(&profile);
                    match self.get(&profile) {
                        Ok(_) => found.whole += 1,
                        Err(error) => found.faults.push(error),
                    }
                }
                (SEALED, None) => found.faults.push(stray(&path)),
                (extension, _) if extension.starts_with(CONFLICT) => found.older.push(path),
                (extension, _) if extension.starts_with(ASIDE) => found.aside.push(path),
                _ => {}
            }
        }
        // Of these there should be a file.
        found.faults.extend(known.keys().filter_map(|profile| self.get(profile).err()));
        Ok(found)
    }

    fn mend(&self, profile: &str) -> Result<Option<Mended>, VaultError> {
        let _change = lock_folder(&self.folder)?;
        self.check_header()?;
        let fault = match self.newest(profile) {
            Ok(_) => return Ok(None),
            Err(fault) => fault,
        };
        let known = self.known().get(profile).copied().unwrap_or_default();
        let previous = self.read(profile, PREVIOUS).ok().flatten().map(|(_, record)| record);
        let (mut taken, aside) = match fault {
            VaultError::RolledBack { .. } => (self.read(profile, SEALED)?.map(|(_, record)| record), None),
            VaultError::Missing { .. } => (previous.clone(), None),
            VaultError::Damaged { .. } | VaultError::Misplaced { .. } | VaultError::SealedElsewhere { .. }
                if previous.is_some() =>
            {
                (previous.clone(), Some(self.set_aside(profile)?))
            }
            fault => return Err(fault),
        };
        let Some(record) = &mut taken else { return Err(fault_without_copy(profile, self)) };
        // The one before may hold tokens that this one does not know of.
        if let Some(Record { number, secrets, .. }) = previous
            && let Some(tokens) = secrets.tokens
            && Some(&tokens) != record.secrets.tokens.as_ref()
        {
            record.history.keep(number, tokens);
        }
        let (from, number) = (record.number, known.max(record.number).saturating_add(1));
        let next = Record::next(Some(record), number, &record.secrets, Change::New(How::Restored(from)), Stamp::now());
        self.write_next(profile, None, &next)?;
        Ok(Some(Mended { from, number, aside }))
    }

    fn move_to(&self, kind: VaultKind, passphrase: Option<&Secret>) -> Result<Arc<dyn Vault>, VaultError> {
        Ok(Arc::new(moving::move_vault(self, kind, passphrase)?))
    }
}

impl FileVault {
    /// Gives a file that does not open another name, under which nothing looks for it.
    fn set_aside(&self, profile: &str) -> Result<PathBuf, VaultError> {
        let (path, aside) = (self.path(profile, SEALED), copies::free_path(self, profile, ASIDE, 1));
        durable::rename(&path, &aside).map_err(VaultError::file("rename", path))?;
        Ok(aside)
    }
}

fn fault_without_copy(profile: &str, vault: &FileVault) -> VaultError {
    VaultError::NothingToRestore { profile: profile.to_owned(), path: vault.path(profile, PREVIOUS) }
}

/// A sealed file under a name that no profile has, which did not open when the vault did.
fn stray(path: &Path) -> VaultError {
    let sealed = durable::read(path, SIZE_LIMIT).ok().flatten().unwrap_or_default();
    match claims(&sealed) {
        Some((name, _)) => VaultError::Stray { path: path.to_owned(), profile: name.to_owned() },
        None => VaultError::Damaged { path: path.to_owned(), reason: "it does not begin as a sealed file does" },
    }
}
