//! Texts that more than one page has.

use std::fmt::Display;

// The program.

pub const PRODUCT: &str = "Tokenwright";

// Buttons, and what is copied.

pub const CANCEL: &str = "Cancel";
pub const CLOSE: &str = "Close";
pub const HIDE: &str = "Hide";
pub const FORGET: &str = "Forget…";
pub const RENAME: &str = "Rename…";
pub const DUPLICATE: &str = "Duplicate…";
pub const TAKE_OUT: &str = "Take out of team…";
pub const COPIED_ADDRESS: &str = "address";
pub const COPIED_CURL: &str = "as curl";
pub const CURL_HINT: &str = "Secrets are replaced by shell variables";

// Names of things.

pub const ACCOUNT: &str = "Account";
pub const ADDRESS: &str = "Address";
pub const BODY: &str = "Body";
pub const CLAIMS: &str = "Claims";
pub const CLIENT_AUTHENTICATION: &str = "Client authentication";
pub const CLIENT_CERTIFICATE: &str = "Client certificate";
pub const CLIENT_ID: &str = "Client ID";
pub const DESTINATION: &str = "Destination";
pub const DISPLAY_NAME: &str = "Display name";
pub const EXPIRES: &str = "Expires";
pub const EXTRA_PARAMETERS: &str = "Extra parameters";
pub const FILE: &str = "File";
pub const FINGERPRINT: &str = "SHA-256 fingerprint";
pub const FROM: &str = "From";
pub const HEADERS: &str = "Headers";
pub const ISSUED: &str = "Issued";
pub const ISSUER: &str = "Issuer";
pub const KEYS: &str = "Keys";
pub const METHOD: &str = "Method";
pub const NAME: &str = "Name";
pub const PASSPHRASE: &str = "Passphrase";
pub const PRESETS: &str = "Presets";
pub const PROFILE_NAME: &str = "Profile name";
pub const PROFILES: &str = "Profiles";
pub const REDIRECT_URI: &str = "Redirect URI";
pub const REPEAT_PASSPHRASE: &str = "Repeat passphrase";
pub const REQUEST: &str = "Request";
pub const RESPONSE: &str = "Response";
pub const SCOPES: &str = "Scopes";
pub const SECRET_EXPIRES: &str = "Secret expires";
pub const SERVICE: &str = "Service";
pub const SHARE_PROFILES: &str = "Share profiles";
pub const SUBJECT: &str = "Subject";
pub const TEAM: &str = "Team";
pub const TOKENS: &str = "Tokens";
pub const ACCESS_TOKEN: &str = "Access token";
pub const ID_TOKEN: &str = "ID token";
pub const REFRESH_TOKEN: &str = "Refresh token";
pub const URL: &str = "URL";

pub fn export(profile: impl Display) -> String {
    format!("Export {profile}")
}

pub fn headers(count: usize) -> String {
    format!("Headers ({count})")
}

pub fn private_window(browser: &str) -> String {
    format!("{browser}, private window")
}

pub fn status(status: impl Display, milliseconds: impl Display) -> String {
    format!("Status {status} after {milliseconds} ms")
}

// Values.

pub const EXPIRED: &str = "expired";
pub const NEVER: &str = "Never";
pub const NONE: &str = "none";

// Switches.

pub const REVIEW_REQUEST: &str = "Review the token request before sending";
pub const REVIEW_REQUEST_HELP: &str = "When off, the request is sent as soon as the code arrives.";

// Why a button is off.

pub const ENTER_FILE: &str = "Enter a file first";
pub const ENTER_FILE_NAME: &str = "Enter the file's name first";
pub const ENTER_NAME: &str = "Enter a name first";
pub const ENTER_PASSPHRASE: &str = "Enter a passphrase";
pub const ENTER_PASSPHRASE_TWICE: &str = "Enter the same passphrase twice";
pub const ENTER_PROFILE_NAME: &str = "Enter the profile's name first";
pub const NO_CODE_YET: &str = "The code has not arrived yet";
pub const NOT_ALLOWED_YET: &str = "The sign-in was not allowed yet on the other device";
pub const ONE_MOMENT: &str = "One moment…";
pub const REFRESHING: &str = "A refresh is under way";
pub const SAVING: &str = "Saving…";
pub const VAULT_NOT_OPEN: &str = "The vault is not open";
pub const WRITING: &str = "Writing…";

// What goes on, and what came of it.

pub const PREPARING: &str = "Preparing the request";

pub fn asking(place: &str) -> String {
    format!("Asking {place}")
}

pub fn calling(place: impl Display) -> String {
    format!("Calling {place}")
}

pub const PASSPHRASES_DIFFER: &str = "the passphrases do not match";
pub const TOKEN_ACCEPTED: &str = "The service accepts the token";
pub const WRITTEN: &str = "Written";

pub fn written_to(file: impl Display) -> String {
    format!("Written to {file}")
}

// Examples.

pub const API_EXAMPLE: &str = "https://api.example.com";
pub const LOGIN_HINT_EXAMPLE: &str = "login_hint=ada@example.com";
pub const TOKEN_URL_EXAMPLE: &str = "https://example.com/oauth2/token";
