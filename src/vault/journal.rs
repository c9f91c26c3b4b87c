//! The refresh journal: a note that a refresh token is about to be spent. It is stored before the request is sent and
//! removed with the response, so a note that is found later means that the response was lost. It holds no secret.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::vault::generation::By;
use crate::vault::generation::Stamp;

/// A refresh that was sent with the refresh token of a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlightRefresh {
    /// The newest generation when it was sent. Once other tokens follow, the note means nothing.
    #[serde(rename = "generation")]
    pub number: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// The process that sent it.
    pub by: By,
    /// From where, if several machines share the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// How long ago, by the store's clock; `None` where this machine's clock is the only one.
    #[serde(skip)]
    pub age: Option<Duration>,
    /// Whether another machine sent it, which may still be at work, or have the answer.
    #[serde(skip)]
    pub is_elsewhere: bool,
}

impl InFlightRefresh {
    /// A refresh that this process is about to send.
    pub fn now(number: u64) -> Self {
        let Stamp { at, by } = Stamp::now();
        Self { number, at, by, origin: None, age: None, is_elsewhere: false }
    }

    /// Whether both are about the same request.
    pub(in crate::vault) fn is_same(&self, other: &Self) -> bool {
        (self.number, self.at, &self.by) == (other.number, other.at, &other.by)
    }

    /// The text of a note; `None` if it cannot be read.
    pub(in crate::vault) fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(in crate::vault) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("numbers and text are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written_and_a_torn_one_says_nothing() {
        let refresh = InFlightRefresh::now(7);
        assert_eq!(InFlightRefresh::from_text(&refresh.to_text()), Some(refresh));
        assert_eq!(InFlightRefresh::from_text("{"), None);
    }
}
