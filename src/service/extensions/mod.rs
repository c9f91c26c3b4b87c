//! What some services can do beyond RFC 6749, as rules of a service.

pub(super) mod authorization_details;
pub(super) mod for_resource;
pub(super) mod further_token;
pub(super) mod message_signing;
pub(super) mod pushed;
pub(super) mod resource;
pub(super) mod step_up;
