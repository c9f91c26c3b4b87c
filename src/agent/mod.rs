//! The edge towards the agent, the program that stays awake: the socket it answers on and how it is asked, the alarm that
//! wakes it, and how it learns that it is to end.
//!
//! Invariant: who asks is the same user as who answers; a question is bounded in size, time and number; a question and
//! its answer are one line of JSON each; and a secret is in the answer to `token` alone.

mod alarm;
#[cfg(unix)]
mod ask;
#[cfg(not(unix))]
#[path = "absent.rs"]
mod ask;
mod door;
mod ending;
mod error;
#[cfg(unix)]
mod listener;
mod word;

pub use crate::agent::alarm::Alarm;
pub use crate::agent::ask::ask;
#[cfg(not(unix))]
pub use crate::agent::ask::{Listener, Visit};
pub use crate::agent::door::Door;
pub use crate::agent::ending::{Ending, Supervisor};
pub use crate::agent::error::AgentError;
#[cfg(unix)]
pub use crate::agent::listener::{Listener, Visit};
pub use crate::agent::word::{Answer, Ask, KeptProfile, Status};
