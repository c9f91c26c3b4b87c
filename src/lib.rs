//! Tokenwright gets, keeps and hands out OAuth 2.0 tokens for any service.
//!
//! The rooms, lowest first; a room never names one above it (`tests/house.rs` keeps it so):
//!
//! - words: [`secret`], [`diagnosis`], [`durable`] (how files are written)
//! - domain: [`call`], [`oauth`]
//! - edges: [`vault`] (secrets at rest), [`store`] (plain files)

pub mod call;
pub mod diagnosis;
pub mod durable;
pub mod oauth;
pub mod secret;
pub mod store;
pub mod vault;
