//! Binds every address of the plan on one port, each once. No port is probed, closed and bound again: another program
//! could take it in between.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use crate::oauth::Loopback;
use crate::redirect::error::ListenError;
use crate::redirect::holder;

/// How many random numbers are tried when the first address has one free and the second has not. One retry is rare
/// already; the bound protects against a machine that refuses the second address for good.
const RANDOM_PORT_TRIES: usize = 16;

/// Binds every address of the plan on one port.
pub(crate) async fn bind(plan: &Loopback) -> Result<Vec<TcpListener>, ListenError> {
    if plan.addresses.is_empty() || !plan.addresses.iter().all(IpAddr::is_loopback) {
        return Err(ListenError::NotLoopback);
    }
    if let Some(port) = plan.port {
        return bind_all(&plan.addresses, port).await;
    }
    let mut outcome = bind_all(&plan.addresses, 0).await;
    for _ in 1..RANDOM_PORT_TRIES {
        match outcome {
            Err(ListenError::PortTaken { .. }) => outcome = bind_all(&plan.addresses, 0).await,
            other => return other,
        }
    }
    outcome
}

/// Binds the addresses on one number; 0 lets the first one choose for all.
async fn bind_all(addresses: &[IpAddr], wanted: u16) -> Result<Vec<TcpListener>, ListenError> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut port = wanted;
    for &address in addresses {
        match bind_one(address, port).await {
            Ok(listener) => {
                port = listener.local_addr().map_err(|source| ListenError::Io { address, source })?.port();
                listeners.push(listener);
            }
            // A machine without IPv6 has no `::1`, and then no browser goes there either: `localhost` is 127.0.0.1.
            Err(ListenError::AddressUnavailable { .. }) if address.is_ipv6() && !listeners.is_empty() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(listeners)
}

async fn bind_one(address: IpAddr, port: u16) -> Result<TcpListener, ListenError> {
    TcpListener::bind(SocketAddr::new(address, port)).await.map_err(|source| explain(address, port, source))
}

/// The system's error as a fact about the port.
fn explain(address: IpAddr, port: u16, source: io::Error) -> ListenError {
    match source.kind() {
        ErrorKind::AddrInUse => ListenError::PortTaken { port, address, holder: holder::of(address, port) },
        ErrorKind::PermissionDenied => ListenError::PortForbidden { port },
        ErrorKind::AddrNotAvailable | ErrorKind::Unsupported => ListenError::AddressUnavailable { address, source },
        _ if address.is_ipv6() && no_such_family(&source) => ListenError::AddressUnavailable { address, source },
        _ => ListenError::Io { address, source },
    }
}

/// Whether the system was built or started without this address family; the standard library has no kind for it.
fn no_such_family(error: &io::Error) -> bool {
    // EAFNOSUPPORT on Linux, on macOS and the BSDs, and WSAEAFNOSUPPORT on Windows.
    matches!(error.raw_os_error(), Some(97 | 47 | 10047))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn the_system_errors_are_told_apart() {
        let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
        let explained = |address, kind: ErrorKind| explain(address, 80, kind.into());
        assert!(matches!(explained(v4, ErrorKind::PermissionDenied), ListenError::PortForbidden { port: 80 }));
        assert!(matches!(explained(v6, ErrorKind::AddrNotAvailable), ListenError::AddressUnavailable { .. }));
        assert!(matches!(explain(v6, 80, io::Error::from_raw_os_error(97)), ListenError::AddressUnavailable { .. }));
        assert!(matches!(explained(v4, ErrorKind::OutOfMemory), ListenError::Io { .. }));
    }

    #[tokio::test]
    async fn an_address_that_others_can_reach_is_never_listened_to() {
        for addresses in [vec![], vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)]] {
            let plan = Loopback { https: false, addresses, port: None, path: "/".into() };
            assert!(matches!(bind(&plan).await, Err(ListenError::NotLoopback)));
        }
    }
}
