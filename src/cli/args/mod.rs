//! What can be asked on the command line. No secret can: those come from a prompt, standard input or the environment.

mod describing;
mod handing_out;
mod keeping;
mod practising;
mod sign_in;

use std::time::Duration;

use clap::{Parser, Subcommand};
use jiff::SignedDuration;

pub use crate::cli::args::describing::{ImportOptions, ServiceExportOptions, ServiceTask};
pub use crate::cli::args::handing_out::{ExportOptions, ShareOptions, TokenOptions, token_options};
pub use crate::cli::args::keeping::{AgentOptions, HistoryOptions, KindArgument, RestoreOptions, VaultTask};
pub use crate::cli::args::practising::{PracticeOptions, RehearseOptions};
pub use crate::cli::args::sign_in::{KeyMakeOptions, KeyOutput, KeyShowOptions, KeyTask, SignInOptions};

/// `tokenwright …`; without a task it is the window.
#[derive(Debug, Parser)]
#[command(name = "tokenwright", version, about, long_about = None, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do; without it, open the window
    #[command(subcommand)]
    pub task: Option<Task>,
    /// Show each call and its reply, secrets masked
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 something of this machine, 2 usage, 3 needs sign-in, 4 the service refused, 5 network, 6 vault.

Environment: TOKENWRIGHT_HOME (where files are kept), TOKENWRIGHT_VAULT=keyring|passphrase|memory, \
TOKENWRIGHT_PASSPHRASE or TOKENWRIGHT_PASSPHRASE_FILE, TOKENWRIGHT_CLIENT_SECRET, TOKENWRIGHT_PASSWORD, \
TOKENWRIGHT_REFRESH_TOKEN, TOKENWRIGHT_AGENT=off.

Begin with: tokenwright sign-in demo --service practice";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// List, show, check or export the services there are presets for
    #[command(subcommand)]
    Service(ServiceTask),
    /// Read another tool's description of a service, and keep it as a profile or a preset
    Import(ImportOptions),
    /// Sign in, with the browser where the service wants one, and keep the tokens under a name
    SignIn(SignInOptions),
    /// Make or show the private key that signs for a profile, and its certificate
    #[command(subcommand)]
    Key(KeyTask),
    /// Print a valid access token, refreshed when needed
    Token(TokenOptions),
    /// Refresh a profile's tokens now
    Refresh {
        /// The profile
        name: String,
    },
    /// List the saved profiles
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a saved profile, without its secrets
    Show {
        /// The profile
        name: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget a profile and its tokens, once a refresh that is on its way is done
    Forget {
        /// The profile
        name: String,
        /// Have the service end the tokens first; if it does not, nothing is forgotten
        #[arg(long)]
        revoke: bool,
    },
    /// Ask the service whose a profile is
    Whoami {
        /// The profile
        name: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Hand a profile's tokens to another tool
    Export(ExportOptions),
    /// Put profiles into a file for a colleague, without secrets or with them locked
    Share(ShareOptions),
    /// Run a command with the token in its environment
    Exec {
        /// The profile
        name: String,
        /// The command and its arguments, after `--`
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Answer git when it asks for a user and password
    GitCredential {
        /// The profile
        name: String,
        /// What git wants: `get`, `store` or `erase`
        operation: String,
    },
    /// Show the generations of a profile's tokens: when, how, and what came of them
    History(HistoryOptions),
    /// Put an older generation of a profile's tokens on top again, or mend its sealed file
    Restore(RestoreOptions),
    /// Look after the vault: what is wrong in it, and where its key is kept
    #[command(subcommand)]
    Vault(VaultTask),
    /// Keep a profile alive: refresh it before it expires, while the window or the agent runs
    Keep {
        /// The profile
        name: String,
        /// No longer
        #[arg(long)]
        off: bool,
    },
    /// Call a profile something in any script, beside its plain name
    DisplayName {
        /// The profile
        name: String,
        /// What it is called; `''` for nothing
        text: String,
    },
    /// Keep profiles alive without a window, and hand out tokens at once, until stopped
    Agent(AgentOptions),
    /// Try a service's preset from sign-in to refresh on this machine, without an account
    Rehearse(RehearseOptions),
    /// Run the practice service: an authorization server on this machine, to learn on and to test with
    Practice(PracticeOptions),
}

/// `key=value`.
fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("it has no `=`; write `key=value`")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// `90`, `90s`, `5m`, `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as `90s`, `5m` or `1h`".to_owned();
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_are_written_as_people_write_them() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert!(duration("soon").is_err() && duration("-5m").is_err());
    }

    #[test]
    fn a_plain_token_is_told_from_everything_else() {
        let read = |line: &str| token_options(line.split(' ').map(OsString::from));
        let options = read("tokenwright token --min-valid 5m acme --json").expect("plain");
        assert_eq!((options.name.as_str(), options.min_valid), ("acme", Some(Duration::from_secs(300))));
        assert!(options.json && !options.header);
        for other in ["tokenwright", "tokenwright list", "tokenwright token", "tokenwright token --help"] {
            assert!(read(other).is_none(), "{other}");
        }
        for other in ["token acme -v", "token acme --no-agent", "token acme --header --json", "-v token acme"] {
            assert!(read(&format!("tokenwright {other}")).is_none(), "{other}");
        }
    }

    #[test]
    fn no_option_takes_a_secret() {
        use clap::CommandFactory as _;
        let command = Arguments::command();
        let mut options = command.get_subcommands().flat_map(clap::Command::get_arguments);
        let takes_secret = |argument: &&clap::Arg| {
            argument.get_id().as_str().contains("secret") && argument.get_action().takes_values()
        };
        assert_eq!(options.find(takes_secret).map(clap::Arg::get_id), None);
    }
}
