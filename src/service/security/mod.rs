//! What a service is held to, and where it departs from that.

pub(super) mod departures;
pub(super) mod profile;
