//! The team that shares profiles.

use std::fmt::Display;

pub const WHAT_IT_IS: &str = "Members use the same profiles on machines of their own. One of them refreshes, and all have the new token. The database sees neither keys nor tokens.";

pub fn sealing_anew(done: impl Display, all: impl Display) -> String {
    format!("Sealing profiles anew: {done} of {all}")
}

pub const MAKING_KEY: &str = "Making another key";
pub const ASKING_DATABASE: &str = "Asking the database";

pub fn no_new_tokens(profile: impl Display, why: impl Display) -> String {
    format!("{profile} has no new tokens: {why}")
}

pub const NO_NEW_TOKENS_HELP: &str =
    "The removed member knows its tokens. Sign in again, then revoke the old ones at the service.";
pub const DATABASE: &str = "Database";
pub const DATABASE_HELP: &str =
    "A PostgreSQL database that every member can reach. Enter it without a password, which goes into a file.";
pub const ADDRESS_EXAMPLE: &str = "postgres://user@host/database";
pub const PASSWORD_FILE_HELP: &str = "Only if the database asks for a password. A file that only you can read.";
pub const PASSWORD_FILE: &str = "Password file";
pub const YOU: &str = "You";
pub const MEMBER_NAME: &str = "Your name in the team";
pub const MEMBER_NAME_EXAMPLE: &str = "anna@laptop";
pub const TEAM_FINGERPRINT_HELP: &str = "What a member's own window shows. With it, you join no other team.";
pub const TEAM_FINGERPRINT: &str = "Fingerprint of the team";
pub const IF_YOU_MAKE_IT: &str = "If you make the team";
pub const TEAM_NAME: &str = "Name of the team";
pub const NO_MEMBER: &str = "This machine is not a member of the team";
pub const NO_MEMBER_HELP: &str = "Join it, or make another one.";
pub const WAITING: &str = "Waiting to be let in";
pub const WAITING_HELP: &str =
    "Ask a member to let you in, and tell them this fingerprint by another way than the database.";
pub const YOUR_KEY: &str = "Your key";
pub const YOUR_NAME: &str = "Your name";
pub const REMOVAL_UNFINISHED_HELP: &str =
    "Some profiles are still sealed with a key that a removed member knows. Remove the member again.";
pub const REMOVAL_UNFINISHED: &str = "The removal of a member is not finished";

pub fn team(name: impl Display) -> String {
    format!("Team {name}")
}

pub const FINGERPRINT: &str = "Fingerprint";
pub fn join_command(database: impl Display) -> String {
    format!("tokenwright team join {database}")
}

pub const OTHERS_JOIN_WITH: &str = "Others join with";
pub const MEMBERS: &str = "Members";

pub fn asks_to_be_let_in(name: impl Display) -> String {
    format!("{name} asks to be let in")
}

pub const COMPARE_FINGERPRINTS: &str =
    "Ask them what their own machine shows. If it is another fingerprint, this is not their request.";
pub const THEIR_KEY: &str = "Their key";
pub const MADE_TEAM: &str = "made the team";

pub fn let_in_by(member: impl Display) -> String {
    format!("let in by {member}")
}

pub fn member_since(time: impl Display, by: impl Display) -> String {
    format!("since {time}, {by}")
}

pub const THIS_MACHINE: &str = "this machine";
pub const REMOVE: &str = "Remove…";
pub const REMOVE_HELP: &str = "The team gets another key, and every shared profile new tokens at once.";
pub const LEAVE: &str = "Leave…";
pub const LEAVE_HELP: &str = "The key of this member is forgotten: to come back, it must be let in again.";

// What is missing to make or join a team.

pub const ENTER_ADDRESS: &str = "Enter the database's address";
pub const ENTER_MEMBER_NAME: &str = "Enter your name";
