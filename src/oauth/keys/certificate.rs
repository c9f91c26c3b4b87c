//! A certificate as far as it is needed here: bytes, thumbprints, whose it is and until when, and whether a key belongs to it. Also
//! PEM (RFC 7468).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::oauth::keys::key_text::KeyError;
use crate::oauth::keys::signing_key::SigningKey;
use crate::oauth::keys::x509::{Fields, distinguished_name, name_text};
use crate::secret::Secret;

/// How many characters of base64 stand in a line (RFC 7468 section 2).
const LINE: usize = 64;

/// An X.509 certificate, not parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let der = from_pem(text, "CERTIFICATE").ok_or(KeyError::NotCertificate)?;
        // A certificate is an ASN.1 sequence (RFC 5280 section 4.1).
        if der.expose().first() != Some(&0x30) {
            return Err(KeyError::NotCertificate);
        }
        Ok(Self { der: der.expose().to_vec() })
    }

    /// One that was read from another container.
    pub(in crate::oauth) fn of_der(der: &[u8]) -> Self {
        Self { der: der.to_vec() }
    }

    /// As it is signed, in DER.
    pub(in crate::oauth) fn der(&self) -> &[u8] {
        &self.der
    }

    /// In PEM, to upload.
    pub fn to_pem(&self) -> String {
        to_pem("CERTIFICATE", &self.der).expose().to_owned()
    }

    /// `x5t`: the SHA-1 in base64url (RFC 7515 section 4.1.7), as a name only.
    pub fn sha1_thumbprint(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    /// `x5t#S256`: the SHA-256 in base64url (RFC 7515 section 4.1.8).
    pub fn sha256_thumbprint(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.der))
    }

    /// The SHA-256 as consoles show it: `AA:BB:…`.
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = digest(&SHA256, &self.der).as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    /// The SHA-1 as one console shows it: hex without colons.
    pub fn sha1_fingerprint(&self) -> String {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.der);
        crate::oauth::authorization::pkce::hex(digest.as_ref()).to_uppercase()
    }

    /// Every certificate of a PEM text.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, KeyError> {
        let blocks = text.match_indices("-----BEGIN CERTIFICATE-----").map(|(at, _)| Self::parse(&text[at..]));
        let all: Vec<Self> = blocks.collect::<Result<_, _>>()?;
        if all.is_empty() { Err(KeyError::NotCertificate) } else { Ok(all) }
    }

    /// The first moment of its validity; `None` if the certificate does not say it as RFC 5280 has it.
    pub fn not_before(&self) -> Option<Timestamp> {
        Fields::read(&self.der).map(|fields| fields.not_before)
    }

    /// The last moment of its validity; `None` if the certificate does not say it as RFC 5280 has it.
    pub fn not_after(&self) -> Option<Timestamp> {
        Fields::read(&self.der).map(|fields| fields.not_after)
    }

    /// Whose it is, by its own words: `CN=acme, O=Acme Ltd`. Empty if it cannot be read.
    pub fn subject(&self) -> String {
        Fields::read(&self.der).map(|fields| name_text(fields.subject)).unwrap_or_default()
    }

    /// Whose it is, as RFC 4514 writes it: for a server that compares it (RFC 8705 section 2.1.2).
    pub fn distinguished_name(&self) -> Option<String> {
        distinguished_name(Fields::read(&self.der)?.subject)
    }

    /// Who signed it, by its own words.
    pub fn issuer(&self) -> String {
        Fields::read(&self.der).map(|fields| name_text(fields.issuer)).unwrap_or_default()
    }

    /// Whether it names itself as who signed it.
    pub fn is_self_issued(&self) -> bool {
        Fields::read(&self.der).is_some_and(|fields| fields.issuer == fields.subject)
    }

    /// Whether it names that one as who signed it.
    pub(in crate::oauth) fn is_issued_by(&self, other: &Self) -> bool {
        let (own, other) = (Fields::read(&self.der), Fields::read(&other.der));
        own.zip(other).is_some_and(|(own, other)| own.issuer == other.subject)
    }

    /// The public key with what it is (`SubjectPublicKeyInfo`), in DER.
    pub(in crate::oauth) fn public_key_info(&self) -> Option<&[u8]> {
        Fields::read(&self.der).map(|fields| fields.public_key)
    }

    /// The SHA-256 of that, in base64 with padding.
    pub fn public_key_sha256(&self) -> Option<String> {
        Some(BASE64_STANDARD.encode(digest(&SHA256, self.public_key_info()?)))
    }

    /// Whether it contains the public key of this key.
    pub fn is_of(&self, key: &SigningKey) -> bool {
        let public_key = key.public_key();
        !public_key.is_empty() && self.der.windows(public_key.len()).any(|window| window == public_key)
    }
}

/// Bytes that may be a key: wiped when dropped.
pub(in crate::oauth) struct Bytes(Zeroizing<Vec<u8>>);

impl Bytes {
    pub(in crate::oauth) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Reads base64, with or without its padding, over any number of lines.
    pub(in crate::oauth) fn from_base64(text: &str) -> Option<Self> {
        let text: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_ascii_whitespace()).collect());
        BASE64_STANDARD.decode(text.as_bytes()).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }
}

/// The first PEM block with this label.
pub(in crate::oauth) fn from_pem(text: &str, label: &str) -> Option<Bytes> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    Bytes::from_base64(body)
}

/// A PEM block.
pub(in crate::oauth) fn to_pem(label: &str, bytes: &[u8]) -> Secret {
    let encoded = Zeroizing::new(BASE64_STANDARD.encode(bytes));
    let mut text = Secret::with_room(encoded.len() + encoded.len() / LINE + 2 * label.len() + LINE);
    let typing = text.typing();
    typing.push_str(&format!("-----BEGIN {label}-----\n"));
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        typing.push_str(line);
        typing.push('\n');
        rest = after;
    }
    typing.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn armour_put_on_is_taken_off_again() {
        let bytes: Vec<u8> = (0..200).collect();
        let text = to_pem("CERTIFICATE", &bytes);
        assert!(text.expose().lines().all(|line| line.len() <= LINE), "{}", text.expose());
        let read = from_pem(text.expose(), "CERTIFICATE").expect("the same armour");
        assert_eq!(read.expose(), bytes);
        assert!(from_pem(text.expose(), "PRIVATE KEY").is_none());
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----"]
        {
            assert_eq!(Certificate::parse(text), Err(KeyError::NotCertificate), "{text}");
        }
    }
}
