//! The list of profiles.

use std::fmt::Display;

pub const NONE_YET: &str = "None yet. Step 3 saves a profile here, with its tokens.";
pub const HIDE_LIST: &str = "Hide the list of profiles";
pub const SEARCH: &str = "Search profiles";
pub const NO_ATTENTION: &str = "No profile needs attention.";
pub const NO_MATCH: &str = "No profile matches the search.";
pub const SHOW_ALL: &str = "Show all profiles";
pub const SAVED_PROFILES: &str = "Saved profiles";

// A profile in the list.

pub const KEEP_ALIVE_FAILED: &str = "Keep-alive: last refresh failed";
pub const CHECK_FAILED: &str = "Last check failed";

pub fn keep_alive_failed(why: impl Display) -> String {
    format!("{KEEP_ALIVE_FAILED}: {why}")
}

pub fn check_failed(why: impl Display) -> String {
    format!("{CHECK_FAILED}: {why}")
}

pub fn open(profile: impl Display) -> String {
    format!("Open {profile}")
}

pub fn open_named(display_name: impl Display, name: impl Display) -> String {
    format!("Open {display_name} ({name})")
}

pub const KEEP_ALIVE: &str = "Keep-alive";
pub const DRAFT: &str = "Draft";

// The menu of a profile.

pub fn more_for(profile: impl Display) -> String {
    format!("More for {profile}")
}

pub const MORE: &str = "More";

pub fn sign_in_to(profile: impl Display) -> String {
    format!("Sign in to {profile}")
}

// The order and the groups of the list.

pub const ENDS_SOONEST: &str = "Ends soonest";
pub const NO_GROUPS: &str = "Nothing";
pub const BY_TAG: &str = "Tag";
pub const BY_ENVIRONMENT: &str = "Environment";

pub fn found_of(found: usize, total: usize) -> String {
    format!("{found} of {total}")
}

pub const ONE_SAVED: &str = "1 saved profile";

pub fn saved(total: usize) -> String {
    format!("{total} saved profiles")
}

pub fn needs_attention(count: usize) -> String {
    format!("Needs attention ({count})")
}

pub const NEEDS_ATTENTION_HINT: &str = "Show only the profiles that need a sign-in or have a problem";
pub const ORDER: &str = "Order";
pub const ORDER_HINT: &str = "Sort and group the list";
pub const SORT_BY: &str = "Sort by";
pub const GROUP_BY: &str = "Group by";

// The groups of profiles without one.

pub const UNKNOWN_SERVICE: &str = "Unknown service";
pub const NO_ENVIRONMENT: &str = "No environment";
pub const NO_TAGS: &str = "No tags";

// The panel on the left.

pub const SHOW_LIST: &str = "Show the list of profiles";

// The state of the vault.

pub const VAULT_KEYRING: &str = "Vault: keyring";
pub const VAULT_PASSPHRASE: &str = "Vault: passphrase";
pub const VAULT_MEMORY: &str = "Vault: memory only";
pub const VAULT_LOCKED: &str = "Vault: locked";
pub const VAULT_NONE: &str = "Vault: none yet";
pub const VAULT_NOT_CHOSEN: &str = "Vault: not chosen";
pub const VAULT_CHECKING: &str = "Vault: checking";
pub const UNLOCK: &str = "Unlock…";
pub const CHOOSE: &str = "Choose…";
pub const CHOOSE_HINT: &str = "Choose where tokens are stored";

// The new name of a profile or its copy.

pub const DUPLICATE_HELP: &str =
    "The copy has the same service, client and scopes, and no tokens. Sign in to it afterwards.";

pub fn duplicate(profile: impl Display) -> String {
    format!("Duplicate {profile}")
}

pub const DUPLICATE: &str = "Duplicate";
pub const RENAME_HELP: &str =
    "Scripts and files that ask for the token by the old name must be changed. Exported files are written anew.";

pub fn rename(profile: impl Display) -> String {
    format!("Rename {profile}")
}

pub const RENAME: &str = "Rename";
pub const NEW_NAME: &str = "New name";
pub const SAME_NAME: &str = "That is its name already";
