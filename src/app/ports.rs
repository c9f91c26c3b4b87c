//! Everything the use cases need from outside, in one place. `main` builds it once; tests build it from scripted parts.

use std::sync::Arc;

use jiff::Timestamp;

use crate::agent::{SdNotify, SocketPath};
use crate::desktop::Clipboard;
use crate::expression::Expressions;
use crate::redirect::{Browser, Launched, OpenError};
use crate::secret::Secret;
use crate::store::Store;
use crate::transport::Transport;

/// Opens a URL with a browser. It may block for a moment, so it is called where it holds up nobody.
pub type OpenBrowser = dyn Fn(&Browser, &str) -> Result<Launched, OpenError> + Send + Sync;

/// Everything the use cases need from outside.
pub struct Ports {
    pub transport: Transport,
    /// Evaluates the expressions that say where a value is in a reply.
    pub expressions: Expressions,
    pub store: Store,
    /// Where the agent is found.
    pub agent_socket: SocketPath,
    /// Who started the process and waits to hear that it is ready.
    pub sd_notify: SdNotify,
    /// The kind of vault that the environment prescribes (`TOKENWRIGHT_VAULT`).
    pub vault_kind: Option<String>,
    /// The passphrase that the environment supplies (`TOKENWRIGHT_PASSPHRASE`, `TOKENWRIGHT_PASSPHRASE_FILE`).
    pub passphrase: Option<Secret>,
    pub open_browser: Arc<OpenBrowser>,
    pub clipboard: Clipboard,
    pub now: fn() -> Timestamp,
    /// Randomness fit for secrets.
    pub entropy: fn() -> [u8; 32],
}
