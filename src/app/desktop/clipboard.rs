//! The clipboard, and for how long a secret stays on it. The waiting is done here and not in the window, which may be
//! hidden, asleep or closed by then.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::app::shared::{Shared, blocking};
use crate::app::{Event, Failure, FailureKind};
use crate::desktop::{ClipboardError, Sensitivity, Trace};
use crate::diagnosis::{Diagnose as _, Diagnosis};
use crate::secret::Secret;

/// How long another program may take to hand over what it copied, or the desktop to take what is copied here.
const PATIENCE: Duration = Duration::from_secs(6);

/// What came of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOutcome {
    /// It is on the clipboard; a secret is marked, and is taken back after this time.
    Done(Duration),
    /// Only the window itself can do it here, without a mark and without taking it back: this is the text.
    WindowOnly(Secret),
    /// It is not.
    Failed(Diagnosis),
}

/// The secret that stands on the clipboard, as far as is known.
#[derive(Default)]
pub(crate) struct Copied {
    trace: RefCell<Option<Trace>>,
    /// Which copy is the last: only its clock counts.
    last: Cell<u64>,
    /// What was asked for later is copied later.
    order: tokio::sync::Mutex<()>,
}

/// Puts a text on the clipboard; a secret is taken back after its time, counted anew with each copy.
pub(crate) async fn copy(shared: &Shared, ticket: u64, text: Secret, sensitivity: Sensitivity) -> Result<(), Failure> {
    let copied = &shared.copied;
    let turn = copied.order.lock().await;
    let (clipboard, salt) = (shared.ports.clipboard.clone(), (shared.ports.entropy)());
    let handed = text.clone();
    let outcome = in_time(move || clipboard.copy(&handed, sensitivity, salt)).await?;
    let hold = shared.ports.clipboard.hold();
    let trace = match outcome {
        Ok(trace) => trace,
        Err(error) => {
            let outcome = match error {
                ClipboardError::WindowOnly => CopyOutcome::WindowOnly(text),
                error => CopyOutcome::Failed(error.diagnose()),
            };
            shared.emit(Event::Copied(ticket, outcome));
            return Ok(());
        }
    };
    drop(text);
    let is_secret = sensitivity == Sensitivity::Secret;
    let this = copied.last.get() + 1;
    copied.last.set(this);
    copied.trace.replace(is_secret.then_some(trace));
    drop(turn);
    shared.emit(Event::Copied(ticket, CopyOutcome::Done(hold)));
    if is_secret {
        tokio::time::sleep(hold).await;
        if copied.last.get() == this {
            take_back(shared).await?;
        }
    }
    Ok(())
}

/// Empties the clipboard if the secret still stands there; at the end of the program too.
pub(crate) async fn take_back(shared: &Shared) -> Result<(), Failure> {
    let Some(trace) = shared.copied.trace.take() else { return Ok(()) };
    let clipboard = shared.ports.clipboard.clone();
    match in_time(move || clipboard.take_back(&trace)).await? {
        Ok(_) => Ok(()),
        Err(error) => {
            let told = Diagnosis::new(format!("the copied secret may still be on the clipboard: {error}"));
            shared.emit(Event::Problem(Failure::new(FailureKind::Machine, told.hint("copy something else"))));
            Ok(())
        }
    }
}

/// Reads what another program copied.
pub(crate) async fn read(shared: &Shared, ticket: u64) -> Result<(), Failure> {
    let clipboard = shared.ports.clipboard.clone();
    let text = match in_time(move || clipboard.read()).await? {
        Ok(text) => Ok(Some(text)),
        Err(ClipboardError::Empty) => Ok(None),
        Err(error) => Err(error.diagnose()),
    };
    shared.emit(Event::ClipboardRead(ticket, text));
    Ok(())
}

/// Does it off this thread, and waits no longer than is bearable; what hangs is left to itself.
async fn in_time<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ClipboardError> + Send + 'static,
) -> Result<Result<T, ClipboardError>, Failure> {
    match tokio::time::timeout(PATIENCE, blocking(work)).await {
        Ok(done) => done,
        Err(_) => Ok(Err(ClipboardError::Absent("it does not answer".to_owned()))),
    }
}
