//! The messages between the two processes: one question, and a line for each answer.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The line that says that the process has bounded itself and begins.
pub(crate) const READY: &str = "ready";

#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) document: Json,
    pub(crate) expressions: Vec<String>,
}

/// The same as it is written, from what the asker keeps.
#[derive(Serialize)]
pub(crate) struct AskedQuestion<'a> {
    pub(crate) document: &'a Json,
    pub(crate) expressions: Vec<String>,
}

/// What an expression came to.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Value(Json),
    Nothing,
    /// JSONata ended it, with this code of its reference.
    Failed(String),
    /// A function, which has no place in a reply.
    Function,
    /// It holds more values, or more text, than is taken.
    TooLarge(usize, String),
}
