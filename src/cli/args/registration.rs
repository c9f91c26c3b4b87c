//! Dynamic client registration (RFC 7591), and what is done with a client that was registered (RFC 7592).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use url::Url;

/// Options of `sign-in` that register a client.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Register a client")]
pub struct RegisterOptions {
    /// Register a client at the issuer (RFC 7591), or take up the one that another profile registered there; `new` registers
    /// another in any case
    #[arg(long, value_name = "new", num_args = 0..=1, require_equals = true, default_missing_value = "any",
        value_parser = ["any", "new"], hide_possible_values = true, requires = "metadata", conflicts_with = "client_id")]
    pub register: Option<String>,
    /// Be the client that this document of yours describes, where the issuer reads such documents (Client ID Metadata Document): the
    /// URL is the client ID. Elsewhere a client is registered
    #[arg(long, value_name = "URL", requires = "metadata", conflicts_with_all = ["client_id", "register"], value_parser = client_document)]
    pub client_document: Option<String>,
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

/// The URL of a client (draft-ietf-oauth-client-id-metadata-document section 3): https, with a path, and nothing that could mean
/// another one.
fn client_document(text: &str) -> Result<String, String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.host().is_some());
    let is_plain = |url: &Url| url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    // A path with dots would come out as another text.
    let url = url.filter(|url| is_plain(url) && url.path() != "/" && url.as_str() == text);
    url.map(String::from)
        .ok_or_else(|| "write an https URL with a path, such as https://example.com/client.json".to_owned())
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
