//! The kinds of vault, by where the key is stored.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};

/// Where a vault has its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    /// In the keyring of the operating system; secrets are sealed in the database.
    Keyring,
    /// Derived from a passphrase each time; secrets are sealed in the database.
    Passphrase,
    /// Nowhere: nothing outlives the process.
    Memory,
}

impl fmt::Display for VaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
            Self::Memory => "memory",
        })
    }
}

/// A text that names no kind of vault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a kind of vault")]
pub struct UnknownVaultKind(pub String);

impl Diagnose for UnknownVaultKind {
    fn diagnose(&self) -> Diagnosis {
        Diagnosis::new(self.to_string()).hint("`TOKENWRIGHT_VAULT` is one of `keyring`, `passphrase`, `memory`")
    }
}

impl FromStr for VaultKind {
    type Err = UnknownVaultKind;

    fn from_str(text: &str) -> Result<Self, UnknownVaultKind> {
        [Self::Keyring, Self::Passphrase, Self::Memory]
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or_else(|| UnknownVaultKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        for kind in [VaultKind::Keyring, VaultKind::Passphrase, VaultKind::Memory] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let unknown = "Keyring".parse::<VaultKind>().expect_err("case matters");
        assert_eq!(
            unknown.diagnose().to_string(),
            "`Keyring` is not a kind of vault\nhint: `TOKENWRIGHT_VAULT` is one of `keyring`, `passphrase`, `memory`"
        );
    }
}
