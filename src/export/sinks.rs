//! Where a profile was exported to: a text without secrets, in the profile's row. From it the program knows which files are its own, which
//! to write again at each refresh, and whether the refresh token was handed over.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sinks {
    /// Set once the refresh token was given away; this program no longer refreshes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_over: Option<HandedOver>,
    /// Sorted by path.
    #[serde(rename = "file", skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Sink>,
}

/// Where a rotating refresh token went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandedOver {
    pub format: String,
    /// Empty for standard output or the clipboard.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// RFC 3339.
    pub at: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sink {
    /// Absolute.
    pub path: String,
    pub format: String,
    /// Whether it is written again at each refresh.
    pub sink: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub with_refresh_token: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// SHA-256 of what was written, in hex: a file with another digest was changed by somebody else.
    pub digest: String,
    /// The time of the last write (RFC 3339).
    pub written_at: String,
    /// Why the last write failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the list of what was exported of the profile `{profile}`, line {line}: {problem}")]
pub struct SinksError {
    pub profile: String,
    /// From 1.
    pub line: usize,
    pub problem: String,
}

impl Diagnose for SinksError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string())
            .hint("use the version of the program that wrote it, or forget the profile and sign in again")
    }
}

impl Sinks {
    pub fn parse(profile: &str, text: &str) -> Result<Self, SinksError> {
        toml::from_str(text).map_err(|error| SinksError {
            profile: profile.to_owned(),
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            // foreign: the library's words may have several lines.
            problem: error.message().replace('\n', " "),
        })
    }

    pub fn to_text(&self) -> String {
        toml::to_string_pretty(self).expect("texts, flags and tables are all that is in it, and TOML has them")
    }

    pub fn file(&self, path: &str) -> Option<&Sink> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Adds a file, or replaces its entry.
    pub fn remember(&mut self, sink: Sink) {
        self.files.retain(|file| file.path != sink.path);
        self.files.push(sink);
        self.files.sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// Removes a file; whether it was there.
    pub fn forget(&mut self, path: &str) -> bool {
        let before = self.files.len();
        self.files.retain(|file| file.path != path);
        self.files.len() < before
    }

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
