//! The one door: any document in, what it describes out. Its form is recognised, not asked for.

use std::fmt::Write as _;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::{Document, LARGEST};
use crate::dialect::form::{DIALECTS, Dialect, Form, FormError};
use crate::dialect::{Described, Import, Issuer};
use crate::service::Catalog;

/// The most services that one document may describe: more cannot be chosen among.
const MOST_DESCRIBED: usize = 500;

/// What a document is.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// The description of one or several services.
    Import(Import),
    /// The address of an issuer, whose own description has yet to be fetched.
    Issuer(Issuer),
}

/// Why nothing was read. No part of the document is in it but names and places.
#[derive(Debug, Error)]
pub enum ImportError {
    /// Nothing was given.
    #[error("the document is empty")]
    Empty,
    /// More than is taken.
    #[error("the document is larger than {} MiB", LARGEST / 1024 / 1024)]
    TooLarge,
    /// Not text; with what it is.
    #[error("the document is {0}, not text")]
    Binary(&'static str),
    /// Not UTF-8.
    #[error("line {line}, column {column}: the text is not UTF-8")]
    Encoding {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Brackets in brackets.
    #[error("line {line}, column {column}: brackets nest deeper than 127")]
    Deep {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// More values than any description has.
    #[error("line {line}, column {column}: more than 1000000 values")]
    TooMany {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It begins like JSON and is none.
    #[error("line {line}, column {column}: {}", json_words(*is_cut, problem))]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// Whether it ends too soon.
        is_cut: bool,
        /// What is wrong there otherwise.
        problem: String,
    },
    /// It is something else altogether.
    #[error("the document describes no service: it is {0}")]
    Else(&'static str, &'static str),
    /// Two readers or more could mean it.
    #[error("the document can be read as {}", either(forms))]
    Ambiguous {
        /// The forms that it has.
        forms: Vec<Form>,
    },
    /// None of the forms.
    #[error("the document is in none of the forms that are known here")]
    Unknown {
        /// The form that it has most of, and what of that.
        nearest: Option<(&'static str, Vec<&'static str>)>,
    },
    /// Its form is known, and it breaks the rules of that.
    #[error("{}", with_form(form, error, &error.to_string()))]
    Form {
        /// The form.
        form: &'static str,
        /// What is wrong.
        #[source]
        error: FormError,
    },
    /// What it keeps secret would be written where everybody reads it.
    #[error("{0}: one of its secrets stands in a call by itself")]
    Leaking(&'static str),
    /// It describes nothing.
    #[error("{0}: no service is described in it")]
    Nothing(&'static str),
}

impl Diagnose for ImportError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Empty => diagnosis.hint("copy or export it again"),
            Self::TooLarge | Self::TooMany { .. } => diagnosis.hint("export only what describes the service"),
            Self::Binary(_) => diagnosis.hint("export the description as text: JSON, YAML, XML or TOML"),
            Self::Encoding { .. } => diagnosis.hint("save it as UTF-8"),
            Self::Deep { .. } => diagnosis.hint("no description of a service nests that deep; look at what made it"),
            Self::Json { is_cut: true, .. } => {
                diagnosis.hint("the document is cut off: export or copy it again, whole")
            }
            Self::Json { .. } => diagnosis.hint("mend the JSON there, or export it again"),
            Self::Else(_, hint) => diagnosis.hint(*hint),
            Self::Ambiguous { forms } => {
                let keys: Vec<String> = forms.iter().map(|form| format!("`{}`", form.key())).collect();
                diagnosis.hint(format!("say which is meant: {}", keys.join(" or ")))
            }
            Self::Unknown { nearest } => diagnosis.hint(looked_for(nearest.as_ref())),
            Self::Form { form, error } => {
                let inner = error.diagnose();
                Diagnosis { summary: with_form(form, error, &inner.summary), ..inner }
            }
            Self::Leaking(_) => diagnosis.hint("write its placeholder there instead, such as `{client_secret}`"),
            Self::Nothing(_) => diagnosis.hint("take the document that holds its OAuth 2.0 settings"),
        }
    }
}

/// The words with the form before them, unless they name it themselves.
fn with_form(form: &str, error: &FormError, words: &str) -> String {
    if error.names_form() { words.to_owned() } else { format!("{form}: {words}") }
}

fn json_words(is_cut: bool, problem: &str) -> String {
    if is_cut { "the JSON ends in the middle".to_owned() } else { format!("it is no JSON: {problem}") }
}

fn looked_for(nearest: Option<&(&'static str, Vec<&'static str>)>) -> String {
    let mut words = String::new();
    if let Some((form, marks)) = nearest {
        let marks: Vec<String> = marks.iter().map(|mark| format!("`{mark}`")).collect();
        // Writing to a `String` cannot fail.
        let _ = write!(words, "it looks most like {form} ({} is there); ", marks.join(", "));
    }
    let forms: Vec<String> = DIALECTS.iter().map(|dialect| format!("{} ({})", dialect.name, dialect.sign)).collect();
    format!("{words}looked for: {}, or the https address of an issuer", forms.join("; "))
}

/// The names of forms as alternatives.
fn either(forms: &[Form]) -> String {
    forms.iter().map(|form| form.name()).collect::<Vec<_>>().join(" or as ")
}

/// Reads a document. Its form is recognised, unless the person says which it has. `name` is that of its file, or what else it is called; `catalog` holds the presets that one of
/// ours may extend.
pub fn read(bytes: &[u8], name: &str, catalog: &Catalog) -> Result<Found, ImportError> {
    read_as(bytes, name, catalog, None)
}

/// The same in the form that the person names.
pub fn read_as(bytes: &[u8], name: &str, catalog: &Catalog, meant: Option<Form>) -> Result<Found, ImportError> {
    let mut document = Document::parse(bytes, name)?;
    let issuer = Issuer::parse(document.trimmed()).filter(|_| meant.is_none());
    if let Some(issuer) = issuer {
        return Ok(Found::Issuer(issuer));
    }
    let dialect = match meant {
        Some(form) => form.dialect(),
        None => match &recognised(&document)[..] {
            [] => return Err(unknown(document)),
            [only] => only,
            several => {
                return Err(ImportError::Ambiguous { forms: several.iter().map(|dialect| dialect.form).collect() });
            }
        },
    };
    let form = dialect.name;
    // The reader parses it anew into what it needs; both at once would be twice the memory.
    document.json = None;
    let mut import = (dialect.read)(&document, catalog).map_err(|error| ImportError::Form { form, error })?;
    if import.described.is_empty() {
        return Err(ImportError::Nothing(form));
    }
    import.described.truncate(MOST_DESCRIBED);
    if import.described.iter().any(Described::is_leaking) {
        return Err(ImportError::Leaking(form));
    }
    import.described.iter_mut().for_each(complete);
    Ok(Found::Import(import))
}

/// The forms that a document has. One of ours is written by us and names itself, whatever else it looks like.
fn recognised(document: &Document<'_>) -> Vec<&'static Dialect> {
    let found: Vec<&Dialect> = DIALECTS.iter().filter(|dialect| (dialect.recognise)(document)).collect();
    let ours = found.iter().find(|dialect| matches!(dialect.form, Form::Profile | Form::Preset | Form::OwnExport));
    ours.map_or_else(|| found.clone(), |ours| vec![*ours])
}

/// A service that is kept says where its facts are from.
fn complete(described: &mut Described) {
    let service = &mut described.service;
    if service.source.is_empty() {
        service.source = vec!["imported".to_owned()];
    }
    if service.summary.is_empty() {
        "Imported from a description of another tool".clone_into(&mut service.summary);
    }
}

/// Texts that people take for a description of a service, by how they begin or what stands at their top.
const OTHERS: [(&str, &str, &str); 7] = [
    ("<!doctype html", "a web page", "copy the settings that stand on it, or save the document that it links to"),
    ("<html", "a web page", "copy the settings that stand on it, or save the document that it links to"),
    ("-----begin certificate", "a certificate", "import the description of the service, and give the key at sign-in"),
    ("-----begin", "a key", "import the description of the service, and give the key at sign-in"),
    ("http/1", "an HTTP message", "copy the request as a curl line, and import that"),
    ("wget ", "a wget line", "write the call as a curl line"),
    ("eyj", "a token", "import the description of the service; tokens are had by signing in"),
];

fn unknown(document: Document<'_>) -> ImportError {
    let start: String = document.trimmed().chars().take(32).collect::<String>().to_lowercase();
    if let Some((_, what, hint)) = OTHERS.iter().find(|(begins, ..)| start.starts_with(begins)) {
        return ImportError::Else(what, hint);
    }
    if document.is_json(|json| json.get("access_token").is_some()) {
        let hint = "import the description of the service; tokens are had by signing in";
        return ImportError::Else("the reply of a token endpoint", hint);
    }
    if let Some(broken) = document.broken {
        return broken;
    }
    ImportError::Unknown { nearest: nearest(&document) }
}

/// The form that has most of its marks in the document, and those.
fn nearest(document: &Document<'_>) -> Option<(&'static str, Vec<&'static str>)> {
    let found = |dialect: &'static Dialect| {
        let marks = dialect.marks.iter().copied().filter(|mark| document.text().contains(mark));
        (dialect.name, marks.collect::<Vec<_>>())
    };
    // Of two that have as many the first wins: the table begins with the surest.
    DIALECTS.iter().map(found).filter(|(_, marks)| !marks.is_empty()).rev().max_by_key(|(_, marks)| marks.len())
}
