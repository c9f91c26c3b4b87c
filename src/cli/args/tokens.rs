//! Tokens handed to other programs and people.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches as _};

use crate::app::Presented;
use crate::cli::args::{duration, key_value};
use crate::oauth::{ProofTarget, Resource, is_proof_nonce};

/// `tokenwright token …`
#[derive(Debug, Args)]
pub struct TokenOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Refresh unless the token stays valid for this long, such as `5m` [default: set by the service, else 1m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub min_valid: Option<Duration>,
    /// Print another token than the profile's own: that for this API, since the same sign-in gives one for each resource (RFC 8707),
    /// or the one that came beside it by this name, such as Slack's `user`. Each has an expiry of its own
    #[arg(long, value_name = "URI|NAME", value_parser = Resource::parse)]
    pub resource: Option<Resource>,
    /// Print the complete HTTP header: `Authorization: Bearer …`
    #[arg(long, conflicts_with = "json")]
    pub header: bool,
    /// Print the headers of this request: a token that is bound to a key (DPoP, RFC 9449) goes with a proof for one method and
    /// one URL, which is good for about a minute
    #[arg(long = "for", value_name = "METHOD URL", value_parser = ProofTarget::parse, requires = "header")]
    pub target: Option<ProofTarget>,
    /// Repeat this nonce in the proof: what the server's last reply has in its header `DPoP-Nonce`
    #[arg(long, value_name = "NONCE", value_parser = nonce, requires = "target")]
    pub nonce: Option<String>,
    /// Print the token, its type, its expiry and the values saved with it as JSON
    #[arg(long)]
    pub json: bool,
    /// Do not ask a running agent
    #[arg(long)]
    pub no_agent: bool,
    /// If there is no token since a request fails, write everything about it to this file, with secrets masked; `replay` reads it.
    /// No agent is asked
    #[arg(long, value_name = "FILE")]
    pub case: Option<PathBuf>,
}

impl TokenOptions {
    /// The request that the headers are for.
    pub fn presented(&self) -> Option<Presented> {
        Some(Presented { target: self.target.clone()?, nonce: self.nonce.clone() })
    }
}

fn nonce(text: &str) -> Result<String, String> {
    if is_proof_nonce(text) { Ok(text.to_owned()) } else { Err("no server gives such a nonce".to_owned()) }
}

/// `tokenwright refresh …`
#[derive(Debug, Args)]
pub struct RefreshOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Send the refresh token even if an earlier refresh may have spent it
    #[arg(long)]
    pub resend: bool,
    /// If the refresh fails, write everything about it to this file, with secrets masked; `replay` reads it
    #[arg(long, value_name = "FILE")]
    pub case: Option<PathBuf>,
}

/// `tokenwright inspect …`
#[derive(Debug, Args)]
pub struct InspectOptions {
    /// Profile whose token is inspected, or that the token of `--file` is compared with
    #[arg(value_name = "PROFILE")]
    pub name: Option<String>,
    /// Which token of the profile, or of a token response [default: the access token]
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<TokenArgument>,
    /// Another access token than the profile's own, by API or name, as `token --resource` gave it
    #[arg(long, value_name = "URI|NAME", value_parser = Resource::parse, requires = "name", conflicts_with_all = ["file", "token"])]
    pub resource: Option<Resource>,
    /// Read a token, a header or a token response from this file; `-` is standard input [default without PROFILE: `-`]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Ask nobody: neither the issuer for its keys, nor the service
    #[arg(long, conflicts_with = "ask")]
    pub offline: bool,
    /// Fetch the keys of the issuer that the token names, whoever it is, and have a pasted opaque token introspected
    #[arg(long)]
    pub ask: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright exec …`
#[derive(Debug, Args)]
pub struct ExecOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Give it another token than the profile's own, by API (RFC 8707) or name
    #[arg(long, value_name = "URI|NAME", value_parser = Resource::parse)]
    pub resource: Option<Resource>,
    /// The command and its arguments, after `--`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<String>,
}

/// `tokenwright call …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct CallOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// URL of the service's API, or a path at the host of the identity call, such as `/v1/me`; a method may stand before it
    /// [default: the call kept with `--save`, else the identity call]
    #[arg(value_name = "[METHOD] URL", num_args = 1..=2)]
    pub call: Vec<String>,
    /// Send this body, with POST unless a method is given; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", requires = "call")]
    pub body: Option<String>,
    /// Send this header as well, such as `Accept: text/csv` (repeatable); the one with the token is added by itself
    #[arg(long = "header", value_name = "NAME: VALUE", requires = "call")]
    pub headers: Vec<String>,
    /// Send another token than the profile's own, by API (RFC 8707) or name
    #[arg(long, value_name = "URI|NAME", value_parser = Resource::parse, requires = "call")]
    pub resource: Option<Resource>,
    /// Keep the call with the profile as its check, if it succeeds
    #[arg(long, requires = "call")]
    pub save: bool,
    /// Let the token go to the URL's host from now on: it is one of the service's
    #[arg(long, requires = "call")]
    pub allow_host: bool,
    /// Keep no call with the profile any more
    #[arg(long, conflicts_with = "call")]
    pub forget: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A token of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TokenArgument {
    /// The access token
    Access,
    /// The ID token
    Id,
    /// The refresh token
    Refresh,
}

/// `tokenwright export …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct ExportOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: Option<String>,
    /// Output format; see `--list-formats`
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Export a command that fetches a fresh token on each use, instead of the token itself
    #[arg(long)]
    pub live: bool,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Rewrite the file after every refresh
    #[arg(long, conflicts_with = "live")]
    pub sink: bool,
    /// Include the refresh token and the client credentials
    #[arg(long)]
    pub with_refresh_token: bool,
    /// Hand the refresh token over for good: this program stops refreshing the profile
    #[arg(long)]
    pub hand_over: bool,
    /// URL to use the token for, where the format needs one
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Set a value that the format needs, such as `rclone_type=drive` (repeatable)
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Show what would be written, with secrets masked, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Overwrite a file that Tokenwright did not write
    #[arg(long)]
    pub overwrite: bool,
    /// Write into a Git work tree even if the file is not ignored
    #[arg(long)]
    pub allow_unignored: bool,
    /// List the files written for this profile
    #[arg(long)]
    pub list_sinks: bool,
    /// Stop rewriting this file; the file itself stays
    #[arg(long, value_name = "FILE")]
    pub remove_sink: Option<PathBuf>,
    /// List all formats
    #[arg(long, conflicts_with_all = ["name", "format"])]
    pub list_formats: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright share …`
#[derive(Debug, Args)]
pub struct ShareOptions {
    /// Profiles to share
    #[arg(value_name = "PROFILE", required = true)]
    pub names: Vec<String>,
    /// Give them to the team, whose members use and refresh them from now on, instead of writing a file
    #[arg(long, conflicts_with_all = ["output", "with_secrets", "recipient", "overwrite"])]
    pub team: bool,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Include secrets, encrypted with a passphrase that you are asked for
    #[arg(long)]
    pub with_secrets: bool,
    /// Encrypt for this age recipient instead of with a passphrase
    #[arg(long, value_name = "age1…", requires = "with_secrets")]
    pub recipient: Option<String>,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub overwrite: bool,
}

/// The options of a plain `tokenwright token …`, which the agent may answer; `None` for anything else, including wrong
/// options. Parsing these few takes a hundredth of the time that parsing the whole command line takes.
pub fn token_options(arguments: impl IntoIterator<Item = OsString>) -> Option<TokenOptions> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()? != "token" {
        return None;
    }
    let command = TokenOptions::augment_args(clap::Command::new("token").no_binary_name(true).disable_help_flag(true));
    let matches = command.try_get_matches_from(arguments).ok()?;
    TokenOptions::from_arg_matches(&matches).ok().filter(|options| !options.no_agent && options.case.is_none())
}
