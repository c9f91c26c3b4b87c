//! What a face asks to be exported, and what it is told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::delivery::Insisted;
use crate::diagnosis::Diagnosis;
use crate::export::{ExportFormat, RefreshTokenUse};
use crate::secret::Secret;
use crate::service::ProfileName;

/// What is to be exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    pub profile: ProfileName,
    /// In which format: its id, or the file name of one of the person's own.
    pub format: String,
    /// A text that asks this program each time, in place of the values as they are now.
    pub live: bool,
    /// With the refresh token and the client, in a format that has a place for them.
    pub with_refresh_token: bool,
    /// Also where the service gives a new refresh token at each refresh: this program then keeps its hands off it.
    pub hand_over: bool,
    /// The address the token is for, where the format has a place for it.
    pub url: Option<String>,
    /// What else the format takes, by name.
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

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportTo {
    /// To the face, which shows it or puts it on the clipboard.
    Text,
    File {
        path: PathBuf,
        /// Whether it is written again at each refresh.
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
    /// What to run next in the tool.
    pub next: String,
    /// What the file is usually called.
    pub file_name: String,
    /// Whether this program will no longer refresh the profile.
    pub hands_over: bool,
    /// Whether each refresh brings a new refresh token and spends the old one.
    pub rotates: bool,
    /// Whether such a refresh token leaves with it, which was not insisted on: it cannot be exported so.
    pub needs_hand_over: bool,
}

/// An export that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportDone {
    /// The text, where it was asked for as such.
    pub text: Option<Secret>,
    pub path: Option<PathBuf>,
    /// What to run next in the tool.
    pub next: String,
    /// What it does not hold.
    pub left_out: Vec<String>,
    /// What a person should know of what left.
    pub notes: Vec<Diagnosis>,
}

/// A format as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FormatLine {
    pub id: String,
    pub name: String,
    pub reader: String,
    pub snapshot: bool,
    pub live: bool,
    pub refresh_token: RefreshTokenUse,
    /// Whether it has a use for the address that the token is for.
    pub url: bool,
}

impl FormatLine {
    /// A format of the person's own.
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

    /// Whether a search for this text finds it.
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
