//! The door of every document: how large it may be, and what is said of one that cannot be read. No error quotes the
//! document: what stands there may be a secret.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use serde_json::error::Category;
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// What a description of one service may measure, in bytes: a hundred times the largest one seen.
pub(crate) const SMALL: usize = 1024 * 1024;

/// What a document about many calls may measure, in bytes: collections of large services have some megabytes.
pub(crate) const LARGE: usize = 16 * 1024 * 1024;

/// The longest text of a call, in bytes: each is looked through for placeholders many times.
pub(crate) const LONGEST_TEXT: usize = 64 * 1024;

/// How many parameters a call may have, and how many inputs a service: more no person fills in.
pub(crate) const MOST_PARAMETERS: usize = 100;

/// How many scopes are offered: the largest services have some hundreds.
pub(crate) const MOST_SCOPES: usize = 1_000;

/// How many services one document may describe, so that a person can still choose among them.
pub(crate) const MOST_DESCRIBED: usize = 100;

/// Why a document could not be read. `form` is what it was taken for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DocumentError {
    /// It is too large.
    #[error("the {form} has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// What it was taken for.
        form: &'static str,
        /// Its size.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// It is not written as its form wants.
    #[error("the {form} cannot be read: {reason} at line {line}, column {column}")]
    Syntax {
        /// What it was taken for.
        form: &'static str,
        /// Why not.
        reason: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is of another form.
    #[error("this is no {form}: it has no {expected}")]
    OtherForm {
        /// What it was taken for.
        form: &'static str,
        /// What one would have.
        expected: &'static str,
    },
    /// Something in it is not what stands there.
    #[error("the {form}: {expected} is expected at `{place}`")]
    Unexpected {
        /// What it was taken for.
        form: &'static str,
        /// Where.
        place: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// It holds too many of a thing.
    #[error("the {form} has more than {limit} {what}")]
    TooMany {
        /// What it was taken for.
        form: &'static str,
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
}

impl Diagnose for DocumentError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::TooLarge { .. } => diagnosis.hint("cut out the part that describes the service"),
            Self::Syntax { .. } => diagnosis.hint("check that all of it was copied, from the first to the last line"),
            Self::OtherForm { .. } => diagnosis.hint("look whether this is the right file"),
            Self::Unexpected { .. } => diagnosis.hint("mend the document there"),
            Self::TooMany { .. } => diagnosis.hint("cut out the part that is wanted"),
        }
    }
}

/// The text without a byte order mark, if it is not too large.
pub(crate) fn bounded<'a>(form: &'static str, text: &'a str, limit: usize) -> Result<&'a str, DocumentError> {
    match text.len() {
        bytes if bytes > limit => Err(DocumentError::TooLarge { form, bytes, limit }),
        _ => Ok(text.trim_start_matches('\u{feff}')),
    }
}

/// Whether a text begins as JSON does.
pub(crate) fn object_like(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Whether a text may be the page of a tool as a person copies it: lines of words and values. What has blocks, lists,
/// tables or headings is a document of something else, and its `url:` that of something else as well.
pub(crate) fn is_page(text: &str) -> bool {
    let is_key = |text: &str| {
        text.split_once(':').is_some_and(|(key, rest)| {
            let is_name = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
            is_name && (rest.is_empty() || rest.starts_with(' '))
        })
    };
    let is_structure = |line: &str| {
        let told = line.trim();
        let is_indented = line.starts_with([' ', '\t']);
        let opens_block = told.ends_with('{') && told.starts_with(char::is_alphabetic);
        is_indented && is_key(told)
            || told.strip_prefix("- ").is_some_and(|item| is_key(item.trim_start()))
            || opens_block
            || told == "---"
            || ["#", "```", "~~~", "|"].iter().any(|mark| told.starts_with(mark))
    };
    !text.lines().any(is_structure)
}

/// A bounded document as JSON; nesting is bounded by the parser.
pub(crate) fn parse_json(form: &'static str, text: &str, limit: usize) -> Result<Json, DocumentError> {
    typed(form, bounded(form, text, limit)?)
}

/// JSON as a type of ours.
pub(crate) fn typed<T: DeserializeOwned>(form: &'static str, text: &str) -> Result<T, DocumentError> {
    serde_json::from_str(text).map_err(|error| DocumentError::Syntax {
        form,
        reason: match error.classify() {
            Category::Eof => "it ends too early",
            Category::Data => "another kind of value is expected",
            Category::Syntax | Category::Io => "there is something unexpected",
        },
        line: error.line(),
        column: error.column(),
    })
}

/// YAML as a type of ours whose texts are texts: left to itself YAML makes `012` a number. The parser bounds nesting,
/// aliases and nodes.
pub(crate) fn parse_yaml<T: DeserializeOwned>(form: &'static str, text: &str) -> Result<T, DocumentError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column) = error.location().map_or((1, 1), |at| (at.line(), at.column()));
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let reason = "it is not YAML, or has something unexpected";
        DocumentError::Syntax { form, reason, line: place(line), column: place(column) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_lines_of_words_and_values() {
        for page in
            ["Refresh Token URL: https://a.test\nMethod: POST", "Header :\n{\n  \"a\": \"b\"\n}\n", "such as this\n"]
        {
            assert!(is_page(page), "{page}");
        }
        for other in
            ["a:\n  b: c\n", "a:\n- b: c\n", "# Title\ntext", "```\ncode\n```", "meta {\n}", "---\na: b", "| a | b |"]
        {
            assert!(!is_page(other), "{other}");
        }
    }

    #[test]
    fn an_error_says_where_and_quotes_nothing() {
        let error = parse_json("Postman collection", "{\n  \"secret\": hunter2\n}", SMALL).expect_err("no JSON");
        assert_eq!(
            error.diagnose().to_string(),
            "the Postman collection cannot be read: there is something unexpected at line 2, column 13\n\
            hint: check that all of it was copied, from the first to the last line"
        );
        let error = parse_json("Postman collection", &" ".repeat(SMALL + 1), SMALL).expect_err("too large");
        assert_eq!(error.to_string(), "the Postman collection has 1048577 bytes, more than 1048576");
        let deep = "[".repeat(100_000);
        assert!(parse_json("Postman collection", &deep, SMALL).is_err());
    }
}
