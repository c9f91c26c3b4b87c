//! The log of calls.

use std::path::PathBuf;

use clap::Args;

/// `tokenwright calls …`
#[derive(Debug, Args)]
pub struct CallsOptions {
    /// Only those of this profile
    #[arg(value_name = "PROFILE")]
    pub name: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with_all = ["har", "curl"])]
    pub json: bool,
    /// Write them to this file as an HTTP archive (HAR), with secrets masked
    #[arg(long, value_name = "FILE", conflicts_with = "curl")]
    pub har: Option<PathBuf>,
    /// Print them as `curl` commands, with secrets masked
    #[arg(long)]
    pub curl: bool,
    /// Write everything about the profile's last token or refresh request that failed to this file, with secrets masked;
    /// `replay` reads it
    #[arg(long, value_name = "FILE", requires = "name", conflicts_with_all = ["json", "har", "curl"])]
    pub case: Option<PathBuf>,
}
