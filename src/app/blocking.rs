//! Blocking work off the async threads, and locks held only for a moment.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

use crate::app::Failure;
use crate::app::fault::caught;

thread_local! {
    /// Whether this thread runs one use case only, which may block it.
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// Runs blocking work on a thread of its own, or here in `on_own_thread`.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    if IS_OWN.get() {
        // A store may have a runtime of its own, which must not start inside this one.
        return catch_unwind(AssertUnwindSafe(|| block_in_place(work))).map_err(|_| Failure::fault());
    }
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        // The panic message may quote a secret.
        if error.is_panic() { Failure::fault() } else { Failure::inside(&error.to_string()) }
    })
}

/// Runs work here that may take as long as a person, such as a signature by a token that has to be touched. Another thread goes on
/// with the other tasks of this one.
pub fn aside(work: &mut dyn FnMut()) {
    // Outside of a runtime there are none, and a runtime of one thread cannot hand them over.
    let has_others = Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
    if has_others { block_in_place(work) } else { work() }
}

/// Runs a use case that blocks many times for a short while: to change threads each time takes longer than the work itself.
/// No time limit inside it applies to its blocking parts.
pub(in crate::app) fn on_own_thread<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> impl Future<Output = Result<T, Failure>> + Send {
    let work = caught(work);
    async move {
        if IS_OWN.get() {
            return work.await;
        }
        let runtime = Handle::current();
        let run = move || {
            IS_OWN.set(true);
            let done = runtime.block_on(work);
            IS_OWN.set(false);
            done
        };
        blocking(run).await?
    }
}

/// Locks, even after a panic elsewhere: each change under the lock is one step.
pub(in crate::app) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn while_a_task_works_aside_the_others_of_its_thread_go_on() {
        let (started, begun) = tokio::sync::oneshot::channel();
        let (sender, receiver) = std::sync::mpsc::channel();
        let working = tokio::spawn(async move {
            let (mut started, mut heard) = (Some(started), None);
            aside(&mut || {
                let _ = started.take().map(|started: tokio::sync::oneshot::Sender<()>| started.send(()));
                heard = receiver.recv_timeout(Duration::from_secs(20)).ok();
            });
            heard
        });
        // It runs on the one thread that there is.
        let other = tokio::spawn(async move {
            begun.await.expect("it has begun");
            sender.send(7).expect("it listens");
        });
        other.await.expect("no panic");
        assert_eq!(working.await.expect("no panic"), Some(7));
    }

    #[test]
    fn without_a_runtime_the_work_is_done_as_well() {
        let mut is_done = false;
        aside(&mut || is_done = true);
        assert!(is_done);
    }

    #[tokio::test]
    async fn on_its_own_thread_a_use_case_blocks_there_and_a_panic_is_its_failure() {
        let nested = || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            (runtime.block_on(async { 7 }), std::thread::current().id())
        };
        let work = async move {
            let here = std::thread::current().id();
            assert_eq!(blocking(nested).await.expect("no panic"), (7, here));
            let inside = on_own_thread(async { Ok(std::thread::current().id()) }).await.expect("no panic");
            let panicked = blocking(|| -> () { panic!("a mistake") }).await;
            Ok((here, inside, panicked.is_err()))
        };
        let (here, inside, has_failed) = on_own_thread(work).await.expect("no panic");
        assert_ne!(here, std::thread::current().id());
        assert_eq!((inside, has_failed), (here, true));
        assert!(blocking(|| !IS_OWN.get()).await.expect("no panic"), "the thread is used again");
    }
}
