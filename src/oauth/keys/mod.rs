//! Private and public keys, and certificates: read, generated, described.

pub(super) mod certificate;
pub(super) mod client_certificate;
pub(super) mod hardware_key;
pub(super) mod jwk;
pub(super) mod key_making;
pub(super) mod key_text;
pub(super) mod pkcs12;
pub(super) mod signing_key;
#[cfg(test)]
pub(super) mod signing_tests;
pub(super) mod x509;
