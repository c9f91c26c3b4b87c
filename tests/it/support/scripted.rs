//! A server with scripted answers, which records its requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// One request.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub path: String,
    /// The query of a GET, the form of a POST.
    pub parameters: Vec<(String, String)>,
    /// As sent: request line, headers and body.
    pub raw: String,
}

/// One reply.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// The server. It listens on loopback until it is dropped.
#[derive(Debug)]
pub struct Scripted {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
}

impl Scripted {
    /// Answers each request by the function, which is also told how many to the same path came before.
    pub fn start(answer: impl Fn(&Asked, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let (asked, ended) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::<AtomicBool>::default());
        let (log, end, answer) = (Arc::clone(&asked), Arc::clone(&ended), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::SeqCst) {
                    break;
                }
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Self { address, asked, ended }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked of a path so far.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        self.asked.lock().expect("a log").iter().filter(|asked| asked.path == path).cloned().collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl Asked {
    /// A parameter's value; empty where there is none.
    pub fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// As an authorization endpoint that agrees to everything: the redirect with this code.
    pub fn grant(&self, code: &str) -> Answer {
        let mut target = url::Url::parse(self.parameter("redirect_uri")).expect("a redirect URI");
        target.query_pairs_mut().append_pair("code", code).append_pair("state", self.parameter("state"));
        Answer { status: 302, headers: vec![("Location".into(), target.into())], body: String::new() }
    }
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    pub fn text(status: u16, media_type: &str, body: &str) -> Self {
        Self { status, headers: vec![("Content-Type".into(), media_type.into())], body: body.to_owned() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked, usize) -> Answer) {
    let Some(asked) = read(&stream) else { return };
    let earlier = {
        let mut log = log.lock().expect("a log");
        log.push(asked.clone());
        log.iter().filter(|earlier| earlier.path == asked.path).count() - 1
    };
    let Answer { status, headers, body } = answer(&asked, earlier);
    let mut reply = format!("HTTP/1.1 {status} Scripted\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    reply.extend(headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
    // The other side may be gone; a test sees that elsewhere.
    let _ = stream.write_all(format!("{reply}\r\n{body}").as_bytes());
}

/// Nothing where the connection was opened and closed without a request.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let target = head.split_whitespace().nth(1)?.to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let form = if body.is_empty() { query } else { &body };
    let parameters = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    Some(Asked { path: path.to_owned(), parameters, raw: head + &body })
}
