//! A private key that never leaves its token: a smart card, a USB key, an HSM, or a TPM through its PKCS#11 module. It is stored as
//! its address and its public key; the token signs, and decrypts if it can.

mod address;
mod decryption;
mod error;
mod module;
mod public;

use std::fmt;

use zeroize::Zeroizing;

pub use crate::oauth::keys::hardware_key::error::HardwareKeyError;
pub use crate::oauth::keys::hardware_key::module::use_pkcs11_module;

use crate::oauth::assertions::jwt::AssertionAlgorithm;
use crate::oauth::keys::hardware_key::address::{Address, is_address};
use crate::oauth::keys::hardware_key::public::PublicKey;
use crate::oauth::keys::key_text::{push_integer, push_length};
use crate::oauth::keys::signing_key::KeyKind;
use crate::secret::Secret;

/// Such a key. `Debug` does not show the PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct HardwareKey {
    address: Address,
    pub(in crate::oauth) public: PublicKey,
}

impl HardwareKey {
    /// Whether a text, as a person gives it or as it is stored, is such a key and not one itself.
    pub fn is_one(text: &Secret) -> bool {
        is_address(text.expose())
    }

    /// The address with this PIN in place of its own.
    pub fn with_pin(address: &Secret, pin: Secret) -> Result<Secret, HardwareKeyError> {
        Ok(Address { pin, ..Address::parse(address.expose())? }.to_text())
    }

    /// Whether the address has a PIN in it.
    pub fn has_pin(address: &Secret) -> bool {
        Address::parse(address.expose()).is_ok_and(|address| !address.pin.is_empty())
    }

    /// Asks the token at an address for the public key.
    pub(in crate::oauth) fn find(address: &Secret) -> Result<Self, HardwareKeyError> {
        let address = Address::parse(address.expose())?;
        let public = module::public_key(&address)?;
        let key = Self { address, public };
        // A key that may not sign is found out now, and not at the first refresh.
        key.sign(key.public.kind.usual_algorithm(), b"tokenwright")?;
        Ok(key)
    }

    /// Reads what [`HardwareKey::to_text`] wrote, and asks no token.
    pub fn parse(stored: &Secret) -> Option<Self> {
        let (address, public) = stored.expose().split_once('\n')?;
        Some(Self { address: Address::parse(address).ok()?, public: PublicKey::of_pem(public)? })
    }

    /// The key as stored: its address, and its public key in PEM.
    pub fn to_text(&self) -> Secret {
        Secret::new(format!("{}\n{}", self.address.to_text().expose(), self.public.to_pem()))
    }

    /// Where it is, for people, without the PIN.
    pub fn place(&self) -> String {
        self.address.told()
    }

    /// What it is.
    pub fn kind(&self) -> KeyKind {
        self.public.kind
    }

    /// The same as [`HardwareKey::sign`], with an EC signature in DER, as TLS has it (RFC 8446 section 4.2.3).
    pub fn sign_in_der(&self, algorithm: AssertionAlgorithm, text: &[u8]) -> Result<Vec<u8>, HardwareKeyError> {
        let signature = self.sign(algorithm, text)?;
        if self.public.kind.curve().is_none() {
            return Ok(signature);
        }
        let (r, s) = signature.split_at(signature.len() / 2);
        let mut numbers = Vec::new();
        for number in [r, s] {
            push_integer(&mut numbers, number);
        }
        let mut der = vec![0x30];
        push_length(&mut der, numbers.len());
        der.extend_from_slice(&numbers);
        Ok(der)
    }

    /// Has the token undo RSA-OAEP, by SHA-1 or SHA-256.
    pub(in crate::oauth) fn undo_oaep(
        &self,
        by_sha256: bool,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, HardwareKeyError> {
        decryption::undo_oaep(&self.address, by_sha256, wrapped)
    }

    /// Has the token agree upon a secret of this many bytes with a point on the curve of the key.
    pub(in crate::oauth) fn agree(&self, point: &[u8], length: u8) -> Result<Zeroizing<Vec<u8>>, HardwareKeyError> {
        decryption::agree(&self.address, point, length)
    }

    /// Has the token sign. That takes as long as the token takes: some wait until they are touched.
    pub fn sign(&self, algorithm: AssertionAlgorithm, text: &[u8]) -> Result<Vec<u8>, HardwareKeyError> {
        module::sign(&self.address, algorithm, text)
    }
}

impl fmt::Debug for HardwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HardwareKey({})", self.place())
    }
}
