//! Imports: reads documents of other tools, within size limits. Nothing is saved here; the caller shows the result and then
//! saves a profile or a preset like any other.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::app::blocking::blocking;
use crate::app::handle::App;
use crate::app::profiles::accept_shared;
use crate::app::progress::Report;
use crate::app::services::import_outcome::{AmbiguousText, ImportOutcome, Imported, LockedText, refused};
use crate::app::services::metadata::fetch_metadata;
use crate::app::{CallContext, Failure, FailureKind, ShareKey};
use crate::diagnosis::Diagnosis;
use crate::dialect::{self, Described, Dialect, DocumentError, Environment, Found, ImportError, Issuer, Note};
use crate::durable;
use crate::secret::Secret;
use crate::service::Asks;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportSource {
    File(PathBuf),
    Input,
    /// Pasted text, which may contain secrets.
    Pasted(Secret),
    /// An issuer, whose metadata is fetched.
    Issuer(Issuer),
    /// Shared, encrypted profiles that were read before, with their key.
    Locked(Box<LockedText>, ShareKey),
    /// Any of these, with the format that the person named.
    As(Box<ImportSource>, &'static Dialect),
    /// Any of these, with files whose variables fill the places that the document leaves open.
    With(Box<ImportSource>, Vec<PathBuf>),
    /// Files that arrived together: the largest is the document, the others have its variables.
    Together(Vec<PathBuf>),
    /// A text that was read before and is ambiguous, with the format that is meant.
    Meant(Box<AmbiguousText>, &'static Dialect),
}

/// The profile that a document describes, with its secrets in the service's fields.
impl From<&Described> for CallContext {
    fn from(described: &Described) -> Self {
        let (service, mut secrets) = (&described.service, described.secrets.clone());
        if secrets.client_secret.is_empty() {
            secrets.client_secret = match service.asks {
                Asks::UserAndSecret => secrets.password.clone(),
                _ => Secret::new(&service.defaults.client_secret),
            };
        }
        Self::new(described.profile(), secrets)
    }
}

impl App {
    /// Reads a document.
    pub async fn import(&self, source: ImportSource, report: &Report) -> Result<ImportOutcome, Failure> {
        import(self, report, source).await
    }

    /// Lets the person choose a file. A desktop without a file chooser counts as choosing none.
    pub async fn import_chosen(&self, report: &Report) -> Result<ImportOutcome, Failure> {
        let chosen = rfd::AsyncFileDialog::new().set_title("Import a description of a service").pick_file().await;
        let Some(file) = chosen else { return Ok(ImportOutcome::NotChosen) };
        import(self, report, ImportSource::File(file.path().to_owned())).await
    }
}

async fn import(app: &App, report: &Report, source: ImportSource) -> Result<ImportOutcome, Failure> {
    let source = match source {
        ImportSource::Together(files) => blocking(move || largest_first(files)).await?,
        source => source,
    };
    let (source, environment) = match source {
        ImportSource::With(source, files) => (*source, blocking(move || environment(&files)).await??),
        source => (source, Environment::default()),
    };
    let (source, format) = match source {
        ImportSource::As(source, format) => (*source, Some(format)),
        source => (source, None),
    };
    let from = match &source {
        ImportSource::Meant(text, _) => text.from.clone(),
        ImportSource::As(..) | ImportSource::With(..) | ImportSource::Together(_) => String::new(),
        ImportSource::File(path) => path.display().to_string(),
        ImportSource::Input => "standard input".to_owned(),
        ImportSource::Pasted(_) => "what was pasted".to_owned(),
        ImportSource::Issuer(issuer) => issuer.as_str().to_owned(),
        ImportSource::Locked(locked, _) => locked.from.clone(),
    };
    let mut notes = Vec::new();
    let bytes = match source {
        ImportSource::Meant(text, format) => {
            let bytes = Zeroizing::new(text.text.expose().as_bytes().to_vec());
            let known = Known { format: Some(format), notes: Vec::new(), environment: text.environment };
            return read(app, from, bytes, known).await;
        }
        // Each format is named once, and so are the files beside it.
        ImportSource::As(..) | ImportSource::With(..) | ImportSource::Together(_) => {
            return Err(Failure::inside("a source of a source"));
        }
        ImportSource::File(path) => blocking(move || read_file(&path)).await??,
        ImportSource::Input => blocking(read_input).await??,
        ImportSource::Pasted(text) => Zeroizing::new(text.expose().as_bytes().to_vec()),
        ImportSource::Issuer(issuer) => {
            let metadata = fetch_metadata(app, report, &issuer, |_| false).await?;
            notes = metadata.notes;
            Zeroizing::new(metadata.text.into_bytes())
        }
        ImportSource::Locked(locked, key) => return accept_shared::open(app, *locked, key).await,
    };
    read(app, from, bytes, Known { format, notes, environment }).await
}

fn largest_first(mut files: Vec<PathBuf>) -> ImportSource {
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |about| about.len());
    files.sort_by_cached_key(|path| std::cmp::Reverse(size(path)));
    let others = files.split_off(1.min(files.len()));
    let document = ImportSource::File(files.pop().unwrap_or_default());
    ImportSource::With(Box::new(document), others)
}

/// The variables of files, those of the first file first.
fn environment(files: &[PathBuf]) -> Result<Environment, Failure> {
    let mut environment = Environment::default();
    for path in files {
        let name = path.display().to_string();
        let bytes = read_file(path)?;
        environment.add(&bytes, &name).map_err(|error| refused(&name, &error.into()))?;
    }
    Ok(environment)
}

/// The largest document, in bytes.
const LARGEST: u64 = dialect::LARGEST as u64;

/// What is known about a document before it is read.
struct Known {
    /// The format that the person named.
    format: Option<&'static Dialect>,
    /// What was noticed while it was fetched.
    notes: Vec<Note>,
    /// The variables of other files.
    environment: Environment,
}

async fn read(app: &App, from: String, bytes: Zeroizing<Vec<u8>>, known: Known) -> Result<ImportOutcome, Failure> {
    let Known { format, notes, environment } = known;
    if let Some(text) = accept_shared::ours(&bytes).filter(|_| format.is_none()) {
        return accept_shared::read(app, from, text).await;
    }
    let (catalog, _) = app.catalog().await?;
    let name = from.clone();
    let read = move || {
        let found = dialect::read_with(&bytes, &name, &catalog, format, &environment);
        (found, bytes, environment)
    };
    let (found, bytes, environment) = blocking(read).await?;
    if let Err(ImportError::Ambiguous { formats }) = &found {
        let (formats, text) = (formats.clone(), Secret::new(String::from_utf8_lossy(&bytes)));
        return Ok(ImportOutcome::Ambiguous(Box::new(AmbiguousText { from, formats, text, environment })));
    }
    match found.map_err(|error| refused(&from, &error))? {
        Found::Import(mut import) => {
            for described in &mut import.described {
                described.ignored.extend(notes.iter().cloned());
            }
            Ok(ImportOutcome::Described(Box::new(Imported { from, import })))
        }
        Found::Issuer(issuer) => Ok(ImportOutcome::Issuer(issuer)),
    }
}

/// Reads a file within the limit; a larger one is not even opened.
fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let from = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let diagnosis = Diagnosis::new(format!("`{from}` cannot be read: {error}"));
        Failure::new(
            FailureKind::Usage,
            diagnosis.hint("give the path of a file, `-`, or the https address of an issuer"),
        )
    };
    let size = std::fs::metadata(path).map_err(unreadable)?;
    if size.is_file() && size.len() > LARGEST {
        return Err(refused(&from, &too_large()));
    }
    let bytes = durable::read(path, LARGEST).map_err(unreadable)?;
    let gone = || unreadable(std::io::ErrorKind::NotFound.into());
    bytes.map(Zeroizing::new).ok_or_else(gone)
}

fn too_large() -> ImportError {
    DocumentError::TooLarge { format: None, limit: dialect::LARGEST }.into()
}

/// Reads standard input to its end, or to the limit.
fn read_input() -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = std::io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        Failure::new(FailureKind::Machine, Diagnosis::new(format!("standard input cannot be read: {error}")))
    })?;
    if u64::try_from(bytes.len()).map_or(true, |length| length > LARGEST) {
        return Err(refused("standard input", &too_large()));
    }
    Ok(bytes)
}
