//! The keys that the practice service signs ID tokens with, and the one that it decrypts authorization requests with.

use std::sync::OnceLock;

use serde_json::Value;

use crate::oauth::{AssertionAlgorithm, KeyPair, SigningKey, make_proof_key};

/// The keys that ID tokens are signed with. They are made when the service starts, so each start has new ones.
pub(crate) struct IdTokenKeys {
    pub(crate) own: Key,
    /// Published with `id-token-no-kid-of-several`, and what `id-token-wrong-signature` signs with.
    pub(crate) other: Key,
    /// What `id-token-other-alg` signs with, made when it is first needed, since that takes a while.
    rsa: OnceLock<Key>,
    /// What requests are encrypted to.
    pub(crate) decryption: KeyPair,
    /// How many there were before.
    replaced: u32,
}

pub(crate) struct Key {
    pub(crate) pair: SigningKey,
    algorithm: AssertionAlgorithm,
}

impl Key {
    fn made(algorithm: AssertionAlgorithm) -> Self {
        let pair = make_proof_key(algorithm).ok().and_then(|pair| pair.signing_key());
        Self { pair: pair.expect("a key needs nothing but randomness"), algorithm }
    }

    /// Its ID is its thumbprint, so that no two keys have the same one.
    pub(crate) fn id(&self) -> String {
        self.pair.thumbprint().unwrap_or_default().chars().take(12).collect()
    }

    pub(crate) fn published(&self) -> Value {
        let mut key = self.pair.public_jwk().unwrap_or_default();
        key["use"] = "sig".into();
        key["alg"] = self.algorithm.as_str().into();
        key["kid"] = self.id().into();
        key
    }
}

impl IdTokenKeys {
    pub(crate) fn made() -> Self {
        let made = || Key::made(AssertionAlgorithm::ES256);
        let decryption = make_proof_key(AssertionAlgorithm::ES256).expect("a key needs nothing but randomness");
        Self { own: made(), other: made(), rsa: OnceLock::new(), decryption, replaced: 0 }
    }

    /// The public half of the key that decrypts.
    pub(crate) fn published_for_encryption(&self) -> Value {
        let mut key = self.decryption.signing_key().and_then(|key| key.public_jwk()).unwrap_or_default();
        key["use"] = "enc".into();
        key["kid"] = "requests".into();
        key
    }

    pub(crate) fn rsa(&self) -> &Key {
        self.rsa.get_or_init(|| Key::made(AssertionAlgorithm::RS256))
    }

    /// Signs with a new key from now on, as services do every few months; only that is published.
    pub(crate) fn replace(&mut self) {
        self.own = Key::made(AssertionAlgorithm::ES256);
        self.replaced += 1;
    }
}

impl std::fmt::Debug for IdTokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdTokenKeys").field("replaced", &self.replaced).finish_non_exhaustive()
    }
}
