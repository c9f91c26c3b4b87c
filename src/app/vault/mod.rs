//! Opening the vault, changing its key, and the lease on a profile.

pub(in crate::app) mod lease;
pub(in crate::app) mod lock;
pub(in crate::app) mod open;
pub(in crate::app) mod rekey;
