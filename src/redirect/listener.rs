//! Listens on loopback until one authorization response is accepted.
//!
//! Invariant: each response is judged once, one at a time, and none after the accepted one. All tasks belong to
//! [`Listener::receive`], so dropping its future stops them and frees the port.

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
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{self, AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::oauth::Loopback;
use crate::redirect::answer::{Question, already_completed, answer};
use crate::redirect::bind::bind;
use crate::redirect::certificate::LocalCertificate;
use crate::redirect::error::ListenError;
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

/// The time that requests which are under way get to hear that the flow is completed.
const LAST_WORDS_TIME: Duration = Duration::from_secs(2);

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
    /// none comes. Dropping the future stops everything at once and frees the port.
    pub async fn receive(self, mut judge: impl FnMut(&Parameters) -> Verdict + Send) -> Received {
        // Small on purpose: whoever asks waits for the answer anyway.
        let (questions, mut asked) = mpsc::channel(16);
        let mut visitors = Visitors::new(self.path, self.tls, questions);
        let question = loop {
            tokio::select! {
                biased;
                Some(question) = asked.recv() => match judge(&question.parameters) {
                    Verdict::Refuse(page) => drop(question.ruling.send((StatusCode::BAD_REQUEST, page))),
                    Verdict::Accept(page) => break (question, page),
                },
                () = visitors.leave() => {}
                arrival = accept(&self.sockets) => visitors.admit(arrival).await,
            }
        };
        drop(self.sockets);
        let (Question { parameters, ruling, asker }, page) = question;
        // A browser that left before the answer changes nothing: its response was judged.
        drop(ruling.send((StatusCode::OK, page)));
        visitors.conclude(&mut asked, |visitors| !visitors.present(asker)).await;
        let _ = timeout(LAST_WORDS_TIME, visitors.conclude(&mut asked, |visitors| !visitors.any_request())).await;
        Received { parameters }
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
    desk: Desk,
}

struct Visitor {
    task: AbortHandle,
    /// Whether a request head has arrived whole.
    requested: Arc<AtomicBool>,
}

impl Visitors {
    fn new(path: Arc<str>, tls: Option<TlsAcceptor>, questions: mpsc::Sender<Question>) -> Self {
        Self { tasks: JoinSet::new(), present: VecDeque::new(), desk: Desk { path, tls, questions } }
    }

    /// Gives a connection its task.
    async fn admit(&mut self, arrival: io::Result<(TcpStream, SocketAddr)>) {
        match arrival {
            Ok((stream, peer)) if peer.ip().to_canonical().is_loopback() => {
                self.make_room();
                let requested = Arc::new(AtomicBool::new(false));
                let task = self.tasks.spawn(self.desk.clone().attend(stream, Arc::clone(&requested)));
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

    /// Lets connections end until `done`, telling each that still asks that the flow is completed.
    async fn conclude(&mut self, asked: &mut mpsc::Receiver<Question>, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            tokio::select! {
                Some(question) = asked.recv() => drop(question.ruling.send(already_completed())),
                () = self.leave() => {}
            }
        }
    }

    fn present(&self, id: task::Id) -> bool {
        self.present.iter().any(|visitor| visitor.task.id() == id)
    }

    fn any_request(&self) -> bool {
        self.present.iter().any(|visitor| visitor.requested.load(Ordering::Relaxed))
    }
}

/// What each connection is served with.
#[derive(Clone)]
struct Desk {
    path: Arc<str>,
    tls: Option<TlsAcceptor>,
    questions: mpsc::Sender<Question>,
}

impl Desk {
    /// One connection, from handshake to farewell. What goes wrong is the peer's matter alone: garbage, plain HTTP
    /// on a TLS port and the like must not disturb the flow.
    async fn attend(self, stream: TcpStream, requested: Arc<AtomicBool>) {
        let visit = async {
            match &self.tls {
                None => self.serve(stream, &requested).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(HEAD_TIME, tls.accept(stream)).await {
                        self.serve(stream, &requested).await;
                    }
                }
            }
        };
        let _ = timeout(REQUEST_TIME, visit).await;
    }

    async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin, requested: &AtomicBool) {
        let service = service_fn(|request| {
            requested.store(true, Ordering::Relaxed);
            answer(request, &self.path, &self.questions)
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
