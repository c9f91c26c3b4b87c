//! Reads any document: its format is recognised, unless the person names it.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::address::Issuer;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::environment::Environment;
use crate::dialect::format::{Dialect, FormatError};
use crate::dialect::import::{Described, Import};
use crate::dialect::leak::Leak;
use crate::service::Catalog;

#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Import(Import),
    /// The address of an issuer whose metadata has yet to be fetched.
    Issuer(Issuer),
}

/// Why nothing was read. Quotes only names and places in the document.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Not readable as a document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A known kind of file that describes no service.
    #[error("the document describes no service: it is {what}")]
    Other { what: &'static str, hint: &'static str },
    /// More than one format fits.
    #[error("the document can be read as {}", names(formats))]
    Ambiguous { formats: Vec<&'static Dialect> },
    /// No format fits; `nearest` is the most similar one.
    #[error("unrecognized file format")]
    Unknown { nearest: Option<&'static Dialect> },
    /// The format is recognised, but the document is not valid.
    #[error("{}", error.diagnose_as(format).summary)]
    Format {
        format: &'static str,
        #[source]
        error: FormatError,
    },
    /// A secret would be stored in the service, which is not secret.
    #[error("{format}: one of its secrets is plain text in {leak}")]
    Leaking { format: &'static str, leak: Leak },
    #[error("{0}: it describes no service")]
    Nothing(&'static str),
}

impl Diagnose for ImportError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Document(error) => error.diagnose(),
            Self::Other { hint, .. } => diagnosis.hint(*hint),
            Self::Ambiguous { formats } => {
                let ids: Vec<String> = formats.iter().map(|format| format!("`{}`", format.id)).collect();
                diagnosis.hint(format!("choose one of them: {}", ids.join(" or ")))
            }
            Self::Unknown { nearest } => {
                let nearest = nearest.map(|format| format!("it looks most like {} (`{}`); ", format.name, format.id));
                let nearest = nearest.unwrap_or_default();
                diagnosis.hint(format!(
                    "{nearest}name the format with `--format`; `tokenwright import --help` lists all formats"
                ))
            }
            Self::Format { format, error } => error.diagnose_as(format),
            Self::Leaking { .. } => diagnosis.hint("use a placeholder there, such as `{client_secret}`"),
            Self::Nothing(_) => diagnosis.hint("import the document with the OAuth 2.0 settings"),
        }
    }
}

/// The names of formats, as alternatives.
fn names(formats: &[&Dialect]) -> String {
    formats.iter().map(|format| format.name).collect::<Vec<_>>().join(" or as ")
}

/// Reads a document. `name` is that of its file, or what else it is called; `catalog` holds the presets that one of
/// ours may extend; `format` is the one that the person names, if any.
pub fn read(
    bytes: &[u8],
    name: &str,
    catalog: &Catalog,
    format: Option<&'static Dialect>,
) -> Result<Found, ImportError> {
    read_with(bytes, name, catalog, format, &Environment::default())
}

/// The same with variables of other files, which fill the places that the document leaves open.
pub fn read_with(
    bytes: &[u8],
    name: &str,
    catalog: &Catalog,
    format: Option<&'static Dialect>,
    environment: &Environment,
) -> Result<Found, ImportError> {
    let document = Document::parse(bytes, name)?.with(environment.variables.clone());
    let issuer = Issuer::parse(document.trimmed()).filter(|_| format.is_none());
    if let Some(issuer) = issuer {
        return Ok(Found::Issuer(issuer));
    }
    let dialect = match format {
        Some(dialect) => dialect,
        None => match recognised(&document)[..] {
            [] => return Err(unknown(&document)),
            [only] => only,
            ref several => return Err(ImportError::Ambiguous { formats: several.to_vec() }),
        },
    };
    let format = dialect.name;
    if document.text().len() > dialect.largest {
        return Err(DocumentError::TooLarge { format: Some(format), limit: dialect.largest }.into());
    }
    let mut import = (dialect.read)(&document, catalog).map_err(|error| ImportError::Format { format, error })?;
    if import.described.is_empty() {
        return Err(ImportError::Nothing(format));
    }
    DocumentError::unless_few(format, "services", import.described.len())?;
    if let Some(leak) = import.described.iter().find_map(Described::leak) {
        return Err(ImportError::Leaking { format, leak });
    }
    for described in &mut import.described {
        complete(described);
        described.understood.extend(environment.notes.iter().cloned());
    }
    Ok(Found::Import(import))
}

/// The formats that fit a document. One of our own formats wins over all others.
fn recognised(document: &Document<'_>) -> Vec<&'static Dialect> {
    let found: Vec<&Dialect> = Dialect::all().iter().filter(|dialect| (dialect.recognise)(document)).collect();
    if let Some(ours) = found.iter().find(|dialect| dialect.is_ours) {
        return vec![*ours];
    }
    let is_certain = found.iter().any(|dialect| !dialect.is_loose);
    found.into_iter().filter(|dialect| !(is_certain && dialect.is_loose)).collect()
}

/// A service must name its source.
fn complete(described: &mut Described) {
    let service = &mut described.service;
    if service.source.is_empty() {
        service.source = vec!["imported".to_owned()];
    }
    if service.summary.is_empty() {
        "Imported from another tool".clone_into(&mut service.summary);
    }
}

/// Texts that are mistaken for a description of a service, by their start.
const OTHERS: [(&str, &str, &str); 7] = [
    ("<!doctype html", "a web page", "copy the settings on it, or save the document it links to"),
    ("<html", "a web page", "copy the settings on it, or save the document it links to"),
    ("-----begin certificate", "a certificate", "import the description of the service, and give the key at sign-in"),
    ("-----begin", "a key", "import the description of the service, and give the key at sign-in"),
    ("http/1", "an HTTP response", "import the request: as a curl line, as an HTTP message or as a HAR log"),
    ("wget ", "a wget line", "write the call as a curl line"),
    ("eyj", "a token", "import the description of the service; sign in to get tokens"),
];

fn unknown(document: &Document<'_>) -> ImportError {
    let start: String = document.trimmed().chars().take(32).collect::<String>().to_lowercase();
    if let Some((_, what, hint)) = OTHERS.iter().find(|(begins, ..)| start.starts_with(begins)) {
        return ImportError::Other { what, hint };
    }
    if document.is_json(|json| json.get("access_token").is_some()) {
        let hint = "import the description of the service; sign in to get tokens";
        return ImportError::Other { what: "the response of a token endpoint", hint };
    }
    if let Some(broken) = document.broken() {
        return broken.clone().into();
    }
    ImportError::Unknown { nearest: nearest(document) }
}

/// The format with the most marks in the document.
fn nearest(document: &Document<'_>) -> Option<&'static Dialect> {
    let marks = |dialect: &Dialect| dialect.marks.iter().filter(|mark| document.text().contains(**mark)).count();
    // On a tie the first wins: the table starts with the most certain format.
    let found = Dialect::all().iter().map(|dialect| (dialect, marks(dialect))).rev();
    found.filter(|(_, marks)| *marks > 0).max_by_key(|(_, marks)| *marks).map(|(dialect, _)| dialect)
}
