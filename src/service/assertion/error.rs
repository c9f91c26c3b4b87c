//! Why an assertion could not be filled in.

use thiserror::Error;

use crate::call::TemplateError;
use crate::diagnosis::{Diagnose, Diagnosis};

/// Why an assertion could not be filled in.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AssertionError {
    /// A placeholder in it could not be filled.
    #[error("the assertion's `{part}`: {error}")]
    Template {
        /// `kid`, `aud` or the claim.
        part: String,
        /// Why.
        #[source]
        error: TemplateError,
    },
    /// The header must name a certificate, and there is none.
    #[error("the assertion's header is to name the certificate, and there is none beside the key")]
    NoCertificate,
    /// SAML requires a value that is empty.
    #[error("the assertion's `{part}` is empty")]
    Empty {
        /// The element or attribute.
        part: String,
    },
    /// XML cannot hold a value.
    #[error("the assertion's `{part}` holds a control character, which XML does not allow")]
    NotXml {
        /// The element or attribute.
        part: String,
    },
}

impl Diagnose for AssertionError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Template { error, .. } => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
            Self::NoCertificate => diagnosis.hint("enter the certificate that was uploaded, or make a key pair"),
            Self::Empty { .. } => diagnosis.hint("fill in what the preset takes for it"),
            Self::NotXml { .. } => diagnosis.hint("type the value anew, without characters that cannot be seen"),
        }
    }
}
