//! Services: listed, checked, exported, imported, rehearsed and practised with.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use crate::cli::args::bundle::{BundleTask, UpdateOptions};
use crate::cli::args::describe::issuer;
use crate::cli::args::key_value;
use crate::dialect::{Dialect, Issuer};

/// `tokenwright service …`
#[derive(Debug, Subcommand)]
pub enum ServiceTask {
    /// List services
    List {
        /// Only those that match these words, the best match first: name, ID, category, other names
        #[arg(long, value_name = "WORDS", num_args = 1..)]
        search: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a service needs and the requests it takes
    Show {
        /// Service ID
        #[arg(value_name = "SERVICE")]
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a preset file for errors and probable mistakes
    Check {
        /// Preset file, or `-` for standard input
        file: String,
    },
    /// Compare a preset with its service as it is now: with the metadata that the service publishes, and with a failed sign-in
    Doctor(DoctorOptions),
    /// Show the types of authorization details (RAR, RFC 9396) that an issuer describes, with an example of each
    DetailTypes {
        /// `https` URL of the issuer
        #[arg(value_name = "ISSUER", value_parser = issuer)]
        issuer: Issuer,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Update presets from a signed bundle: a file or an `https` address that you name
    Update(UpdateOptions),
    /// Make bundles of presets for others
    #[command(subcommand)]
    Bundle(BundleTask),
    /// Write a service or a profile's configuration in another tool's format
    Export(ServiceExportOptions),
}

/// `tokenwright service doctor …`
#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// Service ID
    #[arg(value_name = "SERVICE")]
    pub id: String,
    /// Read the metadata of this issuer [default: the preset's issuer, or the origins of its authorization and token URL]
    #[arg(long, value_name = "URL", value_parser = issuer)]
    pub issuer: Option<Issuer>,
    /// Set a value that the service needs, such as `account_id=1234567` (repeatable); what is not set is not compared
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<(String, String)>,
    /// Compare with what a failed sign-in met as well, which `sign-in --case` wrote
    #[arg(long, value_name = "FILE")]
    pub case: Option<PathBuf>,
    /// Write a report without secrets, client and account to this file, to hand in as a change to the preset
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright service export …`
#[derive(Debug, Args)]
pub struct ServiceExportOptions {
    /// Service ID
    #[arg(value_name = "SERVICE", required_unless_present = "profile")]
    pub id: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_parser = written_format())]
    pub format: &'static Dialect,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Export this profile and its values instead of a bare service
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Include the profile's secrets
    #[arg(long, requires = "profile")]
    pub with_secrets: bool,
    /// Overwrite the file if it exists
    #[arg(long, requires = "output")]
    pub overwrite: bool,
}

/// `tokenwright import …`
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// File, `-` for standard input, or the `https` URL of an issuer
    #[arg(value_name = "FILE|-|URL")]
    pub document: String,
    /// Save it as this profile
    #[arg(long, value_name = "PROFILE", conflicts_with = "preset")]
    pub profile: Option<String>,
    /// Save it as a preset with this ID
    #[arg(long, value_name = "ID")]
    pub preset: Option<String>,
    /// Input format, where the file matches more than one
    #[arg(long, value_name = "FORMAT", value_parser = read_format())]
    pub format: Option<&'static Dialect>,
    /// Fill the variables of the file from this one, such as a collection's environment (repeatable)
    #[arg(long, value_name = "FILE")]
    pub with: Vec<PathBuf>,
    /// Which entry to import, where the file has several
    #[arg(long, value_name = "NUMBER")]
    pub pick: Option<usize>,
    /// Save without asking
    #[arg(long, short)]
    pub yes: bool,
    /// Print what was read as JSON
    #[arg(long)]
    pub json: bool,
    /// Unlock shared profiles with this age identity file instead of a passphrase
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Overwrite existing profiles of the same name
    #[arg(long)]
    pub overwrite: bool,
}

/// `tokenwright rehearse …`
#[derive(Debug, Args)]
pub struct RehearseOptions {
    /// Service ID
    #[arg(value_name = "SERVICE", required_unless_present = "all", conflicts_with = "all")]
    pub id: Option<String>,
    /// Rehearse every preset
    #[arg(long)]
    pub all: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright practice …`
#[derive(Debug, Args)]
pub struct PracticeOptions {
    /// Port to listen on [default: any free port]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Inject this fault (repeatable)
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,
    /// List the faults that can be injected, by the stage at which they show
    #[arg(long)]
    pub list_faults: bool,
    /// Approve every sign-in without showing a page
    #[arg(long)]
    pub auto_consent: bool,
    /// Answer TLS on the same port, so that clients can show a certificate, and write the certificate that they must trust here
    #[arg(long, value_name = "FILE")]
    pub tls: Option<PathBuf>,
    /// How far its clock is ahead, such as 30d; the page /clock moves it further
    #[arg(long, value_name = "DURATION", value_parser = super::days)]
    pub clock_ahead: Option<Duration>,
    /// How long access tokens live [default: 2m]
    #[arg(long, value_name = "DURATION", value_parser = super::days)]
    pub access_token_life: Option<Duration>,
    /// How long refresh tokens live [default: without end]
    #[arg(long, value_name = "DURATION", value_parser = super::days)]
    pub refresh_token_life: Option<Duration>,
}

fn written_format() -> impl TypedValueParser<Value = &'static Dialect> {
    let ids: Vec<&str> = Dialect::written().map(|dialect| dialect.id).collect();
    PossibleValuesParser::new(ids).try_map(|id| Dialect::by_id(&id).ok_or("unknown format"))
}

fn read_format() -> impl TypedValueParser<Value = &'static Dialect> {
    let ids: Vec<&str> = Dialect::all().iter().map(|dialect| dialect.id).collect();
    PossibleValuesParser::new(ids).try_map(|id| Dialect::by_id(&id).ok_or("unknown format"))
}
