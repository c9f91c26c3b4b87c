//! All integration tests in one program, which links the library once. `cargo test` runs those that need only Rust;
//! `tests/run` installs the rest and runs everything. The house rules are in `tests/house`, which links nothing.

/// What the tests share: the program in a clean home, servers, a browser, a display.
mod support;

/// Any value through each place of a call; expressions over a reply.
mod calls;
/// Services that answer as services in the world do.
mod services;
/// The authorization code flow and client assertions, against servers that we did not write.
mod sign_in;

/// The agent and its socket.
mod agent;
/// One refresh at a time, faults of the token endpoint, `kill -9` at every step.
mod refresh;
/// A store that several machines share.
mod store;
/// History, keys and leases of the vault.
mod vault;
/// Hooks and notices of what happens to profiles.
mod watch;

/// Other tools' descriptions of a service: read, used and written again.
mod dialects;
/// Exports, read by the tools that they are for.
mod export;

/// The command line as scripts use it.
mod command_line;
/// The window on a real desktop.
mod desktop;
/// The window without a display, through the names that a screen reader gives.
mod screens;

/// Completions, manual pages and `docs/`, which are made from the program or held to it.
mod papers;

/// No secret in any byte that the program produces.
mod canary;
