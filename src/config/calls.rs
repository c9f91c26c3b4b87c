//! What is kept of the calls that were made, in the table `[calls]` of the settings.

use serde::{Deserialize, Serialize};

/// What is kept of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallSettings {
    /// Whether the calls of the last day are kept in the data folder, secrets masked.
    pub keep: bool,
}

impl CallSettings {
    pub(in crate::config) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for CallSettings {
    fn default() -> Self {
        Self { keep: true }
    }
}

/// What the log of calls depends on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct CallLogSettings {
    /// The kind of vault that was chosen: what is only in memory leaves no file.
    pub vault: Option<String>,
    pub calls: CallSettings,
}
