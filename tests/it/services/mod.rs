//! The program against services as they are in the world: what it sends, says and saves.

mod api;
mod certificates;
mod derived;
mod echoes;
mod expiry;
mod gateway;
mod hints;
mod inspect;
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
mod step_up;
mod typed;
mod unsafe_values;
