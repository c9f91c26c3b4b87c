//! Whether an address is on this machine.

use url::{Host, Url};

/// Whether a call of this address stays on this machine. `localhost` does: our resolver never asks the network for it.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
