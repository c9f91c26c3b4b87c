//! The team.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `tokenwright team …`
#[derive(Debug, Subcommand)]
pub enum TeamTask {
    /// Make a team in a PostgreSQL database, with this machine as its first member
    Init {
        #[command(flatten)]
        entry: TeamEntry,
        /// What the team is called
        #[arg(long, value_name = "NAME", default_value = "team")]
        name: String,
    },
    /// Ask to be let into the team of a database
    Join {
        #[command(flatten)]
        entry: TeamEntry,
        /// Fingerprint of the team, as its members see it: no other team is joined
        #[arg(long, value_name = "FINGERPRINT")]
        fingerprint: Option<String>,
    },
    /// Let somebody in who asks
    Admit {
        /// Who asks
        #[arg(value_name = "MEMBER")]
        member: String,
        /// Fingerprint that their own machine shows, instead of comparing it here
        #[arg(long, value_name = "FINGERPRINT")]
        fingerprint: Option<String>,
        /// Drop the request instead
        #[arg(long, conflicts_with = "fingerprint")]
        refuse: bool,
    },
    /// Remove a member: new key, and new tokens for every shared profile at once
    Remove {
        /// Whom
        #[arg(value_name = "MEMBER")]
        member: String,
    },
    /// Take profiles out of the team: they become this machine's own, and the other members lose them
    Unshare {
        /// Profiles to take out
        #[arg(value_name = "PROFILE", required = true)]
        names: Vec<String>,
    },
    /// Show the team, its members and who asks to be let in
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Forget the team on this machine
    Leave,
}

/// What `init` and `join` need.
#[derive(Debug, Args)]
pub struct TeamEntry {
    /// The database: `postgres://user@host/database`
    #[arg(value_name = "URL")]
    pub url: String,
    /// What this member is called [default: the user and the machine]
    #[arg(long = "as", value_name = "MEMBER")]
    pub member: Option<String>,
    /// File with the password of the database's user
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Keep this member's key in a file instead of the vault: for a service account
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}
