//! The threads that run the use cases.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};

use crate::app::fault::caught;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::ports::Ports;
use crate::app::{Failure, team, tokens};

/// Two threads, so that one busy use case does not hold up the listener, the socket and the timers.
const THREADS: usize = 2;
/// Stack size in bytes: in a debug build a use case is one large future, and several may be nested.
const STACK: usize = 8 * 1024 * 1024;
/// How long the program waits at its end for a call that may have spent a refresh token: the reply may hold the only
/// valid successor.
const FAREWELL: Duration = Duration::from_secs(5);

/// The running core. Dropping it completes what must complete, and cancels the rest.
pub struct Runtime {
    app: App,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Runtime {
    /// Starts the core. `news` is called from any thread and must not block: it forwards the event and wakes the face.
    pub fn start(ports: Ports, news: impl Fn(News) + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("app")
            .thread_stack_size(STACK)
            .enable_all()
            .build()?;
        team::follow_settings(&ports);
        let app = App::new(ports, Box::new(news));
        app.call_log.begin();
        let trying = app.clone();
        runtime.spawn(async move {
            let write_pending = caught(async {
                tokens::write_pending(&trying).await;
                Ok(())
            });
            if let Err(failure) = write_pending.await {
                trying.tell(News::Problem(failure));
            }
        });
        Ok(Self { app, runtime: Some(runtime) })
    }

    /// The handle that the faces hold.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The runtime that tasks are spawned on.
    pub fn handle(&self) -> Handle {
        self.runtime().handle().clone()
    }

    /// Runs a use case and waits for it, on a thread with a sufficient stack: the caller's may be smaller.
    pub fn block_on<T: Send>(&self, work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
        let work = caught(work);
        let work = || self.runtime().block_on(work);
        std::thread::scope(|scope| {
            let thread =
                std::thread::Builder::new().name("use case".into()).stack_size(STACK).spawn_scoped(scope, work);
            let thread = thread.map_err(|error| Failure::inside(&error.to_string()))?;
            thread.join().unwrap_or_else(|_| Err(Failure::fault()))
        })
    }

    fn runtime(&self) -> &tokio::runtime::Runtime {
        // Taken only on drop.
        self.runtime.as_ref().unwrap_or_else(|| unreachable!("the core runs as long as this lives"))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let app = self.app.clone();
        runtime.block_on(async move {
            // What is not done by then is dropped, as a power failure would.
            let _ = tokio::time::timeout(FAREWELL, app.settled()).await;
            app.scheduler.finish().await;
            app.open_port.finish().await;
            app.call_log.written().await;
            // Nobody would be there to clear it later.
            app.take_back_copy().await;
        });
        // A hanging keyring must not keep the program from ending.
        runtime.shutdown_background();
    }
}
