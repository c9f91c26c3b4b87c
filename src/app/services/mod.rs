//! The catalog, your own presets, bundles of presets, imports from other tools, and the comparison of a preset with its service.

pub(in crate::app) mod bundle;
pub(in crate::app) mod catalog;
mod detail_types;
pub(in crate::app) mod doctor;
pub(in crate::app) mod import_outcome;
pub(in crate::app) mod importing;
pub(in crate::app) mod metadata;
pub(in crate::app) mod presets;
pub(in crate::app) mod protected_resource;
