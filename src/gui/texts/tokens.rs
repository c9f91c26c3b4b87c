//! Step 3: the requests, the response, and the tokens that come of it.

use std::fmt::Display;

pub const TOKEN_REQUEST: &str = "Token request";
pub const REFRESH_REQUEST: &str = "Refresh request";
pub const REQUESTS: &str = "Requests";
pub const IN_HEADER: &str = "in the header";
pub const IN_BODY: &str = "in the body";

pub fn sent_in(here: &str, there: &str) -> String {
    format!("The client ID and secret were sent {here}. Some services accept them only {there}.")
}

pub const WHERE_CLIENT_IS_SENT: &str = "Where the client ID and secret are sent";
pub const CHOOSE_VALUE: &str = "The service returned several: choose the one to use.";
pub const STATE: &str = "State";
pub const RENEWAL: &str = "Renewal";
pub const ASKING_FOR_ACCOUNT: &str = "Asking the service for the account";

// What the tokens are.

pub const BOUND_TO_KEY: &str = "bound to a key: each request needs a proof of it, which the button Copy curl makes";
pub const TYPE: &str = "Type";
pub const SCOPES_GRANTED: &str = "Scopes granted";
pub const SHARED_WITH: &str = "Shared with";
pub const LAST_WRITTEN: &str = "Last written";
pub const BEING_REFRESHED: &str = "Being refreshed";
pub const HIDE_TOKENS: &str = "Hide tokens";
pub const SHOW_TOKENS: &str = "Show tokens";
pub const SCOPES_NOT_GRANTED: &str = "Requested but not granted";
pub const DETAILS_NOT_GRANTED: &str = "Authorization details not granted";

pub fn sent_as(kind: impl Display, header: impl Display) -> String {
    format!("{kind}, sent as {header}")
}

pub const VALID_WITHOUT_EXPIRY: &str = "valid, without a known expiry";

pub fn fresh(left: impl Display) -> String {
    format!("fresh, {left} left")
}

pub fn expiring(left: impl Display) -> String {
    format!("expiring, {left} left")
}

pub const EXPIRED_AND_REFRESHED: &str = "expired, and refreshed at the next use";
pub const NONE_NEEDED_SIGNED: &str = "none is needed: the next token is signed here";
pub const NONE_NEEDED_REQUESTED: &str = "none is needed: the token is requested anew";
pub const NO_REFRESH_TOKEN: &str = "none: sign in again when the access token expires";
pub const EXPIRED_SIGN_IN: &str = "expired: sign in again";

pub fn valid_until(time: impl Display, left: impl Display) -> String {
    format!("valid until {time}, {left} left")
}

pub const SCOPES_NOT_SAID: &str = "the service did not say";

pub fn as_requested(scopes: impl Display) -> String {
    format!("as requested: {scopes}")
}

// What is written in the tokens.

pub const ACCESS_TOKEN_DECODED: &str = "Access token, decoded";
pub const ID_TOKEN_DECODED: &str = "ID token, decoded";
pub const NOT_VERIFIED: &str = "The signature is not verified here.";

pub fn member_of(member: impl Display, token: impl Display) -> String {
    format!("{member} of {token}")
}

pub const SCOPE_NOT_EXPLAINED: &str = "The preset does not explain it.";

// How the response is read.

pub const HOW_IT_IS_READ: &str = "How the response is read";
pub const EXPRESSION_HELP: &str = "A path such as data.items[0].token, or JSONata such as $substringAfter(token, ' ').";
pub const ACCESS_TOKEN_EXPRESSION: &str = "Access token expression";
pub const REFRESH_TOKEN_EXPRESSION: &str = "Refresh token expression";
pub const SECONDS: &str = " seconds";
pub const MILLISECONDS: &str = " milliseconds";
pub const SECONDS_SINCE_1970: &str = " seconds since 1970";
pub const LIFETIME_EXPRESSION: &str = "Lifetime expression";
pub const IN_SECONDS: &str = "Seconds from now";
pub const IN_MILLISECONDS: &str = "Milliseconds from now";
pub const IN_SECONDS_SINCE_1970: &str = "Seconds since 1970";
pub const IN_A_DATE: &str = "A date";
pub const LIFETIME_UNIT: &str = "The lifetime is written in";

pub fn fallbacks(paths: impl Display) -> String {
    format!("Fallbacks: {paths}")
}

pub fn masked(mask: &str, characters: usize) -> String {
    format!("{mask} {characters} characters")
}

pub const NOT_IN_RESPONSE: &str = "not in the last response";
pub const SEND_ONCE: &str = "Send the request once to see the results beside the response.";
pub const LAST_RESPONSE: &str = "Last response";
pub const TOKEN_SIGNED: &str = "Token signed";
pub const TOKEN_SIGNED_HELP: &str = "It is at the top of this step.";
pub const TOKENS_RECEIVED: &str = "Tokens received";
pub const TOKENS_RECEIVED_HELP: &str = "They are at the top of this step.";
pub const MASK_BODY: &str = "Mask secrets in the body";
pub const REVEAL_BODY: &str = "Reveal secrets in the body";

// What the values of the response are.

pub const REPLY_VALUES_HELP: &str = "Choose what a value of the last response is. Its path is written for you.";

pub fn use_path(path: impl Display) -> String {
    format!("Use {path}")
}

pub fn is_the(what: impl Display) -> String {
    format!("is the {what}")
}

pub const LIFETIME: &str = "Lifetime";
pub const REFRESH_TOKEN_LIFETIME: &str = "Lifetime of the refresh token";

pub fn keep_as(name: impl Display) -> String {
    format!("Keep as {name}")
}

pub const THE_ACCESS_TOKEN: &str = "access token";
pub const THE_REFRESH_TOKEN: &str = "refresh token";
pub const THE_LIFETIME: &str = "lifetime";
pub const THE_REFRESH_TOKEN_LIFETIME: &str = "lifetime of the refresh token";
pub const THE_SCOPE: &str = "scope";
pub const THE_TOKEN_TYPE: &str = "token type";

pub fn the_value(name: impl Display) -> String {
    format!("value <{name}>")
}

pub fn kept_as(name: impl Display, place: impl Display) -> String {
    format!("Kept as <{name}>: {place}")
}

pub fn drop_value(name: impl Display) -> String {
    format!("Drop {name}")
}

// Access tokens for other APIs (RFC 8707), and those that a reply brought beside the own one.

pub const OTHER_TOKENS: &str = "Other access tokens";

pub fn copy_token_for(api: impl Display) -> String {
    format!("Copy token for {api}")
}

pub const API_HELP: &str = "The same sign-in gives an access token for each API, with an expiry of its own.";
pub const API: &str = "API";
pub const COPY_TOKEN_FOR_API: &str = "Copy token for this API";

// The name of the profile, and how it is saved.

pub fn saved_as_draft(name: impl Display) -> String {
    format!("Saved as draft {name}. Press Done to save it under this name, or leave it for later.")
}

pub const SAVE_AGAIN: &str = "Save it again";

pub fn not_refreshed(why: impl Display) -> String {
    format!("Not refreshed: {why}")
}

pub const KEEP_ALIVE_HELP: &str = "Refreshed before it expires while this window or the agent runs.";
pub const KEEP_ALIVE: &str = "Keep alive";
pub const PROFILE_NAME_EXAMPLE: &str = "acme-quickbooks";
pub const DISPLAY_NAME_EXAMPLE: &str = "Müller GmbH – Test";

pub fn files_use(name: impl Display) -> String {
    format!("Files and scripts use {name}. What you typed becomes the display name.")
}

// The buttons below the steps.

pub const SKIP: &str = "I already have a refresh token";
pub const BACK: &str = "Back";
pub const BEING_SENT: &str = "It is being sent";
pub const CODE_SPENT: &str = "The code has been used: refresh or authorize again";
