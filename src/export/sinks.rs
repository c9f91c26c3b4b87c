//! What of a profile was handed out, and where to: a plain file of its own, with no secret in it. It is how the program
//! knows a file for its own, which files to write again at each refresh, and whether the refresh token has left.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// What of a profile was handed out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sinks {
    /// The refresh token lives elsewhere now; this program no longer refreshes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_over: Option<HandedOver>,
    /// The files that were written, by path.
    #[serde(rename = "file", skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Sink>,
}

/// To whom a rotating refresh token was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandedOver {
    /// The id of the format.
    pub format: String,
    /// Into which file; empty for standard output or the clipboard.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// When (RFC 3339).
    pub at: String,
}

/// A file that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sink {
    /// Where: an absolute path.
    pub path: String,
    /// The id of the format.
    pub format: String,
    /// Whether it is written again at each refresh.
    pub sink: bool,
    /// Whether it asks for the token each time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    /// Whether the refresh token is in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub with_refresh_token: bool,
    /// The address it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 of what was written, in hex: a file with another one was changed by somebody else.
    pub digest: String,
    /// When it was written last (RFC 3339).
    pub written_at: String,
    /// Why it could not be written the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The file is not what it should be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the list of what was exported of the profile `{profile}`, line {line}: {problem}")]
pub struct SinksError {
    /// The profile.
    pub profile: String,
    /// Where, from 1.
    pub line: usize,
    /// What about it.
    pub problem: String,
}

impl Diagnose for SinksError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("fix the file in the folder `sinks` of your data folder, or remove it")
    }
}

impl Sinks {
    /// Reads the text of the file.
    pub fn parse(profile: &str, text: &str) -> Result<Self, SinksError> {
        toml::from_str(text).map_err(|error| SinksError {
            profile: profile.to_owned(),
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            // foreign: the library's words may have several lines.
            problem: error.message().replace('\n', " "),
        })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        toml::to_string_pretty(self).expect("texts, flags and tables are all that is in it, and TOML has them")
    }

    /// What is known of the file at this path.
    pub fn file(&self, path: &str) -> Option<&Sink> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Remembers a file, in place of what was known of it.
    pub fn remember(&mut self, sink: Sink) {
        self.files.retain(|file| file.path != sink.path);
        self.files.push(sink);
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// Forgets a file; whether it was known.
    pub fn forget(&mut self, path: &str) -> bool {
        let before = self.files.len();
        self.files.retain(|file| file.path != path);
        self.files.len() < before
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_it_was_written() {
        let mut sinks = Sinks::default();
        assert_eq!(Sinks::parse("acme", &sinks.to_text()), Ok(sinks.clone()));
        let sink = |path: &str, sink| Sink { path: path.into(), format: "dotenv".into(), sink, ..Sink::default() };
        sinks.remember(sink("/b", false));
        sinks.remember(sink("/a", false));
        sinks.remember(sink("/b", true));
        sinks.handed_over = Some(HandedOver { format: "json".into(), ..HandedOver::default() });
        assert_eq!(sinks.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["/a", "/b"]);
        assert!(sinks.file("/b").is_some_and(|file| file.sink));
        assert_eq!(Sinks::parse("acme", &sinks.to_text()), Ok(sinks.clone()));
        assert!(sinks.forget("/a") && !sinks.forget("/a"));
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        let error = Sinks::parse("acme", "\nfiles = 1\n").expect_err("broken").to_string();
        assert!(error.starts_with("the list of what was exported of the profile `acme`, line 2: "), "{error}");
    }
}
