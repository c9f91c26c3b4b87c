//! Bundles of presets: made, taken, rolled back.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `tokenwright service bundle …`
#[derive(Debug, Subcommand)]
pub enum BundleTask {
    /// Make a signed bundle of the presets in a folder, for others to update from
    Make(BundleMakeOptions),
}

/// `tokenwright service bundle make …`
#[derive(Debug, Args)]
pub struct BundleMakeOptions {
    /// Folder with the presets
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// File with the private key that signs: a key on Ed25519, or an EC key on P-256
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Name of the bundle, the same for each of its publications
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Number of this publication, higher than any before [default: the date and time, such as 20261130215500]
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<u64>,
    /// Write to this file
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub overwrite: bool,
}

/// `tokenwright service update …`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command")]
#[command(group = clap::ArgGroup::new("back").args(["roll_back", "forget"]))]
pub struct UpdateOptions {
    /// File or `https` address of the bundle [default: the pinned one]
    #[arg(value_name = "FILE|URL", conflicts_with = "back")]
    pub address: Option<String>,
    /// Thumbprint of the publisher's key, as the publisher told it elsewhere (RFC 7638)
    #[arg(long, value_name = "THUMBPRINT", allow_hyphen_values = true, conflicts_with = "back")]
    pub key_thumbprint: Option<String>,
    /// Show what would change, and change nothing
    #[arg(long, conflicts_with = "back")]
    pub dry_run: bool,
    /// Use it without asking; its key has to be known all the same
    #[arg(long, short, conflicts_with = "back")]
    pub yes: bool,
    /// Print what would change as JSON
    #[arg(long, conflicts_with = "back")]
    pub json: bool,
    /// Go back to the bundle before, and once more to what is built in
    #[arg(long)]
    pub roll_back: bool,
    /// Forget the bundle, its key and its address, and use what is built in
    #[arg(long)]
    pub forget: bool,
}
