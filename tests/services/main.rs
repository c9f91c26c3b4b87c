//! The program against services that answer as services in the world do: what it sends, what it says, what it keeps.

#[path = "../support/mod.rs"]
mod support;

mod certificates;
mod listener;
mod live;
mod proxies;
mod service;
