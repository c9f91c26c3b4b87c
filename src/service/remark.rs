//! What is said of a place of a service beside what is sent there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::service::rules::is_default;

/// Words for people, and what another tool's document says of the same place: it comes back when the service is written
/// for that tool again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Remark {
    /// The place: nothing for the service, a stage (`bearer`), or something in it (`bearer`, `param`, `code`).
    pub place: Vec<String>,
    /// The words.
    #[serde(skip_serializing_if = "is_default")]
    pub help: String,
    /// What else the document says there, under its own names. Never a secret.
    #[serde(skip_serializing_if = "is_default")]
    pub facts: BTreeMap<String, String>,
}
