//! Browsers that come once more after a sign-in is over find the port answering for a while.

use std::cell::RefCell;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::redirect::LateVisits;

/// How long late visits are answered while the program goes on.
const ANSWERED: Duration = Duration::from_secs(10);

/// How long after the response the end of the program still waits for them: a page that was loaded ahead, a second tab, a
/// reload come within a second or two, and whoever waits for the command should not notice.
const LAST_CALL: Duration = Duration::from_secs(2);

/// The port that is still open, if one is.
#[derive(Debug, Default)]
pub(crate) struct OpenPort(RefCell<Option<Open>>);

#[derive(Debug)]
struct Open {
    task: JoinHandle<()>,
    since: Instant,
}

impl OpenPort {
    /// Answers on this port for a while; one that was open before is closed.
    pub(crate) fn keep(&self, visits: LateVisits) {
        let task = tokio::task::spawn_local(async move {
            // The time is up, which is all that can end it.
            let _ = timeout(ANSWERED, visits.answer()).await;
        });
        if let Some(before) = self.0.replace(Some(Open { task, since: Instant::now() })) {
            before.task.abort();
        }
    }

    /// Closes it: another sign-in may want the same port.
    pub(crate) async fn close(&self) {
        let open = self.0.take();
        if let Some(open) = open {
            open.task.abort();
            // It was cancelled, or was over.
            let _ = open.task.await;
        }
    }

    /// Waits until nobody is likely to come any more, and closes it.
    pub(crate) async fn finish(&self) {
        let until = self.0.borrow().as_ref().filter(|open| !open.task.is_finished()).map(|open| open.since + LAST_CALL);
        if let Some(until) = until {
            sleep_until(until).await;
        }
        self.close().await;
    }
}
