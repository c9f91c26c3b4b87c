//! TLS before the practice service, on the same port as plain HTTP, so that a client can show a certificate (RFC 8705). It ends
//! here: what arrives by TLS is passed on to the server behind, with the certificate that was shown in a header.
//!
//! Invariant: the header has a name that nobody can guess, so only what stands here can set it.

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::practice::http::message::Request;
use crate::practice::http::server::PracticeError;

const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// Apple's systems refuse certificates of more than 398 days; the service does not run that long.
const LIFE: Duration = Duration::from_hours(30 * 24);
/// It is valid from this long before it is made, in case the clock is set back.
const BACKDATE: Duration = Duration::from_hours(24);
/// The content type of the first record of TLS (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// How long a caller may take for the handshake and the head of its request.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes, as behind.
const LARGEST_HEAD: usize = 64 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// What is listening before the service. Dropping it frees the port.
pub(crate) struct TlsFront {
    port: u16,
    certificate: String,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// A front that listens, and does not know yet what stands behind it.
pub(crate) struct Bound {
    listener: TcpListener,
    port: u16,
}

/// How what stands behind recognizes the certificate of a request.
#[derive(Clone, Debug)]
pub(crate) struct CertificateHeader(String);

impl CertificateHeader {
    /// Under a new name.
    pub(crate) fn new() -> io::Result<Self> {
        let mut seed = [0; 16];
        getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
        let mut name = "practice-certificate-".to_owned();
        for byte in seed {
            let _ = write!(name, "{byte:02x}");
        }
        Ok(Self(name))
    }

    /// The certificate that the client of a request has shown, as DER.
    pub(crate) fn certificate(&self, request: &Request) -> Option<Vec<u8>> {
        STANDARD.decode(self.value(request)?).ok().filter(|certificate| !certificate.is_empty())
    }

    /// Whether the request came by TLS, with a certificate or without.
    pub(crate) fn is_by_tls(&self, request: &Request) -> bool {
        self.value(request).is_some()
    }

    fn value<'a>(&self, request: &'a Request) -> Option<&'a str> {
        request.headers.iter().find(|(name, _)| *name == self.0).map(|(_, value)| value.expose())
    }
}

impl Bound {
    pub(crate) fn to(port: Option<u16>) -> Result<Self, PracticeError> {
        let wanted = port.unwrap_or(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted));
        let listener = listener.map_err(|source| PracticeError::of_bind(wanted, source))?;
        let port = listener.local_addr().map_err(PracticeError::Start)?.port();
        Ok(Self { listener, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Passes on what arrives to the port behind, until it is dropped.
    pub(crate) fn serve(self, behind: u16, header: CertificateHeader) -> Result<TlsFront, PracticeError> {
        let started = |error: &dyn std::fmt::Display| PracticeError::Start(io::Error::other(error.to_string()));
        let (config, certificate) = server_side(Timestamp::now()).map_err(|error| started(&error))?;
        self.listener.set_nonblocking(true).map_err(PracticeError::Start)?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(PracticeError::Start)?;
        let (stop, stopped) = watch::channel(false);
        let to = Behind { address: SocketAddr::from((Ipv4Addr::LOCALHOST, behind)), header: header.0.into() };
        let listener = self.listener;
        let thread = thread::Builder::new()
            .name("practice TLS".to_owned())
            .spawn(move || runtime.block_on(accept(listener, TlsAcceptor::from(Arc::new(config)), to, stopped)))
            .map_err(PracticeError::Start)?;
        Ok(TlsFront { port: self.port, certificate, stop, thread: Some(thread) })
    }
}

impl TlsFront {
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that clients must trust, in PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// The server behind.
#[derive(Clone)]
struct Behind {
    address: SocketAddr,
    header: Arc<str>,
}

/// Runs until it is told to stop; the connections end with it.
async fn accept(listener: TcpListener, tls: TlsAcceptor, behind: Behind, mut stopped: watch::Receiver<bool>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            Some(_) = connections.join_next() => {}
            // A caller that left before it was accepted is nobody's error.
            Ok((stream, _)) = listener.accept() => {
                let (tls, behind) = (tls.clone(), behind.clone());
                connections.spawn(async move {
                    let _ = pass_on(stream, tls, &behind).await;
                });
            }
        }
    }
}

async fn pass_on(mut stream: TcpStream, tls: TlsAcceptor, behind: &Behind) -> io::Result<()> {
    let mut first = [0];
    if timeout(PATIENCE, stream.peek(&mut first)).await?? == 0 {
        return Ok(());
    }
    if first[0] != TLS_HANDSHAKE {
        let mut server = TcpStream::connect(behind.address).await?;
        return copy_bidirectional(&mut stream, &mut server).await.map(drop);
    }
    let mut stream = timeout(PATIENCE, tls.accept(stream)).await??;
    let shown = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(<[_]>::first)
        .map_or_else(String::new, |shown| STANDARD.encode(shown));
    let mut head = Vec::new();
    let line = loop {
        if let Some(at) = head.windows(END_OF_HEAD.len()).position(|part| part == END_OF_HEAD) {
            break head[..at].windows(2).position(|part| part == b"\r\n").unwrap_or(at) + 2;
        }
        if head.len() > LARGEST_HEAD || timeout(PATIENCE, stream.read_buf(&mut head)).await?? == 0 {
            return Ok(());
        }
    };
    head.splice(line..line, format!("{}: {shown}\r\n", behind.header).into_bytes());
    let mut server = TcpStream::connect(behind.address).await?;
    server.write_all(&head).await?;
    copy_bidirectional(&mut stream, &mut server).await.map(drop)
}

/// A new certificate of this machine, self-signed, and what TLS needs of it. Its key is kept nowhere.
fn server_side(now: Timestamp) -> Result<(ServerConfig, String), Box<dyn std::error::Error>> {
    let mut params = CertificateParams::new(NAMES.map(str::to_owned))?;
    let since_epoch = Duration::from_secs(u64::try_from(now.as_second())?);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch.saturating_sub(BACKDATE);
    params.not_after = epoch + since_epoch + LIFE;
    params.distinguished_name.push(DnType::CommonName, "Tokenwright practice service");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(AnyCertificate(provider)))
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der())?,
        )?;
    Ok((config, certificate.pem()))
}

/// Takes any certificate of a client, or none: whose it is, is judged behind. That the client has its key, is judged here.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
