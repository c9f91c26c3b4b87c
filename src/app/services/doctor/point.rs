//! One point of the comparison.

use url::Url;

use crate::call::Template;

/// How a preset and its service agree in one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both say the same.
    Same,
    /// They say different things.
    Differs,
    /// The service does not say.
    NotTold,
    /// The service offers what the preset does not use. Nothing is wrong.
    Offered,
}

impl Verdict {
    /// The verdict in a word or two.
    pub fn label(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::NotTold => "not told",
            Self::Offered => "offered",
        }
    }
}

/// One point of the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What is compared, for people: `token URL`.
    pub name: String,
    pub verdict: Verdict,
    /// What the preset says; empty if nothing.
    pub preset: String,
    /// What the service says; empty if nothing.
    pub service: String,
    /// Who says so for the service: the member of its metadata, or `case`.
    pub told_by: &'static str,
    /// The keys of the preset that make it the same, joined by dots, with their values.
    pub change: Vec<(&'static str, toml::Value)>,
}

impl Point {
    pub(super) fn new(name: &str, told_by: &'static str, verdict: Verdict) -> Self {
        let name = name.to_owned();
        Self { name, verdict, preset: String::new(), service: String::new(), told_by, change: Vec::new() }
    }

    /// What both say.
    pub(super) fn says(self, preset: impl Into<String>, service: impl Into<String>) -> Self {
        Self { preset: preset.into(), service: service.into(), ..self }
    }

    /// What to change in the preset if it differs. A foreign text with a placeholder is left out: it would be filled, perhaps with a
    /// secret.
    pub(super) fn change(mut self, key: &'static str, value: impl Into<toml::Value>) -> Self {
        let value = value.into();
        let is_open = value.as_str().is_some_and(|text| Template::new(text).placeholders().next().is_some());
        if self.verdict == Verdict::Differs && !is_open {
            self.change.push((key, value));
        }
        self
    }

    /// The same for a URL; anything else is left out.
    pub(super) fn change_url(self, key: &'static str, url: &str) -> Self {
        let is_url = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if is_url { self.change(key, url) } else { self }
    }
}
