//! Generates a key pair of the kind that a signature needs, with a self-signed certificate to upload. The randomness is the
//! cryptography library's own; the clock is an argument.

use std::time::Duration;

use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair};
use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyUsagePurpose};
use thiserror::Error;

use crate::diagnosis::{Diagnose, Diagnosis};
use crate::oauth::assertions::jwt::AssertionAlgorithm;
use crate::oauth::keys::signing_key::{KeyKind, KeyPair, SigningKey};

/// The size of a generated RSA key: the least that NetSuite accepts, and good beyond 2030 (NIST SP 800-57).
pub const RSA_BITS: usize = 3072;

/// The size of an RSA key that signs proofs: a proof lives for minutes, and goes out with each request.
const PROOF_RSA_BITS: usize = 2048;

/// Why a key pair cannot be generated.
#[derive(Debug, Error)]
pub enum MakeKeyError {
    /// Signatures with a shared secret have no key pair.
    #[error("`HS256` is signed with the client secret, and needs no key pair")]
    NoPair,
    /// The cryptography library refused.
    #[error("a private key could not be made")]
    Key,
    /// The certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Certificate(#[source] rcgen::Error),
    /// The clock is outside the years that a certificate can name.
    #[error("the clock shows {0}, for which no certificate can be made")]
    Clock(Timestamp),
}

impl Diagnose for MakeKeyError {
    fn diagnose(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(self.to_string());
        match self {
            Self::NoPair => diagnosis.hint("enter the client secret"),
            Self::Clock(_) => diagnosis.hint("set the clock of this machine"),
            Self::Key | Self::Certificate(_) => diagnosis.hint("make one with another program, and open its file here"),
        }
    }
}

/// The certificate has this name and is valid from `now` for `life`.
pub fn make_key_pair(
    algorithm: AssertionAlgorithm,
    rsa_bits: usize,
    name: &str,
    now: Timestamp,
    life: Duration,
) -> Result<KeyPair, MakeKeyError> {
    let key = make_key(algorithm, rsa_bits)?;
    let private_key = key.to_pem().ok_or(MakeKeyError::Key)?;
    let signer = rcgen::KeyPair::from_pem(private_key.expose()).map_err(MakeKeyError::Certificate)?;
    let mut params = CertificateParams::new(Vec::<String>::new()).map_err(MakeKeyError::Certificate)?;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    // The year 9000 is far inside what the time type holds; beyond it the sum would panic.
    let latest = rcgen::date_time_ymd(9000, 1, 1) - epoch;
    let since_epoch = u64::try_from(now.as_second()).map(Duration::from_secs).ok();
    let since_epoch = since_epoch.filter(|since| latest > *since + life).ok_or(MakeKeyError::Clock(now))?;
    params.not_before = epoch + since_epoch;
    params.not_after = epoch + since_epoch + life;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&signer).map_err(MakeKeyError::Certificate)?;
    Ok(KeyPair { private_key, certificate: Some(certificate.pem()) })
}

/// A key that signs proofs of possession (RFC 9449). It has no certificate, since its public part travels with each proof.
pub fn make_proof_key(algorithm: AssertionAlgorithm) -> Result<KeyPair, MakeKeyError> {
    let private_key = make_key(algorithm, PROOF_RSA_BITS)?.to_pem().ok_or(MakeKeyError::Key)?;
    Ok(KeyPair { private_key, certificate: None })
}

fn make_key(algorithm: AssertionAlgorithm, rsa_bits: usize) -> Result<SigningKey, MakeKeyError> {
    let kind = match algorithm {
        AssertionAlgorithm::HS256 => return Err(MakeKeyError::NoPair),
        AssertionAlgorithm::ES256 => KeyKind::P256,
        AssertionAlgorithm::ES384 => KeyKind::P384,
        AssertionAlgorithm::ES512 => KeyKind::P521,
        AssertionAlgorithm::EdDSA => {
            return Ed25519KeyPair::generate().map(SigningKey::ed25519).map_err(|_| MakeKeyError::Key);
        }
        _ => KeyKind::Rsa(rsa_bits),
    };
    if let Some(curve) = kind.curve() {
        return EcdsaKeyPair::generate(curve).map(|pair| SigningKey::ec(kind, pair)).map_err(|_| MakeKeyError::Key);
    }
    let size = match rsa_bits {
        ..=2048 => KeySize::Rsa2048,
        2049..=3072 => KeySize::Rsa3072,
        _ => KeySize::Rsa4096,
    };
    RsaKeyPair::generate(size).map(SigningKey::rsa).map_err(|_| MakeKeyError::Key)
}
