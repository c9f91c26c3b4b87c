//! What the window knows of bundles of presets.

use crate::app::{BundleOffer, BundleState};
use crate::gui::model::Requested;

#[derive(Clone, Default)]
pub struct BundleModel {
    /// What is pinned and in use.
    pub state: Requested<BundleState>,
    /// What was fetched, and is not in use yet.
    pub offer: Requested<BundleOffer>,
    /// One is being taken or rolled back.
    pub change: Requested<()>,
}
