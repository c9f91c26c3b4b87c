//! A client that the service registers by itself (RFC 7591, RFC 7592).

use std::fmt::Display;

pub fn has_client(issuer: impl Display, id: impl Display) -> String {
    format!("This profile has a client at {issuer}: {id}")
}

pub const OFFER: &str = "This service registers clients by itself. Tokenwright tells it the redirect URI, the scopes and the grant, and gets the client ID. The profile is saved with it.";
pub const CORRECT_REDIRECT_URI: &str = "Correct the redirect URI first";
pub const INITIAL_TOKEN_HELP: &str = "Those who run the service give it to you. It is used once and not stored.";
pub const INITIAL_TOKEN: &str = "Initial access token";

pub fn used_from(other: impl Display) -> String {
    format!("The client that {other} registered is used")
}

pub const REGISTERED_ALREADY: &str = "The client is registered already";
pub const REGISTERED: &str = "Registered";

pub fn saved(client_id: impl Display, profile: impl Display) -> String {
    format!("The client ID is {client_id}. The profile is saved as {profile}.")
}

pub fn saved_to_sign_in(client_id: impl Display, profile: impl Display) -> String {
    format!("The client ID is {client_id}. The profile is saved as {profile} and has not signed in yet.")
}

pub const CHANGED_BY_SERVICE: &str = "The service changed what was asked for";

pub fn became(field: impl Display, asked: impl Display, given: impl Display) -> String {
    format!("{field}: {asked} became {given}")
}

pub fn uri_not_registered(uri: &str) -> String {
    format!("“{uri}” is not among the redirect URIs of the registered client")
}

pub const URI_NOT_REGISTERED_HINT: &str = "Update the registration, or use a redirect URI that is registered.";
pub const DELETED: &str = "Registration deleted";
pub const DELETED_HELP: &str = "The client is deleted at the service.";
pub const TITLE: &str = "Registered client";

pub fn service_changed(field: impl Display, asked: impl Display, given: impl Display) -> String {
    format!("The service changed {field}: {asked} became {given}")
}

pub const ANSWERED: &str = "The service answered";
pub const ANSWERED_HELP: &str = "This is what it has of the client now.";
pub const NOT_MANAGED: &str = "The service gave no way to read, change or delete the client. Do that in its console.";
pub const REDIRECT_URIS: &str = "Redirect URIs";
pub const GRANTS: &str = "Grants";
pub const NEVER: &str = "never";
pub const DELETION: &str = "The client ends at the service. This profile can then neither sign in nor refresh with it.";
pub const KEEP_IT: &str = "Keep it";
pub const DELETE: &str = "Delete registration…";
