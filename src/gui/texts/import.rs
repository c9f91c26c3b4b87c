//! The import of a service from another tool.

use std::fmt::Display;

pub const TITLE: &str = "Import a service";
pub const SAVING_PROFILES: &str = "Saving the profiles";
pub const READING: &str = "Reading";

pub fn fetching(address: impl Display) -> String {
    format!("Fetching {address}")
}

pub fn is_issuer(host: impl Display) -> String {
    format!("This is an issuer URL at {host}")
}

pub const IS_ISSUER_HINT: &str = "Its metadata is fetched only if you ask for it.";
pub const NO_FILE_CHOSEN: &str = "No file was chosen";
pub const NO_FILE_CHOSEN_HINT: &str = "If no file chooser opened, this desktop has none. Type the path instead.";
pub const SEVERAL_FORMATS: &str = "It can be read in several formats";
pub const SEVERAL_FORMATS_HINT: &str = "Choose the tool it comes from.";
pub const SOURCE: &str = "Source";
pub const SOURCE_HELP: &str = "Drop a file anywhere on this window, paste text, or enter a file. The format is detected, and nothing is stored until you save it.";
pub const PASTED_TEXT: &str = "Pasted text";
pub const PASTED_TEXT_EXAMPLE: &str = "{ … }, <oauth2> …, curl …, https://issuer.example";
pub const PASTE_FIRST: &str = "Paste or type something first";
pub const FILE_EXAMPLE: &str = "/home/me/collection.json";
pub const SUPPORTED_FORMATS: &str = "Supported formats";
pub const FIRST_LINES: &str = "Pasted text (first lines)";

pub fn read_whole(bytes: impl Display, lines: impl Display) -> String {
    format!("{bytes} bytes, {lines} lines. All of it is read.")
}

pub const CLEAR: &str = "Clear";

pub fn from(source: impl Display) -> String {
    format!("From {source}")
}

pub const WHICH_BESIDE_PRESET: &str = "Which one? A preset knows more of its service than the document says.";
pub const WHICH: &str = "It describes several services. Which one?";

pub fn contains_secrets(names: impl Display) -> String {
    format!("Contains secrets, which are stored only in the vault: {names}")
}

pub const MISSING: &str = "Still missing";
pub const UNDERSTOOD: &str = "Understood";
pub const NOT_TAKEN_OVER: &str = "Not taken over";

pub fn of_preset(name: impl Display) -> String {
    format!("{name} (preset)")
}

pub fn of_document(name: impl Display) -> String {
    format!("{name} (as the document describes it)")
}

pub const IMPORT_ANOTHER: &str = "Import another";
pub const NOTHING_TO_SAVE: &str = "There is nothing left to save";
pub const OPEN_VAULT_FIRST: &str = "Open the vault first";
pub const CHOOSE_FIRST: &str = "Choose one first";
pub const DROP: &str = "Drop to import";

// The import of shared profiles.

pub const ENCRYPTED: &str = "The profiles are encrypted";
pub const PASSPHRASE_HELP: &str = "Ask whoever shared the profiles.";
pub const IDENTITY_FILE_HELP: &str =
    "For profiles encrypted for an age recipient: the file that age-keygen has written.";
pub const IDENTITY_FILE: &str = "Identity file";
pub const ENTER_PASSPHRASE_OR_FILE: &str = "Enter the passphrase or the identity file";
pub const SHARED_PROFILES: &str = "Shared profiles";
pub const REPLACE_HELP: &str = "Otherwise the existing ones stay as they are.";
pub const REPLACE: &str = "Replace existing profiles of the same name";
pub const SECRETS_INCLUDED: &str = "Secrets included";
pub const YOU_MUST_SUPPLY: &str = "You must supply";
pub const WILL_BE_REPLACED: &str = "The existing profile will be replaced.";
pub const STAYS: &str = "A profile of this name exists and stays as it is.";

pub fn saved(profiles: impl Display) -> String {
    format!("Saved: {profiles}")
}

pub const SAVED_HINT: &str = "Open one on the left to see what is left to do.";

// Discovery that found nothing.

pub const NO_METADATA: &str = "The issuer's response is no metadata";
pub const NO_METADATA_HINT: &str = "Enter the URLs from the service's documentation.";
