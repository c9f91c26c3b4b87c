//! Reads any document: its format is recognised, unless the person names it.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::address::Issuer;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::environment::Environment;
use crate::dialect::fenced;
use crate::dialect::format::{Dialect, FormatError};
use crate::dialect::held::named;
use crate::dialect::import::{Described, Import, Note};
use crate::dialect::leak::Leak;
use crate::dialect::preset;
use crate::dialect::unknown::{known_kind, nearest};
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
    let chosen = format;
    let issuer = Issuer::parse(document.trimmed()).filter(|_| format.is_none());
    if let Some(issuer) = issuer {
        return Ok(Found::Issuer(issuer));
    }
    let recognised = match format {
        Some(dialect) => vec![dialect],
        None => recognised(&document),
    };
    let dialect = match recognised[..] {
        [] => None,
        [only] => Some(only),
        ref several => return Err(ImportError::Ambiguous { formats: several.to_vec() }),
    };
    let read = dialect
        .map_or_else(|| Err(unknown(&document)), |dialect| read_as(dialect, &document, catalog, chosen.is_none()));
    let (dialect, mut import) = match read {
        Ok(read) => read,
        // A page may have a whole document in one of its blocks.
        Err(error) if chosen.is_none() => of_blocks(&document, catalog).ok_or(error)?,
        Err(error) => return Err(error),
    };
    let format = dialect.name;
    if import.described.is_empty() {
        return Err(ImportError::Nothing(format));
    }
    if import.described.len() > dialect.most {
        return Err(DocumentError::TooMany { format, what: "services", limit: dialect.most }.into());
    }
    refuse_leaks(&mut import, format)?;
    if !dialect.is_ours {
        preset::offer(&mut import);
    }
    for described in &mut import.described {
        complete(described);
        described.understood.extend(environment.notes.iter().cloned());
    }
    Ok(Found::Import(import))
}

/// What a document is in a format, with that format; `may_differ` if nobody chose it.
fn read_as(
    dialect: &'static Dialect,
    document: &Document<'_>,
    catalog: &Catalog,
    may_differ: bool,
) -> Result<(&'static Dialect, Import), ImportError> {
    let format = dialect.name;
    if document.text().len() > dialect.largest {
        return Err(DocumentError::TooLarge { format: Some(format), limit: dialect.largest }.into());
    }
    let import = match (dialect.read)(document, catalog) {
        // A known kind of file that only holds the values: an environment of variables.
        Err(error) if may_differ && error.is_of_other_format() && named::recognise(document) => {
            named::read(document).map_err(|_| ImportError::Format { format, error })?
        }
        read => read.map_err(|error| ImportError::Format { format, error })?,
    };
    Ok((dialect, import))
}

/// The services of the documents that stand in the blocks of a page; `None` if there are none.
fn of_blocks(document: &Document<'_>, catalog: &Catalog) -> Option<(&'static Dialect, Import)> {
    let mut found: Option<(&'static Dialect, Import)> = None;
    for block in fenced::blocks(document.text()) {
        let Ok(block) = Document::parse(block.as_bytes(), document.name) else { continue };
        let block = block.with(document.variables());
        let [dialect] = recognised(&block)[..] else { continue };
        let Ok((dialect, import)) = read_as(dialect, &block, catalog, true) else { continue };
        let (_, all) = found.get_or_insert((dialect, Import { format: import.format, described: Vec::new() }));
        for one in import.described.into_iter().filter(is_telling) {
            if !all.described.contains(&one) {
                all.described.push(one);
            }
        }
    }
    found.filter(|(_, import)| !import.described.is_empty())
}

/// Whether a description has a client or an endpoint: the reply of a token endpoint has neither.
fn is_telling(described: &Described) -> bool {
    let service = &described.service;
    !described.client_id.is_empty()
        || !service.token_request.url.is_empty()
        || service.authorization.is_some()
        || service.redirect.issuer.is_some()
}

/// Drops the services that keep a secret in plain text, and notes it at the others. Fails if no other is left.
fn refuse_leaks(import: &mut Import, format: &'static str) -> Result<(), ImportError> {
    let mut leaks = Vec::new();
    import.described.retain(|described| match described.leak() {
        None => true,
        Some(leak) => {
            leaks.push((described.service.name.clone(), leak));
            false
        }
    });
    let mut leaks = leaks.into_iter();
    if import.described.is_empty()
        && let Some((_, leak)) = leaks.next()
    {
        return Err(ImportError::Leaking { format, leak });
    }
    for (name, leak) in leaks {
        let note =
            Note::new(name, format!("another service, which is refused: one of its secrets is plain text in {leak}"));
        for described in &mut import.described {
            described.ignored.push(note.clone());
        }
    }
    Ok(())
}

/// The formats that fit a document. One of our own formats wins over all others, and any of them over a guess.
fn recognised(document: &Document<'_>) -> Vec<&'static Dialect> {
    let fits = |dialect: &&Dialect| (dialect.recognise)(document);
    let certain: Vec<&Dialect> = Dialect::all().iter().filter(|dialect| !dialect.is_guess).filter(fits).collect();
    if let Some(ours) = certain.iter().find(|dialect| dialect.is_ours) {
        return vec![*ours];
    }
    // A guess parses the document: not where its format is certain.
    if certain.is_empty() {
        Dialect::all().iter().filter(|dialect| dialect.is_guess).filter(fits).collect()
    } else {
        certain
    }
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

/// Why a document is not read that no format fits.
fn unknown(document: &Document<'_>) -> ImportError {
    if let Some((what, hint)) = known_kind(document) {
        return ImportError::Other { what, hint };
    }
    match document.broken() {
        Some(broken) => broken.clone().into(),
        None => ImportError::Unknown { nearest: nearest(document) },
    }
}
