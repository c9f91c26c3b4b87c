//! The proxy of a call, and why it refuses a connection. The HTTP library exposes neither.

use std::error::Error;
use std::time::Duration;

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::transport::error::{ProxyCause, TransportError};
use crate::transport::explain::{find, reason};
use crate::transport::network::ProxyChoice;
use crate::transport::resolver::NameNotFound;

/// The time limit for asking a proxy why.
const ASKING_TIME: Duration = Duration::from_secs(5);

/// The longest status line that is read.
const LONGEST_LINE: u64 = 1024;

pub(crate) struct Proxy {
    intercept: Intercept,
    /// Host and port, without credentials.
    name: String,
}

impl Proxy {
    /// The proxy of `https` calls to this host, by the rules of the HTTP library.
    pub(crate) fn of(host: &str, choice: &ProxyChoice) -> Option<Self> {
        let uri: Uri = format!("https://{host}/").parse().ok()?;
        let matcher = match choice {
            ProxyChoice::System => Matcher::from_system(),
            ProxyChoice::None => return None,
            ProxyChoice::Url { url, except } => Matcher::builder().all(url.as_str()).no(except.as_str()).build(),
        };
        let intercept = matcher.intercept(&uri)?;
        let at = intercept.uri();
        let name = at.port_u16().map_or_else(
            || at.host().unwrap_or_default().to_owned(),
            |port| format!("{}:{port}", at.host().unwrap_or_default()),
        );
        Some(Self { intercept, name })
    }

    pub(crate) async fn explain(self, error: &reqwest::Error, host: &str, connect_timeout: Duration) -> TransportError {
        let unreachable = |reason: String| (ProxyCause::Unreachable, reason);
        let (cause, reason) = if find::<NameNotFound>(error).is_some() {
            unreachable("its host name was not found".to_owned())
        } else if error.is_timeout() {
            unreachable(format!("no answer within {} s", connect_timeout.as_secs()))
        } else if find::<std::io::Error>(error).is_some() {
            unreachable(reason(error as &(dyn Error + 'static)))
        } else {
            match self.refusal(host).await {
                Some((407, line)) => (ProxyCause::Credentials { given: self.intercept.basic_auth().is_some() }, line),
                Some((status, line)) => (ProxyCause::Refused(Some(status)), line),
                None => (ProxyCause::Refused(None), "no reason given".to_owned()),
            }
        };
        TransportError::Proxy { proxy: self.name, host: host.to_owned(), reason, cause }
    }

    /// Sends the `CONNECT` request again, since the library discards the status of a refusal. The request names only the host,
    /// and nothing is sent through the tunnel. Returns the status and its reason phrase.
    async fn refusal(&self, host: &str) -> Option<(u16, String)> {
        let at = self.intercept.uri();
        if at.scheme_str() != Some("http") {
            return None;
        }
        let target = if has_port(host) { host.to_owned() } else { format!("{host}:443") };
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
        if let Some(credentials) = self.intercept.basic_auth() {
            request.extend_from_slice(b"Proxy-Authorization: ");
            request.extend_from_slice(credentials.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        let asked = async {
            let mut stream = TcpStream::connect((at.host()?, at.port_u16().unwrap_or(80))).await.ok()?;
            stream.write_all(&request).await.ok()?;
            let mut line = Vec::new();
            let mut head = stream.take(LONGEST_LINE);
            while !line.ends_with(b"\n") {
                line.push(head.read_u8().await.ok()?);
            }
            status(&String::from_utf8_lossy(&line))
        };
        // If it connects this time, there is no reason to report.
        timeout(ASKING_TIME, asked).await.ok().flatten().filter(|(status, _)| !(200..300).contains(status))
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Status and reason phrase of `HTTP/1.1 403 Forbidden`.
fn status(line: &str) -> Option<(u16, String)> {
    let mut words = line.split_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    let status: u16 = words.next()?.parse().ok()?;
    let phrase = words.collect::<Vec<_>>().join(" ");
    let phrase: String = phrase.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(60).collect();
    Some((status, if phrase.is_empty() { format!("status {status}") } else { format!("status {status} {phrase}") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_is_told_as_number_and_words() {
        let told = |line| status(line).map(|(_, words)| words);
        assert_eq!(told("HTTP/1.1 403 Forbidden\r\n").as_deref(), Some("status 403 Forbidden"));
        assert_eq!(told("HTTP/1.0 503\r\n").as_deref(), Some("status 503"));
        assert_eq!(told("HTTP/1.1 403 \u{1b}[2Jno\r\n").as_deref(), Some("status 403 [2Jno"));
        assert_eq!(told("SSH-2.0-x\r\n"), None);
    }

    #[test]
    fn a_port_is_told_from_the_end_of_an_address() {
        assert!(has_port("as.test:8443") && has_port("[::1]:1"));
        assert!(!has_port("as.test") && !has_port("[::1]"));
    }
}
