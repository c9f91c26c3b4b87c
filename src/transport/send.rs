//! Sends a call once, within a time limit. The HTTP client and its root certificates are created when first needed, so that
//! a command that sends nothing starts in milliseconds.

use std::pin::pin;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::time::timeout;

use crate::call::{ClientCertificate, Reply};
use crate::oauth::HardwareKey;
use crate::transport::body::{self, BodyError};
use crate::transport::error::TransportError;
use crate::transport::explain::{explain, explain_set_up, is_tls};
use crate::transport::hardware;
use crate::transport::identity::{identity_of, unusable};
use crate::transport::network::{Network, ReadNetwork};
use crate::transport::proxy::Proxy;
use crate::transport::resolver::Resolver;
use crate::transport::wire::{Outgoing, Route, Wire};

/// A timer that rings so much too late belongs to a process that was stopped.
const LATE: Duration = Duration::from_millis(100);
/// How long what has arrived already may take to be read.
const MOMENT: Duration = Duration::from_millis(500);

/// The most clients that are kept: each holds the root certificates, and costs about 5 ms to build.
const MOST_SENDERS: usize = 12;

/// The limits of a call.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    /// For the whole call, from connecting to the last byte of the reply.
    pub timeout: Duration,
    /// For connecting, TLS included.
    pub connect_timeout: Duration,
    /// The largest body of a reply, in bytes after decompression.
    pub max_body: usize,
    /// Root certificates in PEM that are trusted in addition to the system's.
    pub extra_root_pem: Option<Vec<u8>>,
    /// Sends every call to this loopback port instead, as `http://127.0.0.1:PORT/SCHEME/HOST/PATH?QUERY`, so that the
    /// server there sees the original target. Nothing leaves the machine.
    pub rehearse_at: Option<u16>,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_body: 1024 * 1024,
            extra_root_pem: None,
            rehearse_at: None,
        }
    }
}

pub struct Transport {
    options: TransportOptions,
    network: Option<ReadNetwork>,
    /// The one that was used last is at the end.
    senders: Mutex<Vec<(Key, Sender)>>,
}

/// What a client is built for: the route, and the certificate that it shows, if a profile has one. The HTTP library has it on
/// the client and not on the call.
type Key = (Route, Option<Arc<ClientCertificate>>);

/// A client, and what was set when it was built.
#[derive(Clone)]
struct Sender {
    client: Client,
    network: Arc<Network>,
}

impl Transport {
    pub fn new(options: TransportOptions) -> Self {
        Self { options, network: None, senders: Mutex::default() }
    }

    /// The same, following what a person sets of connections.
    #[must_use]
    pub fn following(self, network: ReadNetwork) -> Self {
        Self { network: Some(network), ..self }
    }

    /// Sends the call and reads the whole reply; `now` is called after the last byte. Any status is a reply, redirects
    /// included. Dropping the future closes the connection.
    pub async fn send(&self, wire: Wire, now: impl Fn() -> Timestamp) -> Result<Reply, TransportError> {
        let outgoing = wire.parse()?;
        let Outgoing { request, route, host } = match self.options.rehearse_at {
            Some(port) => outgoing.at_rehearsal(port)?,
            None => outgoing,
        };
        let Sender { client, network } = self.sender(route, wire.client_certificate.clone())?;
        let shows_certificate = wire.client_certificate.is_some() || network.client_certificate.is_some();
        drop(wire);
        let connect_timeout = network.connect_timeout.unwrap_or(self.options.connect_timeout);
        let start = Instant::now();
        let exchange = async {
            let mut response = match client.execute(request).await {
                Ok(response) => response,
                Err(error) => {
                    return Err(why(error, route, &host, &network, (connect_timeout, shows_certificate)).await);
                }
            };
            let bytes = body::read(&mut response, self.options.max_body).await.map_err(|error| match error {
                BodyError::TooLarge => {
                    TransportError::BodyTooLarge { host: host.clone(), limit: self.options.max_body }
                }
                // With TLS 1.3 a server refuses a certificate after the handshake (RFC 8446 section 4.4.2.4).
                BodyError::Broken(error) => explain(error, &host, connect_timeout, shows_certificate),
            })?;
            let headers = headers(&response);
            let content_type = headers.iter().find(|(name, _)| name == "content-type");
            let body = body::decode(&bytes, content_type.map_or("", |(_, value)| value));
            let status = response.status().as_u16();
            Ok(Reply { status, headers, body, elapsed: start.elapsed(), received_at: now() })
        };
        let after = network.timeout.unwrap_or(self.options.timeout);
        let mut exchange = pin!(exchange);
        if let Ok(done) = timeout(after, &mut exchange).await {
            return done;
        }
        // A process that was stopped finds its time over when it goes on, and maybe the reply waiting: it is taken, since it
        // may hold the only valid refresh token.
        let moment = if start.elapsed() > after + LATE { MOMENT } else { Duration::ZERO };
        timeout(moment, exchange).await.unwrap_or_else(|_| Err(TransportError::Timeout { host: host.clone(), after }))
    }

    /// Whether what is set of connections can be used; nothing is sent.
    pub fn check(&self) -> Result<(), TransportError> {
        self.rest();
        self.sender(Route::Away, None).map(drop)
    }

    /// The sender for a route and a certificate, built when first needed.
    fn sender(&self, route: Route, certificate: Option<Arc<ClientCertificate>>) -> Result<Sender, TransportError> {
        // Plain HTTP shows no certificate.
        let key = (route, certificate.filter(|_| route != Route::Plain));
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let found = senders.iter().position(|(known, _)| *known == key).map(|at| senders.remove(at).1);
        let sender = match found {
            Some(sender) => sender,
            None => self.build(route, key.1.as_deref())?,
        };
        if senders.len() >= MOST_SENDERS {
            senders.remove(0);
        }
        senders.push((key, sender.clone()));
        Ok(sender)
    }

    /// Drops the HTTP clients; the next call rebuilds them. The root certificates are most of the memory of an idle
    /// process. Calls under way are not affected.
    pub fn rest(&self) {
        self.senders.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The certificates of all authorities that are trusted besides the system's.
    fn root_bytes(&self, network: &Network) -> Result<Vec<CertificateDer<'static>>, TransportError> {
        let own = self.options.extra_root_pem.as_deref().unwrap_or_default();
        let roots = [own, &network.root_pem()?].concat();
        CertificateDer::pem_slice_iter(&roots)
            .collect::<Result<_, _>>()
            .map_err(|_| TransportError::BadRootCertificates)
    }

    fn build(&self, route: Route, certificate: Option<&ClientCertificate>) -> Result<Sender, TransportError> {
        install_cryptography();
        let network = match &self.network {
            Some(read) => read().map_err(|told| TransportError::Settings(Box::new(told)))?,
            None => Network::default(),
        };
        let mut roots = match &self.options.extra_root_pem {
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(|_| TransportError::BadRootCertificates)?,
            None => Vec::new(),
        };
        if route != Route::Plain {
            roots.extend(network.roots()?);
        }
        let builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            // A code or a rotating refresh token is spent on first use. So nothing is retried, and no connection is
            // reused, since the server may be closing it.
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .connect_timeout(network.connect_timeout.unwrap_or(self.options.connect_timeout))
            .dns_resolver(Resolver);
        let builder = match route {
            // Needs no root certificates: works without any, and starts sooner.
            Route::Plain => builder.no_proxy().tls_certs_only(roots),
            Route::Local => builder.no_proxy().tls_certs_merge(roots),
            Route::Away => network.with_proxy(builder.tls_certs_merge(roots))?,
        };
        let builder = match certificate {
            Some(certificate) if HardwareKey::is_one(&certificate.private_key) => {
                let key = HardwareKey::parse(&certificate.private_key).ok_or_else(|| unusable(certificate))?;
                builder.tls_backend_preconfigured(hardware::tls(certificate, key, self.root_bytes(&network)?)?)
            }
            Some(certificate) => builder.identity(identity_of(certificate)?),
            None if route == Route::Plain => builder,
            None => network.with_identity(builder)?,
        };
        let client = builder.build().map_err(|error| match (explain_set_up(error), certificate) {
            // The library reads the key here only.
            (TransportError::SetUp { .. }, Some(certificate)) => unusable(certificate),
            (told, _) => told,
        });
        Ok(Sender { client: client?, network: Arc::new(network) })
    }
}

/// Why a call got no reply. If there was no connection, the proxy may be the cause.
async fn why(
    error: reqwest::Error,
    route: Route,
    host: &str,
    network: &Network,
    (connect_timeout, shows_certificate): (Duration, bool),
) -> TransportError {
    let may_be_proxy = route == Route::Away && error.is_connect() && !is_tls(&error);
    match may_be_proxy.then(|| Proxy::of(host, &network.proxy)).flatten() {
        Some(proxy) => proxy.explain(&error.without_url(), host, connect_timeout).await,
        None => explain(error, host, connect_timeout, shows_certificate),
    }
}

/// Installs the process-wide cryptography provider, without which the HTTP library panics. Idempotent.
fn install_cryptography() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

fn headers(response: &Response) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect()
}
