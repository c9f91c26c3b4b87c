//! The clipboard, and how long a secret stays on it. The timer runs here and not in the window, which may be hidden or
//! closed by then.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::app::blocking::blocking;
use crate::app::blocking::locked;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::{Failure, FailureKind};
use crate::desktop::{ClipboardError, Sensitivity};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::secret::Secret;

/// How long the desktop or another program may take to answer.
const PATIENCE: Duration = Duration::from_secs(6);

/// The outcome of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The text is on the clipboard; a secret is marked as such and cleared after this time.
    Done(Duration),
    /// Only the window itself can copy on this desktop, without marking the text or clearing it later: this is the
    /// text.
    WindowOnly(Secret),
    Failed(Diagnosis),
}

impl App {
    /// Puts a text on the clipboard.
    pub async fn copy(&self, text: Secret, sensitivity: Sensitivity) -> Result<CopyOutcome, Failure> {
        let copied = &self.copied;
        let turn = copied.order.lock().await;
        let (clipboard, salt) = (self.ports.clipboard.clone(), (self.ports.entropy)());
        let handed = text.clone();
        let hold = self.ports.clipboard.hold();
        let trace = match in_time(move || clipboard.copy(&handed, sensitivity, salt)).await? {
            Ok(trace) => trace,
            Err(ClipboardError::WindowOnly) => return Ok(CopyOutcome::WindowOnly(text)),
            Err(error) => return Ok(CopyOutcome::Failed(error.diagnose())),
        };
        let is_secret = sensitivity == Sensitivity::Secret;
        let this = copied.last.fetch_add(1, Ordering::Relaxed) + 1;
        *locked(&copied.trace) = is_secret.then_some(trace);
        drop(turn);
        if is_secret {
            let app = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(hold).await;
                // A later copy has its own timer.
                if app.copied.last.load(Ordering::Relaxed) == this {
                    app.take_back_copy().await;
                }
            });
        }
        Ok(CopyOutcome::Done(hold))
    }

    /// Clears the clipboard if it still holds the secret; also called when the program ends.
    pub(in crate::app) async fn take_back_copy(&self) {
        let Some(trace) = locked(&self.copied.trace).take() else { return };
        let clipboard = self.ports.clipboard.clone();
        let why = match in_time(move || clipboard.take_back(&trace)).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(failure) => return self.tell(News::Problem(failure)),
        };
        let told = Diagnosis::new(format!("the copied secret may still be on the clipboard: {why}"));
        self.tell(News::Problem(Failure::new(FailureKind::Machine, told.hint("copy something else"))));
    }

    /// The text that another program copied, if it is text.
    pub async fn read_clipboard(&self) -> Result<Option<Secret>, Failure> {
        let clipboard = self.ports.clipboard.clone();
        match in_time(move || clipboard.read()).await? {
            Ok(text) => Ok(Some(text)),
            Err(ClipboardError::Empty) => Ok(None),
            Err(error) => Err(Failure::new(FailureKind::Machine, error.diagnose())),
        }
    }
}

/// Runs it on a blocking thread with a time limit; a call that hangs is abandoned.
async fn in_time<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClipboardError> + Send + 'static,
) -> Result<Result<T, ClipboardError>, Failure> {
    match tokio::time::timeout(PATIENCE, blocking(work)).await {
        Ok(done) => done,
        Err(_) => Ok(Err(ClipboardError::Absent("it does not answer".to_owned()))),
    }
}
