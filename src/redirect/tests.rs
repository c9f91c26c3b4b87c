//! The listener against browsers, other programs and nuisances, over real sockets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::oauth::Loopback;
use crate::redirect::listener::Received;
use crate::redirect::{LandingPage, LateVisits, ListenError, Listener, LocalCertificate, Parameters, Stray, Verdict};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn plan(addresses: &[IpAddr], port: Option<u16>) -> Loopback {
    Loopback { https: false, addresses: addresses.to_vec(), port, path: "/callback".to_owned() }
}

/// A flow that believes `code=good` alone, and notes all it was asked about.
struct Flow {
    address: SocketAddr,
    task: JoinHandle<(Received, LateVisits)>,
    judged: Arc<Mutex<Vec<Parameters>>>,
    strays: Arc<Mutex<Vec<Stray>>>,
}

impl Flow {
    fn start(listener: Listener) -> Self {
        let judged = Arc::new(Mutex::new(Vec::new()));
        let (address, note) = (listener.addresses()[0], Arc::clone(&judged));
        let strays = Arc::new(Mutex::new(Vec::new()));
        let astray = Arc::clone(&strays);
        let judge = move |parameters: Parameters| {
            note.lock().expect("not poisoned").push(parameters.clone());
            std::future::ready(if parameters.contains(&("code".to_owned(), "good".to_owned())) {
                Verdict::Accept(LandingPage::success("Signed in", "You can close this tab."))
            } else {
                Verdict::Refuse(LandingPage::problem("Not believed", "The state does not match."))
            })
        };
        let stray = move |visit| astray.lock().expect("not poisoned").push(visit);
        let task = tokio::spawn(listener.receive(judge, stray));
        Self { address, task, judged, strays }
    }

    async fn v4() -> Self {
        Self::start(Listener::bind(&plan(&[V4], None), None).await.expect("bound"))
    }

    async fn get(&self, target: &str) -> String {
        exchange(self.address, format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await
    }

    /// Ends the flow rightly, and says what it was asked about.
    async fn finish(self) -> Vec<Parameters> {
        let page = self.get("/callback?code=good").await;
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("<h1>Signed in</h1>"), "{page}");
        let (received, _) = self.task.await.expect("received");
        assert_eq!(received.parameters, pairs(&[("code", "good")]));
        let judged = self.judged.lock().expect("not poisoned").clone();
        assert_eq!(judged.last(), Some(&received.parameters));
        judged
    }
}

fn pairs(of: &[(&str, &str)]) -> Parameters {
    of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Sends the bytes and reads until the other side closes; a reset ends the reading too.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request that is turned away with this status, is never judged, and leaves the flow as it was.
async fn check_turned_away(request: &[u8], status: &str) -> String {
    let flow = Flow::v4().await;
    let answer = exchange(flow.address, request).await;
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    assert_eq!(flow.finish().await.len(), 1);
    answer
}

#[tokio::test]
async fn localhost_is_listened_to_on_both_families_with_one_port() {
    for way in 0..2 {
        let listener = Listener::bind(&plan(&[V4, V6], None), None).await.expect("bound");
        let addresses = listener.addresses().to_vec();
        assert!(addresses.iter().all(|address| address.port() == listener.port() && listener.port() != 0));
        let mut flow = Flow::start(listener);
        // A machine without IPv6 has one address only.
        flow.address = addresses[way.min(addresses.len() - 1)];
        flow.finish().await;
    }
}

#[tokio::test]
async fn a_fixed_port_is_that_port_and_a_taken_one_is_named() {
    let first = Listener::bind(&plan(&[V4], None), None).await.expect("bound");
    let port = first.port();
    let error = Listener::bind(&plan(&[V4], Some(port)), None).await.expect_err("taken");
    let ListenError::PortTaken { port: named, address, holder } = &error else { panic!("{error:?}") };
    assert_eq!((*named, *address), (port, V4));
    assert!(error.to_string().starts_with(&format!("port {port} on 127.0.0.1 is taken")), "{error}");
    assert!(!cfg!(target_os = "linux") || holder.is_some(), "our own process is readable to us");
    drop(first);
    let second = Listener::bind(&plan(&[V4], Some(port)), None).await.expect("free again");
    assert_eq!(second.port(), port);
}

#[tokio::test]
async fn a_port_that_is_taken_on_the_second_family_is_taken() {
    let Ok(squatter) = TcpListener::bind((V6, 0)).await else { return };
    let port = squatter.local_addr().expect("an address").port();
    match Listener::bind(&plan(&[V4, V6], Some(port)), None).await {
        Err(ListenError::PortTaken { address, .. }) => assert_eq!(address, V6),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_parameters_arrive_in_order_with_duplicates() {
    let flow = Flow::v4().await;
    let answer = flow.get("/callback?state=%26&state=b+c&code=bad&iss=https%3A%2F%2Fas.test").await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("<h1>Not believed</h1>"), "{answer}");
    let judged = flow.finish().await;
    let expected = [("state", "&"), ("state", "b c"), ("code", "bad"), ("iss", "https://as.test")];
    assert_eq!(judged, [pairs(&expected), pairs(&[("code", "good")])]);
}

#[tokio::test]
async fn the_page_forbids_scripts_caches_and_referrers_and_opens_itself_to_no_other_site() {
    let flow = Flow::v4().await;
    let answer = flow.get("/callback?code=bad").await.to_ascii_lowercase();
    for header in [
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "referrer-policy: no-referrer\r\n",
        "cache-control: no-store\r\n",
        "content-type: text/html; charset=utf-8\r\n",
        "connection: close\r\n",
    ] {
        assert!(answer.contains(header), "{header} in {answer}");
    }
    assert!(!answer.contains("access-control-") && !answer.contains("<script"), "{answer}");
    flow.finish().await;
}

#[tokio::test]
async fn other_paths_and_methods_are_not_judged() {
    for target in ["/favicon.ico", "/", "/callback/?code=good", "/Callback?code=good", "/callback%2f?code=good"] {
        check_turned_away(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes(), "404").await;
    }
    let put = b"PUT /callback?code=good HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    assert!(check_turned_away(put, "405").await.contains("allow: GET, HEAD, POST\r\n"));
    check_turned_away(b"OPTIONS /callback HTTP/1.1\r\nHost: localhost\r\n\r\n", "405").await;
}

#[tokio::test]
async fn a_preview_does_not_use_the_code_up() {
    let head = b"HEAD /callback?code=good HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert!(check_turned_away(head, "200").await.ends_with("\r\n\r\n"));
}

#[tokio::test]
async fn a_foreign_host_name_is_refused() {
    for host in ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test"] {
        let request = format!("GET /callback?code=good HTTP/1.1\r\nHost: {host}\r\n\r\n");
        check_turned_away(request.as_bytes(), "421").await;
    }
    check_turned_away(b"GET /callback?code=good HTTP/1.1\r\n\r\n", "421").await;
    check_turned_away(b"GET http://evil.test/callback?code=good HTTP/1.1\r\nHost: localhost\r\n\r\n", "421").await;
}

#[tokio::test]
async fn a_response_without_parameters_is_explained() {
    let answer = check_turned_away(b"GET /callback HTTP/1.1\r\nHost: localhost\r\n\r\n", "400").await;
    assert!(answer.contains("It may have put them after a # in the address"), "{answer}");
    assert!(answer.contains("paste it into Tokenwright by hand"), "{answer}");
}

fn post(media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /callback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[tokio::test]
async fn a_posted_form_is_a_response_and_other_bodies_are_not() {
    let flow = Flow::v4().await;
    let form = post("application/x-www-form-urlencoded; charset=utf-8", "code=good&state=%C3%A9");
    assert!(exchange(flow.address, &form).await.contains("<h1>Signed in</h1>"));
    assert_eq!(flow.task.await.expect("received").0.parameters, pairs(&[("code", "good"), ("state", "é")]));

    check_turned_away(&post("application/json", "{\"code\":\"good\"}"), "415").await;
    let large = format!("code=good&x={}", "x".repeat(65 * 1024));
    let flow = Flow::v4().await;
    // The answer may be lost to the reset, since the body is not read whole; what counts is that it is not judged.
    exchange(flow.address, &post("application/x-www-form-urlencoded", &large)).await;
    assert_eq!(flow.finish().await.len(), 1);
}

#[tokio::test]
async fn a_second_response_is_told_so_and_never_judged() {
    let flow = Flow::v4().await;
    let mut second = TcpStream::connect(flow.address).await.expect("connected");
    let head = "POST /callback HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    second.write_all(head.as_bytes()).await.expect("written");
    // The listener says so once it has read the head and waits for the body.
    let mut go_on = [0; 25];
    second.read_exact(&mut go_on).await.expect("a go-ahead");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    assert!(flow.get("/callback?code=good").await.contains("<h1>Signed in</h1>"));
    let (_, late) = flow.task.await.expect("received");
    let answering = tokio::spawn(late.answer());
    second.write_all(b"code=good").await.expect("written");
    let mut answer = String::new();
    second.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 409 ") && answer.contains("<h1>Already completed</h1>"), "{answer}");
    assert_eq!(flow.judged.lock().expect("not poisoned").len(), 1);
    for _ in 0..2 {
        let late = exchange(flow.address, b"GET /callback?code=good HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert!(late.starts_with("HTTP/1.1 409 ") && late.contains("<h1>Already completed</h1>"), "{late}");
    }
    answering.abort();
    assert!(answering.await.expect_err("ended").is_cancelled());
    assert!(TcpStream::connect(flow.address).await.is_err(), "the port is free");
}

#[tokio::test]
async fn of_twenty_responses_at_once_one_is_accepted_and_the_others_are_told_so() {
    let flow = Flow::v4().await;
    let address = flow.address;
    let visit = move || exchange(address, b"GET /callback?code=good HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let visits: Vec<_> = (0..20).map(|_| tokio::spawn(visit())).collect();
    let (_, late) = flow.task.await.expect("received");
    let answering = tokio::spawn(late.answer());
    let mut pages = Vec::new();
    for visit in visits {
        pages.push(visit.await.expect("answered").split_whitespace().nth(1).unwrap_or("nothing").to_owned());
    }
    pages.sort();
    assert_eq!((pages[0].as_str(), pages[1].as_str(), pages[19].as_str()), ("200", "409", "409"), "{pages:?}");
    assert_eq!(flow.judged.lock().expect("not poisoned").len(), 1);
    answering.abort();
}

#[tokio::test]
async fn what_is_loaded_ahead_gets_nothing_and_is_not_judged() {
    for name in ["Sec-Purpose", "Purpose", "X-Moz"] {
        let request = format!("GET /callback?code=good HTTP/1.1\r\nHost: localhost\r\n{name}: prefetch\r\n\r\n");
        let answer = check_turned_away(request.as_bytes(), "204").await.to_ascii_lowercase();
        assert!(answer.contains("cache-control: no-store\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    }
    let page = b"GET /callback?code=good HTTP/1.1\r\nHost: localhost\r\nSec-Purpose: prefetch;prerender\r\n\
        Sec-Fetch-Dest: document\r\n\r\n";
    check_turned_away(page, "503").await;
}

/// Makes the visits, and says which of them the person hears of.
async fn told(visits: &[&[u8]]) -> Vec<Stray> {
    let flow = Flow::v4().await;
    for visit in visits {
        exchange(flow.address, visit).await;
    }
    let strays = Arc::clone(&flow.strays);
    flow.finish().await;
    strays.lock().expect("not poisoned").clone()
}

#[tokio::test]
async fn a_visit_that_brings_no_response_is_told_once() {
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes();
    let path = |path: &str| Stray::OtherPath { path: path.into(), expected: "/callback".into() };
    let json = post("application/json", "{\"code\":\"good\"}");
    let foreign = b"GET /callback?code=good HTTP/1.1\r\nHost: localhost.\r\n\r\n".to_vec();
    let put = b"PUT /callback?code=good HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".to_vec();
    let tls = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00".to_vec();
    for (visit, stray) in [
        (get("/callback/?code=good"), path("/callback/")),
        (get("/?code=good"), path("/")),
        (json, Stray::NotForm("application/json".into())),
        (get("/callback"), Stray::NoParameters),
        (foreign, Stray::ForeignHost("localhost.".into())),
        (put, Stray::OtherMethod("PUT".into())),
    ] {
        assert_eq!(told(&[&visit, &visit]).await, [stray], "{}", String::from_utf8_lossy(&visit));
    }
    assert_eq!(told(&[&get("/favicon.ico"), b"\0\xff\xfe\r\n\r\n"]).await, []);
    // A handshake is half a connection: what is said must arrive before the peer has to leave.
    let flow = Flow::v4().await;
    let mut stream = TcpStream::connect(flow.address).await.expect("connected");
    stream.write_all(&tls).await.expect("written");
    let mut alert = [0; 7];
    stream.read_exact(&mut alert).await.expect("an alert");
    assert_eq!(alert, [21, 3, 3, 0, 2, 2, 40], "a fatal handshake_failure");
    drop(stream);
    let strays = Arc::clone(&flow.strays);
    flow.finish().await;
    assert_eq!(*strays.lock().expect("not poisoned"), [Stray::Https]);
}

#[tokio::test]
async fn a_page_that_makes_the_browser_knock_a_hundred_times_is_told_of_twice() {
    let visits: Vec<Vec<u8>> =
        (0..100).map(|at| format!("GET /{at}?code=c HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()).collect();
    let visits: Vec<&[u8]> = visits.iter().map(Vec::as_slice).collect();
    assert_eq!(told(&visits).await.len(), 2);
}

#[tokio::test]
async fn a_request_line_of_64_kib_is_turned_away() {
    let flow = Flow::v4().await;
    let answer = flow.get(&format!("/callback?code=good&x={}", "x".repeat(64 * 1024))).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(flow.finish().await.len(), 1);
}

#[tokio::test]
async fn garbage_does_not_disturb_the_flow() {
    let flow = Flow::v4().await;
    let tls_hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00";
    for garbage in [&b"\0\xff\xfe\r\n\r\n"[..], b"SSH-2.0-x\r\n\r\n", tls_hello, b"GET /callback?code=good\r\n\r\n"] {
        let mut stream = TcpStream::connect(flow.address).await.expect("connected");
        let _ = stream.write_all(garbage).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    assert_eq!(flow.finish().await.len(), 1);
}

#[tokio::test]
async fn five_hundred_silent_connections_do_not_lock_the_browser_out() {
    let flow = Flow::v4().await;
    let mut silent = Vec::new();
    for _ in 0..500 {
        silent.push(TcpStream::connect(flow.address).await.expect("connected"));
    }
    assert!(flow.get("/callback?code=bad").await.contains("<h1>Not believed</h1>"));
    // The oldest gave way at once. The later ones are still there: nobody had to wait for their time to run out.
    assert_eq!(silent[0].read(&mut [0]).await.expect("closed"), 0);
    let still_there = silent[250].try_read(&mut [0]).expect_err("nothing to read");
    assert_eq!(still_there.kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(flow.finish().await.len(), 2);
}

#[tokio::test]
async fn dropping_the_future_frees_the_port() {
    let flow = Flow::v4().await;
    // A connection that is being served must go as well.
    let mut guest = TcpStream::connect(flow.address).await.expect("connected");
    guest.write_all(b"GET /callback HTTP/1.1\r\n").await.expect("written");
    assert!(flow.get("/favicon.ico").await.starts_with("HTTP/1.1 404 "));
    flow.task.abort();
    assert!(flow.task.await.expect_err("cancelled").is_cancelled());
    let _ = guest.read_to_end(&mut Vec::new()).await;
    Listener::bind(&plan(&[V4], Some(flow.address.port())), None).await.expect("free again");
}

#[tokio::test]
async fn https_is_served_with_the_certificate_and_plain_http_does_not_disturb_it() {
    let https = Loopback { https: true, ..plan(&[V4, V6], None) };
    assert!(matches!(Listener::bind(&https, None).await, Err(ListenError::CertificateMissing)));
    let certificate = LocalCertificate::generate(Timestamp::now()).expect("made");
    let flow = Flow::start(Listener::bind(&https, Some(&certificate)).await.expect("bound"));
    let plain = flow.get("/callback?code=good").await;
    assert!(plain.starts_with("HTTP/1.1 400 ") && plain.contains("Change http to https"), "{plain}");
    assert_eq!(*flow.strays.lock().expect("not poisoned"), [Stray::PlainHttp]);

    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let root = reqwest::Certificate::from_pem(certificate.to_pem().0.as_bytes()).expect("a certificate");
    let browser = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().expect("built");
    for host in ["127.0.0.1", "localhost"] {
        let page = browser.get(format!("https://{host}:{}/callback?code=bad", flow.address.port())).send().await;
        assert!(page.expect("an answer").text().await.expect("a page").contains("<h1>Not believed</h1>"), "{host}");
    }
    let page = browser.get(format!("https://localhost:{}/callback?code=good", flow.address.port())).send().await;
    assert!(page.expect("an answer").text().await.expect("a page").contains("<h1>Signed in</h1>"));
    flow.task.await.expect("received");
    assert_eq!(flow.judged.lock().expect("not poisoned").len(), 3);
}

#[tokio::test]
async fn debug_shows_the_names_of_parameters_and_never_their_values() {
    let received = Received { parameters: pairs(&[("code", "SECRET")]) };
    assert_eq!(format!("{received:?}"), "[\"code\"]");
}
