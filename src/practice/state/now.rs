//! The time and the randomness of one request, passed in so that the rest is deterministic.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::secret::Secret;

/// The time and the randomness of a request.
pub(crate) struct Now {
    pub(crate) time: Timestamp,
    seed: [u8; 32],
    minted: u32,
}

impl Now {
    /// `seed` must be fresh and unpredictable: all minted values are derived from it.
    pub(crate) fn new(time: Timestamp, seed: [u8; 32]) -> Self {
        Self { time, seed, minted: 0 }
    }

    /// A new random value with a prefix such as `practice-at-`. Values are hashed from one seed, so that only one place
    /// can fail to get randomness.
    pub(crate) fn mint(&mut self, prefix: &str) -> Secret {
        self.minted += 1;
        let digest = Sha256::new().chain_update(self.seed).chain_update(self.minted.to_be_bytes()).finalize();
        Secret::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(digest)))
    }

    /// The time `life` from now.
    pub(crate) fn after(&self, life: Duration) -> Timestamp {
        let life = SignedDuration::try_from(life).unwrap_or(SignedDuration::MAX);
        self.time.checked_add(life).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_minted_values_are_the_same() {
        let mut now = Now::new(Timestamp::UNIX_EPOCH, [7; 32]);
        let (first, second) = (now.mint("a-"), now.mint("a-"));
        assert_ne!(first, second);
        assert!(first.expose().starts_with("a-") && first.expose().len() == 45);
    }

    #[test]
    fn an_endless_life_ends_at_the_end_of_time() {
        assert_eq!(Now::new(Timestamp::UNIX_EPOCH, [0; 32]).after(Duration::MAX), Timestamp::MAX);
    }
}
