//! The agent, the vault, and the token history in it.

use clap::{Args, Subcommand};

/// `tokenwright agent …`
#[derive(Debug, Args)]
pub struct AgentOptions {
    /// What to do with a running agent; without it, run one.
    #[command(subcommand)]
    pub task: Option<AgentTask>,
}

/// `tokenwright agent …`
#[derive(Debug, Subcommand)]
pub enum AgentTask {
    /// Show which profiles the running agent refreshes, and when
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Stop the running agent, after any refresh in progress
    Stop,
}

/// `tokenwright history …`
#[derive(Debug, Args)]
pub struct HistoryOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright restore …`
#[derive(Debug, Args)]
pub struct RestoreOptions {
    /// Profile
    #[arg(value_name = "PROFILE")]
    pub name: String,
    /// Generation to restore [default: the previous one]
    #[arg(long, value_name = "NUMBER")]
    pub generation: Option<u64>,
    /// Restore even if its refresh token has probably been used
    #[arg(long)]
    pub force: bool,
}

/// `tokenwright vault …`
#[derive(Debug, Subcommand)]
pub enum VaultTask {
    /// Check the database and every sealed record in it
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Encrypt the whole vault with a new key
    Rekey {
        /// Where the new key comes from
        #[arg(long, value_name = "KIND")]
        to: KindArgument,
        /// Read the new passphrase from standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
}

/// A kind of vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum KindArgument {
    /// A random key in the desktop's keyring
    Keyring,
    /// A key derived from a passphrase
    Passphrase,
    /// Nothing is saved: tokens are lost when the program exits
    Memory,
}
