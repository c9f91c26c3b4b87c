//! How other tools describe a service: their documents read into a [`crate::service::Service`], and written from one.
//!
//! One file a dialect, one row each in the table of `table.rs`. Reading is pure: text in, [`Import`] out. A document
//! comes from outside, so it is bounded before anything is parsed, and every part of it is reported as understood,
//! ignored or missing.

#![allow(missing_docs, reason = "names and messages say what the lint asks for")]

mod address;
pub mod bruno;
mod code;
mod command;
pub mod curl;
pub mod datazen;
pub mod discovery;
mod document;
pub mod documentation;
mod environment;
pub mod evolutionx;
pub mod ezintegrations;
mod fenced;
mod format;
pub mod google;
pub mod har;
pub mod held;
pub mod hoppscotch;
pub mod http_file;
mod import;
pub mod insomnia;
mod joined_metadata;
mod leak;
mod metadata_encryption;
pub mod openapi;
mod outgoing;
mod own;
pub mod postman;
mod preset;
mod read;
mod relaxed;
mod standard;
mod table;
mod tree;
mod unknown;
mod values;
pub mod zspec;

pub use crate::dialect::address::Issuer;
pub use crate::dialect::document::{Document, DocumentError, LARGEST};
pub use crate::dialect::environment::Environment;
pub use crate::dialect::format::{Dialect, Outgoing, Secrecy, WriteError, Written, write};
pub use crate::dialect::import::{Described, Import, Note, Offered};
pub use crate::dialect::joined_metadata::JoinedMetadata;
pub use crate::dialect::leak::Leak;
pub use crate::dialect::read::{Found, ImportError, read, read_with};
pub use crate::dialect::values::{CLIENT_AUTHENTICATION, CODE_CHALLENGE, GRANT, ShownValue};
