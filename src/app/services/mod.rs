//! The catalog, your own presets, and imports from other tools.

pub(in crate::app) mod catalog;
pub(in crate::app) mod import_outcome;
pub(in crate::app) mod importing;
pub(in crate::app) mod metadata;
pub(in crate::app) mod presets;
