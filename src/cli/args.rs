//! What can be asked on the command line. No secret can: those come from a prompt, standard input or the environment.

use clap::{Args, FromArgMatches as _, Parser, Subcommand};
use jiff::SignedDuration;

use std::ffi::OsString;
use std::time::Duration;

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

Environment: TOKENWRIGHT_HOME (where files are kept), TOKENWRIGHT_VAULT=keyring|passphrase|memory,
TOKENWRIGHT_PASSPHRASE or TOKENWRIGHT_PASSPHRASE_FILE, TOKENWRIGHT_CLIENT_SECRET, TOKENWRIGHT_AGENT=off.

Begin with: tokenwright sign-in demo --service practice";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// List, show or check the services there are presets for
    #[command(subcommand)]
    Service(ServiceTask),
    /// Sign in with the browser and keep the tokens under a name
    SignIn(SignInOptions),
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
    /// Forget a profile and its tokens
    Forget {
        /// The profile
        name: String,
    },
    /// Keep a profile alive: refresh it before it expires, while the window or the agent runs
    Keep {
        /// The profile
        name: String,
        /// No longer
        #[arg(long)]
        off: bool,
    },
    /// Keep profiles alive without a window, and hand out tokens at once, until stopped
    Agent(AgentOptions),
    /// Try a service's preset from sign-in to refresh on this machine, without an account
    Rehearse(RehearseOptions),
    /// Run the practice service: an authorization server on this machine, to learn on and to test with
    Practice(PracticeOptions),
}

/// `tokenwright service …`
#[derive(Debug, Subcommand)]
pub enum ServiceTask {
    /// List the services
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a service needs and how it is called
    Show {
        /// The service's id
        id: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a preset file
    Check {
        /// The file; `-` for standard input
        file: String,
    },
}

/// `tokenwright sign-in …`
#[derive(Debug, Args)]
pub struct SignInOptions {
    /// The name to keep the profile under
    pub name: String,
    /// The service's id; needed unless the profile is there already
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// A value that the service needs, such as `account_id=1234567`
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// The client's id
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Read the client secret from standard input
    #[arg(long)]
    pub client_secret_stdin: bool,
    /// A scope to ask for; as often as there are scopes
    #[arg(long = "scope", value_name = "S")]
    pub scopes: Vec<String>,
    /// The redirect URI, exactly as registered
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,
    /// The command that opens the URL, in place of the desktop's browser
    #[arg(long, value_name = "COMMAND", conflicts_with = "no_browser")]
    pub browser: Option<String>,
    /// Only print the URL
    #[arg(long)]
    pub no_browser: bool,
    /// Read the response from standard input: the code, or the address that the browser ends up at
    #[arg(long, conflicts_with = "client_secret_stdin")]
    pub paste: bool,
}

/// `tokenwright token …`
#[derive(Debug, Args)]
pub struct TokenOptions {
    /// The profile
    pub name: String,
    /// For how long the token must be valid, such as `5m`
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub min_valid: Duration,
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

/// `tokenwright agent …`
#[derive(Debug, Args)]
pub struct AgentOptions {
    /// Show how the agent stands
    #[arg(long, conflicts_with = "stop")]
    pub status: bool,
    /// As JSON
    #[arg(long, requires = "status")]
    pub json: bool,
    /// Stop the agent, once what it is doing is done
    #[arg(long)]
    pub stop: bool,
}

/// `tokenwright rehearse …`
#[derive(Debug, Args)]
pub struct RehearseOptions {
    /// The service's id
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub id: Option<String>,
    /// All services there are presets for
    #[arg(long)]
    pub all: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright practice …`
#[derive(Debug, Args)]
pub struct PracticeOptions {
    /// The port to listen on; a free one unless given
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// A fault to switch on; as often as there are faults. `--fault list` names them
    #[arg(long = "fault", value_name = "F")]
    pub faults: Vec<String>,
    /// Let the pages answer themselves
    #[arg(long)]
    pub auto_consent: bool,
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
        assert_eq!((options.name.as_str(), options.min_valid.as_secs()), ("acme", 300));
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
