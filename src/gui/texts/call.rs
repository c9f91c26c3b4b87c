//! A call of the service's API, and the check that a profile keeps.

use std::fmt::Display;

pub fn title(profile: impl Display) -> String {
    format!("Try the API with {profile}")
}

pub const URL_HELP: &str =
    "Or a path at the host of the identity call. The token goes to the service's own hosts only.";
pub const URL_EXAMPLE: &str = "/v1/me";
pub const MORE: &str = "Headers, body, token";
pub const HEADERS_EXAMPLE: &str = "Accept: text/csv";
pub const HEADERS_HELP: &str = "One Name: value per line. The one with the token is added.";
pub const BODY_HELP: &str = "No secrets: a saved check is not encrypted.";
pub const API: &str = "Token for the API";
pub const API_HELP: &str = "Another API of the same sign-in. Empty: the token of the profile itself.";
pub const PREPARING: &str = "Preparing the call";
pub const BODY_IS_EMPTY: &str = "The body is empty.";
pub const LONGER: &str = "The response is longer: this is its beginning.";
pub const RESPONSE_HEADERS: &str = "Headers of the response";
pub const CHECK: &str = "Check";

pub fn checked_by(method: impl Display, url: impl Display) -> String {
    format!("Whether the profile works is checked by {method} {url}")
}

pub const CHECKED_BY_IDENTITY: &str = "Whether the profile works is checked by the identity call.";
pub const SEND_FIRST: &str = "Send a call that succeeds first";
pub const UNDER_WAY: &str = "A call is under way";

// What the call lacks.

pub const ENTER_URL: &str = "Enter a URL or a path first";
pub const CORRECT_API: &str = "Correct the API first";
