//! Step 2: the client, its scopes, and how the authorization is asked for.

use std::fmt::Display;

pub const CLIENT: &str = "Client";
pub const CLIENT_HELP: &str = "Issued by the service when you register your client.";
pub const SECRET_EXPIRES_HELP: &str = "As the service's console says. The calendar shows it.";
pub const READ_FROM_ELSEWHERE: &str = "Read from elsewhere";
pub const SECRETS_HELP: &str = "Stored in the vault, never in a plain file.";

pub fn is_read_from(secret: &str) -> String {
    format!("{secret} is read from")
}

pub const IS_READ_FROM_HELP: &str =
    "Another profile, a file, a variable or a command of this machine, read each time it is sent. Empty: the vault.";
pub const IS_READ_FROM_EXAMPLE: &str = "profile:acme";
pub const MORE_SCOPES: &str = "More scopes";
pub const SEPARATED_BY_COMMA: &str = "Separated by a comma, as this service requires.";
pub const SEPARATED_BY_SEMICOLON: &str = "Separated by a semicolon, as this service requires.";
pub const SEPARATED_BY_SPACE: &str = "Separated by a space, as this service requires.";

pub const PKCE_S256: &str = "S256";
pub const PKCE_S256_HEX: &str = "S256 in hex";
pub const PKCE_PLAIN: &str = "plain";
pub const PKCE_OFF: &str = "off";
pub const BEARER_TOKENS: &str = "Bearer tokens";
pub const BOUND_ES256: &str = "Bound to a key, ES256";
pub const BOUND_ES384: &str = "Bound to a key, ES384";
pub const BOUND_PS256: &str = "Bound to a key, PS256";
pub const NOT_SIGNED: &str = "Not signed";
pub const SIGNED_ES256: &str = "Signed, ES256";
pub const SIGNED_PS256: &str = "Signed, PS256";
pub const SIGNED_ES384: &str = "Signed, ES384";
pub const SIGNED_RS256: &str = "Signed, RS256";
pub const AS_SENT: &str = "As the service sends it";
pub const IN_QUERY: &str = "In the address (query)";
pub const IN_FORM: &str = "In a form (form_post)";
pub const IN_FRAGMENT: &str = "In the fragment (fragment)";
pub const SIGNED: &str = "Signed (jwt)";
pub const SIGNED_IN_QUERY: &str = "Signed, in the address (query.jwt)";
pub const SIGNED_IN_FORM: &str = "Signed, in a form (form_post.jwt)";
pub const SIGNED_IN_FRAGMENT: &str = "Signed, in the fragment (fragment.jwt)";
pub const MORE: &str = "More about the authorization";
pub const NO_SECRET: &str = "No secret";
pub const SECRET: &str = "Secret";
pub const OPTIONAL_SECRET: &str = "Optional secret";
pub const USER_AND_SECRET: &str = "User ID and secret";
pub const CLIENT_HAS: &str = "The client has";
pub const ACCESS_TOKENS_HELP: &str = "A bound token is worth nothing without a key that stays in the vault (DPoP, RFC 9449). The service must expect it.";
pub const ACCESS_TOKENS: &str = "Access tokens";
pub const ENCRYPTS_TO_ME_HELP: &str =
    "Its responses, ID tokens or user details, if the client is registered so. Your private key decrypts them.";
pub const ENCRYPTS_TO_ME: &str = "The service encrypts to my key";
pub const CLIENT_FLOW_HELP: &str = "You sign in with the browser, and the service sends back a code.";
pub const CLIENT_FLOW: &str = "This service requires client-flow authorization";
pub const WANTS_CERTIFICATE_HELP: &str =
    "A gateway in front of the service does, or its tokens are bound to the certificate (mutual TLS).";
pub const WANTS_CERTIFICATE: &str = "The service asks for a client certificate";
pub const ACCOUNT_HELP: &str =
    "Who must sign in, by the name, e-mail or ID that the service gives. Anybody else is refused.";
pub const ACCOUNT_EXAMPLE: &str = "ada@example.com";
pub const PKCE: &str = "PKCE";
pub const PKCE_HELP: &str = "Binds the code to this program (RFC 7636). Turn it off only if the service rejects it.";
pub const EXTRA_PARAMETERS_HELP: &str = "One name=value per line, added to the authorization URL.";
pub const AUTHORIZATION_REQUEST_HELP: &str =
    "A request that your private key signs (JAR, RFC 9101) cannot be changed on its way through the browser.";
pub const AUTHORIZATION_REQUEST: &str = "Authorization request";
pub const NOT_ENCRYPTED: &str = "Not encrypted";
pub const ENCRYPTED_AS_OFFERED: &str = "Encrypted, as the service offers";

pub fn encrypted(by: impl Display) -> String {
    format!("Encrypted, {by}")
}

pub const ENCRYPTION_HELP: &str =
    "Only the service can read it then: it is encrypted to a key that the service publishes.";
pub const ENCRYPTION: &str = "Encryption of the request";
pub const AUTHORIZATION_RESPONSE_HELP: &str =
    "A signed response (JARM) is believed only if the service signed it, for this client and this sign-in.";
pub const AUTHORIZATION_RESPONSE: &str = "Authorization response";

// The security profile, and what departs from it.

pub const NO_PROFILE: &str = "None";
pub const OAUTH_2_1: &str = "OAuth 2.1";
pub const FAPI_2: &str = "FAPI 2.0, for banks";
pub const FAPI_2_SIGNED: &str = "FAPI 2.0 with signed messages";
pub const SECURITY_PROFILE_HELP: &str = "A request that departs from it is not sent. FAPI 2.0 pushes the authorization request, checks the issuer, authenticates by a key or a certificate, and binds the tokens to one. With signed messages, request and response are signed as well.";
pub const SECURITY_PROFILE: &str = "Security profile";
pub const STRICT_REPORT: &str = "Strict report";

pub fn no_departure(held_to: impl Display) -> String {
    format!("{held_to}: departs in nothing that can be seen here.")
}

pub fn departures(held_to: impl Display) -> String {
    format!("{held_to}: departs from it where")
}
