//! The program against services that answer as services in the world do: what it sends, what it says, what it keeps.

mod certificates;
mod echoes;
mod expiry;
mod hints;
mod introspection;
mod issuer;
mod limits;
mod listener;
mod live;
mod needs_sign_in;
mod proxies;
mod refusals;
mod scheme;
mod scopes;
mod scripted;
mod service;
mod typed;
mod unsafe_values;
