//! Turns the HTTP library's error into a [`TransportError`]: finds the typed cause in its chain and removes the URL, which
//! the library prints.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use crate::transport::error::{TlsCause, TransportError};
use crate::transport::resolver::NameNotFound;
use crate::transport::trust;

/// `shows_certificate` is whether a client certificate was shown to a server that asked for one.
pub(crate) fn explain(
    error: reqwest::Error,
    host: &str,
    connect_timeout: Duration,
    shows_certificate: bool,
) -> TransportError {
    let source = error.without_url();
    let host = host.to_owned();
    if find::<NameNotFound>(&source).is_some() {
        return TransportError::Dns { host };
    }
    if let Some(tls) = find::<rustls::Error>(&source) {
        let (cause, reason) = tls_reason(tls, shows_certificate);
        let is_of_trust =
            matches!(cause, TlsCause::UnknownIssuer | TlsCause::AuthorityAsServer | TlsCause::Certificate);
        let roots = if is_of_trust { trust::trouble() } else { None };
        return TransportError::Tls { host, reason, cause, roots };
    }
    // The time limit of the whole call is applied elsewhere; this is the one for connecting.
    if source.is_timeout() {
        return TransportError::Timeout { host, after: connect_timeout };
    }
    let reason = reason(&source);
    if source.is_connect() {
        TransportError::Connect { host, reason, source: Some(source) }
    } else {
        TransportError::Io { host, reason, source: Some(source) }
    }
}

pub(crate) fn explain_set_up(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let reason = deepest(&error).to_string();
    // foreign: the platform verifier has no type for it, only these words.
    if reason.contains("No CA certificates") {
        TransportError::NoRootCertificates { roots: trust::trouble() }
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

pub(crate) fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn deepest<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    chain(error).last().unwrap_or(error)
}

/// A short text for the error of the system or the library.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
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

/// Whether TLS failed, with the proxy or beyond it.
pub(crate) fn is_tls(error: &reqwest::Error) -> bool {
    find::<rustls::Error>(error).is_some()
}

fn tls_reason(error: &rustls::Error, shows_certificate: bool) -> (TlsCause, String) {
    let (cause, words) = match error {
        rustls::Error::InvalidCertificate(certificate) => return certificate_reason(certificate),
        rustls::Error::InvalidMessage(_) => (TlsCause::NotTls, "it does not speak TLS"),
        rustls::Error::NoCertificatesPresented => (TlsCause::Other, "it shows no certificate"),
        rustls::Error::AlertReceived(alert) => return alert_reason(*alert, shows_certificate),
        rustls::Error::PeerIncompatible(_) => {
            (TlsCause::Other, "it offers no version or cipher of TLS that is supported here")
        }
        rustls::Error::PeerMisbehaved(_)
        | rustls::Error::InappropriateMessage { .. }
        | rustls::Error::InappropriateHandshakeMessage { .. }
        | rustls::Error::PeerSentOversizedRecord
        | rustls::Error::DecryptError => (TlsCause::Other, "it breaks the TLS protocol"),
        _ => (TlsCause::Other, "the TLS handshake failed"),
    };
    (cause, words.to_owned())
}

/// An alert of the server (RFC 8446 section 6.2). Those about a certificate are about the client's.
fn alert_reason(alert: AlertDescription, shows_certificate: bool) -> (TlsCause, String) {
    use AlertDescription as Alert;
    let (cause, words) = match alert {
        Alert::CertificateRequired => (TlsCause::ClientCertificate, "it wants a certificate of the client"),
        Alert::UnknownCA => (
            TlsCause::ClientAuthority,
            "it does not accept the client certificate: it does not know the authority that signed it",
        ),
        Alert::CertificateExpired => {
            (TlsCause::ClientExpired, "it does not accept the client certificate: it has expired, or is not valid yet")
        }
        Alert::CertificateRevoked => {
            (TlsCause::ClientCertificateRefused, "it does not accept the client certificate: it is revoked")
        }
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::AccessDenied
        | Alert::DecryptError => (TlsCause::ClientCertificateRefused, "it does not accept the client certificate"),
        // What servers of TLS 1.2 send for want of a certificate (RFC 5246 section 7.4.6).
        Alert::HandshakeFailure if !shows_certificate => {
            (TlsCause::Handshake, "it refused the handshake (handshake failure)")
        }
        alert => {
            return (TlsCause::Other, format!("it refused the handshake ({})", in_words(&format!("{alert:?}"))));
        }
    };
    (cause, words.to_owned())
}

fn certificate_reason(error: &CertificateError) -> (TlsCause, String) {
    let (cause, words) = match error {
        CertificateError::UnknownIssuer => {
            (TlsCause::UnknownIssuer, "its certificate is signed by an unknown authority")
        }
        // An authority that was recreated under its old name, perhaps with another kind of key.
        CertificateError::BadSignature | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
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
        CertificateError::Revoked => (TlsCause::Certificate, "its certificate is revoked"),
        CertificateError::BadEncoding => (TlsCause::Certificate, "its certificate cannot be read"),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            (TlsCause::Certificate, "its certificate is not meant for a server")
        }
        CertificateError::UnhandledCriticalExtension => {
            (TlsCause::Certificate, "its certificate has a critical extension that is not understood")
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. } => {
            (TlsCause::Certificate, "its certificate is signed in a way that is not supported here")
        }
        CertificateError::Other(other) => return other_reason(&format!("{:?}", other.0)),
        _ => (TlsCause::Certificate, "its certificate is not accepted"),
    };
    (cause, words.to_owned())
}

/// Errors of the verifier that the TLS library has no type for; only their names are accessible.
fn other_reason(name: &str) -> (TlsCause, String) {
    let (cause, words) = match name {
        "CaUsedAsEndEntity" => {
            (TlsCause::AuthorityAsServer, "its certificate is that of a certificate authority, not of a server")
        }
        "UnsupportedCertVersion" => {
            (TlsCause::Certificate, "its certificate is of an old version of X.509; version 3 is needed")
        }
        "EndEntityUsedAsCa" => {
            (TlsCause::Certificate, "its certificate is signed by one that is not of a certificate authority")
        }
        "PathLenConstraintViolated" | "NameConstraintViolation" => {
            (TlsCause::Certificate, "its certificate goes beyond what its authority may sign")
        }
        _ => return (TlsCause::Certificate, format!("its certificate is not accepted ({})", in_words(name))),
    };
    (cause, words.to_owned())
}

/// `HandshakeFailure` as `handshake failure`.
fn in_words(name: &str) -> String {
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let mut words = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && words.chars().last().is_some_and(|last| last.is_ascii_lowercase()) {
            words.push(' ');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_the_librarys_is_told() {
        for (name, words) in [
            ("CaUsedAsEndEntity", "its certificate is that of a certificate authority, not of a server"),
            ("MaximumPathDepthExceeded", "its certificate is not accepted (maximum path depth exceeded)"),
            ("TrailingData(Extension)", "its certificate is not accepted (trailing data)"),
        ] {
            assert_eq!(other_reason(name).1, words);
        }
        let refused = rustls::Error::AlertReceived(AlertDescription::HandshakeFailure);
        assert_eq!(tls_reason(&refused, true).1, "it refused the handshake (handshake failure)");
        assert_eq!(tls_reason(&refused, false).0, TlsCause::Handshake);
    }
}
