//! What is typed on the import page.

use crate::secret::Secret;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportDraft {
    pub path: String,
    /// What was pasted; it may hold secrets.
    pub pasted: Secret,
    /// Which of several services is meant, by place.
    pub picked: usize,
    /// What opens shared profiles that are locked.
    pub passphrase: Secret,
    /// The path of the age identity that opens them instead.
    pub identity: String,
    /// Whether profiles that are here may be replaced by shared ones of the same name.
    pub replace: bool,
}
