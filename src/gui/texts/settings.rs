//! The settings.

use std::fmt::Display;

use crate::gui::texts::common::PRODUCT;

pub const TITLE: &str = "Settings";
pub const APPEARANCE: &str = "Appearance";
pub const SIGNING_IN: &str = "Signing in";
pub const NETWORK: &str = "Network";
pub const VAULT: &str = "Vault";
pub const DESKTOP: &str = "Desktop";
pub const SYSTEM: &str = "System";
pub const LIGHT: &str = "Light";
pub const DARK: &str = "Dark";
pub const THEME: &str = "Theme";
pub const SCALE: &str = "Scale";

pub fn scale_now(percent: impl Display) -> String {
    format!("Now {percent} %. Ctrl with plus, minus and 0 changes it, too.")
}

pub const BROWSER_HELP: &str =
    "A command, in which %s stands for the address. Empty: the default browser of the desktop.";
pub const BROWSER: &str = "Browser";
pub const BROWSER_EXAMPLE: &str = "firefox --private-window %s";
pub const TRYING: &str = "Trying it";
pub const PROXY_HELP: &str = "Empty: that of the system, or of HTTPS_PROXY. Enter none for no proxy at all. A user and password go into HTTPS_PROXY.";
pub const PROXY: &str = "Proxy";
pub const PROXY_EXAMPLE: &str = "http://proxy.example:3128";
pub const NO_PROXY: &str = "Hosts without proxy";
pub const NO_PROXY_EXAMPLE: &str = "localhost, .corp.example";
pub const NO_PROXY_HELP: &str = "Only with a proxy of your own, above.";
pub const CA_FILE: &str = "Own certificate authority";
pub const CA_FILE_EXAMPLE: &str = "/etc/ssl/corp.pem";
pub const CA_FILE_HELP: &str = "A PEM file. It is trusted in addition to the system's authorities.";
pub const CLIENT_CERTIFICATE_EXAMPLE: &str = "/home/ada/client.pem";
pub const CLIENT_CERTIFICATE_HELP: &str =
    "A PEM file with the certificate and its private key, for servers that ask for one.";
pub const CONNECT_TIMEOUT: &str = "Seconds to connect";
pub const CONNECT_TIMEOUT_HELP: &str = "Empty: 10.";
pub const TIMEOUT: &str = "Seconds for a whole call";
pub const TIMEOUT_HELP: &str = "Empty: 30.";
pub const MOVE: &str = "Move…";
pub const MOVE_HINT: &str = "Store the vault key elsewhere";
pub const MEMORY_CANNOT_LOCK: &str = "A vault in memory cannot be locked: its tokens would be lost";
pub const AFTER_5_MINUTES: &str = "5 minutes";
pub const AFTER_15_MINUTES: &str = "15 minutes";
pub const AFTER_1_HOUR: &str = "1 hour";
pub const LOCK_AFTER: &str = "Lock when not used for";

pub fn lock_after_now(minutes: impl Display) -> String {
    format!("Now {minutes} minutes, from the settings file.")
}

pub const LOCK_HELP: &str = "While locked, this window refreshes nothing. The agent goes on. The window is not locked while something is under way or not saved.";
pub const NOTIFICATIONS_HELP: &str = "When a sign-in ends while you look elsewhere, and when a profile needs you.";
pub const NOTIFICATIONS: &str = "Show notifications";

pub fn not_possible(why: impl Display) -> String {
    format!("Not possible: {why}.")
}

pub const TRAY_HELP: &str = "Closing the window hides it while profiles are kept alive.";
pub const TRAY: &str = "Close to tray";

// What is wrong with a setting.

pub const NOT_WHOLE_PATH: &str = "not a whole path";

pub fn not_seconds(least: impl Display, most: impl Display) -> String {
    format!("not a number of seconds from {least} to {most}")
}

// The bundle of presets.

pub const BUNDLE_HELP: &str = "A file or an https address.";
pub const NEXT_BUNDLE_HELP: &str = "A file or an https address. Empty: the one above.";
pub const BUNDLE: &str = "Bundle of presets";
pub const BUNDLE_EXAMPLE: &str = "https://presets.example/acme.jws";
pub const FETCHING_BUNDLE: &str = "Fetching the bundle";

pub fn bundle_then_built_in(name: impl Display, number: impl Display) -> String {
    format!("Bundle {name} {number}, then those built in")
}

pub const PRESETS_IN_USE: &str = "In use";
pub const BUILT_IN: &str = "Those built in";
pub const PUBLISHER_KEY: &str = "Publisher's key";

pub fn bundle(name: impl Display, number: impl Display) -> String {
    format!("Bundle {name} {number}")
}

pub fn in_use(bundle: &str) -> String {
    format!("{bundle} is in use already.")
}

pub const SECRETS_ELSEWHERE: &str = "Your secrets would be sent elsewhere";

pub fn unknown_key(key: impl Display) -> String {
    format!("It is signed with a key that is not known yet: “{key}”")
}

pub const UNKNOWN_KEY_HINT: &str = "Whoever has this key decides where your secrets are sent.";
pub const TRUST_KEY_HELP: &str =
    "Compare it with the key that the publisher shows in another place than where the bundle is.";
pub const TRUST_KEY: &str = "This is the publisher's key";
pub const NO_CHANGES: &str = "It changes no preset.";
pub const CONFIRM_KEY: &str = "Confirm the publisher's key first";

pub fn new_preset(name: impl Display, id: impl Display) -> String {
    format!("New: {name} ({id})")
}

pub fn removed_preset(id: impl Display) -> String {
    format!("Removed: {id}")
}

pub fn changed_preset(id: impl Display) -> String {
    format!("Changed: {id}")
}

// About the program.

pub const ABOUT: &str = "About";
pub const VERSION: &str = "Version";

pub fn version(number: &str) -> String {
    format!("{PRODUCT} {number}")
}

pub const LICENCE: &str = "Licence";
pub const LICENCE_NAME: &str = "MIT or Apache 2.0";
pub const DATA: &str = "Data";
pub const SETTINGS_FILE: &str = "Settings file";
pub const OPEN_DATA_FOLDER: &str = "Open data folder";
pub const OPEN_SETTINGS_FOLDER: &str = "Open settings folder";
pub const COMPONENTS: &str = "Components and their licences";
