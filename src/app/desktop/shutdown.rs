//! The end of the process that somebody else asks for: a desktop session that closes, a service manager, `kill`. The window
//! is told, so that what was typed is kept; one that does not answer does not hold it up.

use std::time::Duration;

use crate::agent::ShutdownSignal;
use crate::app::handle::App;
use crate::app::news::News;

/// How long the window has to put its things away.
const PATIENCE: Duration = Duration::from_secs(10);
/// How a process ends by SIGTERM, as a shell tells it.
const BY_SIGNAL: i32 = 128 + 15;

impl App {
    /// Tells the face when the process is asked to end, instead of ending at once.
    pub async fn watch_for_shutdown(&self) {
        // Where there are no signals a process is ended by closing its window.
        let Ok(mut shutdown) = ShutdownSignal::listen() else { return };
        shutdown.received().await;
        self.tell(News::EndAsked);
        // waits: a window that is stuck gives no sign, and whoever asks twice means it.
        let _ = tokio::time::timeout(PATIENCE, shutdown.received()).await;
        std::process::exit(BY_SIGNAL)
    }
}
