//! Why the listener cannot listen, and what to do about it.

use std::io;
use std::net::IpAddr;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::redirect::certificate::CertificateError;

/// Ports below this one need a privilege on Unix.
const FIRST_FREE_PORT: u16 = 1024;

#[derive(Debug, Error)]
pub enum ListenError {
    #[error("port {port} on {address} is taken{}", .holder.as_ref().map(|name| format!(" by `{name}`")).unwrap_or_default())]
    PortTaken { port: u16, address: IpAddr, holder: Option<String> },
    #[error("this user may not listen on port {port}")]
    PortForbidden { port: u16 },
    #[error("this machine has no address {address} to listen on")]
    AddressUnavailable {
        address: IpAddr,
        #[source]
        source: io::Error,
    },
    /// The plan has no address, or one that other machines can reach.
    #[error("refusing to listen on an address that other machines can reach")]
    NotLoopback,
    #[error("an `https` redirect URI needs a certificate")]
    CertificateMissing,
    #[error("the certificate for `https` cannot be used")]
    Certificate(#[source] CertificateError),
    #[error("cannot listen on {address}: {source}")]
    Io {
        address: IpAddr,
        #[source]
        source: io::Error,
    },
}

impl Diagnose for ListenError {
    fn diagnose(&self) -> Diagnosis {
        let ways_out = "use another redirect URI that is registered with the service, or paste the address by hand \
                        after signing in";
        let hint = match self {
            Self::PortTaken { .. } => format!("stop that program, {ways_out}"),
            Self::PortForbidden { port } if *port < FIRST_FREE_PORT => format!(
                "register a redirect URI with a port of {FIRST_FREE_PORT} or more, paste the address by hand after \
                 signing in, or allow the port on Linux with `sudo sysctl net.ipv4.ip_unprivileged_port_start={port}`"
            ),
            Self::PortForbidden { .. } => format!("the system reserves this port; {ways_out}"),
            Self::AddressUnavailable { .. } => {
                "use `localhost` or `127.0.0.1` in the redirect URI, or paste the address by hand after signing in"
                    .to_owned()
            }
            Self::NotLoopback => "use `localhost`, `127.0.0.1` or `[::1]` in the redirect URI".to_owned(),
            Self::CertificateMissing | Self::Certificate(_) => {
                format!("let a new certificate be made, {ways_out}")
            }
            Self::Io { .. } => ways_out.to_owned(),
        };
        Diagnosis::new(self.to_string()).hint(hint).reference("https://www.rfc-editor.org/rfc/rfc8252#section-7.3")
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_taken_port_names_who_has_it() {
        let taken = |holder: Option<&str>| {
            ListenError::PortTaken { port: 8080, address: Ipv4Addr::LOCALHOST.into(), holder: holder.map(Into::into) }
                .to_string()
        };
        assert_eq!(taken(Some("nginx")), "port 8080 on 127.0.0.1 is taken by `nginx`");
        assert_eq!(taken(None), "port 8080 on 127.0.0.1 is taken");
    }

    #[test]
    fn a_low_port_says_the_three_ways_out() {
        let words = ListenError::PortForbidden { port: 80 }.diagnose().to_string();
        assert!(words.starts_with("this user may not listen on port 80\nhint: "), "{words}");
        for way in ["a port of 1024 or more", "paste the address by hand", "net.ipv4.ip_unprivileged_port_start=80"] {
            assert!(words.contains(way), "{way} in {words}");
        }
    }
}
