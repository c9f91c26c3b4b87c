//! The mechanics that both servers share: a thread of their own, on which each connection is answered once and none
//! keeps another waiting, not with a slow reply, not with a body that never comes, not by refusing to read.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde_json::json;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::practice::message::{Request, Response};
use crate::practice::now::Now;
use crate::practice::wire::{self, Sent};

/// How long a stopping server waits for peers that never read; all others need no time at all.
const PATIENCE: Duration = Duration::from_millis(500);

/// The pause after a failed `accept`, which otherwise fails again at once while file handles are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the server did not start.
#[derive(Debug, Error)]
pub enum PracticeError {
    /// Another program listens there.
    #[error("port {port} on 127.0.0.1 is taken")]
    PortTaken {
        port: u16,
        #[source]
        source: io::Error,
    },
    /// This user may not listen there.
    #[error("port {port} on 127.0.0.1 may not be opened by this user")]
    PortForbidden {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("the practice service could not start on 127.0.0.1")]
    Start(#[source] io::Error),
}

/// Answers requests, one at a time.
pub(crate) trait Handler: Send + 'static {
    /// How long the caller is kept waiting first.
    fn delay(&self, _request: &Request) -> Option<Duration> {
        None
    }

    fn answer(&mut self, request: &Request, now: &mut Now) -> Response;
}

/// A running server on 127.0.0.1. Dropping it answers whoever waits and frees the port.
pub(crate) struct Server<H> {
    port: u16,
    shared: Arc<Shared<H>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared<H> {
    handler: Mutex<H>,
    stop: CancellationToken,
    /// Requests whose head has arrived, so far.
    requests: watch::Sender<usize>,
}

impl<H: Handler> Server<H> {
    /// Listens on a port, or on a free one. `handler` is given the port.
    pub(crate) fn start(port: Option<u16>, handler: impl FnOnce(u16) -> H) -> Result<Self, PracticeError> {
        let wanted = port.unwrap_or(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => PracticeError::PortTaken { port: wanted, source },
            io::ErrorKind::PermissionDenied => PracticeError::PortForbidden { port: wanted, source },
            _ => PracticeError::Start(source),
        })?;
        let port = listener.local_addr().map_err(PracticeError::Start)?.port();
        listener.set_nonblocking(true).map_err(PracticeError::Start)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(PracticeError::Start)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(PracticeError::Start)?
        };
        let shared = Arc::new(Shared {
            handler: Mutex::new(handler(port)),
            stop: CancellationToken::new(),
            requests: watch::Sender::new(0),
        });
        let serving = serve(listener, Arc::clone(&shared));
        let thread = thread::Builder::new().name("practice".to_owned()).spawn(move || runtime.block_on(serving));
        Ok(Self { port, shared, thread: Some(thread.map_err(PracticeError::Start)?) })
    }
}

impl<H> Server<H> {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The handler, between two requests. A panic in one of them leaves it whole enough to practise with.
    pub(crate) fn handler(&self) -> MutexGuard<'_, H> {
        self.shared.handler()
    }

    /// Waits until the heads of this many requests have arrived since the start.
    #[cfg(test)]
    pub(crate) fn wait_for_requests(&self, count: usize) {
        let mut requests = self.shared.requests.subscribe();
        let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(requests.wait_for(|seen| *seen >= count)).expect("the server runs");
    }
}

impl<H> Drop for Server<H> {
    fn drop(&mut self) {
        self.shared.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

impl Diagnose for PracticeError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::PortTaken { .. } => diagnosis.hint(
                "choose another port, leave the port out to get a free one, or stop the program that listens there \
                 (perhaps another practice service)",
            ),
            Self::PortForbidden { .. } => {
                diagnosis.hint("choose a port from 1024 on, or leave the port out to get a free one")
            }
            Self::Start(source) => diagnosis.hint(format!("the system said: {source}")),
        }
    }
}

/// Runs until the server stops, and then until whoever waits is answered.
async fn serve<H: Handler>(listener: tokio::net::TcpListener, shared: Arc<Shared<H>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(Arc::clone(&shared).connection(stream))),
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    let _ = timeout(PATIENCE, async { while connections.join_next().await.is_some() {} }).await;
}

impl<H> Shared<H> {
    fn handler(&self) -> MutexGuard<'_, H> {
        self.handler.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<H: Handler> Shared<H> {
    /// Answers one request. Of a server that stops, a connection without a request is closed at once.
    async fn connection(self: Arc<Self>, stream: TcpStream) {
        let has_request = AtomicBool::new(false);
        let service = service_fn(|request| {
            has_request.store(true, Ordering::Relaxed);
            self.respond(request)
        });
        // One request a connection: a caller that kept it would wait in vain once the service has stopped.
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).keep_alive(false);
        let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            _ = connection.as_mut() => return,
            () = self.stop.cancelled() => {}
        }
        if has_request.load(Ordering::Relaxed) {
            // A peer that left in the middle is nobody's error.
            let _ = connection.await;
        }
    }

    async fn respond(&self, request: hyper::Request<Incoming>) -> io::Result<hyper::Response<Sent>> {
        self.requests.send_modify(|requests| *requests += 1);
        let response = tokio::select! {
            biased;
            answer = self.answer(request) => answer?,
            () = self.stop.cancelled() => {
                let words = "the practice service has stopped";
                let document = json!({ "error": "temporarily_unavailable", "error_description": words });
                Response::json(503, &document)
            }
        };
        wire::response(response, &self.stop).map_err(io::Error::other)
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> io::Result<Response> {
        let request = wire::read(request).await.map_err(io::Error::other)?;
        let delay = self.handler().delay(&request);
        if let Some(delay) = delay {
            sleep(delay).await;
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(self.handler().answer(&request, &mut Now::new(Timestamp::now(), seed)))
    }
}
