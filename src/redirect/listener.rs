//! Listens on loopback until one authorization response is accepted.
//!
//! Invariant: each response is judged once, one at a time, and none after the accepted one. All tasks belong to
//! [`Listener::receive`], and then to [`LateVisits`], so dropping either stops them and frees the port.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use hyper::StatusCode;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{self, AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::oauth::Loopback;
use crate::redirect::answer::{Arrival, Candidate, Endpoint, already_completed};
use crate::redirect::bind::bind;
use crate::redirect::certificate::LocalCertificate;
use crate::redirect::error::ListenError;
use crate::redirect::stray::{Stray, Told};
use crate::redirect::{Parameters, Verdict};

/// Connections at a time. Evicts the oldest idle one when the limit is reached, so that a flood of silent connections
/// cannot lock out the browser.
const CONNECTIONS: usize = 256;

/// The largest request head, far above any authorization code or error text. Protects memory.
const HEAD_LIMIT: usize = 16 * 1024;

/// The time limit of a TLS handshake, and then of the request head.
const HEAD_TIME: Duration = Duration::from_secs(3);

/// The time limit of a whole request and its answer.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// The first byte of a TLS connection: the content type of a handshake (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// A fatal `handshake_failure` (RFC 8446 section 6): the browser reports at once that there is no TLS here, or falls back
/// to plain HTTP if it only tried TLS first.
const NO_TLS_HERE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

/// The pause after a failed `accept`, which would fail again at once while file handles are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound listener. Connections wait in the backlog until [`Listener::receive`].
pub struct Listener {
    sockets: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    path: Arc<str>,
    tls: Option<TlsAcceptor>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    pub parameters: Parameters,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.parameters.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("addresses", &self.addresses).field("path", &self.path).finish_non_exhaustive()
    }
}

impl Listener {
    /// Binds every address of the plan on one port, once. `localhost` on a machine without IPv6 is 127.0.0.1 alone.
    /// Only an `https` plan uses the certificate.
    pub async fn bind(plan: &Loopback, certificate: Option<&LocalCertificate>) -> Result<Self, ListenError> {
        let tls = match certificate {
            _ if !plan.https => None,
            None => return Err(ListenError::CertificateMissing),
            Some(certificate) => Some(TlsAcceptor::from(certificate.server_side().map_err(ListenError::Certificate)?)),
        };
        let sockets = bind(plan).await?;
        let mut addresses = Vec::with_capacity(sockets.len());
        for (socket, &address) in sockets.iter().zip(&plan.addresses) {
            addresses.push(socket.local_addr().map_err(|source| ListenError::Io { address, source })?);
        }
        Ok(Self { sockets, addresses, path: plan.path.as_str().into(), tls })
    }

    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves until `judge` accepts a response and the browser has its page; there is no time limit. Reports requests that
    /// bring no response to `stray`, each once and only a few. Dropping the future stops everything and frees the port.
    /// While a response is judged, connections wait.
    pub async fn receive<F: Future<Output = Verdict> + Send>(
        self,
        mut judge: impl FnMut(Parameters) -> F + Send,
        mut stray: impl FnMut(Stray) + Send,
    ) -> (Received, LateVisits) {
        // Small on purpose: each sender waits for its answer anyway.
        let (arrivals, arrived) = mpsc::channel(16);
        let connections = Connections::new(Handler { endpoint: Endpoint { path: self.path, arrivals }, tls: self.tls });
        let mut open = LateVisits { sockets: self.sockets, connections, arrived };
        let mut told = Told::default();
        let (candidate, page) = loop {
            tokio::select! {
                biased;
                Some(arrival) = open.arrived.recv() => match arrival {
                    Arrival::Stray(visit) if told.is_news(&visit) => stray(visit),
                    Arrival::Stray(_) => {}
                    Arrival::Candidate(candidate) => match judge(candidate.parameters.clone()).await {
                        Verdict::Refuse(page) => drop(candidate.decision.send((StatusCode::BAD_REQUEST, page))),
                        Verdict::Accept(page) => break (candidate, page),
                    },
                },
                () = open.connections.remove_closed() => {}
                arrival = accept(&open.sockets) => open.connections.add(arrival).await,
            }
        };
        let Candidate { parameters, decision, task } = candidate;
        // The response counts even if the browser has left.
        drop(decision.send((StatusCode::OK, page)));
        open.answer_until(|connections| !connections.is_open(task)).await;
        (Received { parameters }, open)
    }
}

/// The port of a completed sign-in. Browsers come twice (two tabs, a reload, a prerendered page); a late request gets the
/// answer that the sign-in is completed.
pub struct LateVisits {
    sockets: Vec<TcpListener>,
    connections: Connections,
    arrived: mpsc::Receiver<Arrival>,
}

impl LateVisits {
    /// Answers for ever; dropping the future frees the port.
    pub async fn answer(mut self) {
        self.answer_until(|_| false).await;
    }

    async fn answer_until(&mut self, done: impl Fn(&Connections) -> bool) {
        while !done(&self.connections) {
            tokio::select! {
                biased;
                Some(arrival) = self.arrived.recv() => if let Arrival::Candidate(candidate) = arrival {
                    drop(candidate.decision.send(already_completed()));
                },
                () = self.connections.remove_closed() => {}
                arrival = accept(&self.sockets) => self.connections.add(arrival).await,
            }
        }
    }
}

impl fmt::Debug for LateVisits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LateVisits").finish_non_exhaustive()
    }
}

/// The next connection on any of the sockets.
async fn accept(sockets: &[TcpListener]) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|context| {
        let ready = sockets.iter().map(|socket| socket.poll_accept(context)).find(Poll::is_ready);
        ready.unwrap_or(Poll::Pending)
    })
    .await
}

struct Connections {
    tasks: JoinSet<()>,
    /// In the order of arrival.
    open: VecDeque<Connection>,
    handler: Handler,
}

struct Connection {
    task: AbortHandle,
    /// Whether a request head has arrived whole.
    requested: Arc<AtomicBool>,
}

impl Connections {
    fn new(handler: Handler) -> Self {
        Self { tasks: JoinSet::new(), open: VecDeque::new(), handler }
    }

    async fn add(&mut self, arrival: io::Result<(TcpStream, SocketAddr)>) {
        match arrival {
            Ok((stream, peer)) if peer.ip().to_canonical().is_loopback() => {
                self.make_room();
                let requested = Arc::new(AtomicBool::new(false));
                let task = self.tasks.spawn(self.handler.clone().handle(stream, Arc::clone(&requested)));
                self.open.push_back(Connection { task, requested });
                // Reads the new connection before accepting more, or a burst could evict it unread.
                task::yield_now().await;
            }
            Ok(_) => {}
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }

    /// Evicts the oldest idle connection at the limit, or the oldest of all if none is idle.
    fn make_room(&mut self) {
        if self.open.len() < CONNECTIONS {
            return;
        }
        let idle = self.open.iter().position(|connection| !connection.requested.load(Ordering::Relaxed));
        if let Some(connection) = self.open.remove(idle.unwrap_or(0)) {
            connection.task.abort();
        }
    }

    /// Waits until a connection ends; forever if there is none.
    async fn remove_closed(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => return std::future::pending().await,
        };
        self.open.retain(|connection| connection.task.id() != id);
    }

    fn is_open(&self, id: task::Id) -> bool {
        self.open.iter().any(|connection| connection.task.id() == id)
    }
}

#[derive(Clone)]
struct Handler {
    endpoint: Endpoint,
    tls: Option<TlsAcceptor>,
}

impl Handler {
    /// Serves one connection. An error ends that connection only.
    async fn handle(self, stream: TcpStream, requested: Arc<AtomicBool>) {
        let visit = async {
            let Some(first) = first_byte(&stream).await else { return };
            match &self.tls {
                None if first == TLS_HANDSHAKE => {
                    self.endpoint.tell(Stray::Https).await;
                    refuse_tls(stream).await;
                }
                None => self.serve(stream, &requested, false).await,
                Some(tls) if first == TLS_HANDSHAKE => {
                    if let Ok(Ok(stream)) = timeout(HEAD_TIME, tls.accept(stream)).await {
                        self.serve(stream, &requested, false).await;
                    }
                }
                Some(_) => self.serve(stream, &requested, true).await,
            }
        };
        let _ = timeout(REQUEST_TIME, visit).await;
    }

    async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin, requested: &AtomicBool, wrong_scheme: bool) {
        let service = service_fn(|request| {
            requested.store(true, Ordering::Relaxed);
            self.endpoint.answer(request, wrong_scheme)
        });
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_LIMIT)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }
}

/// The first byte of a connection, left unread; `None` where the peer closed or stays silent.
async fn first_byte(stream: &TcpStream) -> Option<u8> {
    let mut first = [0];
    match timeout(HEAD_TIME, stream.peek(&mut first)).await {
        Ok(Ok(1)) => Some(first[0]),
        _ => None,
    }
}

/// Refuses TLS and waits for the peer to close: closing first, with bytes unread, would discard the alert.
async fn refuse_tls(mut stream: TcpStream) {
    let refusal = async {
        stream.write_all(&NO_TLS_HERE).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    let _ = timeout(HEAD_TIME, refusal).await;
}
