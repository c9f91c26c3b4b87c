//! The keys that the practice service signs ID tokens with.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::oauth::{AssertionAlgorithm, SigningKey, make_key_pair};

/// How long the certificate of a key would be valid, which nobody looks at.
const LIFE: Duration = Duration::from_hours(24);

/// The keys that ID tokens are signed with. They are made when the service starts, so each start has new ones.
pub(crate) struct IdTokenKeys {
    pub(crate) own: Key,
    /// Published with `id-token-no-kid-of-several`, and what `id-token-wrong-signature` signs with.
    pub(crate) other: Key,
    /// How many there were before.
    replaced: u32,
}

pub(crate) struct Key {
    pub(crate) pair: SigningKey,
    public: Map<String, Value>,
}

impl Key {
    fn made() -> Self {
        let pair = make_key_pair(AssertionAlgorithm::ES256, 0, "practice", Timestamp::UNIX_EPOCH, LIFE);
        let pair = pair.ok().and_then(|pair| pair.signing_key()).expect("a key on P-256 needs nothing but randomness");
        // The coordinates are at the end, whatever is around them.
        let point = pair.public_key().last_chunk::<64>().copied().unwrap_or([0; 64]);
        let coordinate = |bytes: &[u8]| Value::from(URL_SAFE_NO_PAD.encode(bytes));
        let members = [("kty", json!("EC")), ("crv", json!("P-256")), ("use", json!("sig")), ("alg", json!("ES256"))];
        let mut public: Map<String, Value> =
            members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        public.insert("x".into(), coordinate(&point[..32]));
        public.insert("y".into(), coordinate(&point[32..]));
        Self { pair, public }
    }

    /// Its ID is its thumbprint, so that no two keys have the same one.
    pub(crate) fn id(&self) -> String {
        let text = format!("{}{}", self.public["x"], self.public["y"]);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())).chars().take(12).collect()
    }

    pub(crate) fn published(&self) -> Value {
        let mut key = self.public.clone();
        key.insert("kid".into(), self.id().into());
        key.into()
    }
}

impl IdTokenKeys {
    pub(crate) fn made() -> Self {
        Self { own: Key::made(), other: Key::made(), replaced: 0 }
    }

    /// Signs with a new key from now on, as services do every few months; only that is published.
    pub(crate) fn replace(&mut self) {
        self.own = Key::made();
        self.replaced += 1;
    }
}

impl std::fmt::Debug for IdTokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdTokenKeys").field("replaced", &self.replaced).finish_non_exhaustive()
    }
}
