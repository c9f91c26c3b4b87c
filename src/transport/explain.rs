//! Turns the HTTP library's error into ours: the chain is searched for the one typed cause in it, and the URL, which
//! the library prints, is taken off.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;

use crate::transport::error::{TlsCause, TransportError};
use crate::transport::resolver::NameNotFound;

/// The error of a call to `host`.
pub(crate) fn explain(error: reqwest::Error, host: &str, connect_timeout: Duration) -> TransportError {
    let source = error.without_url();
    let host = host.to_owned();
    if find::<NameNotFound>(&source).is_some() {
        return TransportError::Dns { host };
    }
    if let Some(tls) = find::<rustls::Error>(&source) {
        let (cause, reason) = tls_reason(tls);
        return TransportError::Tls { host, reason, cause };
    }
    // The time of the whole call is kept elsewhere; here it can only be the one for connecting.
    if source.is_timeout() {
        return TransportError::Timeout { host, after: connect_timeout };
    }
    let reason = reason(&source);
    if source.is_connect() {
        TransportError::Connect { host, reason, source }
    } else {
        TransportError::Io { host, reason, source }
    }
}

/// Why the library could not be set up.
pub(crate) fn explain_set_up(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let reason = deepest(&error).to_string();
    // foreign: the platform verifier has no type for it, only these words.
    if reason.contains("No CA certificates") {
        TransportError::NoRootCertificates
    } else {
        TransportError::SetUp { reason }
    }
}

/// The errors from the outermost to the deepest, those wrapped in an `io::Error` included: its `source` skips them.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| deeper(error))
}

fn deeper<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn deepest<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

/// A few words for what the system or the library said.
fn reason(error: &(dyn Error + 'static)) -> String {
    let words = match find::<io::Error>(error).map(io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => "nothing listens there",
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) => {
            "the other side closed the connection"
        }
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => "no way there from this machine",
        _ => return deepest(error).to_string(),
    };
    words.to_owned()
}

fn tls_reason(error: &rustls::Error) -> (TlsCause, String) {
    let (cause, words) = match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => {
                (TlsCause::UnknownIssuer, "its certificate is signed by an unknown authority")
            }
            // An authority that was made anew under its old name.
            CertificateError::BadSignature => {
                (TlsCause::UnknownIssuer, "its certificate is not signed by the authority that it names")
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                (TlsCause::Clock, "its certificate is expired")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                (TlsCause::Clock, "its certificate is not valid yet")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                (TlsCause::OtherName, "its certificate is for another name")
            }
            _ => return (TlsCause::Other, error.to_string()),
        },
        rustls::Error::InvalidMessage(_) => (TlsCause::NotTls, "it does not speak TLS"),
        _ => return (TlsCause::Other, error.to_string()),
    };
    (cause, words.to_owned())
}
