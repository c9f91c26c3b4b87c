//! Refreshing: one at a time over all processes, transient and final errors, and recovery after a crash.

mod faults;
mod kill;
mod order;
mod renewal;
