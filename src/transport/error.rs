//! Why a call got no reply. Errors name the host but never the rest of the URL, which may hold secrets.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::call::NoReply;
use crate::diagnosis::{Diagnose, Diagnosis};

#[derive(Debug, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportError {
    #[serde(skip)]
    #[error("the URL cannot be read: {reason}")]
    BadUrl {
        /// Does not repeat the URL.
        #[source]
        reason: url::ParseError,
    },
    #[error("the URL is not an `http` or `https` URL with a host")]
    NotWeb,
    /// Plain HTTP to another machine; RFC 6749 section 3.2 requires TLS.
    #[error("refusing to send credentials to `{host}` over unencrypted HTTP")]
    PlainHttp { host: String },
    #[error("`{0}` is not an HTTP method")]
    BadMethod(String),
    #[error("the header `{name}` cannot be sent: its name or value has characters that HTTP does not allow")]
    BadHeader { name: String },
    /// The transport sets this header itself.
    #[error("the header `{name}` cannot be set: it follows from the body")]
    FramingHeader { name: String },
    #[error("the host name of `{host}` was not found")]
    Dns { host: String },
    #[error("cannot connect to `{host}`: {reason}")]
    Connect {
        host: String,
        reason: String,
        /// The whole chain, without the URL; `None` in an error that was written down.
        #[serde(skip)]
        #[source]
        source: Option<reqwest::Error>,
    },
    #[error("cannot trust the connection to `{host}`: {reason}")]
    Tls {
        host: String,
        reason: String,
        cause: TlsCause,
        /// What is wrong with the root certificates named in the environment.
        roots: Option<String>,
    },
    /// The configured proxy failed; the service was not reached.
    #[error("{}", proxy_words(.proxy, .host, .reason, *.cause))]
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        host: String,
        reason: String,
        cause: ProxyCause,
    },
    #[error("`{host}` did not send a complete reply within {}", seconds(*.after))]
    Timeout { host: String, after: Duration },
    #[error("the reply of `{host}` is larger than {limit} bytes")]
    BodyTooLarge {
        host: String,
        /// The limit in bytes, after decompression.
        limit: usize,
    },
    #[error("this machine has no root certificates, so no `https` server can be trusted")]
    NoRootCertificates {
        /// What is wrong with those named in the environment.
        roots: Option<String>,
    },
    #[error("the additional root certificates cannot be read as PEM")]
    BadRootCertificates,
    /// What the person set of connections cannot be used, so nothing was sent.
    #[error("{}", .0.summary)]
    Settings(Box<Diagnosis>),
    #[error("cannot set up the connection: {reason}")]
    SetUp { reason: String },
    /// The connection broke, or the reply was not HTTP.
    #[error("the connection to `{host}` was lost: {reason}")]
    Io {
        host: String,
        reason: String,
        /// The whole chain, without the URL; `None` in an error that was written down.
        #[serde(skip)]
        #[source]
        source: Option<reqwest::Error>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsCause {
    /// The certificate is signed by no authority that this machine trusts.
    UnknownIssuer,
    /// The certificate is expired or not valid yet, by this machine's clock.
    Clock,
    /// The certificate is for other names.
    OtherName,
    /// A CA certificate is used as a server certificate.
    AuthorityAsServer,
    Certificate,
    /// The server requires a client certificate.
    ClientCertificate,
    /// The client certificate is signed by an authority that the server does not know.
    ClientAuthority,
    /// The client certificate is expired or not valid yet, by the server's clock.
    ClientExpired,
    /// The server does not accept the client certificate, and does not say why, or has revoked it.
    ClientCertificateRefused,
    /// No way of a handshake suits the server; it may want a client certificate.
    Handshake,
    /// The peer does not speak TLS.
    NotTls,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyCause {
    /// It cannot be reached.
    Unreachable,
    /// It requires a user and a password (RFC 9110 section 15.5.8).
    Credentials {
        /// Whether some were sent and refused.
        given: bool,
    },
    /// It refused, with this status if it gave one.
    Refused(Option<u16>),
}

impl TransportError {
    /// Whether the same call may succeed later. After [`Self::Timeout`] and [`Self::Io`] it is unknown whether the service
    /// acted on it.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Dns { .. } | Self::Connect { .. } | Self::Timeout { .. } | Self::Io { .. } => true,
            Self::Proxy { cause, .. } => match cause {
                ProxyCause::Unreachable => true,
                ProxyCause::Credentials { .. } => false,
                ProxyCause::Refused(status) => status.is_none_or(|status| status >= 500),
            },
            _ => false,
        }
    }

    /// Whether the service may have received the call, so that only the reply is missing.
    pub fn may_have_acted(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Io { .. } | Self::BodyTooLarge { .. })
    }
}

impl TransportError {
    /// Whether the call may have reached the service although no reply did.
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::BodyTooLarge { .. } | Self::Io { .. })
    }
}

impl TransportError {
    /// As a record of calls has it.
    pub fn to_no_reply(&self) -> NoReply {
        NoReply { why: self.to_string(), error: serde_json::to_value(self).ok() }
    }

    /// The error that was recorded; `None` for one that cannot be written down, or that is not of this program.
    pub fn of_no_reply(no_reply: &NoReply) -> Option<Self> {
        serde_json::from_value(no_reply.error.clone()?).ok()
    }
}

impl Diagnose for TransportError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::Settings(told) => (**told).clone(),
            Self::PlainHttp { .. } => diagnosis
                .hint("use the `https` URL of the service; plain `http` is allowed on this machine only")
                .reference("https://www.rfc-editor.org/rfc/rfc6749#section-3.2"),
            Self::Proxy { cause: ProxyCause::Credentials { .. }, .. } => {
                diagnosis.hint(hint(self)).reference("https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8")
            }
            // A local problem is more likely than one at the service.
            Self::Tls { roots: Some(roots), cause, .. } if *cause != TlsCause::UnknownIssuer => {
                diagnosis.hint(format!("{}; also, {roots}", hint(self)))
            }
            Self::Tls { roots: Some(roots), .. } | Self::NoRootCertificates { roots: Some(roots) } => {
                diagnosis.hint(format!("{roots}; correct it, or unset the variable to use the system's certificates"))
            }
            other => diagnosis.hint(hint(other)),
        }
    }
}

fn hint(error: &TransportError) -> &'static str {
    match error {
        TransportError::BadUrl { .. } | TransportError::NotWeb | TransportError::PlainHttp { .. } => {
            "give the whole URL of the endpoint, such as `https://auth.example.com/token`"
        }
        TransportError::BadMethod(_) => "use GET, POST, PUT, PATCH or DELETE",
        TransportError::BadHeader { .. } => {
            "look for a line break at the end of a pasted value, or a space in the name"
        }
        TransportError::FramingHeader { .. } => "remove the header; it is set when the call is sent",
        TransportError::Dns { .. } => "check the host name, and that this machine is online",
        TransportError::Connect { .. } => {
            "check the host and port, that the server is running, and whether a firewall or proxy is in the way"
        }
        TransportError::Tls { cause, .. } => tls_hint(*cause),
        TransportError::Proxy { cause, .. } => proxy_hint(*cause),
        TransportError::Timeout { .. } => {
            "try again; if it keeps failing, a firewall or proxy may be blocking the connection"
        }
        TransportError::BodyTooLarge { .. } => "check the URL; a token endpoint answers with a few kilobytes",
        TransportError::NoRootCertificates { .. } => {
            "install the system's root certificates (on Debian: `ca-certificates`)"
        }
        TransportError::BadRootCertificates => "give a file with `-----BEGIN CERTIFICATE-----` blocks",
        TransportError::SetUp { .. } | TransportError::Settings(_) => {
            "check the proxy settings of this machine (`HTTPS_PROXY`, `ALL_PROXY`)"
        }
        TransportError::Io { .. } => "try again; if it keeps failing, check that the URL is that of a web server",
    }
}

fn tls_hint(cause: TlsCause) -> &'static str {
    match cause {
        TlsCause::UnknownIssuer => {
            "a self-signed server, or a proxy with its own certificate authority: add that authority's certificate to \
             the system's trusted ones, or name a file with it in the settings (`ca_file`) or in `SSL_CERT_FILE`"
        }
        TlsCause::AuthorityAsServer => {
            "have the server use a certificate with `CA:FALSE`, signed by that authority, and trust the authority \
             (`SSL_CERT_FILE` names a file with its certificate)"
        }
        TlsCause::Certificate => "ask whoever runs the server to renew its certificate",
        TlsCause::ClientCertificate => {
            "give the profile a client certificate (step 2, or `--client-certificate`), or name one for all servers in the \
             settings (`client_certificate`)"
        }
        TlsCause::ClientAuthority => {
            "use a certificate from the authority that the service names, with its intermediates in the same file"
        }
        TlsCause::ClientExpired => "renew the client certificate, and check the clock of this machine",
        TlsCause::ClientCertificateRefused => {
            "compare it with the certificate that the service has for this client; it may have been replaced or revoked there"
        }
        TlsCause::Handshake => {
            "the server may want a client certificate: give the profile one (step 2, or `--client-certificate`); otherwise \
             check whether a proxy is in the way, and that the server offers TLS 1.2 or newer"
        }
        TlsCause::Clock => "check the clock of this machine; if it is right, the server's certificate must be renewed",
        TlsCause::OtherName => "check the host name; the certificate of the server is for other names",
        TlsCause::NotTls => "check the port; the server there does not speak TLS",
        TlsCause::Other => "check whether a proxy is in the way, and that the server offers TLS 1.2 or newer",
    }
}

fn proxy_words(proxy: &str, host: &str, reason: &str, cause: ProxyCause) -> String {
    match cause {
        ProxyCause::Unreachable => format!("cannot connect to the proxy `{proxy}` for `{host}`: {reason}"),
        ProxyCause::Credentials { given: false } => {
            format!("the proxy `{proxy}` requires a user name and a password to connect to `{host}` ({reason})")
        }
        ProxyCause::Credentials { given: true } => {
            format!("the proxy `{proxy}` refused the user name and password ({reason})")
        }
        ProxyCause::Refused(_) => format!("the proxy `{proxy}` refused to connect to `{host}` ({reason})"),
    }
}

fn proxy_hint(cause: ProxyCause) -> &'static str {
    match cause {
        ProxyCause::Unreachable => {
            "check the proxy in the settings (`proxy`), or in `HTTPS_PROXY` and `ALL_PROXY`; `no_proxy` and `NO_PROXY` \
             name hosts that need none"
        }
        ProxyCause::Credentials { .. } => {
            "give them in `HTTPS_PROXY`, as `http://user:password@proxy:port`, with `@` in a password as `%40`"
        }
        ProxyCause::Refused(Some(500..)) => "try again; if it keeps failing, ask whoever runs the proxy",
        ProxyCause::Refused(_) => {
            "ask whoever runs the proxy to allow this host, or name the host in `NO_PROXY` if it needs no proxy"
        }
    }
}

fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{} s", time.as_secs()) } else { format!("{} ms", time.as_millis()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_said_again_in_the_same_words() {
        let (host, reason) = ("as.test".to_owned(), "nothing listens there".to_owned());
        let proxy = |cause| TransportError::Proxy {
            proxy: "proxy.test:8080".to_owned(),
            host: host.clone(),
            reason: reason.clone(),
            cause,
        };
        let settings = Diagnosis::new("the settings are wrong").hint("correct them");
        for error in [
            TransportError::NotWeb,
            TransportError::PlainHttp { host: host.clone() },
            TransportError::BadMethod("GO".to_owned()),
            TransportError::Dns { host: host.clone() },
            TransportError::Connect { host: host.clone(), reason: reason.clone(), source: None },
            TransportError::Io { host: host.clone(), reason: reason.clone(), source: None },
            TransportError::Tls {
                host: host.clone(),
                reason: reason.clone(),
                cause: TlsCause::UnknownIssuer,
                roots: Some("`SSL_CERT_FILE` names no file".to_owned()),
            },
            proxy(ProxyCause::Unreachable),
            proxy(ProxyCause::Credentials { given: true }),
            proxy(ProxyCause::Refused(Some(503))),
            TransportError::Timeout { host: host.clone(), after: Duration::from_millis(1500) },
            TransportError::BodyTooLarge { host, limit: 1024 },
            TransportError::Settings(Box::new(settings)),
        ] {
            let read = TransportError::of_no_reply(&error.to_no_reply()).expect("read");
            assert_eq!(read.diagnose(), error.diagnose());
            assert_eq!((read.is_transient(), read.may_have_acted()), (error.is_transient(), error.may_have_acted()));
        }
        let reason = url::ParseError::EmptyHost;
        assert!(TransportError::of_no_reply(&TransportError::BadUrl { reason }.to_no_reply()).is_none());
        let later = NoReply { why: String::new(), error: Some(serde_json::json!({ "of-tomorrow": 1 })) };
        assert!(TransportError::of_no_reply(&later).is_none());
    }
}
