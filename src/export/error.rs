//! Why a format cannot be written.

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// Why a format cannot be written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ExportError {
    /// No format of this name.
    #[error("there is no format `{0}`")]
    Unknown(String),
    /// It has no live text, or no snapshot.
    #[error("the format `{format}` cannot be {wanted}")]
    Way {
        /// The format.
        format: &'static str,
        /// `live` or `a snapshot`.
        wanted: &'static str,
        /// What to do instead.
        hint: &'static str,
    },
    /// A field has a value that the reader of the format could not be given unharmed.
    #[error("the format `{format}` cannot carry `{field}`: {why}")]
    CannotCarry {
        /// The format.
        format: &'static str,
        /// The field.
        field: String,
        /// What of the value has no way of being written.
        why: &'static str,
    },
    /// It is nothing without this field.
    #[error("the format `{format}` needs the {field}, and the profile has none")]
    Missing {
        /// The format.
        format: &'static str,
        /// The field, in words.
        field: &'static str,
        /// Where it comes from.
        hint: &'static str,
    },
    /// It is nothing without the address that the token is for.
    #[error("the format `{format}` needs the {field}, and the profile has none")]
    NoAddress {
        /// The format.
        format: &'static str,
        /// What the format calls it.
        field: &'static str,
        /// Which address that is.
        hint: &'static str,
    },
    /// It is nothing without the refresh token, which is not to leave.
    #[error("the refresh token cannot just be copied (format `{0}`): this service gives a new one at each refresh")]
    Rotates(&'static str),
    /// The person's own template does not hold together.
    #[error("the format `{name}`: {problem}")]
    Own {
        /// The template's name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl Diagnose for ExportError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Unknown(_) => diagnosis.hint("`tokenwright export --list-formats` lists them"),
            Self::Way { hint, .. } | Self::Missing { hint, .. } | Self::NoAddress { hint, .. } => diagnosis.hint(*hint),
            Self::CannotCarry { .. } => diagnosis.hint("choose another format: `json` carries any value"),
            Self::Rotates(_) => diagnosis.hint(
                "whichever of the two refreshes first ends the other's token: use a format that asks each time, or hand the \
                 refresh token over for good, after which this program no longer refreshes it",
            ),
            Self::Own { .. } => diagnosis.hint("fix the template file"),
        }
    }
}
