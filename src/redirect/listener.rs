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
use crate::redirect::answer::{Arrival, Desk, Question, already_completed};
use crate::redirect::bind::bind;
use crate::redirect::certificate::LocalCertificate;
use crate::redirect::error::ListenError;
use crate::redirect::stray::{Stray, Told};
use crate::redirect::{Parameters, Verdict};

/// Connections at a time. Beyond it the oldest idle one gives way, so that a flood of silent connections cannot lock
/// out the browser.
const CONNECTIONS: usize = 256;

/// The largest request head; authorization codes and error texts stay far below. Protects memory.
const HEAD_LIMIT: usize = 16 * 1024;

/// The time for a TLS handshake, and then for the request head.
const HEAD_TIME: Duration = Duration::from_secs(3);

/// The time for a whole request and its answer.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// The first byte of a TLS connection: the content type of a handshake (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// A fatal `handshake_failure` (RFC 8446 section 6): a browser that asked for TLS here says at once that there is none,
/// and one that tries TLS first goes on in plain.
const NO_TLS_HERE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

/// The pause after a failed `accept`, which otherwise fails again at once while file handles are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A bound listener, not serving yet: connections wait in the backlog until [`Listener::receive`].
pub struct Listener {
    sockets: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
    path: Arc<str>,
    tls: Option<TlsAcceptor>,
}

/// The accepted authorization response.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// Its parameters, as they were judged.
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
    /// An `https` plan needs the certificate; another ignores it.
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

    /// The port, the same on every address.
    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    /// The addresses that are listened to.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves until `judge` accepts a response, and until the browser has been sent its page. Waits for ever where
    /// none comes. `stray` hears of visits that bring no response, of each once and of few in all. Dropping the future
    /// stops everything at once and frees the port.
    pub async fn receive(
        self,
        mut judge: impl FnMut(&Parameters) -> Verdict + Send,
        mut stray: impl FnMut(Stray) + Send,
    ) -> (Received, LateVisits) {
        // Small on purpose: whoever asks waits for the answer anyway.
        let (arrivals, arrived) = mpsc::channel(16);
        let visitors = Visitors::new(Reception { desk: Desk { path: self.path, arrivals }, tls: self.tls });
        let mut open = LateVisits { sockets: self.sockets, visitors, arrived };
        let mut told = Told::default();
        let (question, page) = loop {
            tokio::select! {
                biased;
                Some(arrival) = open.arrived.recv() => match arrival {
                    Arrival::Stray(visit) if told.is_news(&visit) => stray(visit),
                    Arrival::Stray(_) => {}
                    Arrival::Question(question) => match judge(&question.parameters) {
                        Verdict::Refuse(page) => drop(question.ruling.send((StatusCode::BAD_REQUEST, page))),
                        Verdict::Accept(page) => break (question, page),
                    },
                },
                () = open.visitors.leave() => {}
                arrival = accept(&open.sockets) => open.visitors.admit(arrival).await,
            }
        };
        let Question { parameters, ruling, asker } = question;
        // A browser that left before the answer changes nothing: its response was judged.
        drop(ruling.send((StatusCode::OK, page)));
        open.answer_until(|visitors| !visitors.present(asker)).await;
        (Received { parameters }, open)
    }
}

/// The port of a sign-in that is over. Browsers come twice: two tabs, a reload, a page that was loaded ahead. Whoever
/// comes late hears that the sign-in is completed, rather than that nothing is there.
pub struct LateVisits {
    sockets: Vec<TcpListener>,
    visitors: Visitors,
    arrived: mpsc::Receiver<Arrival>,
}

impl LateVisits {
    /// Answers for ever; dropping the future frees the port.
    pub async fn answer(mut self) {
        self.answer_until(|_| false).await;
    }

    async fn answer_until(&mut self, done: impl Fn(&Visitors) -> bool) {
        while !done(&self.visitors) {
            tokio::select! {
                biased;
                Some(arrival) = self.arrived.recv() => if let Arrival::Question(question) = arrival {
                    drop(question.ruling.send(already_completed()));
                },
                () = self.visitors.leave() => {}
                arrival = accept(&self.sockets) => self.visitors.admit(arrival).await,
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

/// The connections that are open.
struct Visitors {
    tasks: JoinSet<()>,
    /// In the order of arrival.
    present: VecDeque<Visitor>,
    reception: Reception,
}

struct Visitor {
    task: AbortHandle,
    /// Whether a request head has arrived whole.
    requested: Arc<AtomicBool>,
}

impl Visitors {
    fn new(reception: Reception) -> Self {
        Self { tasks: JoinSet::new(), present: VecDeque::new(), reception }
    }

    /// Gives a connection its task.
    async fn admit(&mut self, arrival: io::Result<(TcpStream, SocketAddr)>) {
        match arrival {
            Ok((stream, peer)) if peer.ip().to_canonical().is_loopback() => {
                self.make_room();
                let requested = Arc::new(AtomicBool::new(false));
                let task = self.tasks.spawn(self.reception.clone().attend(stream, Arc::clone(&requested)));
                self.present.push_back(Visitor { task, requested });
                // Lets the new connection be read before more arrive, or a burst could push it out unheard.
                task::yield_now().await;
            }
            Ok(_) => {}
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }

    /// Shows the oldest idle connection the door when the house is full; the oldest of all when none is idle.
    fn make_room(&mut self) {
        if self.present.len() < CONNECTIONS {
            return;
        }
        let idle = self.present.iter().position(|visitor| !visitor.requested.load(Ordering::Relaxed));
        if let Some(visitor) = self.present.remove(idle.unwrap_or(0)) {
            visitor.task.abort();
        }
    }

    /// Waits until one connection ends; for ever where there is none.
    async fn leave(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => return std::future::pending().await,
        };
        self.present.retain(|visitor| visitor.task.id() != id);
    }

    fn present(&self, id: task::Id) -> bool {
        self.present.iter().any(|visitor| visitor.task.id() == id)
    }
}

/// What each connection is served with.
#[derive(Clone)]
struct Reception {
    desk: Desk,
    tls: Option<TlsAcceptor>,
}

impl Reception {
    /// One connection, from handshake to farewell. What goes wrong is the peer's matter alone: garbage must not disturb
    /// the flow.
    async fn attend(self, stream: TcpStream, requested: Arc<AtomicBool>) {
        let visit = async {
            let Some(first) = first_byte(&stream).await else { return };
            match &self.tls {
                None if first == TLS_HANDSHAKE => {
                    self.desk.tell(Stray::Https).await;
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
            self.desk.answer(request, wrong_scheme)
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

/// What a connection begins with, still to be read; nothing where the peer left or stays silent.
async fn first_byte(stream: &TcpStream) -> Option<u8> {
    let mut first = [0];
    match timeout(HEAD_TIME, stream.peek(&mut first)).await {
        Ok(Ok(1)) => Some(first[0]),
        _ => None,
    }
}

/// Says that no TLS is spoken here, and waits until the peer has left: closing earlier, with bytes unread, would take the
/// words back.
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
