//! How an error speaks to a person: the fact, then what to do about it, then where to read on.
//!
//! Form: lower case, no full stop, literals in backticks; the hint in the imperative. Never a secret.

mod printable;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::diagnosis::printable::{acts_on_text, printable, printable_json, printable_lines};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The fact: what was tried and what came of it.
    pub summary: String,
    pub hint: Option<String>,
    /// An address to read on: an RFC section, the service's console or documentation.
    pub reference: Option<String>,
}

impl Diagnosis {
    /// A fact without advice.
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), hint: None, reference: None }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, with where to read on.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}

/// One line a part, as the command line prints it after `error: `.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        if let Some(reference) = &self.reference {
            write!(f, "\nsee: {reference}")?;
        }
        Ok(())
    }
}

/// An error that knows how to speak.
pub trait Diagnose {
    /// The words for a person.
    fn diagnose(&self) -> Diagnosis;
}

#[cfg(test)]
mod tests {
    use super::Diagnosis;

    #[test]
    fn reads_as_fact_hint_reference() {
        let diagnosis = Diagnosis::new("the code is spent").hint("sign in again").reference("https://example.test");
        assert_eq!(diagnosis.to_string(), "the code is spent\nhint: sign in again\nsee: https://example.test");
    }
}
