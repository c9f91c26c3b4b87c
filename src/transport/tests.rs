//! The transport against a server that says exactly what the test says.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::call::Reply;
use crate::diagnosis::Diagnose as _;
use crate::secret::Secret;
use crate::transport::{TlsCause, Transport, TransportError, TransportOptions, Wire};

fn wire(url: String) -> Wire {
    let body = Some(Secret::new("a=b"));
    Wire { method: "POST", url: Secret::new(url), headers: Vec::new(), body, client_certificate: None }
}

async fn send_with(options: TransportOptions, wire: Wire) -> Result<Reply, TransportError> {
    Transport::new(options).send(wire, || Timestamp::UNIX_EPOCH).await
}

async fn send(wire: Wire) -> Result<Reply, TransportError> {
    send_with(TransportOptions::default(), wire).await
}

/// Reads a request up to the body that `wire` sends.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\na=b") {
        let byte = stream.read_u8().await.expect("a request");
        seen.push(byte);
    }
    String::from_utf8(seen).expect("text")
}

/// Answers one request with these bytes; then closes, or says the tail again and again until the other side leaves.
async fn script(reply: Vec<u8>, tail: Option<&'static [u8]>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = format!("http://{}/token?refresh_token=SECRET", listener.local_addr().expect("an address"));
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let request = read_request(&mut stream).await;
        stream.write_all(&reply).await.expect("written");
        match tail {
            // Nothing more is said until the other side leaves.
            Some(b"") => drop(stream.read_u8().await),
            Some(tail) => while stream.write_all(tail).await.is_ok() {},
            None => {}
        }
        request
    });
    (url, task)
}

/// Neither the words nor the chain may show what the URL held.
fn check_silent(error: &TransportError) {
    let mut told = vec![format!("{error} {error:?} {}", error.diagnose())];
    let mut source = error.source();
    while let Some(inner) = source {
        told.push(format!("{inner} {inner:?}"));
        source = inner.source();
    }
    let text = told.join(" ");
    assert!(!text.contains("SECRET") && !text.contains("/token"), "{text}");
}

#[tokio::test]
async fn a_call_goes_out_whole_and_its_reply_comes_back_whole() {
    let reply = "HTTP/1.1 400 Bad\r\nContent-Type: text/html; charset=iso-8859-1\r\nX-Two: 1\r\nX-Two: 2\r\nContent-Length: 1\r\n\r\n";
    let (url, seen) = script([reply.as_bytes(), b"\xe9"].concat(), None).await;
    let mut wire = wire(url);
    wire.headers.push(("Authorization".into(), Secret::new("Basic é")));
    let reply = send(wire).await.expect("a reply");
    assert_eq!((reply.status, reply.body.expose()), (400, "é"));
    assert_eq!(reply.received_at, Timestamp::UNIX_EPOCH);
    assert_eq!(reply.headers.iter().filter(|(name, _)| name == "x-two").count(), 2);
    let request = seen.await.expect("served");
    assert!(request.starts_with("POST /token?refresh_token=SECRET HTTP/1.1\r\n"), "{request}");
    for line in ["authorization: Basic é", "accept: application/json", "content-length: 3"] {
        assert!(request.contains(&format!("\r\n{line}\r\n")), "{line} in {request}");
    }
    assert!(request.contains(concat!("\r\nuser-agent: tokenwright/", env!("CARGO_PKG_VERSION"))), "{request}");
}

#[tokio::test]
async fn a_chunked_reply_is_put_together() {
    let reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n1\r\n\n\r\n0\r\n\r\n";
    let (url, _) = script(reply.into(), None).await;
    assert_eq!(send(wire(url)).await.expect("a reply").body.expose(), "{}\n");
}

#[tokio::test]
async fn a_redirect_is_a_reply_and_is_not_followed() {
    let reply = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    let (url, _) = script(reply.into(), None).await;
    let reply = send(wire(url)).await.expect("a reply");
    assert_eq!((reply.status, reply.header("location")), (302, Some("http://127.0.0.1:1/")));
}

#[tokio::test]
async fn an_endless_body_is_stopped_at_the_limit() {
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    let (url, _) = script(head.into(), Some(&[b'x'; 8192])).await;
    let error = send(wire(url)).await.expect_err("too large");
    assert!(matches!(error, TransportError::BodyTooLarge { limit: 1_048_576, .. }), "{error}");
    check_silent(&error);
}

/// Stored gzip blocks of zeroes would not be small; this is one deflate block that repeats one byte, by hand: a
/// literal zero, then matches of length 258 at distance 1, each of 8 + 5 bits in the fixed code.
fn gzip_bomb(matches: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    bits.extend([false, false, true, true, false, false, false, false]);
    for _ in 0..matches {
        // Symbol 285 is 11000101, distance symbol 0 is 00000.
        bits.extend([true, true, false, false, false, true, false, true]);
        bits.extend([false; 5]);
    }
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    bytes.extend(
        bits.chunks(8).map(|chunk| chunk.iter().enumerate().fold(0u8, |byte, (at, &bit)| byte | u8::from(bit) << at)),
    );
    bytes
}

#[tokio::test]
async fn a_gzip_bomb_is_stopped_after_decompression() {
    let bomb = gzip_bomb(100_000);
    assert!(bomb.len() < 200_000);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len() + 1);
    let (url, _) = script([head.as_bytes(), &bomb].concat(), Some(b"")).await;
    let error = send(wire(url)).await.expect_err("too large");
    assert!(matches!(error, TransportError::BodyTooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_that_never_ends_runs_into_the_time_limit() {
    let (url, _) = script("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".into(), Some(b"")).await;
    let options = TransportOptions { timeout: Duration::from_millis(300), ..TransportOptions::default() };
    let error = send_with(options, wire(url)).await.expect_err("too slow");
    assert!(error.to_string().ends_with("did not send a complete reply within 300 ms"), "{error}");
    assert!(error.is_transient());
    check_silent(&error);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_reply_that_came_while_the_process_was_stopped_is_read() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let url = format!("http://{}/token", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\na=b") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a request");
            seen.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").expect("written");
    });
    let options = TransportOptions { timeout: Duration::from_millis(500), ..TransportOptions::default() };
    let stopped = async {
        // waits: for the request to be under way; then nothing else runs.
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.join().expect("answered");
        // waits: this is how long it is stopped.
        std::thread::sleep(Duration::from_secs(1));
    };
    let reply = tokio::spawn(send_with(options, wire(url)));
    tokio::spawn(stopped).await.expect("it goes on");
    assert_eq!(reply.await.expect("sent").expect("it has come").status, 200);
}

#[tokio::test]
async fn a_body_cut_short_is_an_error_and_not_a_reply() {
    let (url, _) = script("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".into(), None).await;
    let error = send(wire(url)).await.expect_err("cut short");
    assert!(matches!(error, TransportError::Io { .. }), "{error:?}");
    check_silent(&error);
}

#[tokio::test]
async fn a_reply_that_is_not_http_is_an_error_without_the_url() {
    let (url, _) = script("SSH-2.0-x\r\n\r\n".into(), None).await;
    let error = send(wire(url)).await.expect_err("not HTTP");
    assert!(matches!(error, TransportError::Io { .. }), "{error:?}");
    check_silent(&error);
}

#[tokio::test]
async fn a_refused_connection_names_the_host_and_nothing_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let error =
        send(wire(format!("http://127.0.0.1:{port}/token?refresh_token=SECRET"))).await.expect_err("nobody there");
    assert_eq!(error.to_string(), format!("cannot connect to `127.0.0.1:{port}`: nothing listens there"));
    assert!(error.is_transient());
    check_silent(&error);
}

#[tokio::test]
async fn plain_http_to_another_host_is_refused_before_any_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    listener.set_nonblocking(true).expect("set");
    let port = listener.local_addr().expect("an address").port();
    // Linux takes 0.0.0.0 for this machine, so a connection would arrive here.
    let error = send(wire(format!("http://0.0.0.0:{port}/token?refresh_token=SECRET"))).await.expect_err("refused");
    assert!(matches!(error, TransportError::PlainHttp { .. }), "{error:?}");
    assert_eq!(listener.accept().expect_err("nobody came").kind(), ErrorKind::WouldBlock);
    check_silent(&error);
}

/// A TLS server with a certificate that it signed itself, for `localhost`; and that certificate in PEM.
async fn self_signed() -> (u16, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let pem = made.cert.pem().into_bytes();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let side = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("a certificate");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("an address").port();
    let tls = TlsAcceptor::from(std::sync::Arc::new(side));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = tls.accept(stream).await else { continue };
            read_request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
            let _ = stream.shutdown().await;
        }
    });
    (port, pem)
}

#[tokio::test]
async fn a_self_signed_server_is_explained_and_trusted_only_when_told_to() {
    let (port, pem) = self_signed().await;
    let url = format!("https://localhost:{port}/token?refresh_token=SECRET");
    let other = {
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("params");
        params.distinguished_name.push(rcgen::DnType::CommonName, "another authority");
        let key = rcgen::KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("made").pem().into_bytes()
    };
    let trusting = |pem: Vec<u8>| TransportOptions { extra_root_pem: Some(pem), ..TransportOptions::default() };
    // Another root, so that the test does not depend on the machine having any.
    let error = send_with(trusting(other), wire(url.clone())).await.expect_err("not trusted");
    assert!(matches!(error, TransportError::Tls { cause: TlsCause::UnknownIssuer, .. }), "{error:?}");
    assert!(error.diagnose().hint.is_some_and(|hint| hint.starts_with("a self-signed server, or a proxy")));
    check_silent(&error);

    let (_, renewed) = self_signed().await;
    let error = send_with(trusting(renewed), wire(url.clone())).await.expect_err("not trusted");
    assert!(error.to_string().ends_with("is not signed by the authority that it names"), "{error}");

    let reply = send_with(trusting(pem.clone()), wire(url)).await.expect("trusted");
    assert_eq!(reply.body.expose(), "{}");

    let error = send_with(trusting(pem), wire(format!("https://127.0.0.1:{port}/"))).await.expect_err("other name");
    assert!(matches!(error, TransportError::Tls { cause: TlsCause::OtherName, .. }), "{error:?}");
}

#[tokio::test]
async fn tls_to_a_server_that_does_not_speak_it_is_explained() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let (_, pem) = self_signed().await;
    let options = TransportOptions { extra_root_pem: Some(pem), ..TransportOptions::default() };
    let error = send_with(options, wire(format!("https://127.0.0.1:{port}/token"))).await.expect_err("no TLS");
    assert!(matches!(error, TransportError::Tls { cause: TlsCause::NotTls, .. }), "{error:?}");
    check_silent(&error);
}

/// A TLS server that answers with the certificates of its clients: how many bytes the first has, 0 for none.
async fn curious(root: &rcgen::Certificate, key: &rcgen::KeyPair, params: rcgen::CertificateParams) -> u16 {
    let issuer = rcgen::Issuer::new(params, key);
    let own = rcgen::KeyPair::generate().expect("a key");
    let named = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("params");
    let certificate = named.signed_by(&own, &issuer).expect("made");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.der().clone()).expect("a root");
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
    let side = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.allow_unauthenticated().build().expect("a verifier"))
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(own.serialize_der()).into(),
        )
        .expect("a certificate");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("an address").port();
    let tls = TlsAcceptor::from(std::sync::Arc::new(side));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = tls.accept(stream).await else { continue };
            let shown = stream.get_ref().1.peer_certificates().and_then(|all| all.first()).map_or(0, |own| own.len());
            read_request(&mut stream).await;
            let body = shown.to_string();
            let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            let _ = stream.write_all(reply.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

#[tokio::test]
async fn each_call_shows_its_own_certificate_and_none_where_it_has_none() {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).expect("params");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).expect("made");
    let port = curious(&root, &key, params.clone()).await;
    let issuer = rcgen::Issuer::new(params, &key);
    let client = |name: &str| {
        let own = rcgen::KeyPair::generate().expect("a key");
        let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).expect("params");
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let made = params.signed_by(&own, &issuer).expect("made");
        let shown = crate::call::ClientCertificate {
            chain: made.pem(),
            private_key: Secret::new(own.serialize_pem()),
            subject: format!("CN={name}"),
            thumbprint: String::new(),
        };
        (Some(std::sync::Arc::new(shown)), made.der().len().to_string())
    };
    let options = TransportOptions { extra_root_pem: Some(root.pem().into_bytes()), ..TransportOptions::default() };
    let transport = Transport::new(options);
    let clients = [client("a"), (None, "0".to_owned()), client("another with a longer name")];
    // Twice, so that each is also sent by a client that is there already, and once more after all were dropped.
    for rests in [false, false, true] {
        if rests {
            transport.rest();
        }
        for (client_certificate, expected) in clients.clone() {
            let wire = Wire { client_certificate, ..wire(format!("https://localhost:{port}/token")) };
            let reply = transport.send(wire, || Timestamp::UNIX_EPOCH).await.expect("a reply");
            assert_eq!(reply.body.expose(), expected);
        }
    }
    let mut broken = clients[0].0.as_deref().expect("one").clone();
    broken.private_key = Secret::new("-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n");
    let wire = Wire {
        client_certificate: Some(std::sync::Arc::new(broken)),
        ..wire(format!("https://localhost:{port}/token"))
    };
    let error = transport.send(wire, || Timestamp::UNIX_EPOCH).await.expect_err("no key");
    assert!(error.to_string().starts_with("the client certificate `CN=a` cannot be used"), "{error}");
    check_silent(&error);
}
