//! Dynamic client registration (RFC 7591), and what is done with a client that was registered (RFC 7592).

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Options of `sign-in` that register a client.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Register a client")]
pub struct RegisterOptions {
    /// Register a client at the issuer (RFC 7591), or take up the one that another profile registered there; `new` registers
    /// another in any case
    #[arg(long, value_name = "new", num_args = 0..=1, require_equals = true, default_missing_value = "any",
        value_parser = ["any", "new"], hide_possible_values = true, requires = "issuer", conflicts_with = "client_id")]
    pub register: Option<String>,
    /// Name under which the client is registered; the server may show it on its pages
    #[arg(long, value_name = "TEXT", requires = "register", default_value = "Tokenwright", hide_default_value = true)]
    pub client_name: String,
    /// Read from standard input the token without which the server registers nobody
    #[arg(long, requires = "register")]
    pub initial_access_token_stdin: bool,
    /// Signed statement about the client, a JWT that the server wants
    #[arg(long, value_name = "FILE", requires = "register")]
    pub software_statement: Option<PathBuf>,
}

/// `tokenwright registration …`
#[derive(Debug, Subcommand)]
pub enum RegistrationCommand {
    /// Ask the server what it has about the client of a profile
    Show(RegistrationOptions),
    /// Give the server what the profile needs now: redirect URI, scopes, grants
    Update(RegistrationUpdateOptions),
    /// Delete the client at the server; the profile stays, and cannot sign in any more
    Delete(RegistrationOptions),
}

/// `tokenwright registration update …`
#[derive(Debug, Args)]
pub struct RegistrationUpdateOptions {
    /// Which.
    #[command(flatten)]
    pub of: RegistrationOptions,
    /// Redirect URI that the profile uses from now on
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,
}

/// Which registration.
#[derive(Debug, Args)]
pub struct RegistrationOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
