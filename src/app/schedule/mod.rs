//! The keep-alive scheduler: refreshes profiles before they expire.

pub(in crate::app) mod queue;
pub(in crate::app) mod refresh_due;
pub(in crate::app) mod scheduler;
mod watching;
