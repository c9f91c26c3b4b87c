//! What is written in a token.

use std::fmt::Display;

pub fn title_of(profile: impl Display) -> String {
    format!("Inspect a token of {profile}")
}

pub const TITLE: &str = "Inspect a token";
pub const TOKEN: &str = "Token";
pub const PASTED_HELP: &str = "A token, a header with one, or the response of a token endpoint. It is not saved.";
pub const PASTED: &str = "Pasted token";

pub fn compare_with(profile: impl Display) -> String {
    format!("Compare it with {profile}")
}

pub const PASTE_ONE: &str = "Paste one";
pub const READING: &str = "Reading the token";
pub const SERVICE_SAYS: &str = "The service says";
pub const HEADER: &str = "Header";
pub const OF_RESPONSE: &str = "Of the response";

pub fn kind(token: &str, kind: impl Display, characters: impl Display) -> String {
    format!("{token}: {kind}, {characters} characters")
}

pub const SIGNATURE_VALID: &str = "Signature valid";
pub const SIGNATURE_INVALID: &str = "Signature invalid";
pub const SIGNATURE_NOT_CHECKED: &str = "Signature not checked";
pub const ID_TOKEN_CHECKS: &str = "Checks of the ID token";
pub const UNDER_WAY: &str = "It is being inspected";

// What is missing.

pub const PASTE_FIRST: &str = "Paste a token first";
