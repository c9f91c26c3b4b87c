//! Whether a document that is written for another tool holds secrets: the person says so.

/// Whether secret values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrecy {
    /// A placeholder, or nothing, stands for each.
    #[default]
    Without,
    /// They are written where they are known.
    With,
}
