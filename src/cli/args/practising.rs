//! Practising without an account.

use clap::Args;

/// `tokenwright rehearse …`
#[derive(Debug, Args)]
pub struct RehearseOptions {
    /// The service's id
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub id: Option<String>,
    /// All services there are presets for
    #[arg(long)]
    pub all: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `tokenwright practice …`
#[derive(Debug, Args)]
pub struct PracticeOptions {
    /// The port to listen on; a free one unless given
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// A fault to switch on; as often as there are faults. `--fault list` names them
    #[arg(long = "fault", value_name = "F")]
    pub faults: Vec<String>,
    /// Let the pages answer themselves
    #[arg(long)]
    pub auto_consent: bool,
}
