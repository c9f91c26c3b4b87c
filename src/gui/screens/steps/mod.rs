//! The three steps: the service, the authorization, and the tokens.

pub(super) mod actions;
pub(super) mod authorization;
pub(super) mod browser_wait;
pub(super) mod call_form;
pub(super) mod client;
pub(super) mod client_certificate;
pub(super) mod console;
pub(super) mod copy_as;
pub(super) mod details;
pub(super) mod device_wait;
pub(super) mod endpoints;
pub(super) mod key;
pub(super) mod preset;
pub(super) mod redirects;
pub(super) mod rehearsal;
pub(super) mod reply_values;
pub(super) mod response;
pub(super) mod save;
pub(super) mod service;
pub(super) mod strict;
pub(super) mod tokens;
pub(super) mod trial;
