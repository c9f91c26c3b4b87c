//! Connections to the server: how each is set, when a lost one is made anew, and what an error means.

use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc::UnboundedSender;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::durable::{self, FileError};
use crate::store::StoreError;
use crate::store::error::{ServerError, ServerFault};
use crate::store::postgres::address::{Address, Tls};

/// How long the server may take for one piece of work that waits for nobody.
const ANSWER: Duration = Duration::from_secs(15);
/// How long bytes may stay unacknowledged before the connection counts as lost.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);
/// What the server is asked to do for each connection: to find out within 11 seconds that this machine has vanished, and to
/// let go within a minute of what a machine holds that has stopped. Both would else take hours.
const SESSION: &str = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 \
     -c idle_in_transaction_session_timeout=45s";
/// How often it is tried again to reach a server that restarts.
const PAUSE: Duration = Duration::from_millis(100);
/// How many connections are left open that nobody uses.
const MOST_IDLE: usize = 4;
/// More than any list of certificates has.
const ROOTS_LIMIT: u64 = 4 * 1024 * 1024;

/// A server, and the connections to it that nobody uses at the moment.
pub(in crate::store) struct Server {
    place: Arc<Path>,
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// `None` while it ends.
    runtime: Option<Runtime>,
    idle: Mutex<Vec<Client>>,
}

/// Why a piece of work on a connection failed.
pub(in crate::store) enum Failed {
    Server(tokio_postgres::Error),
    /// Nothing came back in time.
    Silent,
    /// A row is not what this program writes.
    Malformed(&'static str),
    /// What this program found out by itself.
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

/// How long to go on when the server is away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Patience {
    /// It may restart, but it must be there.
    Restart,
    /// What is to be written is nowhere else.
    Only,
}

impl Server {
    pub(in crate::store) fn new(address: &Address) -> Result<Self, StoreError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("postgres").enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Client { reason: error.to_string() })?;
        let tls = match &address.tls {
            Tls::Off => None,
            Tls::Verified { roots } => Some(MakeRustlsConnect::new(verified(roots.as_deref())?)),
        };
        let place = Arc::from(Path::new(&address.to_string()));
        Ok(Self { place, config: settings(address), tls, runtime: Some(runtime), idle: Mutex::default() })
    }

    pub(in crate::store) fn place(&self) -> &Path {
        &self.place
    }

    /// Where this server's connections live. It outlives them.
    pub(in crate::store) fn handle(&self) -> Option<&Handle> {
        self.runtime.as_ref().map(Runtime::handle)
    }

    /// Closes what nobody uses, before this process waits for long.
    pub(in crate::store) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Does a piece of work on a connection of its own, and again on a new one if the connection was lost. So `work` may find
    /// that it was done before: an error while committing does not say whether it was.
    #[allow(clippy::needless_pass_by_value, reason = "a closure, written at the call")]
    pub(in crate::store) fn run<T>(
        &self,
        action: &'static str,
        patience: Patience,
        work: impl AsyncFn(&mut Client) -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        self.retry(action, patience, || {
            self.wait(ANSWER, async {
                let mut client = self.idle_or_new().await?;
                let done = work(&mut client).await;
                self.put_back(client);
                done
            })
        })
    }

    /// A connection that nobody uses, else a new one.
    pub(in crate::store) async fn idle_or_new(&self) -> Result<Client, Failed> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(client) => Ok(client),
            None => self.connect().await,
        }
    }

    /// Leaves a connection to others, outside of any transaction.
    pub(in crate::store) fn put_back(&self, client: Client) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if !client.is_closed() && idle.len() < MOST_IDLE {
            idle.push(client);
        }
    }

    /// Tries until it works, fails for good, or patience ends.
    fn retry<T>(
        &self,
        action: &'static str,
        patience: Patience,
        attempt: impl Fn() -> Result<T, Failed>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        loop {
            let failed = match attempt() {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            let limit = match (failed.fault(), patience) {
                (fault, Patience::Only) if fault == ServerFault::Unreachable || failed.is_lost() => 30,
                (_, Patience::Restart) if failed.is_lost() => 10,
                _ => 0,
            };
            if began.elapsed() >= Duration::from_secs(limit) {
                return Err(failed.named(action, &self.place));
            }
            // waits: a server that is away tells nobody when it is back.
            thread::sleep(PAUSE);
        }
    }

    /// Waits for something that needs the server.
    pub(in crate::store) fn wait<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Failed>>,
    ) -> Result<T, Failed> {
        let Some(runtime) = &self.runtime else { return Err(Failed::Silent) };
        runtime.block_on(async { tokio::time::timeout(limit, work).await.unwrap_or(Err(Failed::Silent)) })
    }

    /// A new connection. It ends when its client is dropped.
    pub(in crate::store) async fn connect(&self) -> Result<Client, Failed> {
        self.connect_hearing(None).await
    }

    /// The same, with the notifications that come by it passed on.
    pub(in crate::store) async fn connect_hearing(
        &self,
        heard: Option<UnboundedSender<String>>,
    ) -> Result<Client, Failed> {
        let Some(runtime) = &self.runtime else { return Err(Failed::Silent) };
        match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                runtime.spawn(drive(connection, heard));
                Ok(client)
            }
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                runtime.spawn(drive(connection, heard));
                Ok(client)
            }
        }
    }
}

/// Drives a connection, and passes on the notifications that come by it.
async fn drive<S, T>(mut connection: Connection<S, T>, heard: Option<UnboundedSender<String>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    // How it ended is what the client's next call says.
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        if let (AsyncMessage::Notification(said), Some(heard)) = (message, &heard) {
            let _ = heard.send(said.payload().to_owned());
        }
    }
}

impl Drop for Server {
    /// Waits for nothing: the last user may be a thread that must not block.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn settings(address: &Address) -> Config {
    let mut config = address.config.clone();
    config.tcp_user_timeout(UNACKNOWLEDGED).keepalives_idle(Duration::from_secs(5));
    config.keepalives_interval(Duration::from_secs(2)).keepalives_retries(3);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(UNACKNOWLEDGED);
    }
    if config.get_application_name().is_none() {
        config.application_name("tokenwright");
    }
    // Those of the address come last, and win.
    let options = config.get_options().map(|options| format!("{SESSION} {options}"));
    config.options(options.unwrap_or_else(|| SESSION.to_owned()));
    config
}

/// With a server's name and certificate verified, which is what libpq calls `verify-full`.
fn verified(roots: Option<&Path>) -> Result<ClientConfig, StoreError> {
    let failed =
        |path: &Path, reason: String| FileError::at("read", path)(io::Error::new(io::ErrorKind::InvalidData, reason));
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions();
    let unsupported = |error: rustls::Error| StoreError::Client { reason: error.to_string() };
    let builder = builder.map_err(unsupported)?;
    let Some(path) = roots else {
        return Ok(builder.with_platform_verifier().map_err(unsupported)?.with_no_client_auth());
    };
    let bytes = durable::read(path, ROOTS_LIMIT).map_err(FileError::at("read", path))?;
    let bytes = bytes.ok_or_else(|| FileError::at("read", path)(io::ErrorKind::NotFound.into()))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| failed(path, error.to_string()))?;
        store.add(certificate).map_err(|error| failed(path, error.to_string()))?;
    }
    if store.is_empty() {
        return Err(failed(path, "it has no certificate in PEM".to_owned()).into());
    }
    Ok(builder.with_root_certificates(store).with_no_client_auth())
}

impl Failed {
    fn fault(&self) -> ServerFault {
        match self {
            Self::Server(error) => fault(error),
            Self::Silent => ServerFault::Unreachable,
            Self::Malformed(_) | Self::Store(_) => ServerFault::Other,
        }
    }

    /// Whether a lock was not free in time.
    pub(in crate::store) fn is_lock_timeout(&self) -> bool {
        matches!(self, Self::Server(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE))
    }

    /// Whether to connect once more.
    pub(in crate::store) fn is_lost(&self) -> bool {
        matches!(self.fault(), ServerFault::Lost | ServerFault::Starting | ServerFault::TooMany)
    }

    pub(in crate::store) fn named(self, action: &'static str, place: &Path) -> StoreError {
        let fault = self.fault();
        let reason = match self {
            Self::Store(error) => return error,
            Self::Silent => format!("no answer within {} s", ANSWER.as_secs()),
            Self::Malformed(what) => format!("{what} is not what this program writes"),
            Self::Server(error) => reason(&error),
        };
        ServerError { action, place: place.to_owned(), fault, reason }.into()
    }
}

/// What the server or the system said. The server's details are left out, since they quote rows.
fn reason(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

fn fault(error: &tokio_postgres::Error) -> ServerFault {
    if let Some(code) = error.code() {
        return match *code {
            SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => ServerFault::SignIn,
            SqlState::INVALID_CATALOG_NAME => ServerFault::NoDatabase,
            SqlState::INSUFFICIENT_PRIVILEGE => ServerFault::Denied,
            SqlState::READ_ONLY_SQL_TRANSACTION => ServerFault::ReadOnly,
            SqlState::DISK_FULL => ServerFault::Full,
            SqlState::TOO_MANY_CONNECTIONS => ServerFault::TooMany,
            SqlState::CANNOT_CONNECT_NOW => ServerFault::Starting,
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => {
                ServerFault::Lost
            }
            _ => ServerFault::Other,
        };
    }
    if error.is_closed() {
        return ServerFault::Lost;
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            return match (inner, error.kind()) {
                (Some(_), _) => ServerFault::Certificate,
                (None, io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) => {
                    ServerFault::Lost
                }
                _ => ServerFault::Unreachable,
            };
        }
        source = cause.source();
    }
    // The library itself refused to go on, and its text alone says why.
    ServerFault::Handshake
}
