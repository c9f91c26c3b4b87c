//! Tokenwright gets, stores, refreshes and shares OAuth 2.0 tokens for any service. A window ([`gui`]) and a command line
//! ([`cli`]) call the same use cases ([`app`]).
//!
//! `docs/architecture.md` has the map; `tests` keep every module from importing one that is listed below it there.

pub mod agent;
pub mod app;
pub mod call;
pub mod call_log;
pub mod child;
pub mod cli;
pub mod config;
pub mod crash;
pub mod delivery;
pub mod desktop;
pub mod diagnosis;
pub mod dialect;
pub mod durable;
pub mod entry;
pub mod export;
pub mod expression;
pub mod gui;
pub mod oauth;
pub mod practice;
pub mod redirect;
pub mod search;
pub mod secret;
pub mod service;
pub mod store;
pub mod transport;
pub mod vault;
pub mod witness;
