//! Signing in: authorization request and response, token request, and what follows it.

pub(in crate::app) mod assertions;
pub(in crate::app) mod authorize;
pub(in crate::app) mod call_context;
pub(in crate::app) mod certificate;
pub(in crate::app) mod follow_up;
pub(in crate::app) mod identity;
pub(in crate::app) mod late_visits;
pub(in crate::app) mod token_request;
pub(in crate::app) mod try_reading;
pub(in crate::app) mod typed;
