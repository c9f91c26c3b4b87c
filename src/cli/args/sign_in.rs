//! What a sign-in and its key take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::key_value;

/// `tokenwright sign-in …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command")]
pub struct SignInOptions {
    /// The name to keep the profile under
    pub name: String,
    /// The service's id; needed unless the profile is there already
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// What the profile is called in lists and in the window, in any script
    #[arg(long, value_name = "TEXT")]
    pub display_name: Option<String>,
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
    /// Sign in although the profile belongs to another client, service or account, and replace it
    #[arg(long)]
    pub replace: bool,
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

/// What both the services and the library take.
fn rsa_bits(text: &str) -> Result<u16, String> {
    match text {
        "2048" => Ok(2048),
        "3072" => Ok(3072),
        "4096" => Ok(4096),
        _ => Err("write `2048`, `3072` or `4096`".to_owned()),
    }
}
