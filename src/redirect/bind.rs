//! Binds every address of the plan on one port. A sign-in never probes a port by closing and rebinding it: another program
//! could take it in between.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;

use crate::oauth::Loopback;
use crate::redirect::error::ListenError;
use crate::redirect::holder;

/// How many random ports are tried if a port is free on the first address only. One retry is rare; the limit is for a machine
/// that always refuses the second address.
const RANDOM_PORT_TRIES: usize = 16;

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

/// Whether the plan could be listened on now; nothing is listened on afterwards. What follows binds anew and may find it taken.
pub async fn can_listen(plan: &Loopback) -> Result<(), ListenError> {
    bind(plan).await.map(drop)
}

/// Binds the addresses on one port; with 0 the system chooses it for the first address.
async fn bind_all(addresses: &[IpAddr], wanted: u16) -> Result<Vec<TcpListener>, ListenError> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut port = wanted;
    for &address in addresses {
        match bind_one(address, port).await {
            Ok(listener) => {
                port = listener.local_addr().map_err(|source| ListenError::Io { address, source })?.port();
                listeners.push(listener);
            }
            // Without IPv6, `localhost` is 127.0.0.1 alone, also for the browser.
            Err(ListenError::AddressUnavailable { .. }) if address.is_ipv6() && !listeners.is_empty() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(listeners)
}

async fn bind_one(address: IpAddr, port: u16) -> Result<TcpListener, ListenError> {
    TcpListener::bind(SocketAddr::new(address, port)).await.map_err(|source| explain(address, port, source))
}

fn explain(address: IpAddr, port: u16, source: io::Error) -> ListenError {
    match source.kind() {
        ErrorKind::AddrInUse => ListenError::PortTaken { port, address, holder: holder::of(address, port) },
        ErrorKind::PermissionDenied => ListenError::PortForbidden { port },
        ErrorKind::AddrNotAvailable | ErrorKind::Unsupported => ListenError::AddressUnavailable { address, source },
        _ if address.is_ipv6() && no_such_family(&source) => ListenError::AddressUnavailable { address, source },
        _ => ListenError::Io { address, source },
    }
}

/// Whether the system lacks this address family, for which the standard library has no error kind.
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
