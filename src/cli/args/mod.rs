//! The command line: commands, options and all help text. No option takes a secret: those come from a prompt, standard
//! input or the environment.

mod bundle;
mod calendar;
mod calls;
mod certificate;
mod describe;
mod registration;
mod services;
mod sign_in;
mod team;
mod tokens;
mod vault;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use jiff::SignedDuration;

pub use crate::cli::args::bundle::{BundleMakeOptions, BundleTask, UpdateOptions};
pub use crate::cli::args::calendar::CalendarOptions;
pub use crate::cli::args::calls::CallsOptions;
pub use crate::cli::args::certificate::{
    CertificateGenerateOptions, CertificateSetOptions, CertificateShowOptions, CertificateTask,
};
pub use crate::cli::args::describe::{AlgorithmArgument, DescribeOptions};
pub use crate::cli::args::registration::{
    RegisterOptions, RegistrationCommand, RegistrationOptions, RegistrationUpdateOptions,
};
pub use crate::cli::args::services::{
    DoctorOptions, ImportOptions, PracticeOptions, RehearseOptions, ServiceExportOptions, ServiceTask,
};
pub use crate::cli::args::sign_in::{KeyGenerateOptions, KeyOutput, KeyShowOptions, KeyTask, SignInOptions};
pub use crate::cli::args::team::{TeamEntry, TeamTask};
pub use crate::cli::args::tokens::{
    CallOptions, ExecOptions, ExportOptions, InspectOptions, RefreshOptions, ShareOptions, TokenArgument, TokenOptions,
    token_options,
};
pub use crate::cli::args::vault::{AgentOptions, AgentTask, HistoryOptions, KindArgument, RestoreOptions, VaultTask};

/// `tokenwright …`; without a command it opens the window.
#[derive(Debug, Parser)]
#[command(name = "tokenwright", version, about, long_about = None)]
#[command(after_help = START, after_long_help = after_long_help())]
pub struct Arguments {
    /// What to do; without it, open the window
    #[command(subcommand)]
    pub task: Option<Task>,
    /// Show each HTTP request and response, with secrets masked
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

const START: &str = "\
Without a command, the window opens.

Try it without an account:  tokenwright sign-in demo --service practice";

/// What a script can branch on.
pub(crate) const EXIT_CODES: [(&str, &str); 7] = [
    ("0", "success"),
    ("1", "local error: port, disk, display"),
    ("2", "wrong usage"),
    ("3", "sign-in required"),
    ("4", "the service refused, a rehearsal failed, or a preset departs from its service"),
    ("5", "network error, service unavailable or rate limited"),
    ("6", "the vault cannot be read or written"),
];

/// The environment variables that are read.
pub(crate) const ENVIRONMENT: [(&str, &str); 19] = [
    ("TOKENWRIGHT_HOME", "keep all files in this folder"),
    ("TOKENWRIGHT_VAULT", "kind of vault: `keyring`, `passphrase` or `memory`"),
    ("TOKENWRIGHT_PASSPHRASE", "passphrase of the vault, for unattended use"),
    ("TOKENWRIGHT_PASSPHRASE_FILE", "file with the passphrase of the vault"),
    ("TOKENWRIGHT_TEAM", "PostgreSQL database of the team: `postgres://user@host/database`"),
    ("TOKENWRIGHT_TEAM_PASSWORD_FILE", "file with the password of the team's database"),
    ("TOKENWRIGHT_TEAM_KEY_FILE", "file with this member's key, if it is not in the vault"),
    ("CREDENTIALS_DIRECTORY", "set by systemd: folder whose file `passphrase` is read"),
    ("TOKENWRIGHT_AGENT", "`off`: do not ask a running agent"),
    ("TOKENWRIGHT_CLIENT_SECRET", "client secret for `sign-in`; empty for none"),
    ("TOKENWRIGHT_CLIENT_CERTIFICATE_PASSPHRASE", "passphrase of a client certificate in PKCS#12"),
    ("TOKENWRIGHT_KEY_PIN", "PIN of the token that a private key stays in"),
    ("TOKENWRIGHT_PKCS11_MODULE", "library by which keys that stay in a token are used"),
    ("TOKENWRIGHT_PASSWORD", "password for `sign-in`, for services that take one"),
    ("TOKENWRIGHT_REFRESH_TOKEN", "existing refresh token: `sign-in` uses it instead of the browser"),
    ("TOKENWRIGHT_SECRET_NAME", "a secret input of a service; NAME is the input's name in capitals"),
    ("TOKENWRIGHT_SHARE_PASSPHRASE", "passphrase of a shared file, for `share` and `import`"),
    ("VISUAL", "editor for `edit`, with its options"),
    ("EDITOR", "the same, if `VISUAL` is not set"),
];

fn after_long_help() -> String {
    let table = |title: &str, rows: &[(&str, &str)]| {
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let lines: Vec<String> = rows.iter().map(|(name, text)| format!("  {name:width$}  {text}")).collect();
        format!("{title}:\n{}", lines.join("\n"))
    };
    format!("{}\n\n{}\n\n{START}", table("Exit codes", &EXIT_CODES), table("Environment", &ENVIRONMENT))
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Sign in to a service and save the tokens as a profile
    SignIn(Box<SignInOptions>),
    /// Print a valid access token, refreshing it first if needed
    Token(TokenOptions),
    /// Refresh a profile's tokens now
    Refresh(RefreshOptions),
    /// Run a command with the access token in its environment
    Exec(ExecOptions),
    /// List all profiles
    List {
        /// Only those with this tag (repeatable: with all of them)
        #[arg(long = "tag", value_name = "TAG")]
        tags: Vec<String>,
        /// Those that were forgotten and can be brought back, instead
        #[arg(long, conflicts_with = "tags")]
        forgotten: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a profile, without its secrets
    Show {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Report where it departs from OAuth 2.1 and from FAPI 2.0
        #[arg(long)]
        strict: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List by date when tokens, client secrets and certificates end, or write it as a calendar
    Calendar(CalendarOptions),
    /// List the calls of the last day, whoever made them: the window, the agent or a command
    Calls(CallsOptions),
    /// Show which account a profile is signed in to
    Whoami {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show everything that the identity endpoint says about a profile's account
    Userinfo {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask the service whether a profile's access token is active (RFC 7662)
    Introspect {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what is written in a token, pasted or saved, and whether its issuer signed it
    Inspect(InspectOptions),
    /// Call the service's API with a profile's access token, to try it or to check that it works
    Call(CallOptions),
    /// Set the name shown for a profile in lists and in the window
    DisplayName {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Any text; `''` removes the display name
        text: String,
    },
    /// Save a copy of a profile under another name, without its tokens
    Duplicate {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Name of the copy
        #[arg(value_name = "NEW_NAME")]
        new: String,
    },
    /// Give a profile another name; its tokens, history and exported files come along
    Rename {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Its name from now on
        #[arg(value_name = "NEW_NAME")]
        new: String,
    },
    /// Add tags to a profile and remove them, and print those that it has
    Tag {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Tags to add, each one word
        #[arg(value_name = "TAG")]
        added: Vec<String>,
        /// Remove this tag (repeatable)
        #[arg(long = "remove", short = 'd', value_name = "TAG")]
        removed: Vec<String>,
    },
    /// Print or set the notes of a profile
    Notes {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// The notes from now on; `-` reads them from standard input, `''` removes them
        text: Option<String>,
    },
    /// Edit a profile, without its secrets, as text in your editor
    Edit {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
    },
    /// Forget a profile and its tokens; `unforget` brings them back within a week
    Forget {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Revoke the tokens at the service first, and erase them; if that fails, nothing is forgotten
        #[arg(long)]
        revoke: bool,
        /// Erase it at once, with all that was forgotten under this name
        #[arg(long)]
        now: bool,
    },
    /// Bring back what was forgotten last under a name
    Unforget {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
    },
    /// Show a profile's token history: when each was issued, how, and whether it was used
    History(HistoryOptions),
    /// Restore an earlier generation of a profile's tokens, or repair its sealed record
    Restore(RestoreOptions),
    /// Refresh a profile before its token expires, while the window or the agent runs
    KeepAlive {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// Stop keeping it alive
        #[arg(long)]
        off: bool,
    },
    /// Run in the background: refresh keep-alive profiles, and answer `token` at once
    Agent(AgentOptions),
    /// Write a profile's tokens in the format of another tool
    Export(ExportOptions),
    /// Write profiles to a file for a colleague, with or without secrets
    Share(ShareOptions),
    /// Import a service, a profile or tokens from another tool's file
    Import(ImportOptions),
    /// Act as a Git credential helper
    GitCredential {
        /// Profile
        #[arg(value_name = "PROFILE")]
        name: String,
        /// What Git asks for: `get`, `store` or `erase`
        operation: String,
    },
    /// Generate or show the key pair that a profile signs with
    #[command(subcommand)]
    Key(KeyTask),
    /// Generate, replace or show the client certificate of a profile (mutual TLS)
    #[command(subcommand)]
    Certificate(CertificateTask),
    /// Read, update or delete the client that was registered for a profile (RFC 7592)
    #[command(subcommand)]
    Registration(RegistrationCommand),
    /// List, show, check, compare and export services
    #[command(subcommand)]
    Service(ServiceTask),
    /// Check the vault, or change its key
    #[command(subcommand)]
    Vault(VaultTask),
    /// Share profiles with a team, through a PostgreSQL database that sees no secret
    #[command(subcommand)]
    Team(TeamTask),
    /// Replay a failed sign-in or refresh that `--case` wrote, on this machine, and compare what is said of it
    Replay {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print its requests and responses as well, if it is the same
        #[arg(long)]
        calls: bool,
    },
    /// Test a preset from sign-in to refresh on this machine, without an account
    Rehearse(RehearseOptions),
    /// Run the practice service: a local authorization server to learn and test with
    Practice(PracticeOptions),
    /// Print a completion script for your shell
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the program or of one command
    Man {
        /// The command, such as `sign-in` or `service export`
        command: Vec<String>,
    },
}

/// `key=value`.
fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("`=` is missing; write `key=value`")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// The same with days: `30d`.
fn days(text: &str) -> Result<Duration, String> {
    let wrong = || "write a duration such as `30d` or `12h`".to_owned();
    match text.strip_suffix('d').map(str::parse::<u32>) {
        Some(Ok(days)) => Ok(Duration::from_hours(24 * u64::from(days))),
        _ => duration(text).map_err(|_| wrong()),
    }
}

/// `90`, `90s`, `5m`, `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a duration such as `90s`, `5m` or `1h`".to_owned();
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
        assert_eq!((days("30d"), days("12h")), (Ok(Duration::from_hours(720)), Ok(Duration::from_hours(12))));
        assert!(days("-1d").is_err() && days("d").is_err());
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
