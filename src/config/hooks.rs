//! What is told when a profile breaks and when it is well again, in the table `[hooks]` of the settings.

use serde::{Deserialize, Serialize};

/// Who is told; both, if both are named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HookSettings {
    /// A program and its arguments, which gets the JSON on its standard input. No shell sees it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// An https URL, or one of this machine, to which the JSON is posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
}

impl HookSettings {
    /// Whether nobody is told.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
