//! One request on the wire: from the HTTP library's request to a plain value, within bounds, and from a response back.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use tokio_util::sync::CancellationToken;

use crate::practice::message::{Body, Excess, Parameters, Request, Response};
use crate::secret::Secret;

/// Largest request body in bytes. A token call has one or two thousand.
const LARGEST_BODY: usize = 64 * 1024;
/// Largest request target and headers in bytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// A body up to here is read to its end before it is refused, so that the caller gets to hear why.
const LARGEST_READ: usize = 1024 * 1024;

/// What follows the start of a reply that never ends.
const BLANKS: &[u8] = &[b' '; 16 * 1024];

/// The body of a response as it is sent.
pub(crate) struct Sent {
    start: Option<Bytes>,
    rest: Rest,
    stop: CancellationToken,
}

enum Rest {
    Nothing,
    Blanks,
    /// The connection breaks off.
    Break,
}

/// Reads a request, within the bounds. An error is a peer that left in the middle.
pub(crate) async fn read(request: hyper::Request<Incoming>) -> Result<Request, hyper::Error> {
    let (parts, body) = request.into_parts();
    let mut read = head(&parts);
    if read.excess.is_none() {
        match whole(body).await? {
            Some(body) => read.body = Secret::new(String::from_utf8_lossy(&body)),
            None => read.excess = Some(Excess::Body),
        }
    }
    Ok(read)
}

/// The response to send; one that never ends breaks off when the server stops. One with a header that cannot be sent is
/// an error: headers are made here, of escaped parts, and none may split the response.
pub(crate) fn response(response: Response, stop: &CancellationToken) -> hyper::http::Result<hyper::Response<Sent>> {
    let (start, rest) = match response.body {
        Body::Text(text) => (Bytes::from(text), Rest::Nothing),
        Body::Endless(start) => (Bytes::from_static(start.as_bytes()), Rest::Blanks),
        Body::Broken(start) => (Bytes::from_static(start.as_bytes()), Rest::Break),
    };
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    let start = Some(start).filter(|start| !start.is_empty());
    builder.body(Sent { start, rest, stop: stop.clone() })
}

fn head(parts: &Parts) -> Request {
    let header = |name: HeaderName| parts.headers.get(name).map(|value| text(value.as_bytes()));
    let query = parts.uri.query().unwrap_or_default();
    let size = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
    let is_too_large = parts.uri.path().len() + query.len() + size > LARGEST_HEAD;
    Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        host: header(HOST),
        query: if is_too_large { Parameters::default() } else { Parameters::form(query) },
        authorization: header(AUTHORIZATION).map(Secret::new),
        headers: parts.headers.iter().map(plain).collect(),
        content_type: header(CONTENT_TYPE)
            .and_then(|value| value.split(';').next().map(|value| value.trim().to_ascii_lowercase()))
            .unwrap_or_default(),
        excess: is_too_large.then_some(Excess::Head),
        ..Request::default()
    }
}

fn plain((name, value): (&HeaderName, &HeaderValue)) -> (String, Secret) {
    (name.as_str().to_owned(), Secret::new(text(value.as_bytes())))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The body, or `None` where it is too large.
async fn whole(mut body: Incoming) -> Result<Option<Vec<u8>>, hyper::Error> {
    if body.size_hint().lower() > LARGEST_READ as u64 {
        return Ok(None);
    }
    let (mut whole, mut size) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        size += data.len();
        if size > LARGEST_READ {
            break;
        }
        if size <= LARGEST_BODY {
            whole.extend_from_slice(&data);
        }
    }
    Ok((size <= LARGEST_BODY).then_some(whole))
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        // An end would pass for the end of a whole reply, and silence would keep the caller waiting.
        let broken = || Poll::Ready(Some(Err(io::Error::other("the reply breaks off"))));
        match (self.start.take(), &self.rest) {
            (Some(start), _) => Poll::Ready(Some(Ok(Frame::data(start)))),
            (None, Rest::Nothing) => Poll::Ready(None),
            (None, Rest::Blanks) if !self.stop.is_cancelled() => {
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(BLANKS)))))
            }
            (None, Rest::Blanks | Rest::Break) => broken(),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.start.is_none() && matches!(self.rest, Rest::Nothing)
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest {
            Rest::Nothing => SizeHint::with_exact(self.start.as_ref().map_or(0, Bytes::len) as u64),
            Rest::Blanks | Rest::Break => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_splits_a_response() {
        let sent = |location| response(Response::redirect(302, location), &CancellationToken::new());
        assert!(sent("/x").is_ok());
        assert!(sent("/x\r\nevil: 1").is_err());
    }
}
