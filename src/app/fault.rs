//! A panic in a use case fails that use case only: its caller gets a failure, and the others continue.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use crate::app::{Failure, FailureKind};
use crate::diagnosis::Diagnosis;

impl Failure {
    /// A bug in the program. The panic hook has reported the place; the message may quote a secret.
    pub(crate) fn fault() -> Self {
        let diagnosis = Diagnosis::new("an internal error stopped this");
        let hint = "try again; report the error with the file `crash.txt` from the data folder";
        Self::new(FailureKind::Machine, diagnosis.hint(hint))
    }

    /// The core has ended by a panic; only a restart helps.
    pub(crate) fn ended() -> Self {
        let diagnosis = Diagnosis::new("internal error: the core has stopped");
        let hint = "close the window and open it again; report the fault with the file `crash.txt` in the folder of the \
                    program's data";
        Self::new(FailureKind::Machine, diagnosis.hint(hint))
    }
}

/// Runs this and turns a panic into a failure. Shared state stays valid: each change to it is one step. Boxed before anything
/// else, since each step that passes a large future on by value holds it on its stack, whose memory stays with the thread.
pub(crate) fn caught<T>(work: impl Future<Output = Result<T, Failure>>) -> impl Future<Output = Result<T, Failure>> {
    let mut work = Box::pin(work);
    poll_fn(move |context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Failure::fault())))
    })
}
