//! The orders and results of exports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::delivery::Insisted;
use crate::diagnosis::Diagnosis;
use crate::export::{ExportFormat, RefreshTokenUse};
use crate::secret::Secret;
use crate::service::ProfileName;

/// An export to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    pub profile: ProfileName,
    /// The format: its ID, or the file name of your own template.
    pub format: String,
    /// Write a command that fetches the token on each use, instead of values.
    pub live: bool,
    /// Include the refresh token and the client, if the format has a place for them.
    pub with_refresh_token: bool,
    /// Hand over a rotating refresh token: this program then stops refreshing the profile.
    pub hand_over: bool,
    /// The URL the token is used for, if the format has a place for it.
    pub url: Option<String>,
    /// The format's other options, by name.
    pub settings: BTreeMap<String, String>,
}

impl ExportOrder {
    /// A snapshot of the access token in a format.
    pub fn new(profile: ProfileName, format: impl Into<String>) -> Self {
        Self {
            profile,
            format: format.into(),
            live: false,
            with_refresh_token: false,
            hand_over: false,
            url: None,
            settings: BTreeMap::new(),
        }
    }
}

/// The destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportTo {
    /// The face, which shows it or puts it on the clipboard.
    Text,
    File {
        path: PathBuf,
        /// Whether the file is rewritten at each refresh.
        sink: bool,
        insisted: Insisted,
    },
}

/// What an export would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportView {
    /// The format's name for people.
    pub name: String,
    /// The text, secrets masked.
    pub masked: String,
    /// What to know before it is written.
    pub warnings: Vec<String>,
    /// The next command to run in the tool.
    pub next: String,
    /// The usual file name.
    pub file_name: String,
    /// Whether this program will no longer refresh the profile.
    pub hands_over: bool,
    /// Whether the service rotates refresh tokens.
    pub rotates: bool,
    /// Whether the export would contain a rotating refresh token without a hand-over, and is therefore refused.
    pub needs_hand_over: bool,
}

/// A finished export.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportDone {
    /// The text, if it goes to the face.
    pub text: Option<Secret>,
    pub path: Option<PathBuf>,
    /// The next command to run in the tool.
    pub next: String,
    /// What was left out.
    pub left_out: Vec<String>,
    /// Warnings about what was exported.
    pub notes: Vec<Diagnosis>,
}

/// A format as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FormatLine {
    pub id: String,
    pub name: String,
    pub reader: String,
    pub snapshot: bool,
    pub live: bool,
    pub refresh_token: RefreshTokenUse,
    /// Whether it uses the URL that the token is for.
    pub url: bool,
}

impl FormatLine {
    /// One of your own templates.
    pub(crate) fn own(id: String) -> Self {
        Self {
            name: id.clone(),
            id,
            reader: "your own format".to_owned(),
            snapshot: true,
            live: false,
            refresh_token: RefreshTokenUse::Optional,
            url: false,
        }
    }

    /// Whether a search for this text matches it.
    pub fn matches(&self, search: &str) -> bool {
        let text = format!("{} {} {}", self.id, self.name, self.reader).to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

impl From<&ExportFormat> for FormatLine {
    fn from(format: &ExportFormat) -> Self {
        Self {
            id: format.id.to_owned(),
            name: format.name.to_owned(),
            reader: format.reader.to_owned(),
            snapshot: format.snapshot.is_some(),
            live: format.live.is_some(),
            refresh_token: format.refresh_token,
            url: format.takes_url(),
        }
    }
}
