//! What a person writes down about a profile: notes, and tags to group profiles by.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis, acts_on_text};

/// The most characters of a tag.
const LONGEST_TAG: usize = 40;

/// Free text of several lines about a profile. Empty if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Notes(String);

impl Notes {
    /// The notes that a text comes to: without characters that are invisible or change the order of others, and without blank
    /// space at the end of a line or of the text.
    pub fn of(text: &str) -> Self {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let seen: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !acts_on_text(*c)).collect();
        let lines: Vec<&str> = seen.lines().map(str::trim_end).collect();
        Self(lines.join("\n").trim_end().trim_start_matches('\n').to_owned())
    }

    /// The text; its lines end with `\n`, the last one does not.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Notes {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<Notes> for String {
    fn from(notes: Notes) -> Self {
        notes.0
    }
}

/// Short labels, sorted, each once. Stored as one text, since a list of 10,000 profiles shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Tags(String);

/// Why a text is not a tag.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TagError {
    /// Nothing was given.
    #[error("a tag is empty")]
    Missing,
    /// Too long.
    #[error("a tag has {0} characters, more than {LONGEST_TAG}")]
    TooLong(usize),
    /// A character that cannot be in it, or not at its beginning.
    #[error("the tag `{tag}` cannot hold {found:?} there")]
    Character {
        /// The tag.
        tag: String,
        /// The character.
        found: char,
    },
}

impl Diagnose for TagError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("use one word, such as `acme` or `customer:acme`")
    }
}

impl Tags {
    /// Reads tags, each given on its own. A tag is one word: it holds no space, comma or invisible character, and does not begin
    /// with `-` or `+`, as an option does.
    pub fn parse<T: AsRef<str>>(tags: impl IntoIterator<Item = T>) -> Result<Self, TagError> {
        let mut words = Vec::new();
        for tag in tags {
            let tag = tag.as_ref().trim();
            let length = tag.chars().count();
            if length == 0 {
                return Err(TagError::Missing);
            }
            if length > LONGEST_TAG {
                return Err(TagError::TooLong(length));
            }
            let is_wrong = |(at, c): &(usize, char)| {
                c.is_whitespace() || *c == ',' || acts_on_text(*c) || *at == 0 && matches!(c, '-' | '+')
            };
            if let Some((_, found)) = tag.char_indices().find(is_wrong) {
                return Err(TagError::Character { tag: tag.to_owned(), found });
            }
            words.push(tag.to_owned());
        }
        Ok(Self::joined(words))
    }

    fn joined(mut words: Vec<String>) -> Self {
        words.sort_unstable();
        words.dedup();
        Self(words.join(" "))
    }

    /// The tags that [`Tags::as_str`] gave. What is no tag is left out.
    pub fn of(text: &str) -> Self {
        let words = text.split_whitespace().filter(|word| Self::parse([word]).is_ok());
        Self::joined(words.map(str::to_owned).collect())
    }

    /// All of them with a space between.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Each of them, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_whitespace()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all of these are among them.
    pub fn contains_all(&self, others: &Self) -> bool {
        others.iter().all(|other| self.iter().any(|tag| tag == other))
    }

    /// With these added and those removed.
    #[must_use]
    pub fn changed(&self, added: &Self, removed: &Self) -> Self {
        let kept = self.iter().chain(added.iter()).filter(|tag| removed.iter().all(|removed| removed != *tag));
        Self::joined(kept.map(str::to_owned).collect())
    }
}

impl TryFrom<Vec<String>> for Tags {
    type Error = TagError;

    fn try_from(tags: Vec<String>) -> Result<Self, TagError> {
        Self::parse(tags)
    }
}

impl From<Tags> for Vec<String> {
    fn from(tags: Tags) -> Self {
        tags.iter().map(str::to_owned).collect()
    }
}

impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_keep_their_lines_and_lose_what_cannot_be_seen() {
        let notes = Notes::of("\r\n  first \t\r\nsecond\u{1b}[2J\u{202e}\r\n\r\nthird\n\n");
        assert_eq!(notes.as_str(), "  first\nsecond[2J\n\nthird");
        assert_eq!(Notes::of(notes.as_str()), notes);
        assert!(Notes::of(" \n\u{200b}\n").is_empty());
    }

    #[test]
    fn tags_are_sorted_words_each_once() {
        let tags = Tags::parse(["prod", "acme", " customer:acme ", "acme", "日本"]).expect("tags");
        assert_eq!(tags.iter().collect::<Vec<_>>(), ["acme", "customer:acme", "prod", "日本"]);
        assert_eq!(Tags::of(tags.as_str()), tags);
        assert_eq!(Tags::default().iter().count(), 0);
    }

    #[test]
    fn what_is_no_word_is_refused() {
        for wrong in ["", " ", "two words", "a,b", "a\nb", "a\u{202e}b", "a\u{7}", "-a", "+a", &"x".repeat(41)] {
            assert!(Tags::parse([wrong]).is_err(), "{wrong:?}");
        }
        assert!(Tags::parse([&"x".repeat(40), "a-b", "a+b"]).is_ok());
    }

    #[test]
    fn a_change_adds_and_removes_at_once() {
        let tags = Tags::of("a b");
        assert_eq!(tags.changed(&Tags::of("c a"), &Tags::of("b x")).as_str(), "a c");
        assert!(tags.contains_all(&Tags::of("b")) && tags.contains_all(&Tags::default()));
        assert!(!tags.contains_all(&Tags::of("a c")));
    }
}
