//! What the window does when a person wants something, page by page.

pub(super) mod calendar;
pub(super) mod call;
pub(super) mod calls;
pub(super) mod client_certificates;
pub(super) mod device;
pub(super) mod export;
pub(super) mod forgotten;
pub(super) mod home;
pub(super) mod import;
pub(super) mod inspect;
pub(super) mod keys;
pub(super) mod outcomes;
pub(super) mod presets;
pub mod queries;
pub(super) mod registered_client;
pub(super) mod saved_profiles;
pub(super) mod settings;
pub(super) mod steps;
pub(super) mod team;
pub(super) mod unsaved;
