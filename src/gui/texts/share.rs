//! Sharing profiles: with a file, or with the team.

use std::fmt::Display;

pub const GIVING: &str = "Giving…";
pub const HOW: &str = "How?";
pub const INCLUDE_SECRETS_QUESTION: &str = "Include secrets?";
pub const DESTINATION_HELP: &str = "The folder must exist. Your colleague opens the file with: tokenwright import FILE";
pub const FILE_EXAMPLE: &str = "/home/me/profiles.tokenwright";
pub const SHARE_AS: &str = "Share as";
pub const AS_FILE: &str = "A file";
pub const WITH_TEAM: &str = "With the team";
pub const WITH_TEAM_HELP: &str = "All members use the same tokens from now on, and one machine refreshes for all. This machine keeps no copy of its own.";
pub const AS_FILE_HELP: &str = "A copy for a colleague, who goes on with it alone.";
pub const NO_SECRETS: &str = "No secrets";
pub const WITH_PASSPHRASE: &str = "Encrypted with a passphrase";
pub const FOR_RECIPIENT: &str = "Encrypted for an age recipient";
pub const INCLUDE_SECRETS: &str = "Include secrets";
pub const NO_SECRETS_HELP: &str = "Plain text, safe for version control. It lists what your colleague must supply.";
pub const WITH_PASSPHRASE_HELP: &str = "Send the passphrase through a different channel than the file.";
pub const PASSPHRASE: &str = "Passphrase for the file";
pub const FOR_RECIPIENT_HELP: &str = "Only the holder of the matching identity can open the file.";
pub const RECIPIENT: &str = "Recipient";
pub const RECIPIENT_EXAMPLE: &str = "age1…";
pub const GIVING_TO_TEAM: &str = "Giving them to the team";

pub fn shared_with_team(profiles: impl Display) -> String {
    format!("Shared with the team: {profiles}")
}

pub const WRITING_FILE: &str = "Writing the file";
pub const MUST_BE_SUPPLIED: &str = "Must be supplied";
pub const OTHER_MACHINE: &str = "On the other machine";
pub const IMPORT_COMMAND: &str = "tokenwright import FILE";
