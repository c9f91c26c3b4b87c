//! Tokens kept: by the agent, in the vault, generation by generation.

use clap::{Args, Subcommand};

/// `tokenwright agent …`
#[derive(Debug, Args)]
pub struct AgentOptions {
    /// Show how the agent stands
    #[arg(long, conflicts_with = "stop")]
    pub status: bool,
    /// As JSON
    #[arg(long, requires = "status")]
    pub json: bool,
    /// Stop the agent, once what it is doing is done
    #[arg(long)]
    pub stop: bool,
}

/// `tokenwright history …`
#[derive(Debug, Args)]
pub struct HistoryOptions {
    /// The profile
    pub name: String,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright restore …`
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// The profile
    pub name: String,
    /// Which generation; the one before unless given
    #[arg(long, value_name = "N")]
    pub generation: Option<u64>,
    /// Even if its refresh token is likely dead
    #[arg(long)]
    pub anyway: bool,
}

/// `tokenwright vault …`
#[derive(Debug, Subcommand)]
pub enum VaultTask {
    /// Look at every file of the vault
    Status {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Seal everything under another key
    Move {
        /// Where the key is to be kept
        #[arg(long, value_name = "KIND")]
        to: KindArgument,
        /// Read the new passphrase from standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
}

/// A kind of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs, reason = "the names are the kinds")]
pub enum KindArgument {
    Keyring,
    Passphrase,
    Memory,
}
