//! The vault: where its key is stored, its passphrase, and what waits for it.

use std::fmt::Display;

pub const MOVE: &str = "Where should the vault key be stored?";
pub const OPENING: &str = "Opening the vault";
pub const SET_PASSPHRASE: &str = "Set a vault passphrase";
pub const LOCKED: &str = "The vault is locked";
pub const NEEDS_CHOICE: &str = "Where should tokens be stored?";
pub const OPENING_BLOCKED: &str = "Opening…";
pub const NEEDS_CHOICE_HELP: &str = "Tokens are as sensitive as passwords. This desktop has no keyring. Encrypt them with a passphrase, or hold them in memory until the window closes.";

pub fn desktop_reported(words: impl Display) -> String {
    format!("The desktop reported: {words}.")
}

pub const MOVING: &str = "Moving…";
pub const PASSPHRASE_HELP: &str = "Tokens are encrypted with a key derived from it. It cannot be recovered.";
pub const CHECKING: &str = "Checking…";
pub const PRACTICE_NOT_STORED_HELP: &str = "To store them, save the profile. You are then asked where.";

pub fn practice_not_stored(profile: impl Display) -> String {
    format!("The tokens of {profile} are in this window only")
}

pub const HELD_IN_MEMORY: &str =
    "The tokens are in memory and saving is retried automatically. Leave the window open until then.";

pub fn not_stored(profile: impl Display) -> String {
    format!("The tokens of {profile} arrived, but are only in this window so far")
}

pub const NOT_STORED_HELP: &str = "They are saved when the vault is open.";
