//! A public key in the form of a certificate (`SubjectPublicKeyInfo`, RFC 5280 section 4.1), and what it is.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa;

use crate::oauth::keys::certificate::{Certificate, from_pem, to_pem};
use crate::oauth::keys::signing_key::KeyKind;

const PUBLIC_KEY: &str = "PUBLIC KEY";
/// What stands before the point of each curve, up to the count of unused bits (RFC 5480 section 2, RFC 8410 section 4), and the
/// name of the curve as a token gives it (RFC 5480 section 2.1.1.1, RFC 8410 section 3).
const CURVES: [(KeyKind, &[u8], &[u8]); 4] = [
    (
        KeyKind::P256,
        b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00",
        b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
    ),
    (
        KeyKind::P384,
        b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00",
        b"\x06\x05\x2b\x81\x04\x00\x22",
    ),
    (
        KeyKind::P521,
        b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00",
        b"\x06\x05\x2b\x81\x04\x00\x23",
    ),
    (KeyKind::Ed25519, b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", b"\x06\x03\x2b\x65\x70"),
];
/// The names of Ed25519 that tokens give besides: `edwards25519` as a printable string (PKCS#11 version 3.1, section 6.3.3).
const EDWARDS: &[u8] = b"\x13\x0cedwards25519";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::oauth) struct PublicKey {
    pub(in crate::oauth) kind: KeyKind,
    /// The whole in DER.
    pub(in crate::oauth) der: Vec<u8>,
    /// What is in its bit string: `RSAPublicKey`, or the point of a curve.
    pub(in crate::oauth) bits: Vec<u8>,
}

impl PublicKey {
    pub(super) fn of_rsa(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let der = rsa::PublicKeyComponents { n: modulus, e: exponent }.as_der().ok()?;
        Self::of_der(der.as_ref())
    }

    /// A point comes in an octet string, or without one from older modules.
    pub(super) fn of_curve(parameters: &[u8], point: &[u8]) -> Option<Self> {
        let named = |(kind, _, name): &&(KeyKind, &[u8], &[u8])| {
            parameters == *name || *kind == KeyKind::Ed25519 && parameters == EDWARDS
        };
        let (kind, before, _) = CURVES.iter().find(named)?;
        let length = length_of_point(*kind);
        let bits = point.get(point.len().checked_sub(length)?..)?;
        Some(Self { kind: *kind, der: [before, bits].concat(), bits: bits.to_vec() })
    }

    pub(super) fn of_der(der: &[u8]) -> Option<Self> {
        for (kind, before, _) in CURVES {
            if let Some(bits) = der.strip_prefix(before).filter(|bits| bits.len() == length_of_point(kind)) {
                return Some(Self { kind, der: der.to_vec(), bits: bits.to_vec() });
            }
        }
        let key = rsa::PublicKey::from_der(der).ok()?;
        let kind = KeyKind::Rsa(key.modulus_len() * 8);
        Some(Self { kind, der: key.as_der().ok()?.as_ref().to_vec(), bits: key.as_ref().to_vec() })
    }

    pub(super) fn of_certificate(certificate: &Certificate) -> Option<Self> {
        Self::of_der(certificate.public_key_info()?)
    }

    pub(super) fn of_pem(text: &str) -> Option<Self> {
        Self::of_der(from_pem(text, PUBLIC_KEY)?.expose())
    }

    pub(in crate::oauth) fn to_pem(&self) -> String {
        to_pem(PUBLIC_KEY, &self.der).expose().to_owned()
    }

    /// Modulus and exponent of an RSA key.
    pub(in crate::oauth) fn rsa_numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let key = rsa::PublicKey::from_der(&self.der).ok().filter(|_| matches!(self.kind, KeyKind::Rsa(_)))?;
        let bytes = |number: aws_lc_rs::io::Positive<'_>| number.big_endian_without_leading_zero().to_vec();
        Some((bytes(key.modulus()), bytes(key.exponent())))
    }
}

fn length_of_point(kind: KeyKind) -> usize {
    match kind {
        KeyKind::P256 => 65,
        KeyKind::P384 => 97,
        KeyKind::P521 => 133,
        _ => 32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::{AssertionAlgorithm, make_proof_key};

    #[test]
    fn a_key_of_each_kind_is_read_as_the_library_writes_it() {
        for algorithm in [
            AssertionAlgorithm::ES256,
            AssertionAlgorithm::ES384,
            AssertionAlgorithm::ES512,
            AssertionAlgorithm::EdDSA,
            AssertionAlgorithm::RS256,
        ] {
            let key = make_proof_key(algorithm).expect("a key").signing_key().expect("usable");
            let pem = key.public_key_pem().expect("a public key");
            let read = PublicKey::of_pem(&pem).expect("read");
            assert_eq!((read.kind, &read.bits[..], read.to_pem()), (key.kind(), key.public_key(), pem));
            assert_eq!(read.rsa_numbers(), key.rsa_public_key());
            let curve = CURVES.iter().find(|(kind, ..)| *kind == read.kind);
            let again = curve.map_or_else(
                || key.rsa_public_key().and_then(|(modulus, exponent)| PublicKey::of_rsa(&modulus, &exponent)),
                |(_, _, name)| PublicKey::of_curve(name, &[b"\x04\x41", &read.bits[..]].concat()),
            );
            assert_eq!(again, Some(read));
        }
        assert_eq!(PublicKey::of_der(b"\x30\x00"), None);
    }
}
