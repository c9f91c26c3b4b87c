//! Tokens handed to other programs and people.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches as _};

use crate::cli::args::{duration, key_value};

/// `tokenwright token …`
#[derive(Debug, Args)]
pub struct TokenOptions {
    /// The profile
    pub name: String,
    /// For how long the token must be valid, such as `5m`; unless given, as the service's preset says, or a minute
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub min_valid: Option<Duration>,
    /// Print the whole header: `Authorization: Bearer …`
    #[arg(long, conflicts_with = "json")]
    pub header: bool,
    /// Print token, type, expiry and kept values as JSON
    #[arg(long)]
    pub json: bool,
    /// Do not ask the agent, if one runs
    #[arg(long)]
    pub no_agent: bool,
}

/// `tokenwright export …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct ExportOptions {
    /// The profile
    pub name: Option<String>,
    /// The form; `--list` names them
    #[arg(long = "as", value_name = "FORM")]
    pub form: Option<String>,
    /// A text that asks for the token each time it is used, in place of the token
    #[arg(long)]
    pub live: bool,
    /// Write to this file; standard output without it
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Write the file again at each refresh
    #[arg(long, conflicts_with = "live")]
    pub sink: bool,
    /// With the refresh token and the client
    #[arg(long)]
    pub with_refresh_token: bool,
    /// Give a refresh token away that the service replaces at each refresh; the profile is no longer refreshed here
    #[arg(long)]
    pub hand_over: bool,
    /// The address that the token is for
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// A value that the form takes, such as `rclone_type=drive`
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Show what it would hold, secrets masked, and write nothing
    #[arg(long)]
    pub preview: bool,
    /// Replace a file that this program did not write
    #[arg(long)]
    pub replace: bool,
    /// Write into a git work tree that does not ignore the file
    #[arg(long)]
    pub in_work_tree: bool,
    /// List the files that were written of this profile
    #[arg(long)]
    pub sinks: bool,
    /// No longer write this file
    #[arg(long, value_name = "PATH")]
    pub drop_sink: Option<PathBuf>,
    /// List the forms
    #[arg(long, conflicts_with_all = ["name", "form"])]
    pub list: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright share …`
#[derive(Debug, Args)]
pub struct ShareOptions {
    /// The profiles
    #[arg(required = true)]
    pub names: Vec<String>,
    /// Write to this file; standard output without it
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// With their secrets, locked with a passphrase that is asked for
    #[arg(long)]
    pub with_secrets: bool,
    /// Lock for this age recipient in place of a passphrase
    #[arg(long, value_name = "age1…", requires = "with_secrets")]
    pub recipient: Option<String>,
    /// Replace a file that is there
    #[arg(long)]
    pub replace: bool,
}

/// The options of a plain `tokenwright token …` that may be answered by the agent; `None` for everything else, wrong
/// options among it. Reading these few takes a hundredth of the time that the whole command line takes.
pub fn token_options(arguments: impl IntoIterator<Item = OsString>) -> Option<TokenOptions> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()? != "token" {
        return None;
    }
    let command = TokenOptions::augment_args(clap::Command::new("token").no_binary_name(true).disable_help_flag(true));
    let matches = command.try_get_matches_from(arguments).ok()?;
    TokenOptions::from_arg_matches(&matches).ok().filter(|options| !options.no_agent)
}
