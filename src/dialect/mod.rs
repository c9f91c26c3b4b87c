//! How other tools describe a service: their documents read into a [`Service`], and written from one.
//!
//! One file a dialect. Reading is pure: text in, [`Import`] out. A document comes from outside, so each reader bounds
//! what it takes, and says of each part of it whether it was understood.

pub mod evolutionx;
mod import;

pub use crate::dialect::import::{Described, Import, ImportedSecrets, Note};
