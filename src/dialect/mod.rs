//! How other tools describe a service: their documents read into a [`crate::service::Service`], and written from one.
//!
//! One file a dialect, one line each in the table of `form.rs`. Reading is pure: text in, [`Import`] out. A document
//! comes from outside, so the door bounds what it takes before anything is parsed, each reader bounds what it takes
//! itself, and of each part of a document it is said whether it was understood.

mod address;
pub mod bruno;
pub mod curl;
pub mod datazen;
pub mod discovery;
mod document;
mod door;
pub mod evolutionx;
pub mod ezintegrations;
mod form;
pub mod google;
pub mod held;
mod import;
pub mod insomnia;
mod named;
pub mod openapi;
mod outgoing;
mod own;
pub mod postman;
mod secrecy;
mod standard;
pub mod zspec;

pub use crate::dialect::address::{Issuer, authorization_request};
pub use crate::dialect::document::LARGEST;
pub use crate::dialect::door::{Found, ImportError, read, read_as};
pub use crate::dialect::form::{Form, FormError, Outgoing, WriteError, Written, write};
pub use crate::dialect::import::{Described, Import, ImportedSecrets, Note};
pub use crate::dialect::secrecy::Secrecy;
pub use crate::dialect::standard::DocumentError;
