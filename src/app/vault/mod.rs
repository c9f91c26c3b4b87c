//! Opening the vault, sealing it under another key, and the lease on a profile.

pub(in crate::app) mod lease;
pub(in crate::app) mod open;
pub(in crate::app) mod rekey;
