//! The program against services that answer as services in the world do: what it sends, what it says, what it keeps.

#[path = "../support/mod.rs"]
mod support;

mod certificates;
mod echoes;
mod hints;
mod limits;
mod listener;
mod live;
mod proxies;
mod refusals;
mod service;
mod expiry;
mod issuer;
mod lab;
mod needs_sign_in;
mod scheme;
mod scopes;
mod typed;
mod unsafe_values;
