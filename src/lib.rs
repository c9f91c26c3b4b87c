//! Tokenwright gets, keeps and hands out OAuth 2.0 tokens for any service.
//!
//! The rooms, lowest first; a room never names one above it (`tests/house.rs` keeps it so):
//!
//! - words: [`secret`], [`diagnosis`]
//! - domain: [`call`], [`oauth`]
//! - edges: [`redirect`], [`transport`]

pub mod call;
pub mod diagnosis;
pub mod oauth;
pub mod redirect;
pub mod secret;
pub mod transport;
