//! What the service checks before it believes a client, a person or a token.

pub(super) mod assertion;
pub(super) mod authorization_request;
pub(super) mod caller;
pub(super) mod details;
pub(super) mod mutual_tls;
pub(super) mod pkce;
pub(super) mod proof;
pub(super) mod request_object;
