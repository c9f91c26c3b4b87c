//! Token responses, and what is known of the tokens that they bring.

pub(super) mod expiry;
pub(super) mod explain;
pub(super) mod fit;
pub(super) mod granted;
pub(super) mod life;
pub(super) mod refusal;
pub(super) mod resource;
pub(super) mod resource_tokens;
pub(super) mod scope;
pub(super) mod token_error;
pub(super) mod token_header;
pub(super) mod token_response;
pub(super) mod token_set;
