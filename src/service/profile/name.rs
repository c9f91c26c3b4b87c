//! The plain name of a profile, for files and the command line.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// 1 to 64 letters, digits, `-`, `_` and `.`, starting with a letter or digit: valid in a file name and on a command line
/// everywhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ProfileName(String);

/// Why a text is not a profile's name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProfileNameError {
    /// Nothing was given.
    #[error("the profile has no name")]
    Missing,
    /// Too long.
    #[error("the profile's name has {0} characters, more than 64")]
    TooLong(usize),
    /// A character that cannot be in it.
    #[error("the profile's name cannot hold {0:?} there")]
    Character(char),
}

impl Diagnose for ProfileNameError {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string())
            .hint("use letters, digits, `-`, `_` and `.`, starting with a letter or digit, such as `acme-quickbooks`")
    }
}

impl ProfileName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, ProfileNameError> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 {
            return Err(ProfileNameError::Missing);
        }
        if length > 64 {
            return Err(ProfileNameError::TooLong(length));
        }
        let fits = |(at, c): &(usize, char)| c.is_ascii_alphanumeric() || (*at > 0 && "-_.".contains(*c));
        match text.char_indices().find(|position| !fits(position)) {
            Some((_, wrong)) => Err(ProfileNameError::Character(wrong)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProfileName {
    type Error = ProfileNameError;

    fn try_from(text: String) -> Result<Self, ProfileNameError> {
        Self::parse(&text)
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_in_a_file_name() {
        assert_eq!(ProfileName::parse(" acme-1.prod ").map(|name| name.to_string()), Ok("acme-1.prod".to_owned()));
        assert_eq!(ProfileName::parse(""), Err(ProfileNameError::Missing));
        assert_eq!(ProfileName::parse(".hidden"), Err(ProfileNameError::Character('.')));
        assert_eq!(ProfileName::parse("a/b"), Err(ProfileNameError::Character('/')));
        assert_eq!(ProfileName::parse(&"a".repeat(65)), Err(ProfileNameError::TooLong(65)));
    }
}
