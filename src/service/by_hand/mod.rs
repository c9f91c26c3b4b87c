//! A service that a person describes by hand: what is said in single words, and the calls that come of it.

pub(super) mod assertion_changes;
pub(super) mod changes;
pub(super) mod client_authentication;
pub(super) mod extra_parameters;
pub(super) mod grant;
pub(super) mod grant_inputs;
pub(super) mod own_preset;
pub(super) mod typed_url;
