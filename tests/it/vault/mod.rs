//! The vault: history and restore, the keyring, and leases between processes.

mod history;
mod keyring;
mod lease;
