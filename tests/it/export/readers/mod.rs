//! Every export format, read by the real tool: it must reach the protected resource of the practice service, which
//! refuses any other token, and return every value unchanged.
//!
//! `tests/run` installs the tools: Debian packages, `tests/peers/package.json`, `tests/peers/requirements.txt`.

mod command;
mod live;
mod machine;
mod python;
mod values;
