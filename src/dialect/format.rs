//! One dialect: its properties, its reader and its writer.

use std::error::Error;
use std::fmt;

use thiserror::Error as ThisError;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::import::{Described, Import, Note};
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{Catalog, Profile, Service};

/// The format in which another tool describes a service. The table has one of each.
pub struct Dialect {
    /// Its name on the command line.
    pub id: &'static str,
    pub name: &'static str,
    /// How to recognise such a document, for people.
    pub sign: &'static str,
    /// Texts in such a document: the more of them a document has, the likelier it is one.
    pub(in crate::dialect) marks: &'static [&'static str],
    /// The most bytes of such a document.
    pub(in crate::dialect) largest: usize,
    /// Whether this program writes such files: then no other format is considered.
    pub(in crate::dialect) is_ours: bool,
    /// Whether it is found in any other text: then only if no other format fits.
    pub(in crate::dialect) is_loose: bool,
    /// Whether a document has this format. Cheap and certain; problems in the document are reported by `read`.
    pub(in crate::dialect) recognise: fn(&Document<'_>) -> bool,
    pub(in crate::dialect) read: fn(&Document<'_>, &Catalog) -> Result<Import, FormatError>,
    /// `None` for a format that is only read.
    pub(in crate::dialect) write: Option<Write>,
}

/// Writes a service in another tool's format.
type Write = fn(&Outgoing<'_>) -> Result<Written, FormatError>;

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl PartialEq for Dialect {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Dialect {}

/// Why a reader or writer failed, with its diagnosis.
#[derive(Debug, ThisError)]
#[error("{}", diagnosis.summary)]
pub struct FormatError {
    diagnosis: Diagnosis,
    #[source]
    source: Box<dyn Error + Send + Sync>,
}

impl<E: Diagnose + Error + Send + Sync + 'static> From<E> for FormatError {
    fn from(error: E) -> Self {
        Self { diagnosis: error.diagnose(), source: Box::new(error) }
    }
}

impl FormatError {
    /// The diagnosis, with the format in its summary.
    pub(in crate::dialect) fn diagnose_as(&self, format: &str) -> Diagnosis {
        let diagnosis = self.diagnosis.clone();
        let names_format = self.source.is::<DocumentError>();
        let summary = if names_format { diagnosis.summary } else { format!("{format}: {}", diagnosis.summary) };
        Diagnosis { summary, ..diagnosis }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    pub service: &'a Service,
    /// The profile, if one is to be written.
    pub profile: Option<&'a Profile>,
    /// Its secrets, if they are to be written.
    pub secrets: Option<&'a ProfileSecrets>,
}

impl Outgoing<'_> {
    /// Whether there are secrets to write.
    pub(in crate::dialect) fn has_secrets(&self) -> bool {
        self.secrets.is_some_and(|secrets| !secrets.names().is_empty())
    }

    /// The same as read from a document.
    pub(in crate::dialect) fn described(&self) -> Described {
        let described = Described {
            service: self.service.clone(),
            client_id: self.service.defaults.client_id.clone(),
            secrets: self.secrets.cloned().unwrap_or_default(),
            ..Described::default()
        };
        let Some(profile) = self.profile else { return described };
        Described {
            client_id: profile.client_id.clone(),
            redirect_uri: profile.redirect_uri.clone(),
            user_name: profile.user_name.clone(),
            scopes: profile.scopes.clone(),
            inputs: profile.inputs.clone(),
            ..described
        }
    }
}

/// A service in another tool's format.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The document; with secrets only if they were passed in.
    pub text: Secret,
    pub has_secrets: bool,
    /// What the format cannot express.
    pub lost: Vec<Note>,
}

#[derive(Debug, ThisError)]
pub enum WriteError {
    #[error("{0} can be imported but not written")]
    ReadOnly(&'static str),
    #[error("{}", error.diagnose_as(format).summary)]
    Format {
        format: &'static str,
        #[source]
        error: FormatError,
    },
}

impl Diagnose for WriteError {
    fn diagnose(&self) -> Diagnosis {
        match self {
            Self::ReadOnly(_) => Diagnosis::new(self.to_string()).hint("choose another format, such as `toml`"),
            Self::Format { format, error } => error.diagnose_as(format),
        }
    }
}

pub fn write(dialect: &Dialect, outgoing: &Outgoing<'_>) -> Result<Written, WriteError> {
    let write = dialect.write.ok_or(WriteError::ReadOnly(dialect.name))?;
    write(outgoing).map_err(|error| WriteError::Format { format: dialect.name, error })
}

/// Whether a document for another tool holds known secrets, or placeholders for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrecy {
    #[default]
    Without,
    With,
}
