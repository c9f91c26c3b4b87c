//! What an export format is, and what writing it gives.

use crate::export::{ExportError, Subject};
use crate::secret::Secret;

#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub text: Secret,
    /// What it leaves out, and why, if that may surprise.
    pub left_out: Vec<String>,
}

pub type Write = fn(&Subject) -> Result<Text, ExportError>;

/// What a format does with a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenUse {
    /// It has no place for one.
    Never,
    /// It carries one if asked to.
    Optional,
    /// It requires one: its reader refreshes by itself.
    Needed,
}

#[derive(Clone, Copy, Debug)]
pub struct ExportFormat {
    pub id: &'static str,
    /// Its display name.
    pub name: &'static str,
    /// The tools that read it.
    pub reader: &'static str,
    /// The usual file name; `{profile}` is the name of the profile.
    pub file_name: &'static str,
    pub refresh_token: RefreshTokenUse,
    /// Writes the current values.
    pub snapshot: Option<Write>,
    /// Writes a text that runs this program on each use.
    pub live: Option<Write>,
    /// What to run next; `{file}`, `{profile}` and `{url}` are filled in.
    pub next: &'static str,
    /// The same for a live text, where it differs.
    pub live_next: Option<&'static str>,
    /// Whether the text holds the URL that the token is for.
    pub holds_url: bool,
}

impl ExportFormat {
    /// The defaults of the rows.
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

    pub fn write_snapshot(&self, subject: &Subject) -> Result<Text, ExportError> {
        let hint = "this format requests the token on each use: export it live";
        let write = self.snapshot.ok_or(ExportError::Way { format: self.id, wanted: "a snapshot", hint })?;
        write(subject)
    }

    pub fn write_live(&self, subject: &Subject) -> Result<Text, ExportError> {
        let hint = "write a snapshot that is rewritten at each refresh, or start the tool with `tokenwright exec`";
        let write = self.live.ok_or(ExportError::Way { format: self.id, wanted: "live", hint })?;
        write(subject)
    }

    pub fn file_name_for(&self, profile: &str) -> String {
        self.file_name.replace("{profile}", profile)
    }

    pub fn next_for(&self, live: bool) -> &'static str {
        self.live_next.filter(|_| live).unwrap_or(self.next)
    }

    /// Whether the URL that the token is for is in the text or in what to run next.
    pub fn takes_url(&self) -> bool {
        self.holds_url || self.next.contains("{url}")
    }
}

impl Text {
    /// A text that leaves nothing out.
    #[expect(clippy::unnecessary_wraps, reason = "every writer ends in it")]
    pub(in crate::export) fn whole(text: impl Into<String>) -> Result<Self, ExportError> {
        Ok(Self { text: Secret::new(text), left_out: Vec::new() })
    }
}
