//! The end of the process that somebody else asks for: a desktop session that closes, a service manager, `kill`. The window
//! is told, so that what was typed is kept; one that does not answer does not hold it up.

use std::time::Duration;

use crate::agent::Ending;
use crate::app::shared::Shared;
use crate::app::{Event, Failure};

/// How long the window has to put its things away.
const PATIENCE: Duration = Duration::from_secs(10);
/// How a process ends by SIGTERM, as a shell tells it.
const BY_SIGNAL: i32 = 128 + 15;

/// Tells the face when it comes.
pub(crate) async fn watch(shared: &Shared) -> Result<(), Failure> {
    // Where there are no signals a process is ended by closing its window.
    let Ok(mut ending) = Ending::listen() else { return Ok(()) };
    ending.asked().await;
    shared.emit(Event::EndAsked);
    // waits: a window that is stuck gives no sign, and whoever asks twice means it.
    let _ = tokio::time::timeout(PATIENCE, ending.asked()).await;
    std::process::exit(BY_SIGNAL)
}
