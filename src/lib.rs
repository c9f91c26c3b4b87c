//! Tokenwright gets, keeps and hands out OAuth 2.0 tokens for any service.
//!
//! The rooms, lowest first; a room never names one above it (`tests/house` keeps it so):
//!
//! - words: [`secret`], [`diagnosis`], [`durable`] (how files are written), [`child`] (how programs are started)
//! - domain: [`call`] (an HTTP call as data), [`oauth`] (the RFCs as values), [`service`] (presets and profiles),
//!   [`dialect`] (other tools' descriptions of a service), [`export`] (tokens as text for other tools)
//! - ports: [`transport`], [`redirect`], [`vault`] (secrets at rest), [`store`] (plain files), [`practice`],
//!   [`expression`] (JSONata in a process of its own), [`delivery`] (exported text in files), [`agent`] (what stays
//!   awake, and how it is asked), [`desktop`] (tray, clipboard, notices), [`crash`] (what is left of a panic)
//! - product: [`app`], the one owner of every flow
//! - faces: [`cli`], [`gui`]

pub mod agent;
pub mod app;
pub mod call;
pub mod child;
pub mod cli;
pub mod crash;
pub mod delivery;
pub mod desktop;
pub mod diagnosis;
pub mod dialect;
pub mod durable;
pub mod export;
pub mod expression;
pub mod gui;
pub mod oauth;
pub mod practice;
pub mod redirect;
pub mod secret;
pub mod service;
pub mod store;
pub mod transport;
pub mod vault;
