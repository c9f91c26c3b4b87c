//! What is known of an export format, and what writing it gives.

use crate::export::{ExportError, Subject};
use crate::secret::Secret;

/// What writing a format gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The text itself.
    pub text: Secret,
    /// What of the subject it does not hold, and why, where that may surprise.
    pub left_out: Vec<String>,
}

/// Writes one format.
pub type Write = fn(&Subject) -> Result<Text, ExportError>;

/// What a format does with a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenUse {
    /// It has no place for one.
    Never,
    /// It carries one where it may.
    Optional,
    /// It is nothing without one: the reader refreshes by itself.
    Needed,
}

/// A format that another tool reads.
#[derive(Clone, Copy, Debug)]
pub struct ExportFormat {
    /// Its name on the command line.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What reads it.
    pub reader: &'static str,
    /// What its file is usually called; `{profile}` stands for the profile's name.
    pub file_name: &'static str,
    /// What it does with a refresh token.
    pub refresh_token: RefreshTokenUse,
    /// The values as they are now.
    pub snapshot: Option<Write>,
    /// A text that asks this program each time.
    pub live: Option<Write>,
    /// What to run next in the tool; `{file}`, `{profile}` and `{url}` stand for what they say.
    pub next: &'static str,
    /// The same for a live text, where that is another command.
    pub live_next: Option<&'static str>,
    /// Whether the text itself holds the address that the token is for.
    pub holds_url: bool,
}

impl ExportFormat {
    /// What a format has that says nothing else.
    pub(in crate::export) const BLANK: Self = Self {
        id: "",
        name: "",
        reader: "",
        file_name: "",
        refresh_token: RefreshTokenUse::Never,
        snapshot: None,
        live: None,
        next: "",
        live_next: None,
        holds_url: false,
    };

    /// The text with the values as they are now.
    pub fn write_snapshot(&self, subject: &Subject) -> Result<Text, ExportError> {
        let hint = "this format asks for the token each time: export it live";
        let write = self.snapshot.ok_or(ExportError::Way { format: self.id, wanted: "a snapshot", hint })?;
        write(subject)
    }

    /// The text that asks each time.
    pub fn write_live(&self, subject: &Subject) -> Result<Text, ExportError> {
        let hint = "write a snapshot that is rewritten at each refresh, or start the tool with `tokenwright exec`";
        let write = self.live.ok_or(ExportError::Way { format: self.id, wanted: "live", hint })?;
        write(subject)
    }

    /// The file's usual name for a profile.
    pub fn file_name_for(&self, profile: &str) -> String {
        self.file_name.replace("{profile}", profile)
    }

    /// What to run next in the tool, for a snapshot or a live text.
    pub fn next_for(&self, live: bool) -> &'static str {
        self.live_next.filter(|_| live).unwrap_or(self.next)
    }

    /// Whether it has a use for the address that the token is for.
    pub fn takes_url(&self) -> bool {
        self.holds_url || self.next.contains("{url}")
    }
}

impl Text {
    /// A text that holds all that was asked.
    #[expect(clippy::unnecessary_wraps, reason = "it is the last expression of what writes a format")]
    pub(in crate::export) fn whole(text: impl Into<String>) -> Result<Self, ExportError> {
        Ok(Self { text: Secret::new(text), left_out: Vec::new() })
    }
}
