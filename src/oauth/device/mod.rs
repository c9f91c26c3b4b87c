//! Device authorization (RFC 8628): a person allows it on another device.

pub(super) mod authorization;
pub(super) mod polling;
