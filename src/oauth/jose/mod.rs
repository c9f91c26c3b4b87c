//! JSON Web Tokens: decoded, decrypted, and checked with the keys of who signed them.

pub(super) mod jwe;
pub(super) mod jwt;
pub(super) mod key_set;
pub(super) mod signed_document;
