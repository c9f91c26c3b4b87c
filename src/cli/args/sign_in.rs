//! Signing in, and the keys that sign.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::{DescribeOptions, RegisterOptions, key_value};
use crate::diagnosis::Diagnose as _;
use crate::service::{SourceError, ValueSource};

/// `tokenwright sign-in …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command")]
pub struct SignInOptions {
    /// Profile to save the tokens as
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Service to sign in to; required for a new profile
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// Name shown in lists and in the window
    #[arg(long, value_name = "TEXT")]
    pub display_name: Option<String>,
    /// Accept this account only: its e-mail address, user name or ID; `''` accepts any again
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Set a value that the service needs, such as `account_id=1234567` (repeatable)
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Client ID
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Read the client secret from standard input; several secrets are read one a line, in the order of these options
    #[arg(long)]
    pub client_secret_stdin: bool,
    /// Read a second client secret from standard input, while one is being replaced: it is sent where the service refuses the
    /// other, which is told; an empty line removes it
    #[arg(long)]
    pub second_secret_stdin: bool,
    /// Read the password from standard input, for services that take one
    #[arg(long)]
    pub password_stdin: bool,
    /// Read an existing refresh token from standard input, and use it instead of the browser
    #[arg(long)]
    pub refresh_token_stdin: bool,
    /// Username, for services that take one
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Private key to sign with: PEM, JWK, a service account's JSON file, or the address of a key that stays in a token
    /// (`pkcs11:token=TOKEN;object=KEY`, RFC 7512), whose PIN is read from `TOKENWRIGHT_KEY_PIN` or asked for
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The key's certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "key_file")]
    pub certificate_file: Option<PathBuf>,
    /// Read a secret value from elsewhere whenever a token request sends it, in place of the vault:
    /// `subject_token=profile:NAME`, or `profile:NAME#id_token`, `file:/PATH`, `env:VARIABLE`, `command:NAME` (of the
    /// settings), `github-actions:AUDIENCE`; an empty one ends it. It holds on this machine, for this token endpoint (repeatable)
    #[arg(long = "source", value_name = "KEY=SOURCE", value_parser = source)]
    pub sources: Vec<(String, Option<ValueSource>)>,
    /// Client certificate for mutual TLS (RFC 8705): PKCS#12, or PEM with its intermediates, and the private key unless
    /// `--client-key` names its file
    #[arg(long, value_name = "FILE")]
    pub client_certificate: Option<PathBuf>,
    /// Private key to which tokens are bound (DPoP), in place of one that is made: as for `--key-file`
    #[arg(long, value_name = "FILE")]
    pub dpop_key: Option<PathBuf>,
    /// Private key of the client certificate: PEM, or the address of a key that stays in a token
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    pub client_key: Option<PathBuf>,
    /// Request this scope (repeatable)
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// Ask for one of these kinds of authentication, the best first, as an API asks for it (RFC 9470): `--acr-values 'A B'`. It
    /// stays with the profile; `''` ends it
    #[arg(long, value_name = "ACR …", value_parser = acr_values)]
    pub acr_values: Option<String>,
    /// Ask for a person who signed in no longer than this many seconds ago; 0 has the password asked for in any case. It stays with
    /// the profile; `''` ends it
    #[arg(long, value_name = "SECONDS", value_parser = max_age)]
    pub max_age: Option<String>,
    /// Redirect URI, exactly as registered with the service
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,
    /// What is said about the service.
    #[command(flatten)]
    pub describe: DescribeOptions,
    /// How a client is registered.
    #[command(flatten)]
    pub register: RegisterOptions,
    /// Sign in even if the profile belongs to another client, service or account, and overwrite it
    #[arg(long)]
    pub overwrite: bool,
    /// Open the URL with this command instead of the default browser
    #[arg(long, value_name = "COMMAND", conflicts_with = "no_browser")]
    pub browser: Option<String>,
    /// Print the URL instead of opening a browser
    #[arg(long)]
    pub no_browser: bool,
    /// Sign in on another device: print a code to enter there, for services that have this (RFC 8628)
    #[arg(long, conflicts_with_all = ["browser", "no_browser", "paste", "refresh_token_stdin"])]
    pub device: bool,
    /// Print the QR code of a sign-in on another device even if standard error is no terminal
    #[arg(long)]
    pub qr: bool,
    /// Read the authorization response from standard input: the code, or the URL the browser was redirected to
    #[arg(long, conflicts_with_all = ["client_secret_stdin", "second_secret_stdin", "password_stdin", "refresh_token_stdin"])]
    pub paste: bool,
    /// Send only what can be sent without a person: ask for the authorization page, and try the client with a made-up code or
    /// its own credentials. Nothing is saved
    #[arg(long = "try")]
    pub try_only: bool,
    /// Write all requests and responses to this file as an HTTP archive (HAR), with secrets masked
    #[arg(long, value_name = "FILE")]
    pub har: Option<PathBuf>,
    /// If the sign-in fails, write everything about it to this file, with secrets masked; `replay` reads it
    #[arg(long, value_name = "FILE")]
    pub case: Option<PathBuf>,
}

/// `tokenwright key …`
#[derive(Debug, Subcommand)]
pub enum KeyTask {
    /// Generate a key pair for a profile and print the certificate to upload
    Generate(KeyGenerateOptions),
    /// Print the certificate of a profile's key
    Show(KeyShowOptions),
}

/// `tokenwright key generate …`
#[derive(Debug, Args)]
pub struct KeyGenerateOptions {
    /// Profile that will use the key
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Service that the profile will sign in to
    #[arg(long, value_name = "SERVICE")]
    pub service: String,
    /// Size of an RSA key
    #[arg(long, value_name = "BITS", default_value = "3072", value_parser = rsa_bits)]
    pub bits: u16,
    /// Overwrite the profile's existing key
    #[arg(long)]
    pub overwrite: bool,
    /// Where the certificate goes.
    #[command(flatten)]
    pub output: KeyOutput,
}

/// `tokenwright key show …`
#[derive(Debug, Args)]
pub struct KeyShowOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Where the certificate goes.
    #[command(flatten)]
    pub output: KeyOutput,
}

/// Where the public half of a key goes: standard output unless a file is named.
#[derive(Debug, Args)]
pub struct KeyOutput {
    /// Write the certificate to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub certificate_file: Option<PathBuf>,
    /// Write the public key to this file
    #[arg(long, value_name = "FILE")]
    pub public_key_file: Option<PathBuf>,
}

fn acr_values(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"\\{}<>`".contains(c);
    let values: Vec<&str> = text.split_whitespace().collect();
    if values.iter().any(|value| !value.chars().all(is_plain)) {
        return Err(
            "write the values with a blank between them; they are printable ASCII without quotes and braces".to_owned()
        );
    }
    Ok(values.join(" "))
}

fn max_age(text: &str) -> Result<String, String> {
    let is_good = text.is_empty() || text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u32>().is_ok();
    if is_good { Ok(text.to_owned()) } else { Err("write a number of seconds".to_owned()) }
}

fn source(text: &str) -> Result<(String, Option<ValueSource>), String> {
    let (value, source) = key_value(text)?;
    if source.is_empty() {
        return Ok((value, None));
    }
    let source = source.parse().map_err(|error: SourceError| error.diagnose().to_string())?;
    Ok((value, Some(source)))
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
