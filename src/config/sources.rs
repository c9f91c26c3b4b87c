//! Where values of profiles are read each time a request sends them, in the tables `[sources]` and `[commands]` of the
//! settings. They belong to this machine and not to the profile: a profile that a team or a file brings could otherwise name a
//! file or another profile here, and an endpoint of its own to send it to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// By profile and value: `[sources.acme.subject_token]`.
pub type Sources = BTreeMap<String, BTreeMap<String, SourceSetting>>;

/// Where one value is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSetting {
    /// The source, such as `profile:acme` or `file:/var/run/token`.
    pub from: String,
    /// The origin that it may be sent to, and no other.
    pub to: String,
}

/// What a request needs of the settings to read such values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SourceSettings {
    pub sources: Sources,
    /// Programs with their arguments by the names that sources have for them. No shell sees them.
    pub commands: BTreeMap<String, Vec<String>>,
}
