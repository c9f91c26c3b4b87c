//! What is wrong with a preset, before its file and line are known.

/// A problem; `near` is a text at its place in the file.
pub(crate) struct Finding {
    pub near: String,
    pub problem: String,
    pub hint: Option<String>,
}
