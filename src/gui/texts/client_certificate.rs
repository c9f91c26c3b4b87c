//! Step 2: the client certificate for mutual TLS (RFC 8705).

use std::fmt::Display;

pub fn saved_as(name: impl Display) -> String {
    format!("It is stored in the vault as {name}. Tokens that are bound to another one must be refreshed.")
}

pub const SAVED: &str = "Client certificate saved";
pub const FILE_HELP: &str = "PKCS#12 (.p12, .pfx) or PEM. Enter the path, or drop the file here.";
pub const FILE: &str = "Client certificate file";
pub const FILE_EXAMPLE: &str = "/home/me/client.p12";
pub const FILE_PASSPHRASE_HELP: &str = "Of a PKCS#12 file. It is used once and not stored.";
pub const FILE_PASSPHRASE: &str = "Passphrase of the file";
pub const KEY_FILE_HELP: &str = "If the private key is in another PEM file.";
pub const KEY_FILE: &str = "Private key file";
pub const READING: &str = "Reading or making the certificate";
pub const ENTER_FILE: &str = "Enter the file of the certificate first";
pub const ITSELF: &str = "itself (self-signed)";
pub const VALID_UNTIL: &str = "Valid until";
pub const INTERMEDIATES: &str = "Intermediates";
pub const THUMBPRINT: &str = "Thumbprint (x5t#S256)";
pub const TO_REGISTER: &str = "Certificate to register";
pub const OPEN_CONSOLE: &str = "Open the service's console to register it";
pub const SAVE_BEFORE_SIGN_IN: &str = "Save it before the sign-in";
pub const SAVE_BEFORE_SIGN_IN_HELP: &str =
    "Register it only once it is saved: the certificate is useless without its key.";
pub const PROFILE_NAME_EXAMPLE: &str = "acme-bank";
pub const WRITE_TO: &str = "Write the client certificate to";
pub const WRITE_TO_EXAMPLE: &str = "client.pem";
pub const USE_ANOTHER: &str = "Use another certificate";

pub fn expired_at(time: impl Display) -> String {
    format!("The client certificate expired at {time}")
}

pub fn not_valid_before(time: impl Display) -> String {
    format!("The client certificate is not valid before {time}")
}

pub const RENEW_HINT: &str = "Get a new one, and open it in place of this one.";
