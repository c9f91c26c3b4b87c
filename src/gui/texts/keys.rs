//! The keys, and the commands that are found by typing.

use std::fmt::Display;

pub const TAB: &str = "Tab, Shift+Tab";
pub const TAB_MEANING: &str = "Go to the next or the previous control";
pub const PAGE: &str = "PageUp, PageDown";
pub const PAGE_MEANING: &str = "Scroll the page";
pub const UP_DOWN: &str = "Up, Down";
pub const UP_DOWN_MEANING: &str = "Move in the list of profiles and in the commands";
pub const HOME_END: &str = "Home, End";
pub const HOME_END_MEANING: &str = "Go to the first or the last profile";
pub const LEFT_RIGHT: &str = "Left, Right";
pub const LEFT_RIGHT_MEANING: &str = "Close or open a group of the list";
pub const ENTER: &str = "Enter";
pub const ENTER_MEANING: &str = "Open the profile, do the command";

// The commands.

pub const SEARCH: &str = "Command, profile or service";
pub const NO_MATCH: &str = "Nothing matches.";
pub const RESULTS: &str = "Results";

pub fn open(service: impl Display) -> String {
    format!("Open profile · {service}")
}

pub const NEW_WITH_SERVICE: &str = "New profile with this service";

// Why a command is off.

pub const NO_PROFILE: &str = "There is no profile yet";
pub const NO_TOKENS_SIGN_IN: &str = "There are no tokens: sign in first";
pub const CHOOSE_SERVICE: &str = "Choose a service first";
pub const NO_TOKENS: &str = "There are no tokens yet";
