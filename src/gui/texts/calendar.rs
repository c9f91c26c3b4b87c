//! The calendar of what ends.

use std::fmt::Display;

pub const NEXT_7_DAYS: &str = "Next 7 days";
pub const NEXT_30_DAYS: &str = "Next 30 days";
pub const TITLE: &str = "Calendar";
pub const ALSO_UNATTENDED_HELP: &str =
    "An access token that is refreshed by itself, and an end that is not known or holds only under a condition.";
pub const ALSO_UNATTENDED: &str = "Also show what needs nobody";
pub const READING: &str = "Reading the profiles";
pub const SAVE_AS_ICS: &str = "Save as .ics…";
pub const SAVE_AS_ICS_HINT: &str = "Write a file for calendar programs";
pub const WRITTEN_HELP: &str = "Open it with your calendar program. It tells of each end a week and a day before.";
pub const SAVE: &str = "Save as a calendar file";
pub const SAVE_HELP: &str =
    "It has no secrets. When you save and import it anew, it takes the place of the one before.";
pub const FILE_EXAMPLE: &str = "/home/me/tokenwright.ics";
pub const NOTHING_ENDS: &str = "Nothing ends that needs you";
pub const NOTHING_ENDS_HELP: &str = "As far as it is known.";
pub const ENDS: &str = "Ends";
pub const OVERDUE: &str = "Overdue";
pub const TODAY: &str = "Today";
pub const LATER: &str = "Later";
pub const NOT_KNOWN: &str = "Not known";
pub const SHOW_PROFILE: &str = "Show the profile";
pub const SHOW_SETTINGS: &str = "Show the settings";
/// Behind another sentence.
pub const AS_DOCUMENTED: &str = " By the service's documentation.";
pub const TIME_NOT_KNOWN: &str = "not known";

pub fn time_in(time: impl Display, left: impl Display) -> String {
    format!("{time} (in {left})")
}

pub fn time_ago(time: impl Display, past: impl Display) -> String {
    format!("{time} ({past} ago)")
}
