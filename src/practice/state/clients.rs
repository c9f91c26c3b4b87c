//! The clients of the practice service: those that are there from the start, and those that were registered since.

use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Map, Value};

use crate::oauth::{Landing, Loopback, RedirectUri};
use crate::practice::contract::{REGISTRATIONS, Registration};
use crate::practice::state::bounded_map::BoundedMap;
use crate::secret::Secret;

/// A client that was registered (RFC 7591).
#[derive(Debug)]
pub(crate) struct RegisteredClient {
    pub(crate) registration: Registration,
    /// What reads, changes and deletes it (RFC 7592).
    pub(crate) access_token: Secret,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) issued_at: Timestamp,
    /// `None` for a secret without end, and for a client without one.
    pub(crate) secret_end: Option<Timestamp>,
}

/// All clients, by their IDs. Of those that were registered, the oldest makes room where they are too many.
#[derive(Debug, Default)]
pub(crate) struct Clients(pub(crate) BoundedMap<RegisteredClient>);

impl Clients {
    pub(crate) fn find(&self, id: &str) -> Option<Registration> {
        let known = REGISTRATIONS.iter().find(|known| known.id == id);
        known.or_else(|| Some(&self.0.get(id)?.registration)).cloned()
    }

    /// When the secret of a client expires.
    pub(crate) fn secret_end(&self, id: &str) -> Option<Timestamp> {
        self.0.get(id)?.secret_end
    }

    /// The keys that a client was registered with.
    pub(crate) fn keys(&self, id: &str) -> Option<JwkSet> {
        serde_json::from_value(self.0.get(id)?.metadata.get("jwks")?.clone()).ok()
    }

    /// Whether a client may have its response there. One that was registered may where it said; the others anywhere.
    pub(crate) fn lands_at(&self, id: &str, redirect_uri: &str) -> bool {
        let Some(client) = self.0.get(id) else { return true };
        let registered = client.metadata.get("redirect_uris").and_then(Value::as_array);
        registered.into_iter().flatten().filter_map(Value::as_str).any(|known| is_same(known, redirect_uri))
    }
}

/// Compared as text (RFC 6749 section 3.1.2.3), but for the port of a loopback address (RFC 8252 section 7.3).
fn is_same(registered: &str, asked: &str) -> bool {
    let without_port = |text: &str| match RedirectUri::parse(text).ok()?.landing() {
        Landing::Loopback(loopback) => Some(Loopback { port: None, ..loopback.clone() }),
        Landing::Elsewhere => None,
    };
    registered == asked || without_port(registered).is_some_and(|known| without_port(asked) == Some(known))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_registered_client_lands_where_it_said_at_any_port() {
        let mut clients = Clients::default();
        let metadata = json!({ "redirect_uris": ["http://127.0.0.1/callback", "https://practice.invalid/callback"] });
        clients.0.insert(
            "own",
            RegisteredClient {
                registration: Registration { id: "own".into(), secret: None, signs: false },
                access_token: Secret::new("t"),
                metadata: metadata.as_object().cloned().expect("an object"),
                issued_at: Timestamp::UNIX_EPOCH,
                secret_end: None,
            },
        );
        for (uri, lands) in [
            ("http://127.0.0.1/callback", true),
            ("http://127.0.0.1:8765/callback", true),
            ("https://practice.invalid/callback", true),
            ("http://localhost/callback", false),
            ("http://127.0.0.1:8765/other", false),
            ("https://practice.invalid:8443/callback", false),
        ] {
            assert_eq!(clients.lands_at("own", uri), lands, "{uri}");
        }
        assert!(clients.lands_at("practice-client", "http://localhost/anywhere"));
        assert!(clients.find("own").is_some() && clients.find("none").is_none());
    }
}
