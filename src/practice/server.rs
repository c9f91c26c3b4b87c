//! The sockets: one thread with a runtime of its own, bounded in connections, size and time. Nobody can keep
//! another caller waiting, and stopping ends every connection.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};

use crate::practice::desk::Desk;
use crate::practice::message::{Answer, Asked, Body, Parameters};
use crate::practice::moment::Moment;
use crate::secret::Secret;

/// Idle peers must not lock out the browser: enough connections for a crowd of them.
const MOST_CONNECTIONS: usize = 256;
/// Largest request body in bytes. A token call has one or two thousand.
const LARGEST_BODY: usize = 64 * 1024;
/// Largest request line and headers in bytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// A peer that has not sent its request by then is cut off.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// No connection outlives this, slow and endless replies included.
const CONNECTION_TIME: Duration = Duration::from_secs(150);
/// When accepting fails, file handles have most likely run out: others need time to give some back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

type Outgoing = Either<Full<Bytes>, Endless>;

/// The running thread. It ends, with all connections, when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// The thread ends when this goes away.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the desk on a listener that is bound already.
    pub(crate) fn start(listener: TcpListener, desk: Arc<Mutex<Desk>>) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("practice".to_owned())
            .spawn(move || run(&runtime, listener, &desk, stopped))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

fn run(runtime: &Runtime, listener: tokio::net::TcpListener, desk: &Arc<Mutex<Desk>>, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        tokio::select! {
            () = accept(listener, desk) => {}
            _ = stopped => {}
        }
    });
}

async fn accept(listener: tokio::net::TcpListener, desk: &Arc<Mutex<Desk>>) {
    let seats = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) if is_loopback(peer) => {
                let desk = Arc::clone(desk);
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(CONNECTION_TIME, serve(stream, desk)).await;
                    drop(seat);
                });
            }
            Ok(_) => {}
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Bound to 127.0.0.1 nobody else can come; looked at all the same, since everything here rests on it.
fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().is_loopback()
}

async fn serve(stream: TcpStream, desk: Arc<Mutex<Desk>>) {
    let service = service_fn(|request| respond(request, &desk));
    // One request a connection: nothing is left open to a service that has stopped.
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIME)
        .max_buf_size(LARGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // A peer that left in the middle is nobody's error.
    let _ = connection.await;
}

async fn respond(request: Request<Incoming>, desk: &Mutex<Desk>) -> Result<Response<Outgoing>, io::Error> {
    let asked = read(request).await?;
    let pause = lock(desk).pause(&asked);
    if let Some(pause) = pause {
        tokio::time::sleep(pause).await;
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
    let answer = lock(desk).answer(&asked, &mut Moment::new(Timestamp::now(), seed));
    Ok(response(answer))
}

async fn read(request: Request<Incoming>) -> Result<Asked, io::Error> {
    let (head, body) = request.into_parts();
    let header = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
    let mut asked = Asked {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        host: header(HOST).map(str::to_owned),
        query: Parameters::form(head.uri.query().unwrap_or_default()),
        authorization: header(AUTHORIZATION).map(Secret::new),
        content_type: header(CONTENT_TYPE)
            .and_then(|value| value.split(';').next())
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default(),
        ..Asked::default()
    };
    if body.size_hint().lower() > LARGEST_BODY as u64 {
        asked.is_too_large = true;
        return Ok(asked);
    }
    let body = tokio::time::timeout(REQUEST_TIME, Limited::new(body, LARGEST_BODY).collect()).await?;
    match body {
        Ok(body) => asked.body = Secret::new(String::from_utf8_lossy(&body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => asked.is_too_large = true,
        Err(error) => return Err(io::Error::other(error)),
    }
    Ok(asked)
}

fn response(answer: Answer) -> Response<Outgoing> {
    let body = match answer.body {
        Body::Text(text) => Either::Left(Full::new(Bytes::from(text))),
        Body::Endless(start) => Either::Right(Endless { start: Some(Bytes::from_static(start.as_bytes())) }),
    };
    let mut builder = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    builder.body(body).unwrap_or_else(|_| {
        // Headers are made here, of escaped parts; one that cannot be sent is a defect, and not the caller's.
        let mut response = Response::new(Either::Left(Full::default()));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// The state behind the lock. A panic elsewhere leaves it whole enough to practise with.
pub(crate) fn lock(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A start, then blanks until the peer has had enough.
struct Endless {
    start: Option<Bytes>,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        static BLANKS: [u8; 16 * 1024] = [b' '; 16 * 1024];
        let chunk = self.start.take().unwrap_or(Bytes::from_static(&BLANKS));
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }
}
