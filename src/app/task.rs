//! Use cases in progress in the window: each is a value that is polled every frame, and dropped to cancel it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::app::Failure;
use crate::app::fault::caught;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::progress::{Progress, Report};
use crate::app::runtime::Runtime;

/// Starts use cases for a face, and wakes the face when there is something to read.
pub struct Tasks {
    app: App,
    handle: Handle,
    wake: Arc<dyn Fn() + Send + Sync>,
    started: AtomicU64,
}

enum Step<T> {
    Progress(Progress),
    Ended(Result<T, Failure>),
}

impl Tasks {
    /// Tasks on this core; `wake` is called from any thread.
    pub fn new(runtime: &Runtime, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { app: runtime.app().clone(), handle: runtime.handle(), wake: Arc::new(wake), started: AtomicU64::new(0) }
    }

    /// Starts a use case and returns its pending outcome.
    pub fn start<T, F>(&self, work: impl FnOnce(App, Report) -> F) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let (sender, steps) = unbounded_channel();
        let tell = self.teller(sender.clone());
        let report = Report::new(move |progress| tell(Step::Progress(progress)));
        let end = self.teller(sender);
        let work = caught(work(self.app.clone(), report));
        let task = self.handle.spawn(async move { end(Step::Ended(work.await)) });
        let id = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        Pending { id, steps: Some(steps), task: Some(task.abort_handle()) }
    }

    /// Starts a use case whose outcome nobody waits for; a failure becomes news.
    pub fn run<F>(&self, work: impl FnOnce(App) -> F)
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let app = self.app.clone();
        let work = caught(work(self.app.clone()));
        self.handle.spawn(async move {
            if let Err(failure) = work.await {
                app.tell(News::Problem(failure));
            }
        });
    }

    /// Send first, then wake: the next frame must find it.
    fn teller<T: Send + 'static>(&self, steps: UnboundedSender<Step<T>>) -> impl Fn(Step<T>) + Send + Sync + 'static {
        let wake = Arc::clone(&self.wake);
        move |step| {
            // Nobody listens after the pending value was dropped.
            let _ = steps.send(step);
            wake();
        }
    }
}

/// A use case in progress. Dropping it cancels it, except work that may have spent a refresh token: that continues.
pub struct Pending<T> {
    id: u64,
    steps: Option<UnboundedReceiver<Step<T>>>,
    task: Option<AbortHandle>,
}

impl<T> Pending<T> {
    /// One that never ends, for tests of screens.
    pub fn never() -> Self {
        Self { id: 0, steps: None, task: None }
    }

    /// A number that is unique in this process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Polls: progress goes to `told`, an outcome ends it.
    pub fn poll(&mut self, told: &mut Vec<Progress>) -> Option<Result<T, Failure>> {
        let steps = self.steps.as_mut()?;
        loop {
            match steps.try_recv() {
                Ok(Step::Progress(progress)) => told.push(progress),
                Ok(Step::Ended(outcome)) => return Some(outcome),
                Err(TryRecvError::Empty) => return None,
                Err(TryRecvError::Disconnected) => return Some(Err(Failure::ended())),
            }
        }
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}
