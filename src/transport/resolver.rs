//! Resolves host names. Our own resolver makes "not found" a type, and resolves `localhost`, to which plain HTTP is
//! allowed, to this machine whatever a name server says (RFC 6761 section 6.3).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

#[derive(Debug, Error)]
#[error("host name not found")]
pub(crate) struct NameNotFound(#[source] io::Error);

/// The system's name service, except for `localhost`.
pub(crate) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Port 0 means the port of the URL.
            if name.as_str().eq_ignore_ascii_case("localhost") {
                let here = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
                return Ok(Box::new(here.into_iter()) as Addrs);
            }
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameNotFound)?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
