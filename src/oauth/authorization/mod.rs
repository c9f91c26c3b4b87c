//! The authorization request and its response: what is sent to the browser, and what comes back.

pub(super) mod detail_types;
pub(super) mod details;
pub(super) mod issuer;
pub(super) mod pasted;
pub(super) mod pkce;
pub(super) mod redirect_uri;
pub(super) mod registered_uris;
pub(super) mod request_object;
pub(super) mod response;
pub(super) mod response_mode;
pub(super) mod signed_response;
pub(super) mod step_up;
