//! Step 3: the form of a request, and what will be sent.

use std::fmt::Display;

pub const PLACEHOLDERS: &str = "Placeholders: <client_id> <client_secret> <user_name> <code> <redirect_uri> <scope> <grant_type> <code_verifier> <token> <refresh_token>, the service's inputs, and the other response parameters.";
pub const SECRETS: &str = "Secrets";
pub const REFRESH_TOKEN_HELP: &str = "If empty, the one from the last response is used.";
pub const REFRESH_TOKEN: &str = "Refresh token to use";
pub const CHANGE_REQUEST: &str = "Change the request";
pub const GRANT_TYPE: &str = "Grant type";
pub const GRANT_TYPE_HELP: &str = "The value of <grant_type>.";
pub const SECRET_SIGNS_HELP: &str = "Stored in the vault. The token is signed with it, and it is sent to nobody.";
pub const SECRET_HELP: &str = "Stored in the vault. It is sent only to the host in the preview.";
pub const SECOND_SECRET_HELP: &str = "While one is being replaced. It is sent where the service refuses the other.";
pub const SECOND_SECRET: &str = "Second client secret";
pub const PASSWORD_HELP: &str =
    "The user's own password. Stored in the vault. It is sent only to the host in the preview.";
pub const PASSWORD: &str = "Password";
pub const NO_AUTHENTICATION: &str = "None, or in query or body";
pub const BASIC: &str = "Basic: client ID and secret";
pub const BASIC_RAW: &str = "Basic: client ID and secret, not form-encoded";
pub const BASIC_OR_NONE: &str = "Basic with a secret, otherwise client ID in the body";
pub const BASIC_RAW_OR_NONE: &str = "The same, with Basic not form-encoded";
pub const BASIC_USER: &str = "Basic: user ID and secret";
pub const BASIC_SECRET: &str = "Basic: secret as user name, no password";
pub const TLS_CLIENT_AUTH: &str = "Client certificate of an authority (mutual TLS)";
pub const SELF_SIGNED_TLS_CLIENT_AUTH: &str = "Self-signed client certificate (mutual TLS)";
pub const PRIVATE_KEY_JWT: &str = "Assertion signed with a private key";
pub const CLIENT_SECRET_JWT: &str = "Assertion signed with the secret";
pub const AUTHENTICATION: &str = "Authentication";
pub const HEADERS_AND_QUERY: &str = "Headers and query";
pub const HEADERS_HELP: &str = "One Name: value per line.";
pub const HEADERS_EXAMPLE: &str = "Accept: application/json";
pub const QUERY_HELP: &str = "One name=value per line, or a query string.";
pub const QUERY: &str = "Query";
pub const FORM: &str = "Form";
pub const JSON: &str = "JSON";
pub const RAW_TEXT: &str = "Raw text";
pub const NO_BODY: &str = "None";
pub const CONTENT_TYPE: &str = "Content type";
pub const FORM_HELP: &str = "One name=value per line, or a query string. Empty values are omitted.";
pub const JSON_HELP: &str = "JSON. Values are escaped.";
pub const RAW_TEXT_HELP: &str = "Sent as it is. Values are escaped if the content type is XML.";
pub const BODY_TEXT: &str = "Body text";
pub const WILL_BE_SENT: &str = "What will be sent";
pub const NOT_ENCRYPTED: &str = "Not encrypted";
pub const NOT_ENCRYPTED_HELP: &str = "Plain HTTP is sent to this machine only.";

pub fn first_lookup(what: impl Display) -> String {
    format!("First a lookup: {what}")
}

pub const WILL_BE_SIGNED: &str = "What will be signed";
pub const WILL_BE_SIGNED_HELP: &str = "The service accepts this token as it is: nothing is sent to get it.";
pub const DECODED_ACCESS_TOKEN: &str = "Decoded access token";
pub const DECODED_ASSERTION: &str = "Decoded assertion (signed when the request is sent)";
pub const DECODED_PROOF: &str = "Decoded proof of possession (signed when the request is sent)";
pub const INCOMPLETE: &str = "The profile is incomplete";
pub const INCOMPLETE_HINT: &str = "Go back to the step that asks for it.";

pub fn mask(secret: impl Display) -> String {
    format!("Mask {secret}")
}

pub fn reveal(secret: impl Display) -> String {
    format!("Reveal {secret}")
}
