//! The table of dialects: one line each. A new reader is a line more.

use std::error::Error;

use thiserror::Error as ThisError;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::Document;
use crate::dialect::{Import, ImportedSecrets, Note, address, own};
use crate::secret::Secret;
use crate::service::{Catalog, Profile, Service};

/// A form that a description of a service can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A preset of ours.
    Preset,
    /// The plain file of a profile of ours.
    Profile,
    /// The address that a browser was sent to.
    AuthorizationRequest,
}

/// What the door knows of a form.
pub(in crate::dialect) struct Dialect {
    pub form: Form,
    /// What the command line calls it, where it is written too; empty otherwise.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is known by, in words.
    pub sign: &'static str,
    /// Texts that stand in such a document: the more of them are in one, the more it looks like it.
    pub marks: &'static [&'static str],
    /// Whether a document has this form. Cheap, and sure of it: what is wrong with the document is for `read` to say.
    pub recognise: fn(&Document<'_>) -> bool,
    /// Reads it.
    pub read: fn(&Document<'_>, &Catalog) -> Result<Import, FormError>,
    /// Writes it, where it is written too.
    pub write: Option<Write>,
}

/// Writes a form.
type Write = fn(&Outgoing<'_>) -> Result<Written, FormError>;

/// All of them, the surest first.
pub(in crate::dialect) const DIALECTS: &[Dialect] = &[
    Dialect {
        form: Form::Profile,
        id: "",
        name: "Tokenwright profile",
        sign: "TOML with `service` and `client_id`",
        marks: &["\nclient_id =", "\nredirect_uri ="],
        recognise: own::is_profile,
        read: |document, catalog| Ok(own::read_profile(document, catalog)?),
        write: None,
    },
    Dialect {
        form: Form::Preset,
        id: "toml",
        name: "Tokenwright preset",
        sign: "TOML with `id` and `[bearer]` or `extends`",
        marks: &["[bearer]", "[authorization]", "[refresh]", "\nextends ="],
        recognise: own::is_preset,
        read: |document, catalog| Ok(own::read_preset(document, catalog)?),
        write: Some(own::write),
    },
    Dialect {
        form: Form::AuthorizationRequest,
        id: "",
        name: "authorization URL",
        sign: "an https address with `client_id`",
        marks: &["response_type=code", "client_id="],
        recognise: |document| address::is_request(document.trimmed()),
        read: |document, _| address::authorization_request(document.trimmed()).map_err(FormError::from),
        write: None,
    },
];

/// Why a reader or writer refused, ready to be told.
#[derive(Debug, ThisError)]
#[error("{}", diagnosis.summary)]
pub struct FormError {
    diagnosis: Diagnosis,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl<E: Diagnose + Error + Send + Sync + 'static> From<E> for FormError {
    fn from(error: E) -> Self {
        Self { diagnosis: error.diagnose(), source: Box::new(error) }
    }
}

impl FormError {
    /// What is wrong and what to do.
    pub fn diagnose(&self) -> Diagnosis {
        self.diagnosis.clone()
    }
}

/// What is written down.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The service.
    pub service: &'a Service,
    /// One person's use of it, where that is meant.
    pub profile: Option<&'a Profile>,
    /// Its secrets, where they are to be written too.
    pub secrets: Option<&'a ImportedSecrets>,
}

/// A service in another tool's form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The document; it holds secrets only where they were handed in.
    pub text: Secret,
    /// What the form cannot carry, and so is not in it.
    pub lost: Vec<Note>,
}

/// Why nothing was written.
#[derive(Debug, ThisError)]
pub enum WriteError {
    /// It is only read.
    #[error("{0} is read here, and not written")]
    ReadOnly(&'static str),
    /// The service does not fit in it.
    #[error("{form}: {error}")]
    Form {
        /// The form.
        form: &'static str,
        /// Why not.
        #[source]
        error: FormError,
    },
}

impl Diagnose for WriteError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::ReadOnly(_) => diagnosis.hint(format!("choose one of {}", ids())),
            Self::Form { error, .. } => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
        }
    }
}

impl Form {
    /// The forms that are written, in the order of the table.
    pub fn written() -> impl Iterator<Item = Self> {
        DIALECTS.iter().filter(|dialect| dialect.write.is_some()).map(|dialect| dialect.form)
    }

    /// What is read: the name of each form and what it is known by.
    pub fn all_read() -> impl Iterator<Item = (&'static str, &'static str)> {
        DIALECTS.iter().map(|dialect| (dialect.name, dialect.sign))
    }

    /// The form of this id, if it is one that is written.
    pub fn parse(id: &str) -> Option<Self> {
        Self::written().find(|form| form.id() == id)
    }

    /// What the command line calls it; empty for one that is only read.
    pub fn id(self) -> &'static str {
        self.dialect().id
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        self.dialect().name
    }

    fn dialect(self) -> &'static Dialect {
        DIALECTS.iter().find(|dialect| dialect.form == self).expect("every form has its line in the table")
    }
}

fn ids() -> String {
    Form::written().map(|form| format!("`{}`", form.id())).collect::<Vec<_>>().join(", ")
}

/// Writes a service in a form.
pub fn write(form: Form, outgoing: &Outgoing<'_>) -> Result<Written, WriteError> {
    let dialect = form.dialect();
    let write = dialect.write.ok_or(WriteError::ReadOnly(dialect.name))?;
    write(outgoing).map_err(|error| WriteError::Form { form: dialect.name, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Form; 3] = [Form::Preset, Form::Profile, Form::AuthorizationRequest];

    #[test]
    fn every_form_has_one_line_in_the_table() {
        for form in ALL {
            assert_eq!(DIALECTS.iter().filter(|dialect| dialect.form == form).count(), 1, "{form:?}");
        }
        assert_eq!(DIALECTS.len(), ALL.len());
    }

    #[test]
    fn what_is_written_is_asked_for_by_its_id() {
        for dialect in DIALECTS {
            assert_eq!(dialect.id.is_empty(), dialect.write.is_none(), "{}", dialect.name);
            assert!(!dialect.marks.is_empty() && !dialect.sign.is_empty(), "{}", dialect.name);
        }
        assert_eq!(Form::parse("toml"), Some(Form::Preset));
        assert_eq!((Form::parse("word"), Form::parse("")), (None, None));
    }
}
