//! Authorization details in step 2.

use std::fmt::Display;

pub const AUTHORIZATION_DETAILS: &str = "Authorization details";
pub const AUTHORIZATION_DETAILS_HELP: &str =
    "What you ask for in detail (RAR, RFC 9396), such as one payment: a JSON list of objects, each with a type.";
pub const TOKEN_DETAILS: &str = "Details of the token";
pub const TOKEN_DETAILS_HELP: &str =
    "What these tokens are for, of all that is asked for above (RFC 9396 section 6). Empty: all of it.";
pub const FETCHING: &str = "Fetching the types";
pub const TYPES: &str = "Types of the service";
pub const CORRECT_FIRST: &str = "Correct the details first";
pub const NOT_AS_DESCRIBED: &str = "Not as the service describes it";

pub fn add(name: impl Display) -> String {
    format!("Add {name}")
}

pub fn requires(members: &[String]) -> String {
    format!("Requires {}.", members.join(", "))
}

pub fn not_checked(why: impl Display) -> String {
    format!("Not checked: {why}.")
}
