//! Texts that more than one page has.

use std::fmt::Display;

pub const SAVING: &str = "Saving…";
pub const CANCEL: &str = "Cancel";
pub const REVIEW_REQUEST_HELP: &str = "When off, the request is sent as soon as the code arrives.";
pub const REVIEW_REQUEST: &str = "Review the token request before sending";
pub const FINGERPRINT: &str = "SHA-256 fingerprint";
pub const REDIRECT_URI: &str = "Redirect URI";
pub const URL: &str = "URL";
pub const COPIED_ADDRESS: &str = "address";

pub fn private_window(browser: &str) -> String {
    format!("{browser}, private window")
}

pub const ONE_MOMENT: &str = "One moment…";

pub fn asking(place: &str) -> String {
    format!("Asking {place}")
}

pub const SCOPES: &str = "Scopes";
pub const LOGIN_HINT_EXAMPLE: &str = "login_hint=ada@example.com";
pub const CLIENT_AUTHENTICATION: &str = "Client authentication";
pub const ISSUER: &str = "Issuer";
pub const PREPARING: &str = "Preparing the request";
pub const CLIENT_ID: &str = "Client ID";
pub const NAME: &str = "Name";
pub const WRITTEN: &str = "Written";
pub const PROFILE_NAME: &str = "Profile name";
pub const ENTER_PROFILE_NAME: &str = "Enter the profile's name first";
pub const ENTER_FILE_NAME: &str = "Enter the file's name first";
pub const CLAIMS: &str = "Claims";

pub const EXPIRES: &str = "Expires";
pub const ID_TOKEN: &str = "ID token";
pub const TOKEN_ACCEPTED: &str = "The service accepts the token";
pub const ACCESS_TOKEN: &str = "Access token";
pub const REFRESH_TOKEN: &str = "Refresh token";

pub fn status(status: impl Display, milliseconds: impl Display) -> String {
    format!("Status {status} after {milliseconds} ms")
}

pub const BODY: &str = "Body";

pub fn headers(count: usize) -> String {
    format!("Headers ({count})")
}

pub const HEADERS: &str = "Headers";
pub const API_EXAMPLE: &str = "https://api.example.com";
pub const FORGET: &str = "Forget…";
pub const ENTER_NAME: &str = "Enter a name first";
pub const DISPLAY_NAME: &str = "Display name";
pub const METHOD: &str = "Method";
pub const REQUEST: &str = "Request";
pub const CURL_HINT: &str = "Secrets are replaced by shell variables";
pub const COPIED_CURL: &str = "as curl";
pub const NO_CODE_YET: &str = "The code has not arrived yet";
pub const NOT_ALLOWED_YET: &str = "The sign-in was not allowed yet on the other device";

pub fn calling(place: impl Display) -> String {
    format!("Calling {place}")
}

pub const ISSUED: &str = "Issued";
pub const REFRESHING: &str = "A refresh is under way";
pub const NEVER: &str = "Never";
pub const ACCOUNT: &str = "Account";
pub const TAKE_OUT: &str = "Take out of team…";
pub const RENAME: &str = "Rename…";
pub const DUPLICATE: &str = "Duplicate…";

pub const PRODUCT: &str = "Tokenwright";
pub const SHARE_PROFILES: &str = "Share profiles";

pub fn export(profile: impl Display) -> String {
    format!("Export {profile}")
}

pub const SERVICE: &str = "Service";
pub const PROFILES: &str = "Profiles";

pub fn written_to(file: impl Display) -> String {
    format!("Written to {file}")
}

pub const WILL_BE_WRITTEN: &str = "What will be written";
pub const ENTER_FILE: &str = "Enter a file first";
pub const WRITING_ELLIPSIS: &str = "Writing…";
pub const ADDRESS: &str = "Address";
pub const DESTINATION: &str = "Destination";
pub const FILE: &str = "File";
pub const ENTER_PASSPHRASE: &str = "Enter a passphrase";
pub const ENTER_PASSPHRASE_TWICE: &str = "Enter the same passphrase twice";
pub const REPEAT_PASSPHRASE: &str = "Repeat passphrase";
pub const PASSPHRASES_DIFFER: &str = "the passphrases do not match";
pub const PASSPHRASE: &str = "Passphrase";

pub const FROM: &str = "From";
pub const PRESETS: &str = "Presets";
pub const VAULT_NOT_OPEN: &str = "The vault is not open";
pub const CLOSE: &str = "Close";
