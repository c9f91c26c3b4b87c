//! What can be asked on the command line. No secret can: those come from a prompt, standard input or the environment.

use clap::{Args, FromArgMatches as _, Parser, Subcommand};
use jiff::SignedDuration;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::dialect::Form;

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
TOKENWRIGHT_PASSPHRASE or TOKENWRIGHT_PASSPHRASE_FILE, TOKENWRIGHT_CLIENT_SECRET, TOKENWRIGHT_PASSWORD,
TOKENWRIGHT_REFRESH_TOKEN.
TOKENWRIGHT_PASSPHRASE or TOKENWRIGHT_PASSPHRASE_FILE, TOKENWRIGHT_CLIENT_SECRET, TOKENWRIGHT_AGENT=off.

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
    /// Forget a profile and its tokens
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
    /// Write a service, or a profile's use of it, in another tool's form
    Export(ServiceExportOptions),
}

/// `tokenwright service export …`
#[derive(Debug, Args)]
pub struct ServiceExportOptions {
    /// The service's id
    #[arg(required_unless_present = "profile")]
    pub id: Option<String>,
    /// The form
    #[arg(long = "as", value_name = "FORM", value_parser = form)]
    pub form: Form,
    /// The file to write; without it, standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write this profile's values too
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Write the profile's secrets too
    #[arg(long, requires = "profile")]
    pub with_secrets: bool,
    /// Replace the file where it is there already
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// `tokenwright import …`
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// The document: a file, `-` for standard input, or the https address of an issuer
    #[arg(value_name = "FILE|-|URL")]
    pub document: String,
    /// Keep it as a profile of this name
    #[arg(long, value_name = "PROFILE", conflicts_with = "as_preset")]
    pub name: Option<String>,
    /// Keep it as a preset of this id
    #[arg(long, value_name = "ID")]
    pub as_preset: Option<String>,
    /// Which one is meant, where it describes several
    #[arg(long, value_name = "N")]
    pub pick: Option<usize>,
    /// Keep it without being asked
    #[arg(long)]
    pub yes: bool,
    /// Show what was understood as JSON
    #[arg(long)]
    pub json: bool,
    /// The file with the age identity that opens locked profiles, in place of a passphrase
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Replace profiles of the same name that are here
    #[arg(long)]
    pub replace: bool,
}

/// `tokenwright sign-in …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command")]
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
    /// Read the client secret from standard input; of several secrets there each is a line, in the order of these options
    #[arg(long)]
    pub client_secret_stdin: bool,
    /// Read the person's password from standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// Read a refresh token that is at hand from standard input, and sign in with it
    #[arg(long)]
    pub refresh_token_stdin: bool,
    /// The user's id, where the service asks for one
    #[arg(long, value_name = "NAME")]
    pub user_name: Option<String>,
    /// The file of the private key that signs: PEM, a JWK, or the JSON file of a service account
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The file of its certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "key_file")]
    pub certificate_file: Option<PathBuf>,
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
    #[arg(long, conflicts_with_all = ["client_secret_stdin", "password_stdin", "refresh_token_stdin"])]
    pub paste: bool,
}

/// `tokenwright key …`
#[derive(Debug, Subcommand)]
pub enum KeyTask {
    /// Make a key pair as the service wants it, keep it under a name, and print the certificate to upload
    Make(KeyMakeOptions),
    /// Print the certificate of the key that is kept under a name
    Show(KeyShowOptions),
}

/// `tokenwright key make …`
#[derive(Debug, Args)]
pub struct KeyMakeOptions {
    /// The name of the profile that is to use it
    pub name: String,
    /// The service's id
    #[arg(long, value_name = "ID")]
    pub service: String,
    /// The bits of an RSA key
    #[arg(long, value_name = "N", default_value = "3072", value_parser = rsa_bits)]
    pub bits: u16,
    /// Replace a key that is kept there already
    #[arg(long)]
    pub replace: bool,
    /// Where the certificate goes.
    #[command(flatten)]
    pub output: KeyOutput,
}

/// `tokenwright key show …`
#[derive(Debug, Args)]
pub struct KeyShowOptions {
    /// The name
    pub name: String,
    /// Where the certificate goes.
    #[command(flatten)]
    pub output: KeyOutput,
}

/// Where the public half of a key goes; to standard output unless a file is named.
#[derive(Debug, Args)]
pub struct KeyOutput {
    /// Write the certificate to this file
    #[arg(long, value_name = "FILE")]
    pub certificate_file: Option<PathBuf>,
    /// Write the public key to this file
    #[arg(long, value_name = "FILE")]
    pub public_key_file: Option<PathBuf>,
}

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

/// `tokenwright history …`
#[derive(Debug, Args)]
pub struct HistoryOptions {
    /// The profile
    pub name: String,
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

/// `tokenwright restore …`
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// The profile
    pub name: String,
    /// Which generation; the one before unless given
    #[arg(long, value_name = "N")]
    pub generation: Option<u64>,
    /// Even if its refresh token is likely dead
    #[arg(long)]
    pub anyway: bool,
}

/// `tokenwright vault …`
#[derive(Debug, Subcommand)]
pub enum VaultTask {
    /// Look at every file of the vault
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Seal everything under another key
    Move {
        /// Where the key is to be kept
        #[arg(long, value_name = "KIND")]
        to: KindArgument,
        /// Read the new passphrase from standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
}

/// A kind of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs, reason = "the names are the kinds")]
pub enum KindArgument {
    Keyring,
    Passphrase,
    Memory,
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

fn form(text: &str) -> Result<Form, String> {
    let known = || Form::written().map(Form::id).collect::<Vec<_>>().join(", ");
    Form::parse(text).ok_or_else(|| format!("the forms are: {}", known()))
}

/// What both the services and the library take.
fn rsa_bits(text: &str) -> Result<u16, String> {
    match text {
        "2048" => Ok(2048),
        "3072" => Ok(3072),
        "4096" => Ok(4096),
        _ => Err("write `2048`, `3072` or `4096`".to_owned()),
    }
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
