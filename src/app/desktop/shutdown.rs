//! Termination from outside: the session closes, a service manager stops the process, `kill`. The window hears of it
//! first, so that it can save what was typed; a window that does not answer cannot block the exit.

use std::time::Duration;

use crate::agent::ShutdownSignal;
use crate::app::handle::App;
use crate::app::news::News;

/// How long the window may take to save its state.
const PATIENCE: Duration = Duration::from_secs(10);
/// The exit code of a process ended by SIGTERM, as a shell reports it.
const BY_SIGNAL: i32 = 128 + 15;

impl App {
    /// Reports a termination request to the face instead of ending at once.
    pub async fn watch_for_shutdown(&self) {
        // Without signals, a process ends when its window is closed.
        let Ok(mut shutdown) = ShutdownSignal::listen() else { return };
        shutdown.received().await;
        self.tell(News::EndAsked);
        // waits: a hanging window gives no sign, and a second request is meant.
        let _ = tokio::time::timeout(PATIENCE, shutdown.received()).await;
        std::process::exit(BY_SIGNAL)
    }
}
