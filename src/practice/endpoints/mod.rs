//! The endpoints: from a request to its reply, or to an error.

pub(super) mod authorize;
pub(super) mod device;
pub(super) mod exchange;
pub(super) mod id_token;
pub(super) mod odd_replies;
pub(super) mod pages;
pub(super) mod pushed;
pub(super) mod registration;
pub(super) mod resources;
pub(super) mod signed_response;
pub(super) mod token;
pub(super) mod userinfo;
