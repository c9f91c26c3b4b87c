//! The calls that this window made, and the case of a failed sign-in.

use std::fmt::Display;

pub const TITLE: &str = "Calls";
pub const OF_ALL: &str = "What this window, the agent and commands sent and got in the last day. Secrets are masked.";
pub const OF_WINDOW: &str =
    "What this window sent and got since it was opened. Secrets are masked. The calls of others are not kept.";
pub const SAVE: &str = "Save to a file";
pub const REPLAY: &str = "Replay a case";
pub const NONE_YET: &str = "Nothing yet. Sign in, refresh or ask a service something, and the call is listed here.";

pub fn outcome(status: impl Display, milliseconds: impl Display) -> String {
    format!("{status} after {milliseconds} ms")
}

pub const AGENT: &str = "the agent";
pub const A_WINDOW: &str = "a window";

pub fn made_by(who: impl Display) -> String {
    format!("by {who}")
}

pub fn made_for(profile: impl Display) -> String {
    format!("for {profile}")
}

pub fn made_by_for(who: impl Display, profile: impl Display) -> String {
    format!("by {who} for {profile}")
}

pub const BROUGHT_BY_BROWSER: &str = "brought by the browser";
pub const OPENED_IN_BROWSER: &str = "opened in the browser";
pub const SAVE_HELP: &str = "An HTTP archive (HAR) of all calls, for a browser's developer tools, or the case of the last sign-in or refresh of the open profile that failed, which a colleague can replay.";
pub const NO_CALLS: &str = "There are no calls yet";
pub const NOTHING_FAILED: &str = "No sign-in and no refresh of the open profile has failed";
pub const SAVED: &str = "Saved";
pub const REPLAY_HELP: &str =
    "The file of somebody's failed sign-in. Its responses are repeated on this machine. Nothing is sent anywhere.";
pub const CASE_FILE: &str = "Case file";
pub const REPLAYING: &str = "Replaying";
pub const WRITTEN: &str = "Written";

pub fn written(when: impl Display, program: impl Display, system: impl Display) -> String {
    format!("{when}, by {program} on {system}")
}

pub const DIAGNOSIS_THEN: &str = "Diagnosis then";
pub const TOKENS_READ: &str = "tokens were read from the response";
pub const DIAGNOSIS_NOW: &str = "Diagnosis now";
pub const SAME_DIAGNOSIS: &str = "The same diagnosis";
pub const OTHER_DIAGNOSIS: &str = "Another diagnosis";
