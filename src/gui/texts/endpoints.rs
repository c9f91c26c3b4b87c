//! Step 2: a service that you describe yourself.

pub const GRANT: &str = "Grant";
pub const MORE_IN_STEP_3: &str = "Headers and the way a response is read can be changed in step 3.";
pub const WRITE_ASSERTION_HELP: &str =
    "For each token request, with your private key. Otherwise it comes from a file or a command, or you paste it.";
pub const WRITE_ASSERTION: &str = "Write and sign the assertion here";
pub const EXTRA_PARAMETERS_HELP: &str =
    "One name=value per line. Values in angle brackets are filled in, such as <client_id>.";
pub const EXTRA_OF_AUTHORIZATION: &str = "Extra parameters of the authorization request";
pub const EXTRA_OF_TOKEN: &str = "Extra parameters of the token request";
pub const EXTRA_OF_REFRESH: &str = "Extra parameters of the refresh request";
pub const EXTRA_EXAMPLE: &str = "audience=https://api.example.com";
pub const ISSUER_HELP: &str =
    "If the service publishes its metadata (OpenID Connect Discovery, RFC 8414), the URLs are filled in from it.";
pub const WRONG_ISSUER: &str = "enter an https URL without a query";
pub const ISSUER_EXAMPLE: &str = "https://accounts.example.com";
pub const ENTER_ISSUER: &str = "Enter the issuer first";
pub const FETCHING_METADATA: &str = "Fetching the metadata";
pub const FILLED_IN: &str = "Filled in from the metadata";
pub const NOT_SUPPORTED: &str = "Not supported";
pub const METADATA_BESIDES: &str = "What the metadata says besides";

pub fn not_used(names: &str) -> String {
    format!("Not used: {names}")
}

pub const AUTHORIZATION_URL: &str = "Authorization URL";
pub const AUTHORIZATION_URL_HELP: &str = "The address the browser opens. Values in angle brackets are filled in.";
pub const AUTHORIZATION_URL_EXAMPLE: &str = "https://example.com/oauth2/authorize";
pub const AUTHORIZATION_URL_NAME: &str = "authorization URL";
pub const TOKEN_URL: &str = "Token URL";
pub const TOKEN_URL_HELP: &str = "The address that the code and the refresh token are sent to.";
pub const TOKEN_URL_NAME: &str = "token URL";
