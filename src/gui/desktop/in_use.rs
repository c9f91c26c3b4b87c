//! Whether somebody uses the window, and how it is drawn for them.

/// When somebody last used the window, and how large it was drawn then, in the toolkit's terms.
#[derive(Debug)]
pub(in crate::gui) struct InUse {
    /// In seconds on the clock of the toolkit.
    pub(in crate::gui) last: f64,
    pub(in crate::gui) scale: f32,
}

impl Default for InUse {
    fn default() -> Self {
        Self { last: 0.0, scale: 1.0 }
    }
}
