//! Errors of reading and writing ZSPEC, with line, column, element, and what was expected.

use std::fmt;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a document cannot be read as ZSPEC. `at` is the place, `element` the innermost element there.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the places and names of the messages")]
pub enum ZspecError {
    /// The declaration names an encoding that is not read.
    #[error("{at}: the document declares the encoding `{name}`")]
    Encoding { at: Position, name: String },
    /// A character that XML cannot hold (XML 1.0 section 2.2).
    #[error("{at}: character not allowed in XML (U+{code:04X})")]
    Character { at: Position, code: u32 },
    /// A document type: it could define entities.
    #[error("{at}: `<!DOCTYPE` is not supported")]
    Doctype { at: Position },
    /// An entity other than the five of XML.
    #[error("{at}: `&{name};` is not one of the five XML entities")]
    Entity { at: Position, name: String },
    #[error("{at}: `<{element}>` is not well-formed: {reason}")]
    Malformed { at: Position, element: String, reason: String },
    #[error("the document ends inside `<{element}>`, which starts at {at}")]
    CutOff { at: Position, element: String },
    /// Too many of something.
    #[error("{at}: `<{element}>`: more than {most} {what}")]
    TooMany { at: Position, element: String, what: &'static str, most: usize },
    /// Not a ZSPEC document.
    #[error("no `<oauth2>` in the document{}", .root.as_ref().map(|root| format!(", which is a `<{root}>`")).unwrap_or_default())]
    NoElement { root: Option<String> },
    /// A required attribute is missing.
    #[error("{at}: `<{element}>` has no `{attribute}`")]
    NoAttribute { at: Position, element: String, attribute: &'static str, expected: String },
    /// An attribute has an invalid value.
    #[error("{at}: `{attribute}` of `<{element}>` is `{value}`")]
    Value { at: Position, element: String, attribute: &'static str, value: String, expected: String },
    /// A required element is missing.
    #[error("{at}: `<{element}>` has no `<{child}>`")]
    NoChild { at: Position, element: String, child: &'static str },
    /// A duplicate of something that may be there once.
    #[error("{second}: duplicate {what}; the first is at {first}")]
    Twice { what: String, first: Position, second: Position },
}

impl Diagnose for ZspecError {
    // flat: one arm an error
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::Encoding { .. } => "save the document as UTF-8, and let its first line say so".to_owned(),
            Self::Character { .. } => "remove the character".to_owned(),
            Self::Doctype { .. } => "remove the `<!DOCTYPE …>`".to_owned(),
            Self::Entity { .. } => "use `&lt;` `&gt;` `&amp;` `&quot;` `&apos;`, or the character itself".to_owned(),
            Self::Malformed { .. } => "fix the XML there".to_owned(),
            Self::CutOff { .. } => "copy the whole document".to_owned(),
            Self::TooMany { .. } => "import a smaller document".to_owned(),
            Self::NoElement { .. } => {
                "import the `<oauth2>` element, or the `<resource>` document that contains it".to_owned()
            }
            Self::NoAttribute { attribute, expected, .. } => format!("add `{attribute}`: {expected}"),
            Self::Value { expected, .. } => format!("write {expected}"),
            Self::NoChild { child, .. } => format!("add `<{child}>`"),
            Self::Twice { .. } => "keep one of the two".to_owned(),
        })
    }
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ZspecWriteError {
    /// ZSPEC requires a stage that the service lacks.
    #[error("{service} has no {stage} call, and ZSPEC requires `<{element}>`")]
    NoStage {
        service: String,
        stage: &'static str,
        /// Its element.
        element: &'static str,
    },
    /// ZSPEC allows an argument once in each place.
    #[error("`{stage}` of {service} sends `{name}` twice, which ZSPEC does not allow")]
    Repeated { service: String, stage: &'static str, name: String },
    /// A text has a character that XML cannot represent.
    #[error("{service} contains a character that XML does not allow (U+{code:04X})")]
    Character { service: String, code: u32 },
}

impl Diagnose for ZspecWriteError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint(match self {
            Self::NoStage { .. } => "write it in another format, such as `toml`",
            Self::Repeated { .. } => "remove one of the two",
            Self::Character { .. } => "remove the character",
        })
    }
}
