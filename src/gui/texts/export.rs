//! The export of a profile's tokens.

use std::fmt::Display;

pub const WRITING: &str = "Writing the export with a valid token";
pub const REPLACE_TOO: &str = "or replace the file";
pub const SAVE_ANYWAY_TOO: &str = "or save there anyway";
pub const COPIED: &str = "Copied to the clipboard";
pub const COPIED_HELP: &str = "Any program that reads the clipboard can see it.";
pub const COPYING: &str = "Copying";
pub const REWRITTEN_HELP: &str = "It is rewritten at each refresh.";
pub const ONLY_YOU_READ: &str = "Only you can read it.";
pub const NEXT: &str = "Next";

pub fn not_included(words: impl Display) -> String {
    format!("Not included: {words}")
}

pub const HANDED_OVER: &str = "The refresh token was handed over";

pub fn handed_over_to(file: &str) -> String {
    format!("The refresh token was handed over to {file}")
}

pub fn handed_over(format: impl Display, time: impl Display) -> String {
    format!("In the format {format}, at {time}. Tokenwright does not refresh the profile until you sign in again.")
}

pub const WILL_BE_WRITTEN: &str = "What will be written";
pub const LOADING_PREVIEW: &str = "Loading the preview";
pub const PREVIEW: &str = "Preview";

pub fn next_once_written(command: impl Display) -> String {
    format!("Next, once it is written: {command}")
}

pub const SINK_NEEDS_FILE: &str = "A sink needs a file";
pub const CHOOSE_FORMAT: &str = "Choose a format first";
pub const CANNOT_BE_WRITTEN: &str = "Cannot be written as chosen: see the preview";
pub const HANDED_OVER_NO_SINK: &str = "A handed-over token is not refreshed here, so it cannot feed a sink";
pub const CONFIRM_HAND_OVER: &str = "Confirm the hand-over of the refresh token first";
pub const EXPORTED_FILES: &str = "Files exported from this profile";

pub fn last_written(format: impl Display, time: impl Display) -> String {
    format!("{format}, last written {time}")
}

pub fn remove(file: impl Display) -> String {
    format!("Remove {file} from the list")
}

pub fn failed(why: impl Display) -> String {
    format!("Failed: {why}")
}

pub const UPDATED: &str = "Updated at each refresh";
pub const LIVE: &str = "Live";
pub const WRITTEN_ONCE: &str = "Written once";

// The options of an export.

pub const NO_LIVE: &str = "Tools that read this format cannot fetch a token themselves";
pub const ONLY_LIVE: &str = "This format fetches the token on each use and contains none";
pub const WHICH_TOOL: &str = "For which tool?";

pub fn read_by(tools: impl Display) -> String {
    format!("Read by {tools}")
}

pub fn show_all(formats: usize) -> String {
    format!("Show all {formats} formats")
}

pub const LOADING_FORMATS: &str = "Loading formats…";
pub const SEARCH_FORMATS: &str = "Search formats";
pub const SEARCH_FORMATS_EXAMPLE: &str = "Search by tool: curl, .env, Postman, kubectl …";
pub const NO_FORMAT: &str = "No format matches. Add your own as a template file in the folder “formats” of your data folder, or use json, which has every value.";
pub const HOW_CURRENT: &str = "How does it stay current?";
pub const SNAPSHOT: &str = "Snapshot";
pub const SINK: &str = "Sink";
pub const HOW_CURRENT_NAME: &str = "How it stays current";
pub const ADDRESS_EXAMPLE: &str = "https://api.example.com/me";
pub const ADDRESS_HELP: &str = "The address of the API to call. It stands in the text or in the next command.";
pub const SNAPSHOT_HELP: &str = "The current values. They no longer work when the access token has expired.";
pub const LIVE_HELP: &str = "Contains no token. It fetches a valid one from Tokenwright on each use.";
pub const SINK_HELP: &str = "A file that Tokenwright rewrites at each refresh.";
pub const INCLUDE_HELP: &str = "The tool can then refresh by itself, and so can anyone who reads the file.";
pub const INCLUDE: &str = "Include the refresh token and client credentials";
pub const HAND_OVER_HELP: &str = "This service rotates refresh tokens, so only one side can hold it.";
pub const HAND_OVER: &str = "Hand over the refresh token and client credentials";
pub const ALWAYS_INCLUDED: &str =
    "The tool refreshes by itself, so the refresh token and client credentials are included.";
pub const CHOOSE_LIVE: &str = "choose Live";
pub const CHOOSE_OTHER_FORMAT: &str = "choose another format";
pub const UNTICK_OPTION: &str = "untick the option above";
pub const WILL_BE_HANDED_OVER: &str = "The refresh token will be handed over";

pub fn will_be_handed_over(way_out: &str) -> String {
    format!(
        "The tool's first refresh invalidates the token stored here. The profile is marked as handed over, and Tokenwright stops refreshing it until you sign in again. To avoid this, {way_out}."
    )
}

pub const CONFIRM: &str = "Yes, hand it over";
pub const DESTINATION_HELP: &str = "Only you can read the file. The folder must exist.";
pub const FILE_EXAMPLE: &str = "/home/me/acme.env";
pub const CHOOSING: &str = "Choosing…";

// What a shared file lacks.

pub const TICK_PROFILE: &str = "Tick a profile first";
pub const ENTER_RECIPIENT: &str = "Enter the recipient";
