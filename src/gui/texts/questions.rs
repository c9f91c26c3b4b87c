//! What is asked before something is lost, and what a service answers about its token.

use std::fmt::Display;

pub const LEAVE: &str = "Leave without getting tokens?";

pub fn leave(service: impl Display) -> String {
    format!("{service} has sent an authorization code. It is valid for about a minute, and only in this window.")
}

pub const GET_TOKENS: &str = "Get tokens";
pub const LEAVE_WITHOUT_TOKENS: &str = "Leave without tokens";
pub const SAVE_CHANGES: &str = "Save your changes?";

pub fn changes_not_saved(name: impl Display) -> String {
    format!("Your changes to {name} are not saved yet.")
}

pub const SAVE: &str = "Save";
pub const DISCARD: &str = "Discard";
pub const SAVE_ENTERED: &str = "Save what you entered?";

pub fn entered_not_saved(service: impl Display) -> String {
    format!("What you entered for {service} is not saved yet. Saving it adds a draft to the list.")
}

pub fn forget(profile: impl Display) -> String {
    format!("Forget {profile}?")
}

pub const FORGET_FOR_TEAM: &str =
    "The profile and its tokens are removed for every member of the team. They can be brought back for a week.";
pub const FORGET_IN_MEMORY: &str =
    "The profile is removed and can be brought back for a week. Its tokens are in memory only, and are lost.";
pub const FORGET: &str = "The profile and its tokens are removed. They can be brought back for a week.";
pub const REVOKE_HELP: &str =
    "Revoking also invalidates the tokens at the service, for everyone who holds them, and erases them here.";
pub const CLIENT_STAYS: &str =
    "Its registered client stays at the service meanwhile. To delete that too, erase the profile under Forgotten….";

pub fn take_out(profile: impl Display) -> String {
    format!("Take {profile} out of the team?")
}

pub const TAKE_OUT_HELP: &str = "The profile and its tokens become this machine's own. The other members lose it at once: their agents, windows and commands say that there is no such profile. An access token that they have read stays valid until it expires. To replace it, refresh the profile afterwards.";

pub fn close(profiles: impl Display) -> String {
    format!(
        "The newest tokens of {profiles} exist only in this window. If the service has rotated the refresh token, you must sign in again."
    )
}

pub const CLOSE: &str = "Close and lose tokens?";
pub const STAY_OPEN: &str = "Stay open";
pub const USER_NAME: &str = "User name";
pub const TOKEN_TYPE: &str = "Token type";
pub const NOT_VALID_BEFORE: &str = "Not valid before";
pub const EMAIL: &str = "E-mail";
pub const AUDIENCE: &str = "Audience";
pub const TOKEN_ID: &str = "Token ID";
pub const SIGNED_IN: &str = "Signed in";
pub const UPDATED: &str = "Updated";

// The forgotten profiles.

pub const FORGOTTEN_HELP: &str =
    "A forgotten profile stays encrypted on this machine for a week. Nothing uses it meanwhile.";
pub const FORGOTTEN: &str = "Forgotten profiles";
pub const NONE_FORGOTTEN: &str = "There are none.";
pub const LOOKING: &str = "Looking";
pub const OF_TEAM: &str = "the team's";

pub fn forgotten(since: impl Display, until: impl Display) -> String {
    format!("Forgotten {since}, erased {until}")
}

pub const ANOTHER_UNDER_WAY: &str = "Another one is under way";
pub const ERASE: &str = "Erase…";
