//! The nonces that servers want repeated in proofs of possession (RFC 9449 sections 8 and 9).

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::app::blocking::locked;
use crate::oauth::ProofFor;

/// More servers than a person has tokens for.
const MOST_NONCES: usize = 512;

/// The nonces of servers, by who checks the proof and the origin. They live for minutes, so that they are not saved.
#[derive(Default)]
pub(in crate::app) struct ProofNonces(Mutex<BTreeMap<(ProofFor, String), String>>);

impl ProofNonces {
    pub(in crate::app) fn get(&self, by: ProofFor, origin: &str) -> Option<String> {
        locked(&self.0).get(&(by, origin.to_owned())).cloned()
    }

    pub(in crate::app) fn set(&self, by: ProofFor, origin: &str, nonce: &str) {
        let mut nonces = locked(&self.0);
        if nonces.len() == MOST_NONCES {
            nonces.clear();
        }
        nonces.insert((by, origin.to_owned()), nonce.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_server_has_nonces_of_its_own_even_at_one_origin() {
        let nonces = ProofNonces::default();
        let origin = "https://a.test";
        nonces.set(ProofFor::AuthorizationServer, origin, "1");
        assert_eq!(nonces.get(ProofFor::ResourceServer, origin), None);
        nonces.set(ProofFor::ResourceServer, origin, "2");
        nonces.set(ProofFor::ResourceServer, "https://b.test", "3");
        let all = [ProofFor::AuthorizationServer, ProofFor::ResourceServer].map(|by| nonces.get(by, origin));
        assert_eq!(all, [Some("1".to_owned()), Some("2".to_owned())]);
    }

    #[test]
    fn no_number_of_servers_fills_the_memory() {
        let nonces = ProofNonces::default();
        for number in 0..=MOST_NONCES {
            nonces.set(ProofFor::ResourceServer, &format!("https://{number}.test"), "n");
        }
        assert!(locked(&nonces.0).len() <= MOST_NONCES);
        assert!(nonces.get(ProofFor::ResourceServer, &format!("https://{MOST_NONCES}.test")).is_some());
    }
}
