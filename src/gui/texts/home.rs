//! The page of a saved profile.

use std::fmt::Display;

pub const HISTORY: &str = "History";
pub const SHARED: &str = "shared with the team";
pub const SIGNED_OUT: &str = "signed out";
pub const NEXT_REFRESH: &str = "Next refresh";
pub const NO_REFRESH_TOKEN: &str = "There is no refresh token: sign in again";
pub const SIGNED_IN: &str = "Signed in";
pub const REFRESHED: &str = "Refreshed";
pub const SHOW_REQUEST: &str = "Show request and response";

pub fn new_token_left(done: &str, left: impl Display) -> String {
    format!("{done}: a new access token, {left} left")
}

pub fn new_token(done: &str) -> String {
    format!("{done}: a new access token")
}

pub const CHECK_FAILED_HINT: &str =
    "The service did not accept the token. Ask it below, refresh the token, or sign in again.";

pub fn check_failed(why: impl Display) -> String {
    format!("The last check failed: {why}")
}

pub const EVERY_HOUR: &str = "Every hour";
pub const EVERY_6_HOURS: &str = "Every 6 hours";
pub const EVERY_DAY: &str = "Every day";

pub fn every(time: impl Display) -> String {
    format!("Every {time}")
}

pub const CHECK_REGULARLY: &str = "Check regularly";

// Details, notes and tags of a profile.

pub const DETAILS: &str = "Details";
pub fn call_command(profile: impl Display) -> String {
    format!("tokenwright call {profile} ")
}

pub fn token_command(profile: impl Display) -> String {
    format!("tokenwright token {profile}")
}

pub const COMMAND: &str = "Command";
pub const NOTES_AND_TAGS: &str = "Notes and tags";
pub const TAGS: &str = "Tags";
pub const TAGS_EXAMPLE: &str = "prod customer:acme";
pub const NOTES: &str = "Notes";
pub const NOTES_HELP: &str = "No secrets: notes are not encrypted.";

// The history of the tokens.

pub const UNFINISHED_REFRESH: &str = "A refresh was started with the newest tokens, and its response was never saved";

pub fn unfinished_refresh(begun: impl Display) -> String {
    format!("{begun}. Refresh the tokens to see what can be done about it.")
}

pub const RESTORING: &str = "Restoring…";
pub const TIME: &str = "Time";
pub const HOW: &str = "How";
pub const OUTCOME: &str = "Outcome";

pub fn older(count: impl Display, profile: impl Display) -> String {
    format!("{count} older: the command tokenwright history {profile} shows them")
}

pub const DIGITS_HINT: &str = "The first digits of the access token's SHA-256";
pub const IN_USE: &str = "in use";
pub const SPENT: &str = "spent";
pub const RESTORE: &str = "Restore…";

// What the service is asked about a token.

pub const WHO_AM_I: &str = "Who am I";
pub const WHO_AM_I_HINT: &str = "Show which account this profile is signed in to";
pub const TOKEN_ACCEPTED_UNNAMED: &str = "The service accepts the token but does not name the account";
pub const ACCOUNT_DETAILS: &str = "Account details";
pub const ACCOUNT_DETAILS_HINT: &str = "Show everything that the identity endpoint says about the account";
pub const INTROSPECT: &str = "Introspect token";
pub const INTROSPECT_HINT: &str = "Ask the service whether the access token is active (RFC 7662)";
pub const TOKEN_ACTIVE: &str = "The access token is active";
pub const TOKEN_NOT_ACTIVE: &str = "The access token is not active";

// What is copied of a token.

pub const COPY_TOKEN: &str = "Copy token";
pub const COPY_HEADER: &str = "Copy header";
pub const COPY_CURL: &str = "Copy curl";
pub const COPY_TOKEN_HINT: &str =
    "The access token, refreshed first if needed; it is taken back from the clipboard after a while";
pub const COPY_HEADER_HINT: &str =
    "The header with the token, refreshed first if needed; it is taken back after a while";
pub const COPY_CURL_HINT: &str = "A command for the terminal that gets a valid token each time; it contains no secret";
