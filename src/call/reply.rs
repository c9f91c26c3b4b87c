//! An HTTP response. Its body may hold tokens, so it is a secret until [`crate::call::mask_body`] has masked it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// What a reply is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyFormat {
    /// JSON or a form, whichever it is.
    #[default]
    Fields,
    /// A success is one text, and no fields; a refusal is read like others.
    Text,
    /// XML: elements and attributes are fields, by their names without a prefix.
    Xml,
}

/// A complete HTTP response.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The headers in the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, decoded by its charset.
    pub body: Secret,
    /// The time from sending the first byte to reading the last.
    pub elapsed: Duration,
    /// When the last byte was read, by the local clock.
    pub received_at: Timestamp,
}

impl Reply {
    /// The first header of this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case; empty if none was sent.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
