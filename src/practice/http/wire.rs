//! One request on the wire: from the HTTP library's request to a plain value, and from a response to bytes. Adds what
//! the library lacks: bounds, an end to each connection, and safety against large declared bodies.

use std::io::{self, Read as _, Write};
use std::mem;

use tiny_http::{HTTPVersion, Header, Method, StatusCode};
use url::Url;

use crate::practice::http::message::{Body, Excess, Parameters, Request, Response};
use crate::secret::Secret;

/// The largest request body in bytes; a token request has one or two thousand.
const LARGEST_BODY: usize = 64 * 1024;
/// The largest request head in bytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// A body up to this size is read before it is refused, so that the client gets the answer.
const LARGEST_READ: usize = 1024 * 1024;

pub(crate) fn read(request: &mut tiny_http::Request) -> io::Result<Request> {
    let mut read = head(request);
    if is_absurd(request) {
        read.excess = Some(Excess::Body);
    } else if read.excess.is_none() {
        match body(request)? {
            Some(body) => read.body = Secret::new(String::from_utf8_lossy(&body)),
            None => read.excess = Some(Excess::Body),
        }
    }
    Ok(read)
}

/// Sends the response; an endless one until the client or the server stops.
pub(crate) fn send(request: tiny_http::Request, response: &Response, is_stopping: impl Fn() -> bool) -> io::Result<()> {
    if is_absurd(&request) {
        // Only an upgrade sends a response without dropping the body. What it returns holds that body, and is
        // forgotten. The protocol it names is the one in use, which means nothing.
        mem::forget(request.upgrade("HTTP/1.1", tiny_http::Response::empty(response.status)));
        return Ok(());
    }
    let is_head = *request.method() == Method::Head;
    let (text, start) = match &response.body {
        Body::Text(text) => (Some(text.as_str()), None),
        Body::Endless(start) | Body::Broken(start) => (None, Some(*start).filter(|_| !is_head)),
    };
    // What cannot be sent leaves the request to its drop, which is a 500 of the library.
    let bytes = bytes(response.status, &response.headers, text, is_head)?;
    let mut out = request.into_writer();
    out.write_all(&bytes)?;
    match (start, &response.body) {
        (Some(start), Body::Broken(_)) => write!(out, "{:x}\r\n{start}\r\n{BREAK}", start.len())?,
        (Some(start), _) => send_without_end(&mut out, start, is_stopping)?,
        (None, _) => {}
    }
    out.flush()
}

/// Whether the body may not be left to the library: a request that is dropped with its body unread allocates as much
/// memory as the peer has declared. Forgetting it costs one loopback socket and its thread, for a peer that no honest
/// program is.
fn is_absurd(request: &tiny_http::Request) -> bool {
    request.body_length().is_some_and(|declared| declared > LARGEST_READ)
}

fn head(request: &tiny_http::Request) -> Request {
    let header = |name: &'static str| {
        let found = request.headers().iter().find(|header| header.field.equiv(name));
        found.map(|header| header.value.as_str())
    };
    let (path, query) = target(request.url());
    let size = |header: &Header| header.field.as_str().len() + header.value.len();
    let is_too_large = request.url().len() + request.headers().iter().map(size).sum::<usize>() > LARGEST_HEAD;
    Request {
        method: request.method().as_str().to_owned(),
        path,
        host: header("Host").map(str::to_owned),
        query: if is_too_large { Parameters::default() } else { Parameters::form(&query) },
        authorization: header("Authorization").map(Secret::new),
        headers: request.headers().iter().map(plain).collect(),
        content_type: header("Content-Type")
            .and_then(|value| value.split(';').next())
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default(),
        excess: is_too_large.then_some(Excess::Head),
        ..Request::default()
    }
}

fn plain(header: &Header) -> (String, Secret) {
    (header.field.as_str().as_str().to_ascii_lowercase(), Secret::new(header.value.as_str()))
}

/// Path and query of a request target, which may be a whole URL (RFC 9112 section 3.2.2).
fn target(text: &str) -> (String, String) {
    if !text.starts_with('/')
        && let Ok(url) = Url::parse(text)
    {
        return (url.path().to_owned(), url.query().unwrap_or_default().to_owned());
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    (path.to_owned(), query.to_owned())
}

/// The body, or `None` where it is too large. Never more is read than was declared: after `Connection: upgrade` the
/// library would wait for the end of the connection.
fn body(request: &mut tiny_http::Request) -> io::Result<Option<Vec<u8>>> {
    let declared = request.body_length();
    let is_chunked = request.headers().iter().any(|header| header.field.equiv("Transfer-Encoding"));
    if declared.unwrap_or(0) == 0 && !is_chunked {
        return Ok(Some(Vec::new()));
    }
    let most = declared.unwrap_or(LARGEST_READ).min(LARGEST_READ);
    let mut reader = request.as_reader().take(most as u64);
    let mut body = Vec::new();
    reader.by_ref().take(LARGEST_BODY as u64 + 1).read_to_end(&mut body)?;
    if body.len() > LARGEST_BODY {
        io::copy(&mut reader, &mut io::sink())?;
        return Ok(None);
    }
    if declared.is_some_and(|declared| declared != body.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(body))
}

/// The response as bytes; without a text, the head of a chunked one.
fn bytes(status: u16, headers: &[(&'static str, String)], text: Option<&str>, is_head: bool) -> io::Result<Vec<u8>> {
    let headers = headers.iter().map(|(name, value)| header(name, value)).collect::<io::Result<_>>()?;
    let body = text.unwrap_or_default();
    let response = tiny_http::Response::new(StatusCode(status), headers, body.as_bytes(), text.map(str::len), None)
        .with_chunked_threshold(usize::MAX);
    let mut bytes = Vec::new();
    response.raw_print(&mut bytes, HTTPVersion(1, 1), &[], is_head || text.is_none(), None)?;
    // One request a connection: a caller that kept it would wait in vain once the service has stopped. The library
    // takes this header from nobody.
    if let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") {
        bytes.splice(end..end, *b"\r\nConnection: close");
    }
    Ok(bytes)
}

/// Headers are made here, of escaped parts; one that cannot be sent is a defect, and must not split the response.
fn header(name: &str, value: &str) -> io::Result<Header> {
    let defect = || io::Error::new(io::ErrorKind::InvalidData, format!("the header `{name}` cannot be sent"));
    if value.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(defect());
    }
    Header::from_bytes(name, value).map_err(|()| defect())
}

/// A start, then blanks, in chunks. When the server stops comes what is no chunk: an end would pass for the end of a
/// whole reply, and silence would leave the caller waiting.
fn send_without_end(out: &mut dyn Write, start: &str, is_stopping: impl Fn() -> bool) -> io::Result<()> {
    let mut chunk = start.to_owned();
    while !is_stopping() {
        write!(out, "{:x}\r\n{chunk}\r\n", chunk.len())?;
        if chunk.len() < 16 * 1024 {
            chunk = " ".repeat(16 * 1024);
        }
    }
    write!(out, "{BREAK}")
}

/// An invalid chunk: the client knows that the reply is incomplete.
const BREAK: &str = "stopped\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_target_is_a_path_or_a_whole_address() {
        let check = |text: &str, path: &str, query: &str| {
            assert_eq!(target(text), (path.to_owned(), query.to_owned()), "{text}");
        };
        check("/a?b=c?d", "/a", "b=c?d");
        check("//a", "//a", "");
        check("http://127.0.0.1:1/a?b", "/a", "b");
        check("*", "*", "");
    }

    #[test]
    fn an_answer_closes_its_connection_and_no_header_splits_it() {
        let headers = [("location", "/x".to_owned())];
        let text = String::from_utf8(bytes(302, &headers, Some("hi"), false).expect("bytes")).expect("text");
        assert!(text.starts_with("HTTP/1.1 302 Found\r\nConnection: close\r\n"), "{text}");
        assert!(text.contains("\r\nlocation: /x\r\n") && text.ends_with("Content-Length: 2\r\n\r\nhi"), "{text}");
        let split = [("location", "/x\r\nevil: 1".to_owned())];
        let error = bytes(302, &split, None, false).expect_err("two headers in one");
        assert_eq!(error.to_string(), "the header `location` cannot be sent");
    }
}
