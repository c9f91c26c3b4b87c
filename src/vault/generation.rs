//! One line of a profile's history: when and how a generation was written and by which process, its tokens as a few digits
//! of their hash, and what became of it. Nothing in it is secret; it is sealed with the record all the same.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::oauth::TokenSet;
use crate::secret::Secret;

/// One line of a profile's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Its number.
    pub number: u64,
    /// When it was written, by the clock of that machine.
    pub at: Timestamp,
    /// How its tokens were obtained.
    pub how: How,
    /// The first 8 hex digits of the SHA-256 of the access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// The same of the refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The process that wrote it; unknown for records older than the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
}

/// How the tokens of a generation were obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum How {
    /// By a sign-in.
    SignedIn,
    /// By a token request that needs no browser.
    AskedFor,
    /// By a refresh.
    Refreshed,
    /// Restored from this older generation.
    Restored(u64),
    /// Pasted by a person.
    Pasted,
    /// The same tokens as before; something else changed.
    Saved,
    /// The same tokens as before, which were a team's.
    TakenOut,
}

/// What became of a generation's tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Outcome {
    /// Not known to be used yet.
    #[default]
    Unused,
    /// The service accepted them: a call succeeded, or a refresh returned the next generation.
    Worked,
    /// The service refused the refresh token with this error code.
    Refused(String),
}

/// What a `put` means for the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new generation, obtained this way.
    New(How),
    /// The same generation, with a new outcome.
    Fared(Outcome),
}

impl Change {
    /// The number of the record that is written over number `last`. A new outcome is not a new generation.
    pub(in crate::vault) fn number_after(&self, last: Option<u64>) -> u64 {
        match (self, last) {
            (_, None) => 1,
            (Self::New(_), Some(last)) => last.saturating_add(1),
            (Self::Fared(_), Some(last)) => last,
        }
    }
}

impl From<How> for Change {
    fn from(how: How) -> Self {
        Self::New(how)
    }
}

impl From<Outcome> for Change {
    fn from(outcome: Outcome) -> Self {
        Self::Fared(outcome)
    }
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The command it was started for; `window` for none.
    pub face: String,
    /// Its number on its machine.
    pub process: u32,
    /// The machine's name.
    pub host: String,
}

impl By {
    /// This process.
    pub fn this() -> Self {
        // A command is the first argument that is not an option. No argument of this program is secret.
        let word = std::env::args().skip(1).find(|word| !word.starts_with('-'));
        let face = word.filter(|word| is_command(word)).unwrap_or_else(|| "window".to_owned());
        Self { face, process: std::process::id(), host: host() }
    }
}

/// Who writes, and when.
#[derive(Clone, Debug)]
pub(in crate::vault) struct Stamp {
    pub at: Timestamp,
    pub by: By,
}

impl Stamp {
    /// This process, now.
    pub(in crate::vault) fn now() -> Self {
        Self { at: Timestamp::now(), by: By::this() }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (process {} on {})", self.face, self.process, self.host)
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedIn => f.write_str("signed in"),
            Self::AskedFor => f.write_str("asked for"),
            Self::Refreshed => f.write_str("refreshed"),
            Self::Restored(from) => write!(f, "restored {from}"),
            Self::Pasted => f.write_str("pasted"),
            Self::Saved => f.write_str("saved"),
            Self::TakenOut => f.write_str("taken out of the team"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unused => f.write_str("kept"),
            Self::Worked => f.write_str("worked"),
            Self::Refused(code) => write!(f, "refused: {code}"),
        }
    }
}

impl Generation {
    /// The line of these tokens, by an unknown process.
    pub(in crate::vault) fn new(number: u64, at: Timestamp, how: How, tokens: Option<&TokenSet>) -> Self {
        let refresh_token = tokens.and_then(|tokens| tokens.refresh_token.as_ref());
        Self {
            number,
            at,
            how,
            access_token: tokens.map(|tokens| digits(&tokens.access_token)),
            refresh_token: refresh_token.map(digits),
            outcome: Outcome::Unused,
            by: None,
        }
    }

    /// Whether it is the same line apart from the outcome.
    pub(in crate::vault) fn is_same(&self, other: &Self) -> bool {
        let without = |line: &Self| Self { outcome: Outcome::Unused, ..line.clone() };
        without(self) == without(other)
    }

    /// Whether it is about these tokens.
    pub fn is_of(&self, tokens: &TokenSet) -> bool {
        self.access_token.as_ref() == Some(&digits(&tokens.access_token))
            && self.refresh_token == tokens.refresh_token.as_ref().map(digits)
    }
}

/// Enough to tell two tokens apart, and far too little to guess one.
fn digits(token: &Secret) -> String {
    let digest = Sha256::digest(token.expose().as_bytes());
    format!("{:08x}", u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]))
}

fn is_command(word: &str) -> bool {
    word.len() <= 20 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

impl From<How> for String {
    fn from(how: How) -> Self {
        how.to_string()
    }
}

impl TryFrom<String> for How {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const UNKNOWN: &str = "unknown way to obtain tokens";
        if let Some(from) = text.strip_prefix("restored ") {
            return from.parse().map(Self::Restored).map_err(|_| UNKNOWN);
        }
        let mut all =
            [Self::SignedIn, Self::AskedFor, Self::Refreshed, Self::Pasted, Self::Saved, Self::TakenOut].into_iter();
        all.find(|how| how.to_string() == text).ok_or(UNKNOWN)
    }
}

impl From<Outcome> for String {
    fn from(outcome: Outcome) -> Self {
        outcome.to_string()
    }
}

impl TryFrom<String> for Outcome {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match (text.as_str(), text.strip_prefix("refused: ")) {
            ("kept", _) => Ok(Self::Unused),
            ("worked", _) => Ok(Self::Worked),
            (_, code) => code.map(|code| Self::Refused(code.to_owned())).ok_or("unknown outcome"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_sealed_and_a_word_of_later_versions_is_unknown() {
        let ways =
            [How::SignedIn, How::AskedFor, How::Refreshed, How::Restored(7), How::Pasted, How::Saved, How::TakenOut];
        for how in ways {
            for outcome in [Outcome::Unused, Outcome::Worked, Outcome::Refused("invalid_grant".into())] {
                let by = Some(By::this());
                let line = Generation { outcome, by, ..Generation::new(3, Timestamp::UNIX_EPOCH, how, None) };
                let text = serde_json::to_string(&line).expect("JSON");
                assert_eq!(serde_json::from_str::<Generation>(&text).expect("read"), line);
            }
        }
        let text = r#"{"number":3,"at":"1970-01-01T00:00:00Z","how":"signed in","outcome":"kept"}"#;
        let line = Generation::new(3, Timestamp::UNIX_EPOCH, How::SignedIn, None);
        assert_eq!(serde_json::to_string(&line).expect("JSON"), text);
        assert!(serde_json::from_str::<Generation>(&text.replace("signed in", "dreamt")).is_err());
    }

    #[test]
    fn the_digits_are_the_beginning_of_the_hash() {
        // printf hunter2 | sha256sum
        assert_eq!(digits(&Secret::new("hunter2")), "f52fbd32");
    }

    #[test]
    fn only_a_plain_word_is_taken_for_a_command() {
        assert!(is_command("sign-in") && !is_command("a=b") && !is_command("Über") && !is_command(&"a".repeat(21)));
    }
}
