//! A bundle of presets: presets that a publisher signed, to be updated apart from the program. It goes before what is built in,
//! and a person's own presets go before it.
//!
//! Invariant: a [`Bundle`] was signed by the key whose thumbprint is returned with it. Whose key that is, the caller has to know.

mod difference;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::is_name;
use crate::diagnosis::{Diagnose, Diagnosis, printable};
use crate::oauth::{SignedDocument, SignedDocumentError, SigningKey, digest_text};
use crate::service::catalog::Catalog;
use crate::service::preset::{PresetError, write_preset};

pub use crate::service::bundle::difference::{KeyChange, PresetChange, preset_changes};

/// The type in the header (`typ`, RFC 7515 section 4.1.9).
const TYP: &str = "tokenwright-presets+jws";

/// The version of the payload that is read and written.
const FORMAT: u64 = 1;

/// The most bytes of a signed bundle.
pub const LARGEST_BUNDLE: usize = 1024 * 1024;

/// The longest name, so that a line shows it.
const LONGEST_NAME: usize = 64;

/// Presets of one publisher, as its signed payload has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    format: u64,
    /// What the publisher calls it.
    pub name: String,
    /// Grows with each publication.
    pub number: u64,
    /// The texts of the presets by their IDs.
    pub presets: BTreeMap<String, String>,
}

/// Of any version of the payload.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

/// A bundle with what tells it from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBundle {
    /// What was signed.
    pub bundle: Bundle,
    /// The thumbprint of the key that signed it (RFC 7638).
    pub key: String,
    /// The SHA-256 of what was signed, in base64url.
    pub digest: String,
}

/// Why a bundle is refused as a whole.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BundleError {
    /// The signature, or what is around it.
    #[error("the bundle is refused: {0}")]
    Signature(#[from] SignedDocumentError),
    /// More bytes than a bundle has.
    #[error("the bundle is larger than {LARGEST_BUNDLE} bytes")]
    TooLarge,
    /// The payload is not that of a bundle.
    #[error("the bundle is refused: its contents are not those of a bundle of presets: {0}")]
    Payload(String),
    /// Another version of the payload.
    #[error("the bundle is of the format {0}, and this program knows the format {FORMAT}")]
    Format(u64),
    /// A name that is none.
    #[error("`{0}` is no name of a bundle")]
    Name(String),
    /// Nothing is in it.
    #[error("the bundle has no presets")]
    Empty,
    /// A preset that belongs to the program.
    #[error("the bundle has the preset `{0}`, which belongs to the program")]
    Reserved(String),
    /// The ID in the text is not the one that it is listed by.
    #[error("the bundle lists the preset `{listed}`, whose text has the id `{own}`")]
    OtherId {
        /// In the list.
        listed: String,
        /// In the text.
        own: String,
    },
    /// A preset that cannot be used.
    #[error("the bundle is refused: its preset {0}")]
    Preset(PresetError),
}

impl Diagnose for BundleError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Signature(error) => Diagnosis { hint: error.diagnose().hint, ..diagnosis },
            Self::TooLarge => diagnosis.hint("leave out the presets that have not changed"),
            Self::Format(_) => diagnosis.hint("update the program, or ask the publisher for a bundle for this version"),
            Self::Name(_) => diagnosis.hint("use letters, digits, `-` and `_`, starting with a letter"),
            Self::Empty => diagnosis.hint("presets are files whose names end in `.toml`"),
            Self::Preset(error) => {
                let hint = error.hint.as_ref().map(|hint| format!("{hint}; ")).unwrap_or_default();
                diagnosis.hint(format!(
                    "{hint}its publisher has to mend it, or to publish it for this version of the program"
                ))
            }
            Self::Payload(_) | Self::Reserved(_) | Self::OtherId { .. } => {
                diagnosis.hint("its publisher has to mend it")
            }
        }
    }
}

impl Bundle {
    /// A bundle of these presets, ID and text.
    pub fn new(name: &str, number: u64, presets: BTreeMap<String, String>) -> Result<Self, BundleError> {
        let bundle = Self { format: FORMAT, name: name.to_owned(), number, presets };
        bundle.check_names()?;
        Ok(bundle)
    }

    /// Signs it.
    pub fn sign(&self, key: &SigningKey) -> Result<String, BundleError> {
        let payload = serde_json::to_vec(self).map_err(|error| BundleError::Payload(error.to_string()))?;
        let text = SignedDocument::sign(key, TYP, &payload)?;
        if text.len() > LARGEST_BUNDLE { Err(BundleError::TooLarge) } else { Ok(text) }
    }

    /// Whether a preset stays the program's own: the one to describe a service by hand, and those of its practice service.
    pub fn is_reserved(id: &str) -> bool {
        let practice = |id: &str| Catalog::bundled().service(id).is_ok_and(|service| service.practice);
        id == Catalog::CUSTOM || practice(id)
    }

    fn check_names(&self) -> Result<(), BundleError> {
        if !is_name(&self.name) || self.name.len() > LONGEST_NAME {
            return Err(BundleError::Name(printable(&self.name).into_owned()));
        }
        if self.presets.is_empty() {
            return Err(BundleError::Empty);
        }
        match self.presets.keys().find(|id| Self::is_reserved(id)) {
            Some(id) => Err(BundleError::Reserved(id.clone())),
            None => Ok(()),
        }
    }

    /// Reads all of its presets as `service check` does: each is parsed, written and parsed again.
    pub fn check_presets(&self) -> Result<(), BundleError> {
        let catalog = Catalog::with_bundle(self);
        for (id, text) in &self.presets {
            let file = format!("{id}.toml");
            let service = catalog.parse_of_bundle(&file, text).map_err(BundleError::Preset)?;
            if service.id != *id {
                return Err(BundleError::OtherId { listed: id.clone(), own: service.id });
            }
            if service.practice {
                return Err(BundleError::Reserved(id.clone()));
            }
            catalog.parse_of_bundle(&file, &write_preset(&service)).map_err(BundleError::Preset)?;
        }
        Ok(())
    }
}

impl SignedBundle {
    /// Reads a signed bundle. Its presets are not parsed: [`Bundle::check_presets`] does so.
    pub fn read(text: &str) -> Result<Self, BundleError> {
        if text.len() > LARGEST_BUNDLE {
            return Err(BundleError::TooLarge);
        }
        let SignedDocument { payload, thumbprint } = SignedDocument::read(text, TYP)?;
        // foreign: where in the payload, in the library's words.
        let wrong = |error: &dyn std::fmt::Display| BundleError::Payload(printable(&error.to_string()).into_owned());
        let payload = String::from_utf8(payload).map_err(|error| wrong(&error))?;
        // A later format may have other members.
        let Version { format } = serde_json::from_str(&payload).map_err(|error| wrong(&error))?;
        if format != FORMAT {
            return Err(BundleError::Format(format));
        }
        let bundle: Bundle = serde_json::from_str(&payload).map_err(|error| wrong(&error))?;
        bundle.check_names()?;
        Ok(Self { bundle, key: thumbprint, digest: digest_text(&payload) })
    }
}

#[cfg(test)]
mod tests;
