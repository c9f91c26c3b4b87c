//! The messages between the two processes: one request, and a line for each result.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The line by which the process says that its limits are set.
pub(crate) const READY: &str = "ready";

#[derive(Deserialize)]
pub(crate) struct Question {
    pub(crate) document: Json,
    pub(crate) expressions: Vec<String>,
}

/// The request as written by the parent, which keeps the values.
#[derive(Serialize)]
pub(crate) struct AskedQuestion<'a> {
    pub(crate) document: &'a Json,
    pub(crate) expressions: Vec<String>,
}

/// The result of an expression.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    Value(Json),
    Nothing,
    /// Evaluation failed with this JSONata error code.
    Failed(String),
    /// A function, which is not a value.
    Function,
    /// Too many values, or too much text.
    TooLarge(usize, String),
}
