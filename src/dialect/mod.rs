//! How other tools describe a service: their documents read into a [`Service`], and written from one.
//!
//! One file a dialect. Reading is pure: text in, [`Import`] out. A document comes from outside, so each reader bounds
//! what it takes, and says of each part of it whether it was understood.

pub mod bruno;
pub mod curl;
pub mod datazen;
pub mod discovery;
pub mod evolutionx;
pub mod ezintegrations;
pub mod google;
mod import;
pub mod insomnia;
pub mod openapi;
pub mod postman;
mod secrecy;
mod standard;
pub mod zspec;

pub use crate::dialect::import::{Described, Import, ImportedSecrets, Note};
pub use crate::dialect::secrecy::Secrecy;
pub use crate::dialect::standard::DocumentError;
