//! Assertions that a client signs, as JWT (RFC 7523) and as SAML (RFC 7522).

pub(super) mod jwt;
pub(super) mod saml;
pub(super) mod unsigned;
