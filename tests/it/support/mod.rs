//! Shared by the integration tests: the program in a clean home, a server and a browser that we did not write, a
//! display. Whatever is started ends when its value is dropped, and every wait has a time limit.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "some of it serves tests of a Linux desktop"))]

pub mod accessibility;
pub mod authority;
pub mod browser;
pub mod database;
pub mod desktop;
pub mod display;
pub mod dropping;
pub mod http;
pub mod oidc_provider;
#[cfg(unix)]
pub mod postgres;
pub mod practice;
pub mod process;
#[cfg(unix)]
pub mod relay;
pub mod renewed;
pub mod scripted;
pub mod team;
pub mod tokenwright;

mod harness_test;
mod oidc_provider_test;

use std::path::PathBuf;
use std::time::Duration;

/// The time limit of every wait: generous, for busy machines; no test measures time.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A folder for one test, removed when it is dropped.
pub fn temp_home() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("tokenwright-test-").tempdir().expect("a temporary folder")
}

/// A file in `tests/peers`.
pub fn peer(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name)
}
