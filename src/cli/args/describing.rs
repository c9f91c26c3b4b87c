//! Services: listed, checked, written for others and read from theirs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::dialect::Form;

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
    /// Which form it has, where several could be meant
    #[arg(long, value_name = "NAME", value_parser = read_form)]
    pub as_format: Option<Form>,
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

fn read_form(text: &str) -> Result<Form, String> {
    let known = || Form::keys().collect::<Vec<_>>().join(", ");
    Form::of_key(text).ok_or_else(|| format!("the forms are: {}", known()))
}

fn form(text: &str) -> Result<Form, String> {
    let known = || Form::written().map(Form::id).collect::<Vec<_>>().join(", ");
    Form::parse(text).ok_or_else(|| format!("the forms are: {}", known()))
}
