//! Refreshing: one at a time over all processes, what is transient and what is final, and what a crash leaves.

mod faults;
mod kill;
mod order;
mod renewal;
