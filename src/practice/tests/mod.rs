//! The running service, from outside: real sockets, a few lines of HTTP, no other machine.

mod authorization;
mod registration;
mod server;
mod tokens;

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::diagnosis::Diagnose as _;
use crate::practice::contract::{PASSWORD, PASTE_PAGE, PUBLIC_CLIENT_ID};

/// The library closes a connection only at the wish of the caller.
const HEAD: &str = "Host: localhost\r\nConnection: close\r\n";
const CALLBACK: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Heard {
    status: u16,
    head: String,
    body: String,
}

impl Heard {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {}", self.body)).to_owned()
    }

    /// The value of a hidden field of the page.
    fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let after = self.body.split_once(&start).unwrap_or_else(|| panic!("no `{name}`: {}", self.body)).1;
        after.split('"').next().expect("a closing quote").to_owned()
    }
}

fn service(faults: &[Fault]) -> Practice {
    let options = PracticeOptions { faults: faults.to_vec(), auto_consent: true, ..PracticeOptions::default() };
    Practice::start(options).expect("a free port")
}

fn with_pages() -> Practice {
    Practice::start(PracticeOptions::default()).expect("a free port")
}

fn open(practice: &Practice, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, practice.port())).expect("a connection");
    stream.write_all(request.as_bytes()).expect("a peer that reads");
    stream
}

fn call(practice: &Practice, method: &str, target: &str, headers: &str, body: &str) -> Heard {
    let length = body.len();
    let request = format!("{method} {target} HTTP/1.1\r\n{HEAD}{headers}Content-Length: {length}\r\n\r\n{body}");
    rest(open(practice, &request))
}

/// All that still comes.
fn rest(mut stream: TcpStream) -> Heard {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("a whole reply");
    Heard::parse(&bytes)
}

/// What comes up to the end of the head.
fn head(mut stream: TcpStream) -> Heard {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a whole head");
        bytes.extend(byte);
    }
    Heard::parse(&bytes)
}

fn get(practice: &Practice, target: &str) -> Heard {
    call(practice, "GET", target, "", "")
}

fn post(practice: &Practice, target: &str, form: &[(&str, &str)]) -> Heard {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    call(practice, "POST", target, "Content-Type: application/x-www-form-urlencoded\r\n", &body)
}

/// A token call of the confidential client, with its secret in the body.
fn token(practice: &Practice, form: &[(&str, &str)]) -> Heard {
    let mut whole = vec![("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    whole.extend(form);
    post(practice, "/token", &whole)
}

fn authorize_target(more: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("client_id", CLIENT_ID).append_pair("redirect_uri", CALLBACK);
    form.append_pair("response_type", "code").append_pair("state", "s&1").extend_pairs(more);
    format!("/authorize?{}", form.finish())
}

/// The parameters of a redirect to the callback.
fn redirected(heard: &Heard) -> HashMap<String, String> {
    assert_eq!(heard.status, 302, "{}", heard.body);
    let location = heard.header("location").expect("a location");
    let query = location.strip_prefix(CALLBACK).and_then(|rest| rest.strip_prefix('?')).expect("the callback");
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn sign_in(practice: &Practice) -> Heard {
    let code = redirected(&get(practice, &authorize_target(&[])))["code"].clone();
    token(practice, &[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)])
}

fn refresh(practice: &Practice, refresh_token: &str) -> Heard {
    token(practice, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
}

fn bearer(practice: &Practice, path: &str, token: &str) -> Heard {
    call(practice, "GET", path, &format!("Authorization: Bearer {token}\r\n"), "")
}
