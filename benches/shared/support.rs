//! What the integration tests have as well.

use std::time::Duration;

#[path = "../../tests/it/support/postgres.rs"]
pub mod postgres;
#[path = "../../tests/it/support/process.rs"]
pub mod process;
#[path = "../../tests/it/support/scripted.rs"]
pub mod scripted;

/// The time limit of every wait for a process: longer than anything that the program itself waits for.
pub const PATIENCE: Duration = Duration::from_mins(4);
