//! What is said of a place of a service beside what is sent there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::service::Service;
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

impl Service {
    /// The remark on a place.
    pub fn remark(&self, place: &[&str]) -> Option<&Remark> {
        self.remarks.iter().find(|remark| remark.place.iter().map(String::as_str).eq(place.iter().copied()))
    }

    /// The parameters of a call that have words for people: name and words.
    pub fn parameter_help<'a>(&'a self, stage: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.remarks.iter().filter_map(move |remark| match &remark.place[..] {
            [of, _, name] if of == stage && !remark.help.is_empty() => Some((name.as_str(), remark.help.as_str())),
            _ => None,
        })
    }
}
