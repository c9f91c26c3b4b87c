//! Everything the use cases need from outside, in one place. `main` builds it once; tests build it from scripted parts.

use std::sync::Arc;

use jiff::Timestamp;

use crate::agent::{SdNotify, SocketPath};
use crate::config::Config;
use crate::desktop::Clipboard;
use crate::expression::Expressions;
use crate::redirect::{Browser, Launched, OpenError};
use crate::secret::Secret;
use crate::store::{Store, TeamPlace};
use crate::transport::Transport;

/// Opens a URL in a browser. It may block for a moment, so it is called on a blocking thread.
pub type OpenBrowser = dyn Fn(&Browser, &str) -> Result<Launched, OpenError> + Send + Sync;

/// Everything the use cases need from outside.
pub struct Ports {
    pub transport: Transport,
    /// Evaluates the JSONata expressions of readings.
    pub expressions: Expressions,
    pub config: Config,
    pub store: Store,
    /// The agent's socket.
    pub agent_socket: SocketPath,
    /// The service manager that waits for the readiness notification.
    pub sd_notify: SdNotify,
    /// The vault kind that the environment sets (`TOKENWRIGHT_VAULT`).
    pub vault_kind: Option<String>,
    /// The team that the environment names (`TOKENWRIGHT_TEAM`); otherwise it is that of the settings.
    pub team: Option<TeamPlace>,
    /// The passphrase that the environment supplies (`TOKENWRIGHT_PASSPHRASE`, `TOKENWRIGHT_PASSPHRASE_FILE`).
    pub passphrase: Option<Secret>,
    pub open_browser: Arc<OpenBrowser>,
    pub clipboard: Clipboard,
    pub now: fn() -> Timestamp,
    /// Cryptographic randomness.
    pub entropy: fn() -> [u8; 32],
}
