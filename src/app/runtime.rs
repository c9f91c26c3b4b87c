//! The threads on which the use cases run.

use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};

use crate::app::fault::caught;
use crate::app::handle::App;
use crate::app::news::News;
use crate::app::ports::Ports;
use crate::app::{Failure, tokens};

/// Threads for the use cases: two, so that one that is busy for a moment does not hold up listener, socket and timers.
const THREADS: usize = 2;
/// Bytes of stack of each: a use case is one large value in an unoptimised build, and several may be nested.
const STACK: usize = 8 * 1024 * 1024;
/// How long the end of the program waits for a call that may have spent a refresh token: what the service sends back then may
/// be the only one that is good.
const FAREWELL: Duration = Duration::from_secs(5);

/// The running core. Dropping it sees through what must be, and ends the rest.
pub struct Runtime {
    app: App,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Runtime {
    /// Starts it. `news` is called from any thread and must not block: it sends on what it is told, and then wakes the face.
    pub fn start(ports: Ports, news: impl Fn(News) + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("app")
            .thread_stack_size(STACK)
            .enable_all()
            .build()?;
        let app = App::new(ports, Box::new(news));
        let trying = app.clone();
        runtime.spawn(async move {
            let write_pending = async {
                tokens::write_pending(&trying).await;
                Ok(())
            };
            if let Err(failure) = caught(write_pending).await {
                trying.tell(News::Problem(failure));
            }
        });
        Ok(Self { app, runtime: Some(runtime) })
    }

    /// The handle that the faces hold.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Where tasks are started.
    pub fn handle(&self) -> Handle {
        self.runtime().handle().clone()
    }

    /// Runs a use case and waits for it, on a thread with the stack that it needs: that of the caller may be smaller.
    pub fn block_on<T: Send>(&self, work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
        let work = || self.runtime().block_on(caught(work));
        std::thread::scope(|scope| {
            let thread =
                std::thread::Builder::new().name("use case".into()).stack_size(STACK).spawn_scoped(scope, work);
            let thread = thread.map_err(|error| Failure::inside(&error.to_string()))?;
            thread.join().unwrap_or_else(|_| Err(Failure::fault()))
        })
    }

    fn runtime(&self) -> &tokio::runtime::Runtime {
        // It is taken on drop alone.
        self.runtime.as_ref().unwrap_or_else(|| unreachable!("the core runs as long as this lives"))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let app = self.app.clone();
        runtime.block_on(async move {
            // What is not done by then is dropped, as a machine that is switched off would drop it.
            let _ = tokio::time::timeout(FAREWELL, app.settled()).await;
            app.scheduler.finish().await;
            app.open_port.finish().await;
            // Nobody would be there to take it back later.
            app.take_back_copy().await;
        });
        // A keyring that hangs must not keep the program from ending.
        runtime.shutdown_background();
    }
}
