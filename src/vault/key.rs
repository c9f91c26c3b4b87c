//! The key of a vault: 32 bytes from the system's random source or from a passphrase, wiped on drop.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::store::Mark;
use crate::vault::VaultError;

/// The length of a key in bytes, as XChaCha20-Poly1305 takes it.
pub(in crate::vault) const KEY_LENGTH: usize = 32;

/// The length of a salt in bytes, as RFC 9106 section 3.1 recommends.
pub(in crate::vault) const SALT_LENGTH: usize = 16;

/// Seals the records of one vault, or another key.
#[derive(Clone)]
pub(in crate::vault) struct Key(Zeroizing<[u8; KEY_LENGTH]>);

/// What a guess at a passphrase costs (Argon2id, RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vault) struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// How often the memory is passed over.
    pub passes: u32,
    /// How many lanes are filled side by side.
    pub lanes: u32,
}

impl Cost {
    /// RFC 9106 section 4, second recommendation, with one lane, since one thread fills it.
    pub(in crate::vault) const DEFAULT: Self = Self { memory: 64 * 1024, passes: 3, lanes: 1 };

    /// The most that is believed of a file: 1 GiB. A changed file must not take all memory or hours.
    const LIMIT: Self = Self { memory: 1024 * 1024, passes: 64, lanes: 16 };

    /// Whether these numbers can be worked with.
    pub(in crate::vault) fn is_sound(self) -> bool {
        let bounded = self.memory <= Self::LIMIT.memory && self.passes <= Self::LIMIT.passes;
        bounded && self.lanes <= Self::LIMIT.lanes && self.params().is_some()
    }

    fn params(self) -> Option<Params> {
        Params::new(self.memory, self.passes, self.lanes, Some(KEY_LENGTH)).ok()
    }
}

impl Key {
    /// A new key.
    pub(in crate::vault) fn fresh() -> Result<Self, VaultError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        fill(&mut *bytes)?;
        Ok(Self(bytes))
    }

    /// A key that was kept elsewhere; `None` where the length is not that of a key.
    pub(in crate::vault) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        (bytes.len() == KEY_LENGTH).then(|| key.copy_from_slice(bytes))?;
        Some(Self(key))
    }

    /// The key that a passphrase stands for; `None` where the cost is not sound. Takes as long as the cost says.
    pub(in crate::vault) fn from_passphrase(passphrase: &Secret, salt: &[u8], cost: Cost) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?)
            .hash_password_into(passphrase.expose().as_bytes(), salt, &mut *key)
            .ok()?;
        Some(Self(key))
    }

    /// The bytes, for the cipher and the keyring.
    pub(in crate::vault) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// Written in plain beside what the key seals.
    pub(in crate::vault) fn mark(&self) -> Mark {
        let digest = Sha256::new().chain_update(b"tokenwright vault key mark 1").chain_update(self.bytes()).finalize();
        let mut mark = Mark::default();
        mark.copy_from_slice(&digest[..16]);
        mark
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(••••••••)")
    }
}

/// Fills with bytes that nobody can guess.
pub(in crate::vault) fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|error| VaultError::Entropy { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_show_in_debug() {
        assert_eq!(format!("{:?}", Key::from_bytes(&[7; 32]).expect("a key")), "Key(••••••••)");
    }

    #[test]
    fn only_32_bytes_are_a_key() {
        for length in [0, 31, 33] {
            assert!(Key::from_bytes(&vec![1; length]).is_none());
        }
    }

    #[test]
    fn costs_that_would_stop_the_machine_are_not_sound() {
        assert!(Cost::DEFAULT.is_sound());
        assert!(!Cost { memory: u32::MAX, ..Cost::DEFAULT }.is_sound());
        assert!(!Cost { passes: 65, ..Cost::DEFAULT }.is_sound());
        assert!(!Cost { passes: 0, ..Cost::DEFAULT }.is_sound());
        assert!(!Cost { lanes: 17, ..Cost::DEFAULT }.is_sound());
    }

    #[test]
    fn a_passphrase_gives_one_key_a_salt() {
        let cost = Cost { memory: 8, passes: 1, lanes: 1 };
        let mark =
            |text: &str, salt: u8| Key::from_passphrase(&Secret::new(text), &[salt; 16], cost).map(|key| key.mark());
        assert!(mark("a", 1).is_some());
        assert_eq!(mark("a", 1), mark("a", 1));
        assert_ne!(mark("a", 1), mark("b", 1));
        assert_ne!(mark("a", 1), mark("a", 2));
    }
}
