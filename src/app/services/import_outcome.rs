//! The outcome of an import. Nothing is saved yet.

use crate::app::sign_in::call_context::CallContext;
use crate::app::{Failure, FailureCode, FailureKind};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::dialect::{Dialect, Environment, Import, ImportError, Issuer};
use crate::secret::Secret;
use crate::service::ProfileName;

/// The outcome of reading a document.
#[derive(Clone, Debug)]
pub enum ImportOutcome {
    /// It describes services.
    Described(Box<Imported>),
    /// It is an issuer URL; its discovery document is fetched once the person agrees.
    Issuer(Issuer),
    /// It can be read in several formats.
    Ambiguous(Box<AmbiguousText>),
    /// It is encrypted: the person must supply the key.
    Locked(Box<LockedText>),
    /// It contains shared profiles.
    Shared(Box<SharedProfiles>),
    /// The person chose no file.
    NotChosen,
}

/// A text that several formats could mean; the person chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmbiguousText {
    pub from: String,
    /// The possible formats.
    pub formats: Vec<&'static Dialect>,
    /// The text, which may hold secrets.
    pub text: Secret,
    /// The variables of other files.
    pub environment: Environment,
}

/// A document that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub from: String,
    pub import: Import,
}

impl AmbiguousText {
    /// Why it is not read until the person names a format.
    pub fn failure(&self) -> Failure {
        let error = ImportError::Ambiguous { formats: self.formats.clone() };
        refused(&self.from, &error).coded(FailureCode::AmbiguousDocument)
    }
}

/// Encrypted profiles, not opened yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedText {
    pub from: String,
    pub text: Secret,
    /// Why the last key did not open it.
    pub problem: Option<Diagnosis>,
}

/// Shared profiles. None of them is saved yet.
#[derive(Clone, Debug)]
pub struct SharedProfiles {
    pub from: String,
    pub profiles: Vec<SharedProfile>,
}

#[derive(Clone, Debug)]
pub struct SharedProfile {
    pub name: ProfileName,
    /// What the recipient must supply.
    pub must_supply: Vec<String>,
    /// The secrets that came with it.
    pub secrets: Vec<String>,
    /// Whether a profile of this name exists here.
    pub is_here: bool,
    /// The profile to save, or why it cannot be used.
    pub context: Result<Box<CallContext>, Diagnosis>,
}

impl SharedProfiles {
    /// The profiles to save: usable here, and not here already unless they are to be replaced.
    pub fn chosen(&self, replace: bool) -> Vec<(ProfileName, CallContext)> {
        let wanted = self.profiles.iter().filter(|profile| replace || !profile.is_here);
        wanted.filter_map(|profile| Some((profile.name.clone(), (**profile.context.as_ref().ok()?).clone()))).collect()
    }
}

/// Why a document from there could not be read.
pub(in crate::app) fn refused(from: &str, error: &ImportError) -> Failure {
    let diagnosis = error.diagnose();
    Failure::new(FailureKind::Usage, Diagnosis { summary: format!("`{from}`: {}", diagnosis.summary), ..diagnosis })
}
